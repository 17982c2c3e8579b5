//! The tokens that only users get: the one that tells the program who signed in, and the one to stay signed in.

use jsonwebtoken::{Algorithm, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::Duration;
use uuid::Uuid;

use crate::{
    clock::wall_now,
    entra::{
        fields::Fields,
        grants::Asked,
        refusal::Refusal,
        signing_key::SigningFailed,
        tokens::{Minted, Tokens},
    },
    principal::Principal,
};

/// As Entra has it, when it is not used.
const LIFETIME: Duration = Duration::days(90);
/// Tells it from tokens for services, which are signed by the same key.
const ISSUER: &str = "urn:azvault:refresh";

/// Who signed in, for the program.
pub(in crate::entra) struct IdToken<'a> {
    pub(in crate::entra) issuer: String,
    pub(in crate::entra) user: &'a Principal,
    pub(in crate::entra) minted: &'a Minted,
    pub(in crate::entra) nonce: Option<&'a str>,
}

impl IdToken<'_> {
    pub(in crate::entra) fn sign(&self, tokens: &Tokens) -> Result<String, SigningFailed> {
        let Self { issuer, user, minted, nonce } = self;
        let mut claims = json!({
            "aud": user.appid(),
            "iss": issuer,
            "iat": minted.not_before.unix_timestamp(),
            "nbf": minted.not_before.unix_timestamp(),
            "exp": minted.expires_on.unix_timestamp(),
            "name": tokens.directory.saw(user).display_name,
            "oid": user.oid(),
            "preferred_username": user.upn(),
            "sub": user.oid(),
            "tid": user.tid().unwrap_or(&tokens.tenant_id),
            "uti": Uuid::new_v4().simple().to_string(),
            "ver": "2.0",
        });
        if let (Some(nonce), Some(claims)) = (nonce, claims.as_object_mut()) {
            claims.insert("nonce".to_owned(), (*nonce).into());
        }
        sign(tokens, &claims)
    }
}

/// What a program stays signed in with. It says everything by itself, so that it outlives the emulator, if the signing
/// key does.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::entra) struct RefreshToken {
    iss: String,
    exp: i64,
    upn: String,
    client_id: String,
    tid: String,
    scope: String,
    jti: String,
}

/// Why a refresh token is not good.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::entra) enum RefreshRefusal {
    Expired,
    Invalid,
}

impl RefreshToken {
    pub(in crate::entra) fn of(user: &Principal, tenant: &str, scope: &str) -> Self {
        Self {
            iss: ISSUER.to_owned(),
            exp: wall_now().saturating_add(LIFETIME).unix_timestamp(),
            upn: user.upn().unwrap_or_default().to_owned(),
            client_id: user.appid().to_owned(),
            tid: tenant.to_owned(),
            scope: scope.to_owned(),
            jti: Uuid::new_v4().to_string(),
        }
    }

    pub(in crate::entra) fn sign(&self, tokens: &Tokens) -> Result<String, SigningFailed> {
        sign(tokens, self)
    }

    pub(in crate::entra) fn check(tokens: &Tokens, sent: &str) -> Result<Self, RefreshRefusal> {
        let key = tokens.key().map_err(|_| RefreshRefusal::Invalid)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = 0;
        validation.validate_aud = false;
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss"]);
        jsonwebtoken::decode::<Self>(sent, &key.decoding, &validation)
            .map(|token| token.claims)
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => RefreshRefusal::Expired,
                _ => RefreshRefusal::Invalid,
            })
    }

    pub(in crate::entra) fn is_of(&self, client_id: &str) -> bool {
        self.client_id.eq_ignore_ascii_case(client_id)
    }

    /// Whether it was issued by one of these tenants.
    pub(in crate::entra) fn is_of_tenant(&self, tenants: [&str; 2]) -> bool {
        tenants.iter().any(|tenant| self.tid.eq_ignore_ascii_case(tenant))
    }

    pub(in crate::entra) fn upn(&self) -> &str {
        &self.upn
    }

    /// What was asked for when it was issued.
    pub(in crate::entra) fn asked(&self) -> Result<Asked, Refusal> {
        Asked::required(&Fields::of_pairs([("scope", self.scope.as_str())]))
    }
}

fn sign(tokens: &Tokens, claims: &impl Serialize) -> Result<String, SigningFailed> {
    let key = tokens.key()?;
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::RS256) };
    jsonwebtoken::encode(&header, claims, &key.encoding).map_err(|error| SigningFailed::new(&error))
}
