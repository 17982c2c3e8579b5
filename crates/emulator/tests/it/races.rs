//! Names between two states: what the service answers while one operation is not done and the next comes.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::{
    support::{Answer, Vault},
    test_keys::EC_P256,
};

const LAG: Duration = Duration::from_secs(10);

/// A kind of object: its collection, its title, and how one is made.
struct Kind {
    collection: &'static str,
    title: &'static str,
    method: &'static str,
    make: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind { collection: "keys", title: "Key", method: "POST", make: "/keys/o/create" },
    Kind { collection: "keys", title: "Key", method: "PUT", make: "/keys/o" },
    Kind { collection: "secrets", title: "Secret", method: "PUT", make: "/secrets/o" },
];

impl Kind {
    async fn make(&self, vault: &Vault) -> Answer {
        let key: Value = serde_json::from_str(EC_P256).unwrap();
        let body = json!({"kty": "EC", "value": "v", "key": key});
        vault.send(self.method, self.make, Some(body)).await
    }

    async fn delete(&self, vault: &Vault) -> Answer {
        vault.delete(&format!("/{}/o", self.collection)).await
    }

    async fn purge(&self, vault: &Vault) -> Answer {
        vault.delete(&format!("/deleted{}/o", self.collection)).await
    }

    async fn recover(&self, vault: &Vault) -> Answer {
        vault.send("POST", &format!("/deleted{}/o/recover", self.collection), None).await
    }

    async fn read(&self, vault: &Vault) -> u16 {
        vault.get(&format!("/{}/o", self.collection)).await.status()
    }

    async fn read_deleted(&self, vault: &Vault) -> u16 {
        vault.get(&format!("/deleted{}/o", self.collection)).await.status()
    }

    fn deleting(&self) -> (u16, String, Option<String>, String) {
        conflict("ObjectIsBeingDeleted", format!("{} is currently being deleted.", self.title))
    }
}

fn conflict(inner: &str, message: String) -> (u16, String, Option<String>, String) {
    (409, "Conflict".to_owned(), Some(inner.to_owned()), message)
}

async fn slow() -> Vault {
    Vault::of(Emulator::builder().deletion_lag(LAG).recovery_lag(LAG).purge_lag(LAG)).await
}

#[tokio::test]
async fn a_purge_right_after_a_delete_is_a_conflict_until_the_deletion_is_done() {
    for kind in KINDS {
        let vault = slow().await;
        kind.make(&vault).await.ok();
        kind.delete(&vault).await.ok();
        assert_eq!(kind.purge(&vault).await.refusal(), kind.deleting());
        vault.emulator.clock().advance(LAG - Duration::from_secs(1));
        assert_eq!(kind.purge(&vault).await.refusal(), kind.deleting());
        vault.emulator.clock().advance(Duration::from_secs(1));
        assert_eq!(kind.purge(&vault).await.status(), 204);
    }
}

#[tokio::test]
async fn a_name_is_free_only_a_while_after_its_purge() {
    for kind in KINDS {
        let vault = slow().await;
        kind.make(&vault).await.ok();
        kind.delete(&vault).await.ok();
        vault.emulator.clock().advance(LAG);
        assert_eq!(kind.purge(&vault).await.status(), 204);
        assert_eq!(kind.make(&vault).await.refusal(), kind.deleting());
        assert_eq!((kind.read(&vault).await, kind.read_deleted(&vault).await), (404, 404));
        assert_eq!(kind.purge(&vault).await.status(), 404);
        assert_eq!(kind.recover(&vault).await.status(), 404);
        assert_eq!(kind.delete(&vault).await.status(), 404);
        let list = vault.get(&format!("/deleted{}", kind.collection)).await.ok();
        assert_eq!(list["value"], json!([]));
        vault.emulator.clock().advance(LAG);
        let versions = format!("/{}/o/versions", kind.collection);
        kind.make(&vault).await.ok();
        assert_eq!(vault.get(&versions).await.ok()["value"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_deleted_name_can_only_be_recovered_or_purged() {
    for kind in KINDS {
        let vault = slow().await;
        kind.make(&vault).await.ok();
        kind.delete(&vault).await.ok();
        assert_eq!(kind.make(&vault).await.refusal(), kind.deleting(), "not deleted yet");
        vault.emulator.clock().advance(LAG);
        let message = format!(
            "{} o is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the \
             {} can only be recovered or purged.",
            kind.title,
            kind.title.to_ascii_lowercase()
        );
        let expected = conflict("ObjectIsDeletedButRecoverable", message);
        assert_eq!(kind.make(&vault).await.refusal(), expected);
    }
}

#[tokio::test]
async fn a_recovering_name_cannot_be_made_again_until_it_is_back() {
    for kind in KINDS {
        let vault = slow().await;
        kind.make(&vault).await.ok();
        kind.delete(&vault).await.ok();
        vault.emulator.clock().advance(LAG);
        kind.recover(&vault).await.ok();
        let message = format!(
            "{} o is currently being recovered and cannot be re-created; retry later.",
            kind.title
        );
        let expected = conflict("ObjectIsBeingRecovered", message);
        assert_eq!(kind.make(&vault).await.refusal(), expected);
        vault.emulator.clock().advance(LAG);
        kind.make(&vault).await.ok();
        let versions = vault.get(&format!("/{}/o/versions", kind.collection)).await.ok();
        assert_eq!(versions["value"].as_array().unwrap().len(), 2, "its old versions are back");
    }
}
