//! The paths below `/certificates`.

use http::Method;

use super::{ObjectRoute, Route, live, name};
use crate::vault::ServiceError;

/// An operation on certificates, or on what a vault's certificates have in common.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CertificateRoute {
    Object(ObjectRoute),
    Create { name: String },
    Import { name: String },
    Policy { name: String },
    UpdatePolicy { name: String },
    Pending { name: String },
    UpdatePending { name: String },
    DeletePending { name: String },
    Merge { name: String },
    Contacts,
    SetContacts,
    DeleteContacts,
    Issuers,
    Issuer { name: String },
    SetIssuer { name: String },
    UpdateIssuer { name: String },
    DeleteIssuer { name: String },
}

pub(super) fn route(method: &Method, segments: &[&str]) -> Result<Route, ServiceError> {
    let route = match (method.as_str(), segments) {
        ("GET", ["contacts"]) => CertificateRoute::Contacts,
        ("PUT", ["contacts"]) => CertificateRoute::SetContacts,
        ("DELETE", ["contacts"]) => CertificateRoute::DeleteContacts,
        ("GET", ["issuers"]) => CertificateRoute::Issuers,
        ("GET", ["issuers", issuer]) => CertificateRoute::Issuer { name: name(issuer)? },
        ("PUT", ["issuers", issuer]) => CertificateRoute::SetIssuer { name: name(issuer)? },
        ("PATCH", ["issuers", issuer]) => CertificateRoute::UpdateIssuer { name: name(issuer)? },
        ("DELETE", ["issuers", issuer]) => CertificateRoute::DeleteIssuer { name: name(issuer)? },
        (_, ["contacts" | "issuers"]) => return Err(ServiceError::method_not_allowed(method)),
        ("POST", [object, "create"]) => CertificateRoute::Create { name: name(object)? },
        ("POST", [object, "import"]) => CertificateRoute::Import { name: name(object)? },
        ("GET", [object, "policy"]) => CertificateRoute::Policy { name: name(object)? },
        ("PATCH", [object, "policy"]) => CertificateRoute::UpdatePolicy { name: name(object)? },
        ("GET", [object, "pending"]) => CertificateRoute::Pending { name: name(object)? },
        ("PATCH", [object, "pending"]) => CertificateRoute::UpdatePending { name: name(object)? },
        ("DELETE", [object, "pending"]) => CertificateRoute::DeletePending { name: name(object)? },
        ("POST", [object, "pending", "merge"]) => CertificateRoute::Merge { name: name(object)? },
        _ => match live(method, segments)? {
            Some(route) => CertificateRoute::Object(route),
            None if segments.len() > 2 => return Ok(Route::Unsupported),
            None => return Err(ServiceError::method_not_allowed(method)),
        },
    };
    Ok(Route::Certificates(route))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(method: &str, path: &str) -> Result<Route, ServiceError> {
        Route::parse(&method.parse().unwrap(), path)
    }

    #[test]
    fn every_operation_on_certificates_has_its_route() {
        let name = || "c".to_owned();
        for (method, path, expected) in [
            ("POST", "/certificates/c/create", CertificateRoute::Create { name: name() }),
            ("POST", "/certificates/c/import", CertificateRoute::Import { name: name() }),
            ("GET", "/certificates/c/policy", CertificateRoute::Policy { name: name() }),
            ("PATCH", "/certificates/c/policy", CertificateRoute::UpdatePolicy { name: name() }),
            ("GET", "/certificates/c/pending", CertificateRoute::Pending { name: name() }),
            ("PATCH", "/certificates/c/pending", CertificateRoute::UpdatePending { name: name() }),
            ("DELETE", "/certificates/c/pending", CertificateRoute::DeletePending { name: name() }),
            ("POST", "/certificates/c/pending/merge", CertificateRoute::Merge { name: name() }),
            ("GET", "/certificates/contacts", CertificateRoute::Contacts),
            ("PUT", "/certificates/contacts", CertificateRoute::SetContacts),
            ("DELETE", "/certificates/contacts", CertificateRoute::DeleteContacts),
            ("GET", "/certificates/issuers", CertificateRoute::Issuers),
            ("GET", "/certificates/issuers/c", CertificateRoute::Issuer { name: name() }),
            ("PUT", "/certificates/issuers/c", CertificateRoute::SetIssuer { name: name() }),
            ("PATCH", "/certificates/issuers/c", CertificateRoute::UpdateIssuer { name: name() }),
            ("DELETE", "/certificates/issuers/c", CertificateRoute::DeleteIssuer { name: name() }),
            ("POST", "/certificates/restore", CertificateRoute::Object(ObjectRoute::Restore)),
            ("GET", "/deletedcertificates", CertificateRoute::Object(ObjectRoute::ListDeleted)),
            (
                "GET",
                "/certificates/c/",
                CertificateRoute::Object(ObjectRoute::Get { name: name(), version: None }),
            ),
        ] {
            let route = parse(method, path).unwrap();
            assert_eq!(route, Route::Certificates(expected), "{method} {path}");
        }
    }

    #[test]
    fn an_issuer_without_a_name_cannot_be_made() {
        assert!(parse("PUT", "/certificates/issuers/").is_err());
        assert!(parse("POST", "/certificates//create").is_err());
    }
}
