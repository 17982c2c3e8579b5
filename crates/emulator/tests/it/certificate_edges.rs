//! What certificates withstand: names that are taken meanwhile, requests that were given up, chains that are none.

use serde_json::json;

use crate::{
    certificate_support::{issued, policy},
    support::Vault,
};

#[tokio::test]
async fn a_key_that_takes_its_time_does_not_get_into_a_certificate_of_its_name() {
    let vault = Vault::new().await;
    let slow =
        async { vault.post("/keys/c/create", json!({"kty": "RSA", "key_size": 4096})).await };
    let quick = async { issued(&vault, "c", policy()).await };
    // The first begins, and has its numbers long after the second is done.
    let (key, certificate) = tokio::join!(slow, quick);
    let (status, _, inner, _) = key.refusal();
    assert_eq!((status, inner.as_deref()), (403, Some("KeyManagedByKeyVault")), "{}", key.text());
    let kid = &vault.get("/keys/c").await.ok()["key"]["kid"];
    assert_eq!(*kid, certificate["kid"]);
    vault.delete("/certificates/c").await.ok();
    assert_eq!(vault.get("/keys/c").await.status(), 404, "the key goes with its certificate");
}
