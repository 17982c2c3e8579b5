//! Raw requests to the management plane, and to the vaults made by it.

use azvault_emulator::{Emulator, EmulatorBuilder, Principal};
use serde_json::{Value, json};

use crate::support::{Answer, Vault, token};

pub(crate) const API_VERSION: &str = "2023-07-01";
pub(crate) const VAULT_SCOPE: &str = "https://vault.azure.net/.default";

/// The management plane with a group `rg` in `westus`, and a token for it.
pub(crate) struct Arm {
    pub(crate) http: Vault,
}

impl Arm {
    pub(crate) async fn new() -> Self {
        Self::of(Emulator::builder()).await
    }

    pub(crate) async fn of(builder: EmulatorBuilder) -> Self {
        let emulator = builder.in_memory();
        emulator.clock().freeze();
        let base = emulator.management_url();
        let mut http = Vault::at(emulator, base, "https://management.azure.com/.default").await;
        http.api_version = API_VERSION;
        let arm = Self { http };
        assert_eq!(arm.put_group("rg").await.status(), 201);
        arm
    }

    pub(crate) fn emulator(&self) -> &Emulator {
        &self.http.emulator
    }

    pub(crate) fn subscription(&self) -> String {
        format!("/subscriptions/{}", self.emulator().subscription_id())
    }

    /// The path of something under the Key Vault provider of the subscription.
    pub(crate) fn provider(&self, path: &str) -> String {
        format!("{}/providers/Microsoft.KeyVault/{path}", self.subscription())
    }

    pub(crate) fn vault_path(&self, group: &str, name: &str) -> String {
        format!(
            "{}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{name}",
            self.subscription()
        )
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.http.send(method, path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn put_group(&self, name: &str) -> Answer {
        let path = format!("{}/resourcegroups/{name}", self.subscription());
        self.send("PUT", &path, Some(json!({"location": "West US"}))).await
    }

    /// A vault's body: what is required, and `properties` besides.
    pub(crate) fn body(&self, properties: Value) -> Value {
        let mut body = json!({"location": "westus", "properties": {
            "tenantId": self.emulator().tenant_id(), "sku": {"family": "A", "name": "standard"},
        }});
        for (name, value) in properties.as_object().unwrap() {
            body["properties"][name] = value.clone();
        }
        body
    }

    pub(crate) async fn put(&self, name: &str, properties: Value) -> Answer {
        self.send("PUT", &self.vault_path("rg", name), Some(self.body(properties))).await
    }

    pub(crate) async fn get_vault(&self, name: &str) -> Answer {
        self.get(&self.vault_path("rg", name)).await
    }

    pub(crate) async fn patch(&self, name: &str, body: Value) -> Answer {
        self.send("PATCH", &self.vault_path("rg", name), Some(body)).await
    }

    pub(crate) async fn delete(&self, name: &str) -> Answer {
        self.send("DELETE", &self.vault_path("rg", name), None).await
    }

    pub(crate) async fn purge(&self, name: &str) -> Answer {
        let path = self.provider(&format!("locations/westus/deletedVaults/{name}/purge"));
        self.send("POST", &path, None).await
    }

    /// An access policy for the default principal.
    pub(crate) fn policy(&self, permissions: Value) -> Value {
        let principal = self.emulator().default_principal();
        json!({"tenantId": principal.tid(), "objectId": principal.oid(), "permissions": permissions})
    }

    /// A vault that lets the default principal do everything.
    pub(crate) async fn open_vault(&self, name: &str, properties: Value) -> Vault {
        let mut properties = properties;
        let all = json!(["all", "purge"]);
        let all = json!({"keys": all, "secrets": all, "certificates": all});
        properties["accessPolicies"] = json!([self.policy(all)]);
        self.put(name, properties).await.ok();
        self.data(name).await
    }

    /// The data plane of a vault, for the default principal.
    pub(crate) async fn data(&self, name: &str) -> Vault {
        let emulator = self.emulator().clone();
        let base = emulator.vault_url(name);
        Vault::at(emulator, base, VAULT_SCOPE).await
    }

    /// The data plane of a vault, for somebody else.
    pub(crate) async fn data_for(&self, name: &str, principal: Principal) -> Vault {
        let mut vault = self.data(name).await;
        vault.token = Some(token(self.emulator(), principal, VAULT_SCOPE).await);
        vault
    }
}

/// A refusal's status and code.
pub(crate) fn code(answer: &Answer) -> (u16, String) {
    let (status, code, ..) = answer.refusal();
    (status, code)
}

pub(crate) fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
