//! Resource Manager's rate limits, where they are switched on.

use std::time::Duration;

use azvault_emulator::{Emulator, Principal, RateLimit, ResourceManagerLimits};
use serde_json::json;

use crate::{
    arm::{Arm, code, refused},
    support::{Answer, token},
};

const OTHER: &str = "11111111-2222-3333-4444-555555555555";

async fn limited(limits: ResourceManagerLimits) -> Arm {
    Arm::of(Emulator::builder().resource_manager_limits(limits)).await
}

fn left(answer: &Answer, kind: &str) -> Option<u32> {
    answer.header(&format!("x-ms-ratelimit-remaining-{kind}"))?.parse().ok()
}

#[tokio::test]
async fn the_published_limits_count_down_for_each_kind() {
    let arm = limited(ResourceManagerLimits::default()).await;
    // The group was one write.
    let put = arm.put("kv-1", json!({})).await;
    assert_eq!(left(&put, "subscription-writes"), Some(198));
    let group = format!("{}/resourcegroups/rg", arm.subscription());
    assert_eq!(left(&arm.get(&group).await, "subscription-reads"), Some(249));
    assert_eq!(left(&arm.get(&group).await, "subscription-reads"), Some(248));
    let delete = arm.delete("kv-1").await;
    assert_eq!(left(&delete, "subscription-deletes"), Some(199));
    assert_eq!(left(&arm.get("/subscriptions").await, "tenant-reads"), Some(249));
    arm.emulator().clock().advance(Duration::from_secs(1));
    assert_eq!(left(&arm.get(&group).await, "subscription-reads"), Some(249), "full again");
}

#[tokio::test]
async fn over_the_limit_the_answer_says_when_to_come_back_and_then_it_goes_on() {
    let arm = limited(ResourceManagerLimits::default().writes(RateLimit::new(3, 1))).await;
    for name in ["kv-1", "kv-2"] {
        arm.put(name, json!({})).await.ok();
    }
    let answer = arm.put("kv-3", json!({})).await;
    let principal = arm.emulator().default_principal();
    let text = format!(
        "Number of 'write' requests for subscription '{}' actor '{}' exceeded. Please try again after '1' seconds \
         after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.",
        arm.emulator().subscription_id(),
        principal.oid()
    );
    let expected = (429, "SubscriptionRequestsThrottled".to_owned(), None, text);
    assert_eq!(answer.refusal(), expected);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("x-ms-failure-cause"), Some("gateway"));
    assert_eq!(code(&arm.get_vault("kv-3").await), refused(404, "ResourceNotFound"), "not done");
    arm.emulator().clock().advance(Duration::from_millis(999));
    assert_eq!(arm.put("kv-3", json!({})).await.status(), 429);
    arm.emulator().clock().advance(Duration::from_millis(1));
    let made = arm.put("kv-3", json!({})).await;
    assert_eq!((made.status(), left(&made, "subscription-writes")), (200, Some(0)));
}

#[tokio::test]
async fn callers_and_subscriptions_have_limits_of_their_own() {
    let mut arm = limited(ResourceManagerLimits::default().reads(RateLimit::new(1, 1))).await;
    let vaults = arm.provider("vaults");
    assert_eq!(arm.get(&vaults).await.status(), 200);
    assert_eq!(arm.get(&vaults).await.status(), 429);
    let other = format!("/subscriptions/{OTHER}/providers/Microsoft.KeyVault/vaults");
    assert_eq!(arm.get(&other).await.status(), 200);
    let scope = "https://management.azure.com/.default";
    arm.http.token = Some(token(arm.emulator(), Principal::new(OTHER), scope).await);
    assert_eq!(arm.get(&vaults).await.status(), 200);
    assert_eq!(arm.get(&vaults.to_uppercase()).await.status(), 429, "whatever the path's case");
}

#[tokio::test]
async fn a_bucket_can_be_nearly_empty_at_first() {
    let deletes = RateLimit::new(200, 10).starting_with(1);
    let arm = limited(ResourceManagerLimits::default().deletes(deletes)).await;
    assert_eq!(left(&arm.delete("none").await, "subscription-deletes"), Some(0));
    assert_eq!(arm.delete("none").await.status(), 429);
}

#[tokio::test]
async fn the_data_plane_and_a_caller_without_a_token_do_not_count() {
    let mut arm = limited(ResourceManagerLimits::default().reads(RateLimit::new(1, 1))).await;
    let data = arm.data("kv-1").await;
    for _ in 0..3 {
        assert_eq!(data.get("/secrets").await.status(), 200);
    }
    let token = arm.http.token.take();
    assert_eq!(arm.get(&arm.provider("vaults")).await.status(), 401);
    arm.http.token = token;
    assert_eq!(arm.get(&arm.provider("vaults")).await.status(), 200);
}

#[tokio::test]
async fn the_state_of_the_limits_can_be_asked_for() {
    let arm = limited(ResourceManagerLimits::default().reads(RateLimit::new(2, 1))).await;
    for _ in 0..3 {
        arm.get(&arm.provider("vaults")).await.status();
    }
    let state = arm.emulator().throttle_state();
    let of = format!(
        "{}/{}",
        arm.emulator().subscription_id(),
        arm.emulator().default_principal().oid()
    );
    let reads = state.iter().find(|state| state.of == of && state.category == "read").unwrap();
    assert_eq!((reads.size, reads.left, reads.passed, reads.refused), (2, 0, 2, 1));
}
