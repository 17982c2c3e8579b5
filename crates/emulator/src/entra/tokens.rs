//! Access tokens: minted for a principal and an audience, checked by the data plane.
//!
//! Both run on wall time, unless the emulator's clock carries them: a client's own clock decides when it renews, and no
//! test can move that.

use std::{sync::Arc, time::Duration};

use jsonwebtoken::{Algorithm, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::signing_key::{SigningFailed, SigningKey};
use super::{
    directory::Directory,
    principals::Secret,
    sign_in::SignIns,
    verified::{Signed, Verified},
};
use crate::{clock::Clock, principal::Principal};

/// Entra dates tokens back, so that a service whose clock lags still accepts them.
const BACKDATED_SECONDS: i64 = 300;
/// Issuers are this and the tenant.
const ISSUER: &str = "https://sts.windows.net/";

/// Mints and checks the tokens of one tenant.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) tenant_id: String,
    /// Says what tokens are dated by.
    pub(crate) clock: Clock,
    pub(crate) lifetime: Duration,
    pub(crate) directory: Arc<Directory>,
    pub(crate) sign_ins: Arc<SignIns>,
    /// The value of `X-IDENTITY-HEADER` to insist on; any is right without.
    pub(crate) identity_header: Option<Secret>,
    /// The installation's key; `None`: the process's.
    pub(crate) signing_key: Option<Arc<SigningKey>>,
    pub(crate) verified: Arc<Verified>,
}

/// A minted token.
pub(crate) struct Minted {
    pub(crate) token: String,
    pub(crate) not_before: OffsetDateTime,
    pub(crate) expires_on: OffsetDateTime,
}

/// Who a checked token speaks for.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) oid: String,
    pub(crate) appid: String,
    pub(crate) tid: String,
    pub(crate) issuer: String,
    /// Of a user, the principal name.
    pub(crate) upn: Option<String>,
}

/// Why a token is not accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TokenRefusal {
    Malformed,
    Signature,
    Expired,
    NotYetValid,
    Audience { expected: String, found: String },
    Issuer { expected: String, found: String },
}

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    appid: String,
    appidacr: String,
    idp: String,
    idtyp: String,
    oid: String,
    sub: String,
    tid: String,
    uti: String,
    ver: String,
    /// Of users alone.
    #[serde(flatten)]
    user: UserClaims,
}

/// What the token of a user says besides.
#[derive(Default, Serialize, Deserialize)]
struct UserClaims {
    #[serde(skip_serializing_if = "Option::is_none")]
    upn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scp: Option<String>,
}

impl UserClaims {
    fn of(upn: Option<&str>, display_name: &str) -> Self {
        let Some(upn) = upn else {
            return Self::default();
        };
        Self {
            upn: Some(upn.to_owned()),
            unique_name: Some(upn.to_owned()),
            name: Some(display_name.to_owned()),
            scp: Some("user_impersonation".to_owned()),
        }
    }
}

impl Tokens {
    /// What tokens are dated by, and expire by.
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.tokens_now()
    }

    /// The key that signs and checks.
    pub(super) fn key(&self) -> Result<Arc<SigningKey>, SigningFailed> {
        self.signing_key.as_ref().map_or_else(SigningKey::shared, |key| Ok(Arc::clone(key)))
    }

    /// A token of `principal` for `audience`, living as long as the emulator was told.
    pub(crate) fn mint(
        &self,
        principal: &Principal,
        audience: &str,
    ) -> Result<Minted, SigningFailed> {
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX / 4);
        self.mint_with(&*self.key()?, principal, audience, lifetime)
    }

    fn mint_with(
        &self,
        key: &SigningKey,
        principal: &Principal,
        audience: &str,
        lifetime_seconds: i64,
    ) -> Result<Minted, SigningFailed> {
        let now = self.now().unix_timestamp();
        let tid = principal.tid().unwrap_or(&self.tenant_id);
        let exp = now.saturating_add(lifetime_seconds);
        let entry = self.directory.saw(principal);
        let (appidacr, idtyp) =
            if principal.upn().is_some() { ("0", "user") } else { ("1", "app") };
        let claims = Claims {
            aud: audience.to_owned(),
            iss: issuer(tid),
            iat: now - BACKDATED_SECONDS,
            nbf: now - BACKDATED_SECONDS,
            exp,
            appid: principal.appid().to_owned(),
            appidacr: appidacr.to_owned(),
            idp: issuer(tid),
            idtyp: idtyp.to_owned(),
            oid: principal.oid().to_owned(),
            sub: principal.oid().to_owned(),
            tid: tid.to_owned(),
            // Makes every token distinct, as it is in Entra: clients tell a renewed token by it.
            uti: Uuid::new_v4().simple().to_string(),
            ver: "1.0".to_owned(),
            user: UserClaims::of(principal.upn(), &entry.display_name),
        };
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::RS256) };
        let token = jsonwebtoken::encode(&header, &claims, &key.encoding)
            .map_err(|error| SigningFailed::new(&error))?;
        let time =
            |unix| OffsetDateTime::from_unix_timestamp(unix).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Ok(Minted { token, not_before: time(claims.nbf), expires_on: time(exp) })
    }

    /// The caller of `token`, when it is of this tenant, in time, and for one of `audiences`.
    pub(crate) fn check(
        &self,
        token: &str,
        audiences: &[&str],
    ) -> Result<Arc<Caller>, TokenRefusal> {
        self.check_for(&self.tenant_id, token, audiences)
    }

    /// The same, of the tenant with the id `tenant`.
    pub(crate) fn check_for(
        &self,
        tenant: &str,
        token: &str,
        audiences: &[&str],
    ) -> Result<Arc<Caller>, TokenRefusal> {
        let key = self.key().map_err(|_| TokenRefusal::Signature)?;
        let signed = self.verified.get_or_verify(&key, token, || verify(&key, token))?;
        signed.check_time(self.now())?;
        let caller = &signed.caller;
        if !is_issuer(&caller.issuer, tenant) || !caller.tid.eq_ignore_ascii_case(tenant) {
            let (expected, found) = (issuer(tenant), caller.issuer.clone());
            return Err(TokenRefusal::Issuer { expected, found });
        }
        if !audiences.contains(&signed.audience.trim_end_matches('/')) {
            let expected = audiences.first().copied().unwrap_or_default().to_owned();
            return Err(TokenRefusal::Audience { expected, found: signed.audience.clone() });
        }
        Ok(Arc::clone(caller))
    }
}

/// Checks the signature alone.
fn verify(key: &SigningKey, token: &str) -> Result<Signed, TokenRefusal> {
    let mut validation = Validation::new(Algorithm::RS256);
    // What differs from request to request is judged by each.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation)
        .map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => TokenRefusal::Signature,
            _ => TokenRefusal::Malformed,
        })?
        .claims;
    let caller = Caller {
        oid: claims.oid,
        appid: claims.appid,
        tid: claims.tid,
        issuer: claims.iss,
        upn: claims.user.upn,
    };
    Ok(Signed {
        audience: claims.aud,
        not_before: claims.nbf,
        expires: claims.exp,
        caller: Arc::new(caller),
    })
}

fn is_issuer(issuer: &str, tenant_id: &str) -> bool {
    let tenant = issuer.strip_suffix('/').and_then(|issuer| issuer.get(ISSUER.len()..));
    issuer.get(..ISSUER.len()).is_some_and(|start| start.eq_ignore_ascii_case(ISSUER))
        && tenant.is_some_and(|tenant| tenant.eq_ignore_ascii_case(tenant_id))
}

fn issuer(tenant_id: &str) -> String {
    format!("{ISSUER}{tenant_id}/")
}

/// The audience that a v2 scope asks for: `X/.default` gives `X`, slashes at its end ignored.
pub(crate) fn audience_of_scope(scope: &str) -> Option<&str> {
    let resource = scope.strip_suffix("/.default")?.trim_end_matches('/');
    (!resource.is_empty()).then_some(resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUDIENCE: &str = "https://vault.azure.net";

    fn tokens() -> Tokens {
        Tokens {
            tenant_id: Uuid::new_v4().to_string(),
            lifetime: Duration::from_secs(3600),
            directory: Arc::default(),
            sign_ins: Arc::default(),
            identity_header: None,
            clock: Clock::default(),
            signing_key: None,
            verified: Arc::default(),
        }
    }

    #[test]
    fn a_minted_token_names_its_caller() {
        let tokens = tokens();
        let principal = Principal::new("object").with_appid("app");
        let minted = tokens.mint(&principal, AUDIENCE).unwrap();
        let caller = tokens.check(&minted.token, &[AUDIENCE]).unwrap();
        assert_eq!((caller.oid.as_str(), caller.appid.as_str()), ("object", "app"));
        assert!(minted.expires_on > tokens.now() + Duration::from_secs(3500));
    }

    #[test]
    fn an_expired_token_is_refused() {
        let tokens = tokens();
        let key = SigningKey::shared().unwrap();
        let minted = tokens.mint_with(&key, &Principal::default(), AUDIENCE, -1).unwrap();
        assert_eq!(tokens.check(&minted.token, &[AUDIENCE]).unwrap_err(), TokenRefusal::Expired);
    }

    #[test]
    fn a_token_signed_by_another_key_is_refused() {
        let tokens = tokens();
        let forged_key = SigningKey::generate().unwrap();
        let forged = tokens.mint_with(&forged_key, &Principal::default(), AUDIENCE, 60).unwrap();
        assert_eq!(tokens.check(&forged.token, &[AUDIENCE]).unwrap_err(), TokenRefusal::Signature);
    }

    #[test]
    fn a_key_of_its_own_signs_and_checks_in_place_of_the_processes() {
        let own =
            Tokens { signing_key: Some(Arc::new(SigningKey::generate().unwrap())), ..tokens() };
        let minted = own.mint(&Principal::default(), AUDIENCE).unwrap();
        assert!(own.check(&minted.token, &[AUDIENCE]).is_ok());
        let without = Tokens { signing_key: None, ..own };
        assert_eq!(without.check(&minted.token, &[AUDIENCE]).unwrap_err(), TokenRefusal::Signature);
    }

    #[test]
    fn a_token_known_from_before_is_judged_again() {
        let tokens = Tokens { lifetime: Duration::from_secs(60), ..tokens() };
        let key = SigningKey::shared().unwrap();
        let other = Uuid::new_v4().to_string();
        let minted = tokens.mint(&Principal::default(), AUDIENCE).unwrap();
        for _ in 0..2 {
            let caller = tokens.check(&minted.token, &[AUDIENCE]).unwrap();
            assert_eq!(caller.tid, tokens.tenant_id);
            let of_other = tokens.check_for(&other, &minted.token, &[AUDIENCE]).unwrap_err();
            assert!(matches!(of_other, TokenRefusal::Issuer { .. }), "{of_other:?}");
            let elsewhere = tokens.check(&minted.token, &["https://x"]).unwrap_err();
            assert!(matches!(elsewhere, TokenRefusal::Audience { .. }), "{elsewhere:?}");
            let expired = tokens.mint_with(&key, &Principal::default(), AUDIENCE, -1).unwrap();
            let refusal = tokens.check(&expired.token, &[AUDIENCE]).unwrap_err();
            assert_eq!(refusal, TokenRefusal::Expired);
            // One letter of a known token's signature.
            let mut forged = minted.token.clone();
            let at = forged.len() - 10;
            let letter = if forged.as_bytes()[at] == b'A' { "B" } else { "A" };
            forged.replace_range(at..=at, letter);
            let refusal = tokens.check(&forged, &[AUDIENCE]).unwrap_err();
            assert_eq!(refusal, TokenRefusal::Signature);
        }
    }

    #[test]
    fn an_issuer_is_the_whole_of_it() {
        assert!(is_issuer("https://STS.windows.net/T/", "t"));
        for other in ["https://sts.windows.net/t", "https://sts.windows.net/tt/", "https://sts", ""]
        {
            assert!(!is_issuer(other, "t"), "{other}");
        }
    }

    #[test]
    fn an_unsigned_token_is_refused() {
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJhdWQiOiJ4In0.";
        assert!(tokens().check(none, &[AUDIENCE]).is_err());
        assert_eq!(tokens().check("junk", &[AUDIENCE]).unwrap_err(), TokenRefusal::Malformed);
    }

    #[test]
    fn a_token_for_another_audience_or_tenant_is_refused() {
        let tokens = tokens();
        let minted = tokens.mint(&Principal::default(), "https://management.azure.com").unwrap();
        let refusal = tokens.check(&minted.token, &[AUDIENCE]).unwrap_err();
        assert!(matches!(refusal, TokenRefusal::Audience { .. }), "{refusal:?}");
        let foreign = Principal::default().with_tid(Uuid::new_v4().to_string());
        let minted = tokens.mint(&foreign, AUDIENCE).unwrap();
        let refusal = tokens.check(&minted.token, &[AUDIENCE]).unwrap_err();
        assert!(matches!(refusal, TokenRefusal::Issuer { .. }), "{refusal:?}");
    }

    #[test]
    fn a_scopes_slashes_do_not_reach_the_audience() {
        assert_eq!(audience_of_scope("https://x:1/.default"), Some("https://x:1"));
        assert_eq!(audience_of_scope("https://x:1//.default"), Some("https://x:1"));
        assert_eq!(audience_of_scope("https://x:1/"), None);
        assert_eq!(audience_of_scope("/.default"), None);
    }
}
