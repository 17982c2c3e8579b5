//! Tokens whose signature was found good: clients send the same one with each request, and checking it costs
//! more than all the rest of a small answer.
//!
//! A digest of the token and what its claims say are kept, which give no token away. What may differ between two
//! requests is judged each time: the hour, the tenant, the audience.

use std::{fmt, sync::Arc};

use aws_lc_rs::digest;
use quick_cache::sync::Cache;
use time::OffsetDateTime;

use super::{
    signing_key::SigningKey,
    tokens::{Caller, TokenRefusal},
};

/// More than a test run has principals; each costs well below a kilobyte.
const KEPT: usize = 1024;

/// What a token says that was signed by our key.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) audience: String,
    /// In seconds since 1970, as is the next.
    pub(super) not_before: i64,
    pub(super) expires: i64,
    pub(super) caller: Arc<Caller>,
}

impl Signed {
    /// Refuses a token before its time and after it; its last second counts.
    pub(super) fn check_time(&self, now: OffsetDateTime) -> Result<(), TokenRefusal> {
        let now = now.unix_timestamp();
        if self.expires < now {
            return Err(TokenRefusal::Expired);
        }
        if self.not_before > now {
            return Err(TokenRefusal::NotYetValid);
        }
        Ok(())
    }
}

/// The tokens seen last.
pub(crate) struct Verified {
    tokens: Cache<[u8; digest::SHA256_OUTPUT_LEN], Arc<Signed>>,
}

impl Default for Verified {
    fn default() -> Self {
        Self { tokens: Cache::new(KEPT) }
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").field("tokens", &self.tokens.len()).finish()
    }
}

impl Verified {
    /// What `token` says, by `verify` when it was not signed by `key` as far as is known.
    pub(super) fn get_or_verify(
        &self,
        key: &SigningKey,
        token: &str,
        verify: impl FnOnce() -> Result<Signed, TokenRefusal>,
    ) -> Result<Arc<Signed>, TokenRefusal> {
        let digest = digest_of(key, token);
        if let Some(signed) = self.tokens.get(&digest) {
            return Ok(signed);
        }
        let signed = Arc::new(verify()?);
        self.tokens.insert(digest, Arc::clone(&signed));
        Ok(signed)
    }
}

/// Of the token under that key: what one key has signed, another has not.
fn digest_of(key: &SigningKey, token: &str) -> [u8; digest::SHA256_OUTPUT_LEN] {
    let mut context = digest::Context::new(&digest::SHA256);
    // Key ids are all of one length, so that no other pair gives the same bytes.
    context.update(key.kid.as_bytes());
    context.update(token.as_bytes());
    let mut bytes = [0; digest::SHA256_OUTPUT_LEN];
    let digest = context.finish();
    for (byte, digest) in bytes.iter_mut().zip(digest.as_ref()) {
        *byte = *digest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(not_before: i64, expires: i64) -> Signed {
        let caller = Caller {
            oid: String::new(),
            appid: String::new(),
            tid: String::new(),
            issuer: String::new(),
            upn: None,
        };
        Signed { audience: String::new(), not_before, expires, caller: Arc::new(caller) }
    }

    #[test]
    fn a_token_is_verified_once_by_each_key() {
        let (verified, key) = (Verified::default(), SigningKey::shared().unwrap());
        let first = verified.get_or_verify(&key, "t", || Ok(signed(0, 1))).unwrap();
        let never = || panic!("it was verified before");
        assert!(Arc::ptr_eq(&verified.get_or_verify(&key, "t", never).unwrap(), &first));
        let refused = || Err(TokenRefusal::Signature);
        assert!(verified.get_or_verify(&key, "u", refused).is_err());
        let other = SigningKey::generate().unwrap();
        assert!(verified.get_or_verify(&other, "t", refused).is_err());
        assert!(!format!("{verified:?}").contains("\"t\""));
    }

    #[test]
    fn a_refused_token_is_verified_again() {
        let (verified, key) = (Verified::default(), SigningKey::shared().unwrap());
        assert!(verified.get_or_verify(&key, "t", || Err(TokenRefusal::Signature)).is_err());
        assert!(verified.get_or_verify(&key, "t", || Ok(signed(0, 1))).is_ok());
    }

    #[test]
    fn a_flood_of_tokens_pushes_others_out_and_stays_bounded() {
        let (verified, key) = (Verified::default(), SigningKey::shared().unwrap());
        for number in 0..4 * KEPT {
            let token = number.to_string();
            verified.get_or_verify(&key, &token, || Ok(signed(0, 1))).unwrap();
        }
        assert!(verified.tokens.len() <= KEPT, "{verified:?}");
    }

    #[test]
    fn a_token_is_good_from_its_first_second_through_its_last() {
        let at = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let token = signed(10, 20);
        assert_eq!(token.check_time(at(9)), Err(TokenRefusal::NotYetValid));
        assert_eq!(token.check_time(at(10)), Ok(()));
        assert_eq!(token.check_time(at(20)), Ok(()));
        assert_eq!(token.check_time(at(21)), Err(TokenRefusal::Expired));
    }
}
