//! New versions of keys, at once or by a policy.

use azure_core::http::Method;
use azvault_core::{Call, Operation, object::Target, retry::Charge};

use crate::{KeyBundle, KeyRotationPolicy, client::advice};

static ROTATE: Operation =
    Operation::makes_version("rotate_key").charging(Charge::CreatesKey).with_advice(advice);
static GET_POLICY: Operation =
    Operation::idempotent("get_key_rotation_policy").charging(Charge::UsesKey).with_advice(advice);
static UPDATE_POLICY: Operation = Operation::idempotent("update_key_rotation_policy")
    .charging(Charge::UsesKey)
    .with_advice(advice);

const POLICY: &str = "rotationpolicy";

/// Makes a new version.
pub(crate) fn rotate(target: &Target) -> Call<KeyBundle> {
    let request = target.request(Method::Post, Some("rotate"));
    Call::json(target.client().pipeline().clone(), &ROTATE, request)
}

/// Asks for the policy.
pub(crate) fn get_policy(target: &Target) -> Call<KeyRotationPolicy> {
    let request = target.request(Method::Get, Some(POLICY));
    Call::json(target.client().pipeline().clone(), &GET_POLICY, request)
}

/// Puts another policy in its place.
pub(crate) fn update_policy(
    target: &Target,
    policy: &KeyRotationPolicy,
) -> Call<KeyRotationPolicy> {
    let request =
        policy.update().and_then(|update| target.request_json(Method::Put, Some(POLICY), &update));
    Call::json(target.client().pipeline().clone(), &UPDATE_POLICY, request)
}
