//! Keys: every operation of the client but the cryptographic ones.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use azure_core::time::{Duration, OffsetDateTime};
use azure_security_keyvault_keys::models::{
    CreateKeyParameters, CurveName, GetRandomBytesParameters, ImportKeyParameters, JsonWebKey, Key,
    KeyAttributes, KeyClientGetKeyOptions, KeyOperation, KeyReleasePolicy, KeyRotationPolicy,
    KeyRotationPolicyAction, KeyRotationPolicyAttributes, KeyType, LifetimeAction,
    LifetimeActionTrigger, LifetimeActionType, ReleaseParameters, RestoreKeyParameters,
    UpdateKeyPropertiesParameters,
};
use azure_security_keyvault_keys::{KeyClient, ResourceExt};
use futures::TryStreamExt;

use crate::place::Place;
use crate::suite::{Suite, equal, refused, that, there};

const VAULT: &str = "conf-rust-keys";
const AREA: &str = "keys";

pub async fn check(suite: &mut Suite, at: &Place) {
    let url = at.vault(VAULT);
    let keys = match at.keys(&url) {
        Ok(keys) => keys,
        Err(error) => return suite.check(AREA, "a client is made", async { Err(error) }).await,
    };
    for (kind, size) in
        [(KeyType::Rsa, 2048), (KeyType::Rsa, 3072), (KeyType::Rsa, 4096), (KeyType::RsaHsm, 2048)]
    {
        let name = format!("an {kind} key of {size} bits is made");
        suite.check(AREA, &name, rsa(&keys, kind, size)).await;
    }
    for (curve, size) in [
        (CurveName::P256, 32),
        (CurveName::P256K, 32),
        (CurveName::P384, 48),
        (CurveName::P521, 66),
    ] {
        for kind in [KeyType::Ec, KeyType::EcHsm] {
            let name = format!("an {kind} key on {curve} is made");
            suite.check(AREA, &name, ec(&keys, kind, curve.clone(), size)).await;
        }
    }
    suite
        .check(
            AREA,
            "a key is made with all that it can have and read by name and by version",
            full(&keys, &url),
        )
        .await;
    suite.check(AREA, "a key is updated, and no version is added", updated(&keys)).await;
    suite
        .check(
            AREA,
            "a list of more than a page has each key once, a list of versions each version",
            listed(&keys),
        )
        .await;
    suite
        .check(
            AREA,
            "a deleted key is gone, shown as deleted, recovered, and purged",
            deleted(&keys, &url),
        )
        .await;
    suite.check(AREA, "a backup is restored with its versions", backed_up(&keys)).await;
    suite.check(AREA, "a key is imported, and nothing private comes back", imported(&keys)).await;
    suite.check(AREA, "a rotation makes a version that differs", rotated(&keys)).await;
    suite.check(AREA, "a rotation policy is set and kept", policy(&keys)).await;
    suite
        .check(
            AREA,
            "a key with a release policy is not released without attestation",
            released(&keys),
        )
        .await;
    suite.check(AREA, "a key's attestation comes with its certificates", attested(&keys)).await;
    suite.check(AREA, "refusals carry the service's codes", refusals(&keys)).await;
}

pub async fn create(keys: &KeyClient, name: &str, parameters: CreateKeyParameters) -> Result<Key> {
    Ok(keys.create_key(name, parameters.try_into()?, None).await?.into_model()?)
}

/// A small key that is made in no time.
pub async fn any(keys: &KeyClient, name: &str) -> Result<Key> {
    create(keys, name, CreateKeyParameters { kty: Some(KeyType::Ec), ..Default::default() }).await
}

pub fn version(key: &Key) -> Result<String> {
    there("version", key.resource_id()?.version)
}

fn public(key: &Key) -> Result<JsonWebKey> {
    let jwk = there("key", key.key.clone())?;
    that(
        jwk.d.is_none() && jwk.p.is_none() && jwk.q.is_none() && jwk.k.is_none(),
        "nothing private",
    )?;
    Ok(jwk)
}

async fn rsa(keys: &KeyClient, kind: KeyType, size: i32) -> Result<()> {
    let parameters =
        CreateKeyParameters { kty: Some(kind.clone()), key_size: Some(size), ..Default::default() };
    let jwk = public(&create(keys, &format!("{kind}-{size}"), parameters).await?)?;
    equal("kty", jwk.kty, Some(kind))?;
    equal("bits", jwk.n.map(|n| n.len() * 8), usize::try_from(size).ok())?;
    equal("operations", jwk.key_ops.map(|operations| operations.len()), Some(6))
}

async fn ec(keys: &KeyClient, kind: KeyType, curve: CurveName, size: usize) -> Result<()> {
    let parameters = CreateKeyParameters {
        kty: Some(kind.clone()),
        curve: Some(curve.clone()),
        ..Default::default()
    };
    let jwk = public(&create(keys, &format!("{kind}-{curve}"), parameters).await?)?;
    equal("kty", jwk.kty, Some(kind))?;
    equal("crv", jwk.crv, Some(curve))?;
    equal("x", jwk.x.map(|x| x.len()), Some(size))?;
    equal("y", jwk.y.map(|y| y.len()), Some(size))
}

async fn full(keys: &KeyClient, url: &str) -> Result<()> {
    let expires = OffsetDateTime::now_utc().replace_nanosecond(0)? + Duration::hours(48);
    let parameters = CreateKeyParameters {
        kty: Some(KeyType::Ec),
        key_ops: Some(vec![KeyOperation::Sign]),
        key_attributes: Some(KeyAttributes {
            enabled: Some(true),
            expires: Some(expires),
            ..Default::default()
        }),
        tags: Some(HashMap::from([("a".to_owned(), "b".to_owned())])),
        ..Default::default()
    };
    let made = create(keys, "full", parameters).await?;
    let options =
        KeyClientGetKeyOptions { key_version: Some(version(&made)?), ..Default::default() };
    let read = keys.get_key("full", Some(options)).await?.into_model()?;
    let jwk = public(&read)?;
    equal("kid", jwk.kid, Some(format!("{url}/keys/full/{}", version(&made)?)))?;
    equal("x", jwk.x, public(&made)?.x)?;
    equal("operations", jwk.key_ops, Some(vec!["sign".to_owned()]))?;
    equal("exp", read.attributes.and_then(|attributes| attributes.expires), Some(expires))?;
    equal("tag", read.tags.and_then(|tags| tags.get("a").cloned()), Some("b".to_owned()))?;
    let latest = keys.get_key("full", None).await?.into_model()?;
    equal("latest", version(&latest)?, version(&made)?)
}

async fn updated(keys: &KeyClient) -> Result<()> {
    let made = any(keys, "updated").await?;
    let parameters = UpdateKeyPropertiesParameters {
        key_attributes: Some(KeyAttributes { enabled: Some(false), ..Default::default() }),
        key_ops: Some(vec![KeyOperation::Verify]),
        ..Default::default()
    };
    keys.update_key_properties("updated", parameters.try_into()?, None).await?.into_model()?;
    let read = keys.get_key("updated", None).await?.into_model()?;
    equal("version", version(&read)?, version(&made)?)?;
    equal("operations", public(&read)?.key_ops, Some(vec!["verify".to_owned()]))?;
    equal("enabled", read.attributes.and_then(|attributes| attributes.enabled), Some(false))
}

async fn listed(keys: &KeyClient) -> Result<()> {
    for number in 0..28 {
        any(keys, &format!("many-{number:02}")).await?;
    }
    let mut seen = HashMap::<String, usize>::new();
    let (mut count, mut pages) = (0, keys.list_key_properties(None)?.into_pages());
    while let Some(page) = pages.try_next().await? {
        count += 1;
        for key in page.into_model()?.value {
            *seen.entry(key.resource_id()?.name).or_default() += 1;
        }
    }
    for number in 0..28 {
        equal("listed", seen.get(&format!("many-{number:02}")), Some(&1))?;
    }
    that(count >= 2, "there are pages")?;
    let made = BTreeSet::from([
        version(&any(keys, "versions").await?)?,
        version(&any(keys, "versions").await?)?,
    ]);
    let all: Vec<_> = keys.list_key_properties_versions("versions", None)?.try_collect().await?;
    let listed: Result<BTreeSet<_>> =
        all.iter().map(|key| there("version", key.resource_id()?.version)).collect();
    equal("versions", listed?, made)
}

async fn remove(keys: &KeyClient, name: &str) -> Result<()> {
    keys.delete_key(name, None).await?;
    keys.purge_deleted_key(name, None).await?;
    Ok(())
}

async fn deleted(keys: &KeyClient, url: &str) -> Result<()> {
    let made = any(keys, "deleted").await?;
    let gone = keys.delete_key("deleted", None).await?.into_model()?;
    equal("recovery id", gone.recovery_id, Some(format!("{url}/deletedkeys/deleted")))?;
    let kept = there("purge date", gone.scheduled_purge_date)?
        - there("deletion date", gone.deleted_date)?;
    equal("retention", kept, Duration::days(90))?;
    refused(keys.get_key("deleted", None).await, 404, "KeyNotFound")?;
    let again = CreateKeyParameters { kty: Some(KeyType::Ec), ..Default::default() };
    refused(keys.create_key("deleted", again.try_into()?, None).await, 409, "Conflict")?;
    let shown = keys.get_deleted_key("deleted", None).await?.into_model()?;
    equal("kid", shown.key.and_then(|key| key.kid), public(&made)?.kid)?;
    let all: Vec<_> = keys.list_deleted_key_properties(None)?.try_collect().await?;
    let of_it = all
        .iter()
        .filter(|one| one.kid.as_deref().is_some_and(|kid| kid.contains("/keys/deleted")));
    equal("listed as deleted", of_it.count(), 1)?;
    keys.recover_deleted_key("deleted", None).await?.into_model()?;
    equal("x", public(&keys.get_key("deleted", None).await?.into_model()?)?.x, public(&made)?.x)?;
    remove(keys, "deleted").await?;
    refused(keys.get_deleted_key("deleted", None).await, 404, "KeyNotFound")
}

async fn backed_up(keys: &KeyClient) -> Result<()> {
    let first = any(keys, "kept").await?;
    let second = any(keys, "kept").await?;
    let parameters = RestoreKeyParameters {
        key_backup: keys.backup_key("kept", None).await?.into_model()?.value,
    };
    refused(keys.restore_key(parameters.clone().try_into()?, None).await, 409, "Conflict")?;
    remove(keys, "kept").await?;
    let restored = keys.restore_key(parameters.try_into()?, None).await?.into_model()?;
    equal("version", version(&restored)?, version(&second)?)?;
    let options =
        KeyClientGetKeyOptions { key_version: Some(version(&first)?), ..Default::default() };
    let older = keys.get_key("kept", Some(options)).await?.into_model()?;
    equal("x", public(&older)?.x, public(&first)?.x)
}

async fn imported(keys: &KeyClient) -> Result<()> {
    use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    let private: EcPrivateKeyBin = pair.private_key().as_be_bytes()?;
    let point = pair.public_key().as_ref();
    let key = JsonWebKey {
        kty: Some(KeyType::Ec),
        crv: Some(CurveName::P256),
        x: Some(point[1..33].to_vec()),
        y: Some(point[33..].to_vec()),
        d: Some(private.as_ref().to_vec()),
        ..Default::default()
    };
    let parameters = ImportKeyParameters { key: Some(key), ..Default::default() };
    let made = keys.import_key("imported", parameters.try_into()?, None).await?.into_model()?;
    equal("x", public(&made)?.x.as_deref(), Some(&point[1..33]))
}

async fn rotated(keys: &KeyClient) -> Result<()> {
    let made = any(keys, "rotated").await?;
    let next = keys.rotate_key("rotated", None).await?.into_model()?;
    that(version(&next)? != version(&made)?, "another version")?;
    that(public(&next)?.x != public(&made)?.x, "another key")?;
    equal("latest", version(&keys.get_key("rotated", None).await?.into_model()?)?, version(&next)?)
}

async fn policy(keys: &KeyClient) -> Result<()> {
    any(keys, "policy").await?;
    let policy = KeyRotationPolicy {
        attributes: Some(KeyRotationPolicyAttributes {
            expiry_time: Some("P90D".to_owned()),
            ..Default::default()
        }),
        lifetime_actions: Some(vec![LifetimeAction {
            action: Some(LifetimeActionType { type_prop: Some(KeyRotationPolicyAction::Rotate) }),
            trigger: Some(LifetimeActionTrigger {
                time_after_create: Some("P30D".to_owned()),
                ..Default::default()
            }),
        }]),
        ..Default::default()
    };
    keys.update_key_rotation_policy("policy", policy.try_into()?, None).await?;
    let kept = keys.get_key_rotation_policy("policy", None).await?.into_model()?;
    equal(
        "expiry",
        kept.attributes.and_then(|attributes| attributes.expiry_time),
        Some("P90D".to_owned()),
    )?;
    let actions = there("actions", kept.lifetime_actions)?;
    let after =
        actions.iter().filter_map(|action| action.trigger.as_ref()?.time_after_create.as_deref());
    equal("rotation", after.collect::<Vec<_>>(), vec!["P30D"])?;
    let next = keys.rotate_key("policy", None).await?.into_model()?;
    let attributes = there("attributes", next.attributes)?;
    let lifetime = there("exp", attributes.expires)? - there("created", attributes.created)?;
    equal("lifetime", lifetime, Duration::days(90))
}

async fn released(keys: &KeyClient) -> Result<()> {
    let policy = br#"{"version":"1.0.0","anyOf":[{"authority":"https://sharedeus.eus.attest.azure.net","allOf":[{"claim":"c","equals":"v"}]}]}"#;
    let parameters = CreateKeyParameters {
        kty: Some(KeyType::EcHsm),
        key_attributes: Some(KeyAttributes { exportable: Some(true), ..Default::default() }),
        release_policy: Some(KeyReleasePolicy {
            encoded_policy: Some(policy.to_vec()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let made = create(keys, "exportable", parameters).await?;
    equal(
        "exportable",
        made.attributes.as_ref().and_then(|attributes| attributes.exportable),
        Some(true),
    )?;
    that(
        made.release_policy.is_some_and(|policy| policy.encoded_policy.is_some()),
        "the policy is shown",
    )?;
    let parameters = ReleaseParameters {
        target_attestation_token: Some("no token".to_owned()),
        ..Default::default()
    };
    refused(keys.release("exportable", parameters.try_into()?, None).await, 403, "Forbidden")
}

async fn attested(keys: &KeyClient) -> Result<()> {
    create(
        keys,
        "attested",
        CreateKeyParameters { kty: Some(KeyType::EcHsm), ..Default::default() },
    )
    .await?;
    let shown = keys.get_key_attestation("attested", None).await?.into_model()?;
    let attestation =
        there("attestation", shown.attributes.and_then(|attributes| attributes.attestation))?;
    let certificates = String::from_utf8(there("certificates", attestation.certificate_pem_file)?)?;
    that(certificates.contains("BEGIN CERTIFICATE"), "certificates in PEM")
}

async fn refusals(keys: &KeyClient) -> Result<()> {
    refused(keys.get_key("nowhere", None).await, 404, "KeyNotFound")?;
    refused(keys.recover_deleted_key("nowhere", None).await, 404, "KeyNotFound")?;
    let odd =
        CreateKeyParameters { kty: Some(KeyType::Rsa), key_size: Some(1234), ..Default::default() };
    refused(keys.create_key("odd", odd.try_into()?, None).await, 400, "BadParameter")?;
    let named = CreateKeyParameters { kty: Some(KeyType::Ec), ..Default::default() };
    refused(keys.create_key("bad_name", named.try_into()?, None).await, 400, "BadParameter")?;
    let broken = RestoreKeyParameters { key_backup: Some(b"no backup".to_vec()) };
    refused(keys.restore_key(broken.try_into()?, None).await, 400, "Malformed backup blob")?;
    let bytes = GetRandomBytesParameters { count: Some(8) };
    that(
        keys.get_random_bytes(bytes.try_into()?, None).await.is_err(),
        "a vault gives no random bytes",
    )
}
