//! Rotation: by whom it is seen, what it leaves usable, and the policy that does it.

use std::{collections::BTreeSet, time::Duration};

use azvault_keys::{
    EncryptionAlgorithm, ErrorKind, KeyRotationPolicy, KeyRotationPolicyAction, LifetimeAction,
    Period, SignatureAlgorithm,
};
use futures::future::{join, join_all};

use crate::support::Vault;

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn versions(vault: &Vault) -> BTreeSet<String> {
    let list = vault.client.list_key_properties_versions("k").try_collect().await.unwrap();
    list.iter().map(|it| it.version().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn two_rotations_at_once_make_two_versions_and_lose_none() {
    let vault = Vault::new();
    let first = vault.client.create_ec_key("k").await.unwrap();
    let (one, two) =
        join(vault.client.rotate_key("k").send(), vault.client.rotate_key("k").send()).await;
    let (one, two) = (one.unwrap(), two.unwrap());
    let made: BTreeSet<String> =
        [&first, &one, &two].map(|key| key.version().unwrap().to_owned()).into();
    assert_eq!(made.len(), 3);
    assert_eq!(versions(&vault).await, made);
    for key in [&first, &one, &two] {
        let version = key.version().unwrap();
        assert_eq!(vault.client.get_key("k").version(version).await.unwrap().jwk(), key.jwk());
    }
    let latest = vault.client.get_key("k").await.unwrap();
    assert!(latest == one || latest == two);
}

#[tokio::test]
async fn what_is_signed_while_a_key_rotates_is_verified_by_the_version_that_signed_it() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    let es256 = || SignatureAlgorithm::ES256;
    let signs = join_all((0..40).map(async |n: u8| {
        if n.is_multiple_of(8) {
            vault.client.rotate_key("k").await.unwrap();
        }
        (n, vault.client.sign("k", es256(), [n; 32]).await.unwrap())
    }));
    let mut signers = BTreeSet::new();
    for (n, signed) in signs.await {
        let version = signed.key_id.unwrap().version().unwrap().to_owned();
        let verify = vault.client.verify("k", es256(), [n; 32], signed.signature);
        assert!(verify.version(&version).await.unwrap().is_valid());
        signers.insert(version);
    }
    assert!(signers.len() > 1, "nothing rotated in between");
    assert_eq!(versions(&vault).await.len(), 6);
}

#[tokio::test]
async fn what_an_older_version_wrapped_is_unwrapped_by_it_and_by_no_other() {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").await.unwrap();
    let oaep = || EncryptionAlgorithm::RsaOaep256;
    let wrapped = vault.client.wrap_key("k", oaep(), [42; 32]).await.unwrap();
    vault.client.rotate_key("k").await.unwrap();
    let key_id = wrapped.key_id.unwrap();
    let version = key_id.version().unwrap();
    let key = wrapped.encrypted_key.clone();
    let unwrapped = vault.client.unwrap_key("k", oaep(), key.clone()).version(version).await;
    assert_eq!(unwrapped.unwrap().key.expose(), [42; 32]);
    let error = vault.client.unwrap_key("k", oaep(), key).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
}

#[tokio::test(start_paused = true)]
async fn rotating_and_importing_are_not_repeated_when_they_may_have_been_done() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    let lose = |method, path| {
        vault.emulator.faults().next(1).on(method, path).disconnect_after_processing();
    };
    lose("POST", "/keys/k/rotate");
    let rotated = vault.client.rotate_key("k").await.unwrap_err();
    lose("PUT", "/keys/k");
    let key = azvault_keys::JsonWebKey::from_pem(crate::support::EC_PEM).unwrap();
    let imported = vault.client.import_key("k", key).await.unwrap_err();
    for error in [rotated, imported] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1), "{error}");
        assert!(error.may_have_been_sent());
        assert!(
            error.explain().unwrap().contains("look at the object's newest version"),
            "{error:?}"
        );
    }
    assert_eq!(versions(&vault).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn rotating_is_repeated_when_the_vault_throttles() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    vault.emulator.faults().next(2).on("POST", "/keys/k/rotate").status(429);
    vault.client.rotate_key("k").await.unwrap();
    assert_eq!(versions(&vault).await.len(), 2);
}

#[tokio::test]
async fn a_key_without_a_policy_has_the_services_default_and_an_unknown_key_none() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    let policy = vault.client.get_key_rotation_policy("k").await.unwrap();
    let notify = LifetimeAction::notify_before_expiry(Period::days(30));
    assert_eq!((policy.lifetime_actions(), policy.expiry_time()), (&[notify][..], None));
    assert_eq!((policy.id(), policy.created_on()), (None, None));
    let error = vault.client.get_key_rotation_policy("nothing").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, Some("KeyNotFound")));
}

#[tokio::test]
async fn a_key_is_rotated_by_its_policy_and_the_new_version_expires() {
    let vault = Vault::new();
    let first = vault.client.create_rsa_key("k").await.unwrap();
    let policy = KeyRotationPolicy::new()
        .expires_after(Period::days(90))
        .lifetime_action(LifetimeAction::rotate_after_create(Period::days(60)));
    let kept = vault.client.update_key_rotation_policy("k", &policy).await.unwrap();
    assert_eq!(kept.expiry_time(), Some(&Period::days(90)));
    let kinds: Vec<_> = kept.lifetime_actions().iter().map(LifetimeAction::action).collect();
    let both = [&KeyRotationPolicyAction::Rotate, &KeyRotationPolicyAction::Notify];
    assert_eq!(kinds, both, "the service adds the notification");
    assert!(kept.id().unwrap().ends_with("/keys/k/rotationpolicy"));

    vault.emulator.clock().advance(DAY * 59);
    assert_eq!(vault.client.get_key("k").await.unwrap().id(), first.id());
    vault.emulator.clock().advance(DAY * 2);
    let second = vault.client.get_key("k").await.unwrap();
    assert_ne!(second.id(), first.id());
    let properties = second.properties();
    let life = properties.expires_on().unwrap() - properties.created_on().unwrap();
    assert_eq!(life.whole_days(), 90);
    assert_eq!(first.properties().expires_on(), None, "what there was does not expire");
}

#[tokio::test]
async fn a_policy_that_the_service_does_not_take_is_a_bad_request() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    let policy = KeyRotationPolicy::new().expires_after(Period::days(27));
    let error = vault.client.update_key_rotation_policy("k", &policy).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
}
