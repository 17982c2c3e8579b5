//! Whatever two requests do at once, each batch leaves a whole state, and nobody is told of what may yet be lost.

use bytes::Bytes;

use super::*;
use crate::{
    arm,
    message::{Body, Notes},
};

const GROUP: &str =
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg?api-version=2024-11-01";
const VAULT: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/made?api-version=2026-02-01";
const PURGE: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.KeyVault/locations/westus/deletedVaults/made/purge?api-version=2026-02-01";
const SECRET: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/made/secrets/s?api-version=2026-02-01";

impl Kept {
    async fn management_token(&self) -> String {
        let inner = Inner { router: Arc::clone(&self.router), port: 1, network: None };
        let credential = Emulator::from_inner(inner).credential_for(Principal::default());
        let token = credential.get_token(&["https://management.azure.com/.default"], None).await;
        token.unwrap().token.secret().to_owned()
    }

    fn vault_body(&self) -> Value {
        json!({"location": "westus", "properties": {
            "tenantId": self.router.tokens.tenant_id, "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": false, "accessPolicies": [],
        }})
    }

    /// What another thread does that is about to hand over what it changed.
    async fn changes(&self, method: http::Method, path: &str, body: Value) {
        let (path, query) = path.split_once('?').unwrap();
        let bearer = format!("Bearer {}", self.management_token().await);
        let request = crate::message::Request {
            method,
            peer: [127, 0, 0, 1].into(),
            begun: self.router.arm.begin(),
            host: "localhost:1".to_owned(),
            path: path.to_owned(),
            query: Some(query.to_owned()),
            headers: [(http::header::AUTHORIZATION, bearer.parse().unwrap())].into_iter().collect(),
            body: Body::Whole(if body.is_null() { Bytes::new() } else { body.to_string().into() }),
            notes: Arc::new(Notes::default()),
        };
        let answer = arm::answer(&self.router, &request).await;
        assert!(answer.status().is_success(), "{path}: {answer:?}");
    }

    async fn manage(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("https://localhost:1{path}");
        self.send_to(method, &url, &self.management_token().await, body).await
    }

    /// Everything handed over and written, and a process begins with what is there after any batch.
    async fn assert_each_loads(&self) {
        self.router.ledger.written(whole::hand_over(&self.router)).await.unwrap();
        let states = std::mem::take(&mut lock(&self.memory.0).after_each);
        assert!(!states.is_empty());
        for (index, records) in states.iter().enumerate() {
            let router = loaded(records);
            // Nothing is left that nobody wants, and no name leads where Resource Manager knows of nothing.
            let named = |kind: Kind| {
                records.iter().filter(move |((_, of, _), _)| *of == kind).map(
                    |((.., key), body)| {
                        (key.clone(), serde_json::from_slice::<Value>(body).unwrap())
                    },
                )
            };
            for (name, vault) in named(Kind::ArmVault) {
                let slot = named(Kind::Slot).find(|(slot, _)| *slot == name).unwrap().1;
                let open = vault["deletion"].is_null();
                assert_eq!(slot["vault"].is_null(), !open, "{name} after batch {index}");
            }
            drop(router);
        }
        self.assert_loads();
    }

    async fn noting(builder: EmulatorBuilder) -> Self {
        let kept = Self::new(builder).await;
        let body = json!({"location": "westus"});
        assert!(kept.manage(Method::Put, GROUP, body).await.0 < 300);
        lock(&kept.memory.0).notes_each = true;
        kept
    }
}

#[tokio::test]
async fn a_vault_that_is_purged_while_another_is_used_leaves_no_half() {
    let kept = Kept::noting(Emulator::builder()).await;
    assert!(kept.manage(Method::Put, VAULT, kept.vault_body()).await.0 < 300);
    kept.changes(http::Method::DELETE, VAULT, Value::Null).await;
    assert_eq!(kept.send(Method::Put, "/secrets/s", json!({"value": "1"})).await.0, 200);
    kept.changes(http::Method::POST, PURGE, Value::Null).await;
    kept.changes(http::Method::GET, GROUP, Value::Null).await;
    assert_eq!(kept.send(Method::Put, "/secrets/s", json!({"value": "2"})).await.0, 200);
    kept.assert_each_loads().await;
}

#[tokio::test]
async fn a_vault_that_is_made_and_deleted_at_once_is_kept_as_deleted() {
    let kept = Kept::noting(Emulator::builder()).await;
    kept.changes(http::Method::PUT, VAULT, kept.vault_body()).await;
    kept.changes(http::Method::DELETE, VAULT, Value::Null).await;
    assert_eq!(kept.send(Method::Put, "/secrets/s", json!({"value": "1"})).await.0, 200);
    kept.assert_each_loads().await;
    kept.assert_written("the deletion");
}

#[tokio::test]
async fn a_restored_state_is_shown_to_nobody_while_it_cannot_be_written() {
    let kept = Kept::new(Emulator::builder()).await;
    let get = || kept.send(Method::Get, "/secrets/s", Value::Null);
    assert_eq!(kept.send(Method::Put, "/secrets/s", json!({"value": "first"})).await.0, 200);
    let snapshot = kept.router.snapshot().await.unwrap();
    assert_eq!(kept.send(Method::Put, "/secrets/s", json!({"value": "second"})).await.0, 200);
    lock(&kept.memory.0).broken = true;
    kept.router.restore(&snapshot).await.unwrap_err();
    let (status, answer) = get().await;
    assert_eq!(status, 503, "a restart would bring back the second: {answer}");
    let groups = GROUP.replace("/resourceGroups/rg", "/resourceGroups");
    assert_eq!(kept.manage(Method::Get, &groups, Value::Null).await.0, 503);
    lock(&kept.memory.0).broken = false;
    let (status, answer) = get().await;
    assert_eq!((status, &answer["value"]), (200, &json!("first")));
    kept.assert_written("the restore");
}

#[tokio::test]
async fn resource_manager_tells_of_no_secret_that_is_not_written() {
    let kept = Kept::noting(Emulator::builder()).await;
    assert!(kept.manage(Method::Put, VAULT, kept.vault_body()).await.0 < 300);
    let body = json!({"properties": {"value": "v", "contentType": "first"}});
    assert!(kept.manage(Method::Put, SECRET, body).await.0 < 300);
    let policies = json!({"properties": {"accessPolicies": [{
        "tenantId": kept.router.tokens.tenant_id, "objectId": Principal::default().oid(),
        "permissions": {"secrets": ["all"]},
    }]}});
    let (status, answer) = kept.manage(Method::Patch, VAULT, policies).await;
    assert_eq!(status, 200, "{answer}");
    lock(&kept.memory.0).broken = true;
    let url = "https://made.vault.localhost:1/secrets/s?api-version=7.6";
    let body = json!({"value": "w", "contentType": "second"});
    assert_eq!(kept.send_to(Method::Put, url, &kept.token, body).await.0, 503);
    let (status, answer) = kept.manage(Method::Get, SECRET, Value::Null).await;
    assert_eq!(status, 503, "{answer}");
    lock(&kept.memory.0).broken = false;
    let (status, answer) = kept.manage(Method::Get, SECRET, Value::Null).await;
    assert_eq!((status, &answer["properties"]["contentType"]), (200, &json!("second")));
}

#[tokio::test]
async fn what_the_admin_api_did_is_written_before_it_is_told() {
    let kept = Kept::new(Emulator::builder()).await;
    lock(&kept.memory.0).broken = true;
    let snapshot = String::from_utf8(kept.router.snapshot().await.unwrap().to_bytes()).unwrap();
    for (method, path, body) in [
        (Method::Put, "clock", r#"{"advance_seconds": 60}"#),
        (Method::Put, "clock/kv", r#"{"frozen": true}"#),
        (Method::Delete, "clock/kv", ""),
        (Method::Put, "snapshot", &snapshot),
        (Method::Post, "reset", ""),
    ] {
        let url = format!("http://127.0.0.1:1/admin/{path}");
        let mut request = Request::new(Url::parse(&url).unwrap(), method);
        request.insert_header(HeaderName::from_static("content-type"), "application/json");
        request.set_body(body.to_owned());
        let answer = kept.transport.send(&Context::new(), &mut request).await.unwrap();
        assert_eq!(u16::from(answer.status()), 503, "{path}");
    }
}
