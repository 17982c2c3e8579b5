//! Resource Manager with one vault, as far as races and recoveries need it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azure_core::http::Method;
use azvault_tests::{Answer, Script, Seen};
use serde_json::{Value, json};

/// What there is of the vault `my-vault` in `my-rg`, and what happens to the next writes.
#[derive(Debug, Default)]
pub(crate) struct Arm {
    /// The vault, if it is live.
    pub(crate) live: Option<Value>,
    /// The vault, if it is deleted.
    pub(crate) deleted: Option<Value>,
    /// How many more writes of a vault that is there meet somebody else's.
    pub(crate) busy: usize,
    /// How many more looks find it still being made.
    pub(crate) registering: usize,
    /// What is answered to the next creation instead.
    pub(crate) refusal: Option<Answer>,
}

/// The tenant of the vault.
pub(crate) const ARM_TENANT: &str = "6819f86e-5d41-47b0-9297-334f33d7922d";
/// The subscription of the vault.
pub(crate) const ARM_SUBSCRIPTION: &str = "7f1c7e1a-1111-4c4c-9d9d-0123456789ab";

/// Shared with the script that answers by it.
pub(crate) type SharedArm = Arc<Mutex<Arm>>;

impl Arm {
    /// A script that answers by this, each request as `slow` says of it.
    pub(crate) fn script(
        self,
        slow: impl Fn(&Seen, Answer) -> Answer + Send + Sync + 'static,
    ) -> (SharedArm, Arc<Script>) {
        let shared = Arc::new(Mutex::new(self));
        let arm = shared.clone();
        (shared, Script::by(move |seen| slow(seen, lock(&arm).answer(seen))))
    }

    /// A vault with these properties.
    pub(crate) fn vault(properties: Value) -> Value {
        let id = format!(
            "/subscriptions/{ARM_SUBSCRIPTION}/resourceGroups/my-rg/providers/Microsoft.KeyVault/vaults/my-vault"
        );
        let mut all = json!({
            "tenantId": ARM_TENANT, "sku": {"family": "A", "name": "standard"},
            "accessPolicies": [], "enableRbacAuthorization": false,
        });
        merge(&mut all, properties);
        json!({"id": id, "name": "my-vault", "location": "eastus", "tags": {}, "properties": all})
    }

    /// The object ids of the live vault's access policies.
    pub(crate) fn principals(&self) -> Vec<String> {
        let policies =
            self.live.as_ref().map(|vault| vault["properties"]["accessPolicies"].clone());
        let mut ids: Vec<String> = policies
            .as_ref()
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|policy| policy["objectId"].as_str().unwrap_or_default().to_owned())
            .collect();
        ids.sort();
        ids
    }

    fn answer(&mut self, seen: &Seen) -> Answer {
        let path = seen.url.path();
        let body: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
        if path.ends_with("/checkNameAvailability") {
            let free = self.live.is_none() && self.deleted.is_none();
            let reason = (!free).then_some("AlreadyExists");
            return Answer::ok(&json!({"nameAvailable": free, "reason": reason, "message": ""}));
        }
        if path.contains("/deletedVaults") {
            return match &self.deleted {
                Some(vault) => Answer::ok(&json!({
                    "name": "my-vault",
                    "properties": {"vaultId": vault["id"], "location": vault["location"]},
                })),
                None => Answer::error(404, "DeletedVaultNotFound", ""),
            };
        }
        match (seen.method, path.rsplit('/').next()) {
            (Method::Get, _) => self.look(),
            (Method::Put, Some("add")) => self.change(|vault| {
                let policies = body["properties"]["accessPolicies"].as_array().cloned();
                let there = vault["properties"]["accessPolicies"].as_array_mut();
                if let (Some(there), Some(policies)) = (there, policies) {
                    for policy in policies {
                        there.retain(|it| it["objectId"] != policy["objectId"]);
                        there.push(policy);
                    }
                }
                json!({"properties": {"accessPolicies": vault["properties"]["accessPolicies"]}})
            }),
            (Method::Patch, _) => self.change(|vault| {
                merge(&mut vault["properties"], body["properties"].clone());
                if !body["tags"].is_null() {
                    vault["tags"] = body["tags"].clone();
                }
                vault.clone()
            }),
            (Method::Put, _) => self.put(&body),
            _ => Answer::status(405),
        }
    }

    fn look(&mut self) -> Answer {
        let Some(vault) = &self.live else {
            return Answer::error(404, "ResourceNotFound", "");
        };
        let mut vault = vault.clone();
        if self.registering > 0 {
            self.registering -= 1;
            vault["properties"]["provisioningState"] = "RegisteringDns".into();
        }
        Answer::ok(&vault)
    }

    /// A creation, or a change as a whole: what it does not mention is lost, policies included.
    fn put(&mut self, body: &Value) -> Answer {
        if let Some(refusal) = self.refusal.take() {
            return refusal;
        }
        let made = if body["properties"]["createMode"] == "recover" {
            // Of the body nothing is looked at.
            self.deleted.take()
        } else {
            let mut vault = Self::vault(body["properties"].clone());
            vault["tags"] = body["tags"].clone();
            Some(vault)
        };
        if self.deleted.is_some() || made.is_none() {
            return Answer::error(409, "VaultAlreadyExists", "");
        }
        self.live = made;
        self.look()
    }

    fn change(&mut self, change: impl FnOnce(&mut Value) -> Value) -> Answer {
        if self.busy > 0 {
            self.busy -= 1;
            let message = "a conflicting operation is in progress";
            return Answer::error(409, "ConflictError", message);
        }
        match &mut self.live {
            Some(vault) => Answer::ok(&change(vault)),
            None => Answer::error(404, "ResourceNotFound", ""),
        }
    }
}

/// The shared state, whoever panicked with it.
pub(crate) fn lock(arm: &SharedArm) -> MutexGuard<'_, Arm> {
    arm.lock().unwrap_or_else(PoisonError::into_inner)
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}
