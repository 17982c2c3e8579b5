//! Tokens: signed by the vault's key, verified here, with the keys published for others.
//!
//! New tokens are signed by the latest version. Older ones stay in the ring for as long as a token
//! of theirs may live; one that is disabled in the vault, be it the latest, is out at the next look.

use std::{
    error::Error,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use azvault_core::{ErrorKind, time::Clock};
use azvault_keys::{
    CryptographyClient, JwtEncoder, JwtVerifier, KeyBundle, KeyClient, KeyCurve,
    SignatureAlgorithm::ES256,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    config::Config,
    failure::Failure,
    standing::{Noted, Standing},
};

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    /// The order.
    pub(crate) sub: String,
}

/// The versions of the key that are in use.
pub(crate) struct Keyring {
    client: KeyClient,
    key: String,
    issuer: String,
    lifetime: Duration,
    look_every: Duration,
    clock: Arc<dyn Clock>,
    keys: RwLock<Arc<Keys>>,
    /// One looks at a time; when it was last done because of a request.
    looking: Mutex<Option<Duration>>,
    /// As the last look found the key.
    looked: Noted,
    /// As the last token that was to be signed found it.
    signed: Noted,
}

struct Keys {
    versions: Vec<Arc<Version>>,
    /// None while the latest version cannot sign: what signed before it may be as untrustworthy.
    signer: Option<JwtEncoder>,
    latest: Latest,
    verifier: JwtVerifier,
    published: Value,
}

/// One version, whose public part is known.
struct Version {
    /// As the vault names it.
    version: Option<String>,
    /// As tokens name it: the thumbprint, which tells nothing of the vault.
    kid: String,
    crypto: CryptographyClient,
    published: Value,
}

impl Keyring {
    /// Reads the versions of the key, so that a service that cannot work does not start.
    pub(crate) async fn open(
        client: KeyClient,
        config: &Config,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Box<dyn Error>> {
        let (lifetime, look_every) = (config.token_lifetime, config.look_every);
        let versions = versions(&client, &config.signing_key, &[], &*clock, lifetime + look_every);
        let keys = Keys::of(versions.await?, &config.issuer, &clock)?;
        if keys.signer.is_none() {
            return Err(Box::new(no_signer(keys.latest)));
        }
        Ok(Self {
            client,
            key: config.signing_key.clone(),
            issuer: config.issuer.clone(),
            lifetime,
            look_every,
            clock,
            keys: RwLock::new(Arc::new(keys)),
            looking: Mutex::new(None),
            looked: Noted::usable("the key of tokens"),
            signed: Noted::usable("signing by the key of tokens"),
        })
    }

    /// A token for an order. Only this needs the vault.
    pub(crate) async fn issue(&self, order: &str) -> Result<String, Failure> {
        let now = self.clock.now();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            iat: now.unix_timestamp(),
            exp: (now + self.lifetime).unix_timestamp(),
            sub: order.to_owned(),
        };
        let keys = self.keys();
        let signed = match keys.sign(&claims).await {
            // That version was withdrawn since the last look, and there may be another.
            Err(error) if matches!(error.kind(), ErrorKind::Disabled | ErrorKind::NotFound) => {
                self.look_again().await;
                let now = self.keys();
                if Arc::ptr_eq(&keys, &now) { Err(error) } else { now.sign(&claims).await }
            }
            signed => signed,
        };
        match signed.as_ref().map_err(azvault_core::Error::kind) {
            Ok(_) => self.signed.note(Standing::Usable),
            // No look would tell: this is another permission.
            Err(
                ErrorKind::ForbiddenByPolicy
                | ErrorKind::ForbiddenByRbac
                | ErrorKind::Forbidden
                | ErrorKind::OperationForbidden,
            ) => self.signed.note(Standing::SigningForbidden),
            Err(_) => {}
        }
        signed.map_err(Failure::Vault)
    }

    /// What there is to say of the key.
    pub(crate) fn standing(&self) -> Standing {
        match self.looked.latest() {
            Standing::Usable => self.signed.latest(),
            standing => standing,
        }
    }

    /// What a token says, if it holds. Here, without the vault, unless another instance of the
    /// service has seen a rotation first.
    pub(crate) async fn verify(&self, token: &str) -> Result<Claims, Failure> {
        let mut keys = self.keys();
        if !keys.knows(token) {
            self.look_again().await;
            keys = self.keys();
        }
        match keys.verifier.verify::<Claims>(token).await {
            Ok(token) => Ok(token.into_claims()),
            Err(error) if error.kind() == ErrorKind::InvalidInput => Err(Failure::BadToken(error)),
            Err(error) => Err(Failure::Vault(error)),
        }
    }

    /// The public keys, as a JSON web key set (RFC 7517).
    pub(crate) fn published(&self) -> Value {
        self.keys().published.clone()
    }

    /// Sees which versions there are now. The known ones stay if that cannot be seen, which is noted.
    pub(crate) async fn look(&self) {
        let _turn = self.looking.lock().await;
        self.look_in_turn().await.ok();
    }

    /// Looks once in a while: anybody can send tokens of unknown keys, and orders while none is signed.
    async fn look_again(&self) {
        let mut looked = self.looking.lock().await;
        let now = self.clock.elapsed();
        if looked.is_some_and(|last| now.saturating_sub(last) < LOOK_PAUSE) {
            // It may be that look that has found the key.
            return;
        }
        // For a sender who does not wait for the end of it.
        *looked = Some(now);
        // If it was in vain, that is noted, and the known versions stay.
        self.look_in_turn().await.ok();
        // Counted from the end: a vault that is slow to answer would have those who waited look one after the other.
        *looked = Some(self.clock.elapsed());
    }

    async fn look_in_turn(&self) -> Result<(), azvault_core::Error> {
        let looked = self.take_versions().await;
        let deleted = async || self.client.get_deleted_key(&self.key).await.map(drop);
        let standing = match &looked {
            Ok(()) => match self.keys().latest {
                Latest::Signs => Standing::Usable,
                Latest::Disabled => Standing::Disabled,
                Latest::Unfit => Standing::Unfit,
            },
            Err(error) => Standing::of(error, deleted).await,
        };
        self.looked.note_with(standing, looked.as_ref().err());
        looked
    }

    async fn take_versions(&self) -> Result<(), azvault_core::Error> {
        let known = self.keys();
        let lives = self.lifetime + self.look_every;
        let found = versions(&self.client, &self.key, &known.versions, &*self.clock, lives).await?;
        let same = |(a, b): (&Arc<Version>, &Arc<Version>)| Arc::ptr_eq(a, b);
        if found.latest == known.latest
            && found.versions.len() == known.versions.len()
            && found.versions.iter().zip(&known.versions).all(same)
        {
            return Ok(());
        }
        let keys = Arc::new(Keys::of(found, &self.issuer, &self.clock)?);
        tracing::info!(versions = keys.versions.len(), "the keys of tokens are others now");
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Keys {
    fn of(found: Found, issuer: &str, clock: &Arc<dyn Clock>) -> Result<Self, azvault_core::Error> {
        let Found { versions, latest } = found;
        let signer = versions.first().filter(|_| latest == Latest::Signs).map(|first| {
            let signer = JwtEncoder::new(first.crypto.clone(), ES256)?;
            Ok::<_, azvault_core::Error>(signer.key_id(first.kid.as_str()))
        });
        let signer = signer.transpose()?;
        let verifier =
            JwtVerifier::new([ES256])?.issuer(issuer).audience(issuer).clock(Arc::clone(clock));
        let verifier = versions.iter().fold(verifier, |verifier, version| {
            verifier.key_named(version.kid.as_str(), version.crypto.clone())
        });
        let published: Vec<&Value> = versions.iter().map(|version| &version.published).collect();
        let published = json!({ "keys": published });
        Ok(Self { versions, signer, latest, verifier, published })
    }

    async fn sign(&self, claims: &Claims) -> Result<String, azvault_core::Error> {
        self.signer.as_ref().ok_or_else(|| no_signer(self.latest))?.encode(claims).await
    }

    /// Whether the token says that it is signed by one of these; what else it says is not judged.
    fn knows(&self, token: &str) -> bool {
        #[derive(Deserialize)]
        struct Header {
            kid: String,
        }
        let header = token.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let header = header.and_then(|json| serde_json::from_slice::<Header>(&json).ok());
        // One without a name is not worth a look.
        header.is_none_or(|header| self.versions.iter().any(|version| version.kid == header.kid))
    }
}

impl Version {
    /// None if it is not on the curve P-256.
    fn of(client: &KeyClient, key: &KeyBundle) -> Result<Option<Arc<Self>>, azvault_core::Error> {
        let jwk = key.jwk();
        let (Some(KeyCurve::P256), Some(x), Some(y)) = (jwk.curve(), jwk.x(), jwk.y()) else {
            return Ok(None);
        };
        let kid = URL_SAFE_NO_PAD.encode(jwk.thumbprint()?);
        let published = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        });
        let crypto = client.cryptography_client_for(key)?;
        let version = key.properties().version().map(ToOwned::to_owned);
        Ok(Some(Arc::new(Self { version, kid, crypto, published })))
    }
}

/// Which versions are believed.
struct Found {
    /// The newest first.
    versions: Vec<Arc<Version>>,
    /// If it signs, it is the first of them.
    latest: Latest,
}

/// The latest version there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Latest {
    Signs,
    Disabled,
    /// Somebody has made one of another kind, which the vault allows.
    Unfit,
}

fn no_signer(latest: Latest) -> azvault_core::Error {
    let what = match latest {
        Latest::Unfit => "not on the curve P-256, which ES256 needs",
        Latest::Disabled | Latest::Signs => "disabled",
    };
    let words = format!("the latest version of the key is {what}");
    azvault_core::Error::new(ErrorKind::Disabled, words)
}

/// The latest version, then those that a token may still be signed by. Disabled ones can be read, too.
async fn versions(
    client: &KeyClient,
    key: &str,
    known: &[Arc<Version>],
    clock: &dyn Clock,
    lives: Duration,
) -> Result<Found, azvault_core::Error> {
    let find = |version: Option<&str>| {
        known.iter().find(|known| known.version.as_deref() == version).map(Arc::clone)
    };
    let latest = client.get_key(key).await?;
    let mut found = Vec::new();
    let mut standing = Latest::Disabled;
    if latest.properties().enabled() {
        found.extend(match find(latest.properties().version()) {
            Some(first) => Some(first),
            None => Version::of(client, &latest)?,
        });
        standing = if found.is_empty() { Latest::Unfit } else { Latest::Signs };
    }
    let mut older = client.list_key_properties_versions(key).try_collect().await?;
    older.retain(|version| version.id() != latest.id());
    older.sort_by_key(|version| std::cmp::Reverse(version.created_on()));
    // A version signed until the next one was made, and seen.
    let mut replaced = latest.properties().created_on();
    for properties in older {
        if replaced.is_some_and(|replaced| replaced + lives + LEEWAY < clock.now()) {
            break;
        }
        replaced = properties.created_on();
        if !properties.enabled() {
            continue;
        }
        // One of another kind has signed nothing.
        found.extend(match (find(properties.version()), properties.version()) {
            (Some(known), _) => Some(known),
            (None, Some(version)) => {
                Version::of(client, &client.get_key(key).version(version).await?)?
            }
            (None, None) => continue,
        });
    }
    Ok(Found { versions: found, latest: standing })
}

/// How far the vault's clock and ours may differ.
const LEEWAY: Duration = Duration::from_secs(60);
/// How often requests may have it look.
const LOOK_PAUSE: Duration = Duration::from_secs(5);
