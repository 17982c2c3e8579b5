//! Judging tokens.

use std::{sync::Arc, time::Duration};

use azvault_core::{
    Error, Result,
    time::{Clock, SystemClock},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;

use super::{
    check_algorithm,
    claims::{Expectations, Registered},
    header::Read,
    object,
};
use crate::{CryptographyClient, SignatureAlgorithm, cryptography::Need};

/// Longer tokens are refused unread: no header line would carry them.
const MAX_LEN: usize = 64 * 1024;

/// Judges JSON web tokens by keys, algorithms and claims that it is told; nothing that a token
/// says adds to them. Signatures are verified here once a key is known. A cheap clone.
///
/// A token must be signed by one of the keys, which its `kid` chooses (without a `kid`, there may
/// be one key only), and must not have expired. One that is for an audience needs
/// [`audience`](Self::audience). `jku`, `jwk`, `x5u` and `x5c` are not looked at, and a token
/// with critical extensions is refused.
///
/// Source: [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519), section 7.2, and
/// [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725).
///
/// # Examples
/// See [`JwtEncoder`](crate::JwtEncoder).
#[derive(Clone, Debug)]
pub struct JwtVerifier {
    algorithms: Vec<SignatureAlgorithm>,
    keys: Vec<(CryptographyClient, Option<String>)>,
    expect: Expectations,
    clock: Arc<dyn Clock>,
}

/// A token that was found to hold.
#[derive(Clone, Debug)]
pub struct Jwt<C> {
    claims: C,
    key_id: Option<String>,
    token_type: Option<String>,
}

impl<C> Jwt<C> {
    /// The claims.
    pub fn claims(&self) -> &C {
        &self.claims
    }

    /// The claims, alone.
    pub fn into_claims(self) -> C {
        self.claims
    }

    /// The header's `kid`, by which the key was chosen.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The header's `typ`.
    pub fn token_type(&self) -> Option<&str> {
        self.token_type.as_deref()
    }
}

impl JwtVerifier {
    /// A verifier that accepts these algorithms.
    ///
    /// # Errors
    /// `InvalidInput` for none, or one that is not `RS*`, `PS*` or `ES*`.
    pub fn new(algorithms: impl IntoIterator<Item = SignatureAlgorithm>) -> Result<Self> {
        let algorithms: Vec<SignatureAlgorithm> = algorithms.into_iter().collect();
        if algorithms.is_empty() {
            return Err(Error::invalid_input(
                "no algorithm is accepted: name one, ES256 for instance",
            ));
        }
        algorithms.iter().try_for_each(check_algorithm)?;
        let (keys, expect) = (Vec::new(), Expectations::default());
        Ok(Self { algorithms, keys, expect, clock: SystemClock::shared() })
    }

    /// Accepts what this key signed. Its `kid` is its identifier with its version, or what its
    /// JSON web key says. After a rotation, add the new version and keep the old one. A key that
    /// may not be read is looked at once: [`CryptographyClient::prepare`] looks again.
    #[must_use]
    pub fn key(mut self, key: CryptographyClient) -> Self {
        self.keys.push((key, None));
        self
    }

    /// Accepts what this key signed, under a `kid` of your own.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::{JwtEncoder, JwtVerifier, SignatureAlgorithm::ES256};
    /// use serde_json::{Value, json};
    ///
    /// client.create_ec_key("tokens").await?;
    /// let crypto = client.cryptography_client("tokens")?;
    /// let encoder = JwtEncoder::new(crypto.clone(), ES256)?.key_id("2026");
    /// let token = encoder.encode(&json!({ "exp": 4_000_000_000_u64 })).await?;
    ///
    /// let verifier = JwtVerifier::new([ES256])?.key_named("2026", crypto);
    /// assert_eq!(verifier.verify::<Value>(&token).await?.key_id(), Some("2026"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn key_named(mut self, key_id: impl Into<String>, key: CryptographyClient) -> Self {
        self.keys.push((key, Some(key_id.into())));
        self
    }

    /// Wants tokens of this issuer (`iss`), compared as it is.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.expect.issuer = Some(issuer.into());
        self
    }

    /// Wants tokens for this audience (`aud`); may be given more than once.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.expect.audiences.push(audience.into());
        self
    }

    /// Does not look at whom a token is for.
    #[must_use]
    pub fn any_audience(mut self) -> Self {
        self.expect.any_audience = true;
        self
    }

    /// How far clocks may differ; a minute unless set.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.expect.leeway = leeway;
        self
    }

    /// Accepts tokens that never expire. One that says when it does still expires.
    #[must_use]
    pub fn without_expiry(mut self) -> Self {
        self.expect.expiry_required = false;
        self
    }

    /// The clock to compare `exp` and `nbf` with.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Judges a token, and gives its claims if it holds.
    ///
    /// Needs the permission `keys/get`, or `keys/verify` where the key may not be read.
    ///
    /// # Errors
    /// `InvalidInput` if the token must not be trusted, with the reason; anything else means that
    /// it could not be found out. No error repeats what the token says.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::{JwtEncoder, JwtVerifier, SignatureAlgorithm::ES256};
    /// use serde_json::{Value, json};
    ///
    /// client.create_ec_key("tokens").await?;
    /// let crypto = client.cryptography_client("tokens")?;
    /// let claims = json!({ "iss": "us", "aud": "you", "sub": "me", "exp": 4_000_000_000_u64 });
    /// let token = JwtEncoder::new(crypto.clone(), ES256)?.encode(&claims).await?;
    ///
    /// let verifier = JwtVerifier::new([ES256])?.key(crypto).issuer("us");
    /// assert!(verifier.verify::<Value>(&token).await.is_err()); // for whom?
    /// let jwt = verifier.audience("you").verify::<Value>(&token).await?;
    /// assert_eq!(jwt.claims()["sub"], "me");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn verify<C: DeserializeOwned>(&self, token: &str) -> Result<Jwt<C>> {
        let parts = Parts::of(token)?;
        let header = Read::parse(&decode(parts.header)?)?;
        let algorithm = header.algorithm(&self.algorithms)?;
        let key = self.choose(header.kid()).await?;
        let signature = decode(parts.signature)?;
        if !key.verify_data(algorithm, parts.signed, signature).await?.is_valid() {
            return Err(Error::invalid_input("the token's signature is not that of the key"));
        }
        let payload = decode(parts.payload)?;
        let no_claims = || Error::invalid_input("the token's claims are not of the form expected");
        let registered: Registered = object(&payload).ok_or_else(no_claims)?;
        self.expect.check(&registered, self.clock.now())?;
        Ok(Jwt {
            claims: object(&payload).ok_or_else(no_claims)?,
            key_id: header.kid().map(ToOwned::to_owned),
            token_type: header.typ().map(ToOwned::to_owned),
        })
    }

    async fn choose(&self, kid: Option<&str>) -> Result<&CryptographyClient> {
        let Some(kid) = kid else {
            return match self.keys.as_slice() {
                [(only, _)] => Ok(only),
                keys => Err(Error::invalid_input(format!(
                    "the token does not say which of {} keys signed it (`kid`)",
                    keys.len()
                ))),
            };
        };
        let mut unknown = None;
        for (key, named) in &self.keys {
            let matches = match named {
                Some(named) => named == kid,
                // Whose name cannot be found out does not stand in the way of the others.
                None => match key.version_id(Need::Wanted).await {
                    Ok(id) => id == kid,
                    Err(error) => {
                        unknown.get_or_insert(error);
                        false
                    }
                },
            };
            if matches {
                return Ok(key);
            }
        }
        Err(unknown.unwrap_or_else(|| {
            Error::invalid_input("the token is signed by another key than those accepted (`kid`)")
        }))
    }
}

/// A token in the compact form, taken apart.
struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    /// Header and payload as they were signed.
    signed: &'a str,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Result<Self> {
        let no_token = || {
            Error::invalid_input("this is no signed token: three parts of base64url between dots")
        };
        if token.len() > MAX_LEN {
            return Err(Error::invalid_input(format!(
                "the token has {} characters: those of up to {MAX_LEN} are looked at",
                token.len()
            )));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or_else(no_token)?;
        let (header, payload) = signed.split_once('.').ok_or_else(no_token)?;
        if payload.contains('.') || signature.is_empty() {
            return Err(no_token());
        }
        Ok(Self { header, payload, signature, signed })
    }
}

/// Strictly: without padding, and no two texts for the same bytes.
fn decode(part: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Error::invalid_input("a part of the token is not base64url without padding"))
}
