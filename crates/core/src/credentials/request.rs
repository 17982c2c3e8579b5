//! What a token request carries besides its scopes, as typed values in its context.

use azure_core::{credentials::TokenRequestOptions, http::Context};

/// The tenant that a vault's challenge named. Read by azvault's own credentials.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TenantId(String);

impl TenantId {
    /// A tenant by its GUID or domain name.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The GUID or domain name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The claims that continuous access evaluation asks for, as JSON text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claims(String);

impl Claims {
    /// Claims as the challenge gave them, decoded from base64.
    pub fn new(json: impl Into<String>) -> Self {
        Self(json.into())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Puts tenant and claims where azure_core's `TokenCredential` lets them through.
pub(crate) fn options(
    tenant: Option<&str>,
    claims: Option<&str>,
) -> Option<TokenRequestOptions<'static>> {
    if tenant.is_none() && claims.is_none() {
        return None;
    }
    let mut context = Context::new();
    if let Some(tenant) = tenant {
        context.insert(TenantId::new(tenant));
    }
    if let Some(claims) = claims {
        context.insert(Claims::new(claims));
    }
    let mut options = TokenRequestOptions::default();
    options.method_options.context = context;
    Some(options)
}

/// The tenant and the claims of a request, if it has them.
pub(crate) fn wanted<'a>(
    options: Option<&'a TokenRequestOptions<'_>>,
) -> (Option<&'a TenantId>, Option<&'a Claims>) {
    options.map_or((None, None), |options| {
        let context = &options.method_options.context;
        (context.value::<TenantId>(), context.value::<Claims>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_and_claims_survive_the_way_through_azure_core() {
        let options = options(Some("t"), Some("{}"));
        let (tenant, claims) = wanted(options.as_ref());
        assert_eq!(tenant.map(TenantId::as_str), Some("t"));
        assert_eq!(claims.map(Claims::as_str), Some("{}"));
    }
}
