//! A vault's limits on requests, where they are switched on.

use std::time::Duration;

use azvault_emulator::{Emulator, RateLimit, VaultLimits};
use serde_json::json;

use crate::support::{Answer, Vault};

async fn limited(limits: VaultLimits) -> Vault {
    Vault::of(Emulator::builder().vault_limits(limits)).await
}

async fn create(vault: &Vault, body: serde_json::Value) -> Answer {
    vault.post("/keys/k/create", body).await
}

#[tokio::test]
async fn a_vault_makes_twenty_keys_in_software_and_ten_in_hardware_in_ten_seconds() {
    let vault = limited(VaultLimits::default()).await;
    for (kty, limit) in [("EC", 20), ("EC-HSM", 10)] {
        for _ in 0..limit {
            assert_eq!(create(&vault, json!({"kty": kty})).await.status(), 200, "{kty}");
        }
        let refused = create(&vault, json!({"kty": kty})).await;
        assert_eq!(
            refused.refusal(),
            (
                429,
                "Throttled".to_owned(),
                None,
                "Request was not processed because too many requests were received. Reason: \
                 VaultRequestTypeLimitReached"
                    .to_owned()
            )
        );
        assert_eq!(refused.header("retry-after"), None);
    }
    vault.emulator.clock().advance(Duration::from_secs(1));
    assert_eq!(create(&vault, json!({"kty": "EC-HSM"})).await.status(), 200);
    assert_eq!(create(&vault, json!({"kty": "EC-HSM"})).await.status(), 429);
}

#[tokio::test]
async fn larger_keys_weigh_four_and_eight_times_as_much() {
    let limits = VaultLimits::default().software_operations(RateLimit::new(9, 1));
    let vault = limited(limits).await;
    vault.post("/keys/large/create", json!({"kty": "RSA", "key_size": 4096})).await.ok();
    vault.create("small", json!({"kty": "EC"})).await;
    assert_eq!(vault.get("/keys/large").await.status(), 200);
    assert_eq!(vault.get("/keys/small").await.status(), 200);
    assert_eq!(vault.get("/keys/small").await.status(), 429, "nine were spent");
    vault.emulator.clock().advance(Duration::from_secs(4));
    assert_eq!(vault.get("/keys/large").await.status(), 429);
    assert_eq!(vault.get("/keys/small").await.status(), 200, "what is refused does not count");
}

#[tokio::test]
async fn secrets_and_all_else_have_limits_of_their_own_in_each_vault() {
    let limits =
        VaultLimits::default().secret_creations(RateLimit::new(1, 1)).others(RateLimit::new(2, 1));
    let vault = limited(limits).await;
    let set = async |vault: &Vault| {
        vault.send("PUT", "/secrets/s", Some(json!({"value": "v"}))).await.status()
    };
    assert_eq!(set(&vault).await, 200);
    assert_eq!(set(&vault).await, 429);
    assert_eq!(vault.get("/secrets/s").await.status(), 200);
    assert_eq!(vault.get("/keys").await.status(), 200);
    assert_eq!(vault.get("/secrets/s").await.status(), 429);
    let url = vault.emulator.vault_url("other");
    let other = Vault::at(vault.emulator.clone(), url, "https://vault.azure.net/.default").await;
    assert_eq!(set(&other).await, 200);
}

#[tokio::test]
async fn a_managed_hsm_has_no_such_limits() {
    let emulator = Emulator::builder()
        .vault_limits(VaultLimits::default().others(RateLimit::new(1, 1)))
        .in_memory();
    let url = emulator.managed_hsm_url("pool");
    let pool = Vault::at(emulator, url, "https://managedhsm.azure.net/.default").await;
    for _ in 0..3 {
        assert_eq!(pool.get("/keys").await.status(), 200);
    }
}

#[tokio::test]
async fn a_large_key_is_made_as_cheaply_as_a_small_one() {
    let limits = VaultLimits::default().software_creations(RateLimit::new(2, 1));
    let vault = limited(limits).await;
    let large = json!({"kty": "RSA", "key_size": 4096});
    assert_eq!(create(&vault, large).await.status(), 200);
    assert_eq!(create(&vault, json!({"kty": "EC"})).await.status(), 200);
    assert_eq!(create(&vault, json!({"kty": "EC"})).await.status(), 429);
}

#[tokio::test]
async fn keys_in_hardware_and_in_software_share_one_budget() {
    let limits = VaultLimits::default()
        .software_operations(RateLimit::new(8, 1))
        .hsm_operations(RateLimit::new(4, 1));
    let vault = limited(limits).await;
    vault.create("soft", json!({"kty": "EC"})).await;
    vault.create("hard", json!({"kty": "EC-HSM"})).await;
    for _ in 0..3 {
        assert_eq!(vault.get("/keys/hard").await.status(), 200);
    }
    for _ in 0..2 {
        assert_eq!(vault.get("/keys/soft").await.status(), 200);
    }
    assert_eq!(vault.get("/keys/soft").await.status(), 429);
    assert_eq!(vault.get("/keys/hard").await.status(), 429);
    vault.emulator.clock().advance(Duration::from_secs(1));
    assert_eq!(vault.get("/keys/hard").await.status(), 429, "it weighs two");
    assert_eq!(vault.get("/keys/soft").await.status(), 200);
}

#[tokio::test]
async fn the_vaults_of_a_subscription_have_five_times_the_limit_of_one() {
    let emulator = Emulator::builder()
        .vault_limits(VaultLimits::default().others(RateLimit::new(2, 1)))
        .in_memory();
    emulator.clock().freeze();
    let mut statuses = Vec::new();
    for name in ["a", "b", "c", "d", "e", "f"] {
        let scope = "https://vault.azure.net/.default";
        let vault = Vault::at(emulator.clone(), emulator.vault_url(name), scope).await;
        for _ in 0..2 {
            statuses.push(vault.get("/keys").await.status());
        }
    }
    assert_eq!(statuses, [[200; 10].as_slice(), &[429; 2]].concat());
    let state = emulator.throttle_state();
    let subscription = state.last().unwrap();
    assert_eq!(subscription.of, format!("{}/westus2", emulator.subscription_id()));
    assert_eq!((subscription.left, subscription.passed, subscription.refused), (0, 10, 2));
    let last = state.iter().find(|state| state.of == "f").unwrap();
    assert_eq!((last.category, last.size, last.left, last.refused), ("others", 2, 2, 2));
    emulator.clear_throttling();
    assert_eq!(emulator.throttle_state(), []);
}

#[tokio::test]
async fn what_is_refused_can_be_told_to_count() {
    for (counts, expected) in [(false, 200), (true, 429)] {
        let limits = VaultLimits::default().others(RateLimit::new(1, 1)).refused_count(counts);
        let vault = limited(limits).await;
        assert_eq!(vault.get("/keys").await.status(), 200);
        vault.emulator.clock().advance(Duration::from_millis(600));
        assert_eq!(vault.get("/keys").await.status(), 429);
        vault.emulator.clock().advance(Duration::from_millis(600));
        assert_eq!(vault.get("/keys").await.status(), expected, "{counts}");
    }
}
