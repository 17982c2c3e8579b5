//! Answers that are held back.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::json;

use crate::{arm::Arm, support::Vault};

const LATENCY: Duration = Duration::from_millis(50);

#[expect(clippy::disallowed_methods, reason = "tokio's paused clock tells how long answers took")]
pub(crate) fn now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

#[tokio::test(start_paused = true)]
async fn every_answer_is_held_back_and_none_waits_for_another() {
    let vault = Vault::of(Emulator::builder().latency(LATENCY)).await;
    let start = now();
    vault.set("s", json!({"value": "v"})).await;
    assert_eq!(start.elapsed(), LATENCY);
    let answers = (0..20).map(|_| vault.get("/secrets/s"));
    for answer in futures::future::join_all(answers).await {
        assert_eq!(answer.ok()["value"], "v");
    }
    assert_eq!(start.elapsed(), 2 * LATENCY);
}

#[tokio::test(start_paused = true)]
async fn the_work_is_done_before_its_answer_is_held_back() {
    let arm = Arm::of(Emulator::builder().latency(LATENCY)).await;
    let start = now();
    let put = arm.put("kv-1", json!({}));
    let lost = tokio::time::timeout(LATENCY / 2, put).await;
    assert!(lost.is_err(), "nobody waited for the answer");
    assert_eq!(arm.get_vault("kv-1").await.ok()["name"], "kv-1");
    assert_eq!(start.elapsed(), LATENCY / 2 + LATENCY);
}
