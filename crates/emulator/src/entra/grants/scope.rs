//! What a token is asked for: scopes, or a resource where version 1 is spoken.

use crate::entra::{fields::Fields, refusal::Refusal, tokens::audience_of_scope};

/// Scopes that ask for other things than access to a resource.
const OF_SIGN_IN: [&str; 4] = ["openid", "profile", "offline_access", "email"];
const GRAPH: &str = "https://graph.microsoft.com";

/// The audience that an application asks for.
pub(super) fn of_application(form: &Fields) -> Result<&str, Refusal> {
    match (form.get("scope"), form.get("resource")) {
        (Some(scope), _) => only(scope).and_then(audience_of_scope).ok_or_else(|| {
            let text = format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a \
                 scope value with /.default suffixed to the resource identifier (application ID URI)."
            );
            Refusal::bad("invalid_scope", 1_002_012, text)
        }),
        (None, Some(resource)) => Ok(resource.trim_end_matches('/')),
        (None, None) => Err(Refusal::missing("scope")),
    }
}

/// The one scope that asks for access.
fn only(scope: &str) -> Option<&str> {
    let mut of_access = scope.split_whitespace().filter(|one| !OF_SIGN_IN.contains(one));
    of_access.next().filter(|_| of_access.next().is_none())
}

/// What a user's application asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::entra) struct Asked {
    pub(in crate::entra) audience: String,
    /// As sent, to be said back: clients look their tokens up by it.
    pub(in crate::entra) scope: String,
}

impl Asked {
    /// `None` when the form asks for nothing.
    pub(in crate::entra) fn of(form: &Fields) -> Result<Option<Self>, Refusal> {
        match (form.get("scope"), form.get("resource")) {
            // Version 1 sends `openid` as the scope beside the resource.
            (_, Some(resource)) => Ok(Some(Self::of_resource(resource))),
            (Some(scope), None) => Self::of_scope(scope).map(Some),
            (None, None) => Ok(None),
        }
    }

    pub(in crate::entra) fn required(form: &Fields) -> Result<Self, Refusal> {
        Self::of(form)?.ok_or_else(|| Refusal::missing("scope"))
    }

    fn of_resource(resource: &str) -> Self {
        let audience = resource.trim_end_matches('/').to_owned();
        let scope = format!("{audience}/.default openid profile offline_access");
        Self { audience, scope }
    }

    fn of_scope(scope: &str) -> Result<Self, Refusal> {
        let mut audiences: Vec<&str> = scope
            .split_whitespace()
            .filter(|one| !OF_SIGN_IN.contains(one))
            .map(audience)
            .collect();
        audiences.dedup();
        match audiences.as_slice() {
            [] => Ok(Self { audience: GRAPH.to_owned(), scope: scope.to_owned() }),
            [""] => Err(Refusal::bad(
                "invalid_scope",
                70_011,
                format!(
                    "The provided request must include a 'scope' input parameter. The provided value for the input \
                     parameter 'scope' is not valid. The scope {scope} is not valid."
                ),
            )),
            [one] => Ok(Self { audience: (*one).to_owned(), scope: scope.to_owned() }),
            _ => Err(Refusal::bad(
                "invalid_request",
                28_000,
                format!(
                    "Provided value for the input parameter scope is not valid because it contains more than one \
                     resource. Scope {scope} is not valid."
                ),
            )),
        }
    }

    pub(in crate::entra) fn asks_for(&self, scope: &str) -> bool {
        self.scope.split_whitespace().any(|one| one == scope)
    }
}

/// The resource of one scope; a bare permission is one of Graph's.
fn audience(scope: &str) -> &str {
    match scope.rsplit_once('/') {
        Some((resource, _)) => resource.trim_end_matches('/'),
        None => GRAPH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_scopes_name_one_resource_beside_those_of_sign_in() {
        for (scope, audience) in [
            (
                "https://vault.azure.net/.default offline_access openid profile",
                "https://vault.azure.net",
            ),
            ("openid https://localhost:1//.default", "https://localhost:1"),
            ("https://vault.azure.net/user_impersonation", "https://vault.azure.net"),
            ("User.Read openid", GRAPH),
            ("openid profile", GRAPH),
            ("https://a/.default https://a/b", "https://a"),
        ] {
            let asked = Asked::of_scope(scope).unwrap();
            assert_eq!((asked.audience.as_str(), asked.scope.as_str()), (audience, scope));
        }
        for scope in ["https://a/.default https://b/.default", "/.default"] {
            assert!(Asked::of_scope(scope).is_err(), "{scope}");
        }
    }
}
