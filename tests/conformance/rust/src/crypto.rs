//! Cryptography: computed by the service, judged on this side with aws-lc.

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{self as lc, RsaPublicKeyComponents, UnparsedPublicKey};
use azure_security_keyvault_keys::KeyClient;
use azure_security_keyvault_keys::models::{
    CreateKeyParameters, CurveName, EncryptionAlgorithm, GetRandomBytesParameters, JsonWebKey,
    KeyClientSignOptions, KeyOperation, KeyOperationParameters, KeyOperationResult, KeyType,
    SignParameters, SignatureAlgorithm, VerifyParameters,
};

use crate::keys::{create, version};
use crate::place::Place;
use crate::suite::{Suite, equal, refused, that, there};

const AREA: &str = "crypto";
const MESSAGE: &[u8] = b"message";
const PLAIN: &[u8] = b"a plaintext of some bytes";

/// How a signature of RSA is verified here, and which digest it is of.
type OfRsa = (SignatureAlgorithm, &'static lc::RsaParameters, &'static digest::Algorithm);

/// The same of a curve.
type OfCurve = (
    SignatureAlgorithm,
    CurveName,
    &'static lc::EcdsaVerificationAlgorithm,
    &'static digest::Algorithm,
);

fn rsa_signatures() -> [OfRsa; 6] {
    [
        (SignatureAlgorithm::Rs256, &lc::RSA_PKCS1_2048_8192_SHA256, &SHA256),
        (SignatureAlgorithm::Rs384, &lc::RSA_PKCS1_2048_8192_SHA384, &SHA384),
        (SignatureAlgorithm::Rs512, &lc::RSA_PKCS1_2048_8192_SHA512, &SHA512),
        (SignatureAlgorithm::Ps256, &lc::RSA_PSS_2048_8192_SHA256, &SHA256),
        (SignatureAlgorithm::Ps384, &lc::RSA_PSS_2048_8192_SHA384, &SHA384),
        (SignatureAlgorithm::Ps512, &lc::RSA_PSS_2048_8192_SHA512, &SHA512),
    ]
}

fn curves() -> [OfCurve; 4] {
    [
        (SignatureAlgorithm::Es256, CurveName::P256, &lc::ECDSA_P256_SHA256_FIXED, &SHA256),
        (SignatureAlgorithm::Es256K, CurveName::P256K, &lc::ECDSA_P256K1_SHA256_FIXED, &SHA256),
        (SignatureAlgorithm::Es384, CurveName::P384, &lc::ECDSA_P384_SHA384_FIXED, &SHA384),
        (SignatureAlgorithm::Es512, CurveName::P521, &lc::ECDSA_P521_SHA512_FIXED, &SHA512),
    ]
}

pub async fn check(suite: &mut Suite, at: &Place) {
    let clients = at
        .keys(&at.vault("conf-rust-crypto"))
        .and_then(|keys| Ok((keys, at.keys(&at.pool("conf-rust-pool"))?)));
    let (keys, pool) = match clients {
        Ok(clients) => clients,
        Err(error) => return suite.check(AREA, "a client is made", async { Err(error) }).await,
    };
    for of in rsa_signatures() {
        let name = format!("{} is signed there, verified there and here", of.0);
        suite.check(AREA, &name, sign_rsa(&keys, of)).await;
    }
    for of in curves() {
        let name = format!("{} is signed there, verified there and here", of.0);
        suite.check(AREA, &name, sign_curve(&keys, of)).await;
    }
    for algorithm in
        [EncryptionAlgorithm::Rsa1_5, EncryptionAlgorithm::RsaOaep, EncryptionAlgorithm::RsaOaep256]
    {
        let name = format!(
            "{algorithm} is encrypted there and here, decrypted there; wrapped and unwrapped"
        );
        suite.check(AREA, &name, encrypt_rsa(&keys, algorithm)).await;
    }
    for (algorithm, size) in [
        (EncryptionAlgorithm::A128Gcm, 128),
        (EncryptionAlgorithm::A192Gcm, 192),
        (EncryptionAlgorithm::A256Gcm, 256),
    ] {
        let name = format!("{algorithm} is encrypted and decrypted by a managed HSM");
        suite.check(AREA, &name, gcm(&pool, algorithm, size)).await;
    }
    for (algorithm, size) in [
        (EncryptionAlgorithm::A128Kw, 128),
        (EncryptionAlgorithm::A192Kw, 192),
        (EncryptionAlgorithm::A256Kw, 256),
    ] {
        let name = format!("{algorithm} wraps and unwraps in a managed HSM");
        suite.check(AREA, &name, key_wrap(&pool, algorithm, size)).await;
    }
    suite.check(AREA, "a managed HSM gives as many random bytes as asked for", random(&pool)).await;
    suite
        .check(AREA, "what a key may not do is refused with the service's code", refusals(&keys))
        .await;
}

/// An RSA key by this name, made when it is not there.
async fn rsa_key(keys: &KeyClient) -> Result<(JsonWebKey, String)> {
    let key = match keys.get_key("rsa", None).await {
        Ok(answer) => answer.into_model()?,
        Err(_) => {
            let parameters = CreateKeyParameters {
                kty: Some(KeyType::Rsa),
                key_size: Some(2048),
                ..Default::default()
            };
            create(keys, "rsa", parameters).await?
        }
    };
    let version = version(&key)?;
    Ok((there("key", key.key)?, version))
}

async fn sign(
    keys: &KeyClient,
    name: &str,
    version: &str,
    algorithm: &SignatureAlgorithm,
    digest: &[u8],
) -> Result<Vec<u8>> {
    let parameters =
        SignParameters { algorithm: Some(algorithm.clone()), value: Some(digest.to_vec()) };
    let options =
        KeyClientSignOptions { key_version: Some(version.to_owned()), ..Default::default() };
    let signed = keys.sign(name, parameters.try_into()?, Some(options)).await?.into_model()?;
    that(signed.kid.is_some_and(|kid| kid.ends_with(version)), "the key that signed is named")?;
    there("signature", signed.result)
}

/// What the service says of a signature of a digest, and of one that it does not belong to.
async fn judged(
    keys: &KeyClient,
    name: &str,
    version: &str,
    algorithm: &SignatureAlgorithm,
    digest: &[u8],
    signature: &[u8],
) -> Result<()> {
    let mut other = digest.to_vec();
    if let Some(first) = other.first_mut() {
        *first ^= 1;
    }
    for (digest, verdict) in [(digest.to_vec(), true), (other, false)] {
        let parameters = VerifyParameters {
            algorithm: Some(algorithm.clone()),
            digest: Some(digest),
            signature: Some(signature.to_vec()),
        };
        let said = keys.verify(name, version, parameters.try_into()?, None).await?.into_model()?;
        equal("verdict", said.value, Some(verdict))?;
    }
    Ok(())
}

async fn sign_rsa(keys: &KeyClient, (algorithm, parameters, hash): OfRsa) -> Result<()> {
    let (jwk, version) = rsa_key(keys).await?;
    let digest = digest::digest(hash, MESSAGE);
    let signature = sign(keys, "rsa", &version, &algorithm, digest.as_ref()).await?;
    let public = RsaPublicKeyComponents { n: there("n", jwk.n)?, e: there("e", jwk.e)? };
    public
        .verify(parameters, MESSAGE, &signature)
        .map_err(|_| anyhow!("it does not verify here"))?;
    judged(keys, "rsa", &version, &algorithm, digest.as_ref(), &signature).await
}

async fn sign_curve(keys: &KeyClient, (algorithm, curve, parameters, hash): OfCurve) -> Result<()> {
    let name = format!("ec-{curve}");
    let made =
        CreateKeyParameters { kty: Some(KeyType::Ec), curve: Some(curve), ..Default::default() };
    let key = create(keys, &name, made).await?;
    let version = version(&key)?;
    let jwk = there("key", key.key)?;
    let digest = digest::digest(hash, MESSAGE);
    let signature = sign(keys, &name, &version, &algorithm, digest.as_ref()).await?;
    let point = [vec![4], there("x", jwk.x)?, there("y", jwk.y)?].concat();
    let public = UnparsedPublicKey::new(parameters, point);
    public.verify(MESSAGE, &signature).map_err(|_| anyhow!("it does not verify here"))?;
    judged(keys, &name, &version, &algorithm, digest.as_ref(), &signature).await
}

fn of(algorithm: &EncryptionAlgorithm, value: &[u8]) -> KeyOperationParameters {
    KeyOperationParameters {
        algorithm: Some(algorithm.clone()),
        value: Some(value.to_vec()),
        ..Default::default()
    }
}

async fn encrypt_rsa(keys: &KeyClient, algorithm: EncryptionAlgorithm) -> Result<()> {
    let (jwk, version) = rsa_key(keys).await?;
    let there_ =
        keys.encrypt("rsa", of(&algorithm, PLAIN).try_into()?, None).await?.into_model()?;
    let mut sealed = vec![there("ciphertext", there_.result)?];
    sealed.extend(encrypt_here(&algorithm, jwk)?);
    for sealed in sealed {
        let opened = keys
            .decrypt("rsa", &version, of(&algorithm, &sealed).try_into()?, None)
            .await?
            .into_model()?;
        equal("plaintext", opened.result.as_deref(), Some(PLAIN))?;
    }
    let wrapped =
        keys.wrap_key("rsa", of(&algorithm, PLAIN).try_into()?, None).await?.into_model()?;
    let wrapped = of(&algorithm, &there("wrapped key", wrapped.result)?);
    let unwrapped =
        keys.unwrap_key("rsa", &version, wrapped.try_into()?, None).await?.into_model()?;
    equal("key", unwrapped.result.as_deref(), Some(PLAIN))
}

/// OAEP by aws-lc; nothing for the padding that it does not offer any more.
fn encrypt_here(algorithm: &EncryptionAlgorithm, jwk: JsonWebKey) -> Result<Option<Vec<u8>>> {
    let padding = match algorithm {
        EncryptionAlgorithm::RsaOaep => &OAEP_SHA1_MGF1SHA1,
        EncryptionAlgorithm::RsaOaep256 => &OAEP_SHA256_MGF1SHA256,
        _ => return Ok(None),
    };
    let components = RsaPublicKeyComponents { n: there("n", jwk.n)?, e: there("e", jwk.e)? };
    let key: PublicEncryptingKey = components.try_into().context("the public key")?;
    let key = OaepPublicEncryptingKey::new(key)?;
    let mut sealed = vec![0; key.ciphertext_size()];
    let length = key.encrypt(padding, PLAIN, &mut sealed, None)?.len();
    sealed.truncate(length);
    Ok(Some(sealed))
}

async fn symmetric(pool: &KeyClient, size: i32) -> Result<(String, String)> {
    let name = format!("oct-{size}");
    let parameters = CreateKeyParameters {
        kty: Some(KeyType::OctHsm),
        key_size: Some(size),
        ..Default::default()
    };
    let key = create(pool, &name, parameters).await?;
    that(key.key.as_ref().is_some_and(|jwk| jwk.k.is_none()), "nothing private")?;
    Ok((name, version(&key)?))
}

async fn gcm(pool: &KeyClient, algorithm: EncryptionAlgorithm, size: i32) -> Result<()> {
    let (name, version) = symmetric(pool, size).await?;
    let mut parameters = of(&algorithm, PLAIN);
    parameters.additional_authenticated_data = Some(b"aad".to_vec());
    let sealed: KeyOperationResult =
        pool.encrypt(&name, parameters.clone().try_into()?, None).await?.into_model()?;
    equal("iv", sealed.iv.as_ref().map(Vec::len), Some(12))?;
    equal("tag", sealed.authentication_tag.as_ref().map(Vec::len), Some(16))?;
    (parameters.value, parameters.iv, parameters.authentication_tag) =
        (sealed.result, sealed.iv, sealed.authentication_tag);
    let opened =
        pool.decrypt(&name, &version, parameters.clone().try_into()?, None).await?.into_model()?;
    equal("plaintext", opened.result.as_deref(), Some(PLAIN))?;
    parameters.additional_authenticated_data = Some(b"another".to_vec());
    refused(pool.decrypt(&name, &version, parameters.try_into()?, None).await, 400, "BadParameter")
}

async fn key_wrap(pool: &KeyClient, algorithm: EncryptionAlgorithm, size: i32) -> Result<()> {
    let (name, version) = symmetric(pool, size).await?;
    let key = [9; 32];
    let wrapped =
        pool.wrap_key(&name, of(&algorithm, &key).try_into()?, None).await?.into_model()?;
    let wrapped = there("wrapped key", wrapped.result)?;
    equal("length", wrapped.len(), 40)?;
    let opened = pool
        .unwrap_key(&name, &version, of(&algorithm, &wrapped).try_into()?, None)
        .await?
        .into_model()?;
    equal("key", opened.result.as_deref(), Some(&key[..]))
}

async fn random(pool: &KeyClient) -> Result<()> {
    let mut given = Vec::new();
    for _ in 0..2 {
        let parameters = GetRandomBytesParameters { count: Some(32) };
        let bytes = pool.get_random_bytes(parameters.try_into()?, None).await?.into_model()?;
        given.push(there("bytes", bytes.value)?);
    }
    equal("length", given[0].len(), 32)?;
    that(given[0] != given[1], "other bytes each time")
}

async fn refusals(keys: &KeyClient) -> Result<()> {
    let parameters = CreateKeyParameters {
        kty: Some(KeyType::Ec),
        key_ops: Some(vec![KeyOperation::Verify]),
        ..Default::default()
    };
    create(keys, "verifier", parameters).await?;
    let signing =
        SignParameters { algorithm: Some(SignatureAlgorithm::Es256), value: Some(vec![7; 32]) };
    refused(keys.sign("verifier", signing.try_into()?, None).await, 403, "Forbidden")?;
    let (_, version) = rsa_key(keys).await?;
    let sealed = of(&EncryptionAlgorithm::RsaOaep256, &[0; 256]);
    refused(keys.decrypt("rsa", &version, sealed.try_into()?, None).await, 400, "BadParameter")
}
