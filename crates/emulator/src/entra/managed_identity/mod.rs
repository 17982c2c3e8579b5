//! Managed identity over plain HTTP, in the forms of App Service and of a virtual machine (IMDS).

mod app_service;
mod imds;

use http::{Method, StatusCode};

use super::{directory::Wanted, fields::Fields, tokens::Tokens};
use crate::{
    message::{Request, Response, json_response},
    principal::Principal,
};

/// Answers a request to the plain-HTTP port, where there is nothing but managed identity.
///
/// Source: <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference> and
/// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
pub(crate) fn managed_identity(tokens: &Tokens, request: &Request) -> Response {
    let path = request.path.trim_matches('/').to_ascii_lowercase();
    match path.as_str() {
        "msi/token" => app_service::answer(tokens, request),
        "metadata/identity/oauth2/token" => imds::answer(tokens, request),
        // Newer clients look for the second version of IMDS; a machine without it says 404.
        _ => imds::not_found(request),
    }
}

/// Only reading is offered, in either form.
fn is_read(request: &Request) -> bool {
    request.method == Method::GET
}

/// The identity that the query asks for; `None` when there is none such.
fn identity(tokens: &Tokens, query: &Fields) -> Option<Principal> {
    const OBJECT: [&str; 2] = ["object_id", "principal_id"];
    const RESOURCE: [&str; 2] = ["mi_res_id", "msi_res_id"];
    let wanted = match (query.get("client_id"), query.first(&OBJECT), query.first(&RESOURCE)) {
        (Some(id), ..) => Wanted::ClientId(id),
        (None, Some(id), _) => Wanted::ObjectId(id),
        (None, None, Some(id)) => Wanted::ResourceId(id),
        (None, None, None) => Wanted::System,
    };
    tokens.directory.managed_identity(&wanted)
}

fn failed(status: StatusCode, body: &serde_json::Value) -> Response {
    json_response(status, body)
}

#[cfg(test)]
mod tests;
