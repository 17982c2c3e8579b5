//! What a data directory keeps, and what it refuses.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use azvault_emulator::{Durability, Emulator, EmulatorBuilder};
use serde_json::{Value, json};

use crate::support::Vault;

const SCOPE: &str = "https://vault.azure.net/.default";
const HSM_SCOPE: &str = "https://managedhsm.azure.net/.default";

/// A folder for a data directory that is gone at the end.
pub(crate) struct Data(PathBuf);

impl Data {
    pub(crate) fn new() -> Self {
        Self(std::env::temp_dir().join(format!("azvault-data-{}", uuid::Uuid::new_v4())))
    }

    fn of_the_first_form() -> Self {
        let data = Self::new();
        fs::create_dir(&data.0).unwrap();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/data-1");
        for name in ["key", "state.db"] {
            fs::copy(fixture.join(name), data.path(name)).unwrap();
        }
        data
    }

    fn builder(&self) -> EmulatorBuilder {
        Emulator::builder().data_dir(&self.0)
    }

    pub(crate) async fn start(&self) -> Vault {
        self.start_by(self.builder()).await
    }

    async fn start_by(&self, builder: EmulatorBuilder) -> Vault {
        let emulator = builder.start().await.unwrap();
        let base = emulator.vault_url("kv");
        Vault::at(emulator, base, SCOPE).await
    }

    /// Why it is not opened.
    pub(crate) async fn refusal(&self) -> String {
        let error = self.builder().start().await.unwrap_err();
        std::error::Error::source(&error).unwrap().to_string()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

pub(crate) async fn stop(vault: Vault) {
    vault.emulator.shutdown().await;
}

/// Everything that a vault tells of itself, with the host left out of its identifiers.
async fn told(vault: &Vault) -> Vec<String> {
    let mut told = Vec::new();
    for kind in ["keys", "secrets", "certificates"] {
        let listed = vault.get(&format!("/{kind}?includePending=true")).await.ok();
        told.push(listed.to_string());
        for item in listed["value"].as_array().unwrap() {
            let id = item.get("kid").unwrap_or(&item["id"]).as_str().unwrap();
            let name = id.rsplit('/').next().unwrap();
            let mut paths = vec![
                format!("/{kind}/{name}"),
                format!("/{kind}/{name}/rotationpolicy"),
                format!("/{kind}/{name}/policy"),
                format!("/{kind}/{name}/pending"),
            ];
            let versions =
                vault.get(&format!("/{kind}/{name}/versions?includePending=true")).await.ok();
            for version in versions["value"].as_array().unwrap() {
                let id = version.get("kid").unwrap_or(&version["id"]).as_str().unwrap();
                paths.push(format!("/{kind}/{name}/{}", id.rsplit('/').next().unwrap()));
            }
            for path in paths {
                told.push(format!("{path} {}", vault.get(&path).await.text()));
            }
        }
        let deleted = vault.get(&format!("/deleted{kind}")).await.ok();
        told.push(deleted.to_string());
        for item in deleted["value"].as_array().unwrap() {
            let id = item["recoveryId"].as_str().unwrap();
            let path = format!("/deleted{kind}/{}", id.rsplit('/').next().unwrap());
            told.push(vault.get(&path).await.text().to_owned());
        }
    }
    for path in ["/certificates/issuers", "/certificates/issuers/ca", "/certificates/contacts"] {
        told.push(vault.get(path).await.text().to_owned());
    }
    told.iter().map(|text| text.replace(&vault.base, "")).collect()
}

async fn policy(vault: &Vault, name: &str, issuer: &str) -> Value {
    let body = json!({"policy": {
        "issuer": {"name": issuer},
        "key_props": {"kty": "EC", "crv": "P-256", "exportable": true},
        "secret_props": {"contentType": "application/x-pem-file"},
        "x509_props": {"subject": "CN=kept", "validity_months": 12},
    }});
    let answer = vault.post(&format!("/certificates/{name}/create"), body).await;
    assert_eq!(answer.status(), 202, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn everything_in_a_vault_comes_back_on_another_port() {
    let data = Data::new();
    let start = || data.start_by(data.builder().certificate_lag(Duration::from_secs(3600)));
    let vault = start().await;
    vault.set("s", json!({"value": "one", "tags": {"a": "b"}, "contentType": "text"})).await;
    vault
        .set(
            "S",
            json!({"value": "two", "attributes": {"enabled": true, "exp": 4_000_000_000_i64}}),
        )
        .await;
    vault.set("off", json!({"value": "", "attributes": {"enabled": false}})).await;
    vault.set("gone", json!({"value": "deleted"})).await;
    vault.delete("/secrets/gone").await.ok();
    for (name, body) in [
        ("ec", json!({"kty": "EC", "crv": "P-521"})),
        ("rsa", json!({"kty": "RSA", "key_size": 2048, "key_ops": ["sign"]})),
        ("old", json!({"kty": "EC-HSM"})),
    ] {
        vault.create(name, body).await;
    }
    vault.create("ec", json!({"kty": "EC", "crv": "P-256K"})).await;
    let rotation = json!({"lifetimeActions": [{"trigger": {"timeAfterCreate": "P30D"}, "action": {"type": "Rotate"}}]});
    vault.send("PUT", "/keys/ec/rotationpolicy", Some(rotation)).await.ok();
    vault.delete("/keys/old").await.ok();
    let issuer =
        json!({"provider": "Test", "org_details": {"admin_details": [{"email": "a@contoso.com"}]}});
    vault.send("PUT", "/certificates/issuers/ca", Some(issuer)).await.ok();
    let contacts = json!({"contacts": [{"email": "b@contoso.com"}]});
    vault.send("PUT", "/certificates/contacts", Some(contacts)).await.ok();
    policy(&vault, "self", "Self").await;
    policy(&vault, "byca", "ca").await;
    policy(&vault, "merged", "Unknown").await;
    vault.emulator.clock().advance(Duration::from_secs(3600));
    for name in ["self", "byca"] {
        assert_eq!(
            vault.get(&format!("/certificates/{name}/pending")).await.ok()["status"],
            "completed"
        );
    }
    // One that is still to be issued.
    let pending = policy(&vault, "self", "Self").await;
    let before = told(&vault).await;
    let (ahead, port) = (vault.emulator.clock().now(), vault.emulator.port());
    let blob = vault.post("/secrets/s/backup", json!({})).await.ok()["value"].clone();
    stop(vault).await;

    // While the first port is taken, the second is another one.
    let taken = std::net::TcpListener::bind(("127.0.0.1", port));
    let vault = start().await;
    assert_ne!(vault.emulator.port(), port);
    drop(taken);
    vault.emulator.clock().set(ahead);
    let after = told(&vault).await;
    assert_eq!(after, before);
    assert!(after.iter().any(|text| text.contains("one")) && after.len() > 40, "{}", after.len());
    // Operations go on, with the key that they had.
    assert_eq!(vault.get("/certificates/self/pending").await.ok()["csr"], pending["csr"]);
    vault.emulator.clock().advance(Duration::from_secs(3600));
    assert_eq!(vault.get("/certificates/self/pending").await.ok()["status"], "completed");
    // What a certificate owns is still its own.
    assert_eq!(vault.delete("/keys/self").await.status(), 403);
    assert_eq!(vault.delete("/secrets/byca").await.status(), 403);
    // Backups are those of this emulator.
    vault.delete("/secrets/s").await.ok();
    assert_eq!(vault.delete("/deletedsecrets/s").await.status(), 204);
    vault.post("/secrets/restore", json!({"value": blob})).await.ok();
    assert_eq!(vault.get("/secrets/s").await.ok()["value"], "two");
    stop(vault).await;
    // And once more, after a restart that itself changed things.
    let vault = start().await;
    assert_eq!(vault.get("/secrets/s").await.ok()["value"], "two");
    stop(vault).await;
}

#[tokio::test]
async fn private_keys_come_back_whole() {
    let data = Data::new();
    let vault = data.start().await;
    let digest = crate::support::base64url(&[7; 32]);
    let mut signed = Vec::new();
    for (name, body, algorithm) in [
        ("ec", json!({"kty": "EC", "crv": "P-256"}), "ES256"),
        ("rsa", json!({"kty": "RSA"}), "PS256"),
        ("other", json!({"kty": "EC", "crv": "P-256K"}), "ES256K"),
    ] {
        vault.create(name, body).await;
        let body = json!({"alg": algorithm, "value": digest});
        signed.push((
            name,
            algorithm,
            vault.post(&format!("/keys/{name}/sign"), body).await.ok()["value"].clone(),
        ));
    }
    stop(vault).await;
    let vault = data.start().await;
    for (name, algorithm, signature) in signed {
        let body = json!({"alg": algorithm, "digest": digest, "value": signature});
        assert_eq!(
            vault.post(&format!("/keys/{name}/verify"), body).await.ok()["value"],
            true,
            "{name}"
        );
        let body = json!({"alg": algorithm, "value": digest});
        let again = vault.post(&format!("/keys/{name}/sign"), body).await.ok()["value"].clone();
        let body = json!({"alg": algorithm, "digest": digest, "value": again});
        assert_eq!(
            vault.post(&format!("/keys/{name}/verify"), body).await.ok()["value"],
            true,
            "{name}"
        );
    }
    stop(vault).await;
}

#[tokio::test]
async fn a_managed_hsm_and_its_keys_come_back() {
    let data = Data::new();
    let pool = async || {
        let emulator = data.builder().start().await.unwrap();
        let base = emulator.managed_hsm_url("pool");
        Vault::at(emulator, base, HSM_SCOPE).await
    };
    let vault = pool().await;
    vault.create("aes", json!({"kty": "oct-HSM", "key_size": 256})).await;
    let wrapped = json!({"alg": "A256KW", "value": crate::support::base64url(&[1; 32])});
    let wrapped = vault.post("/keys/aes/wrapkey", wrapped).await.ok()["value"].clone();
    stop(vault).await;
    let vault = pool().await;
    let unwrapped =
        vault.post("/keys/aes/unwrapkey", json!({"alg": "A256KW", "value": wrapped})).await.ok();
    assert_eq!(unwrapped["value"], crate::support::base64url(&[1; 32]));
    stop(vault).await;
}

#[tokio::test]
async fn what_was_purged_or_ran_out_is_gone_from_the_disk_too() {
    let data = Data::new();
    let vault = data.start_by(data.builder().retention_days(7)).await;
    for name in ["purged", "expired", "stays"] {
        vault.set(name, json!({"value": name})).await;
        vault.set(name, json!({"value": format!("{name} again")})).await;
    }
    for name in ["purged", "expired"] {
        vault.delete(&format!("/secrets/{name}")).await.ok();
    }
    assert_eq!(vault.delete("/deletedsecrets/purged").await.status(), 204);
    vault.emulator.clock().advance(Duration::from_secs(8 * 86_400));
    vault.get("/deletedsecrets").await.ok();
    stop(vault).await;
    let names = || {
        let database = rusqlite::Connection::open(data.path("state.db")).unwrap();
        let mut rows =
            database.prepare("SELECT key FROM records WHERE kind LIKE 'secret%'").unwrap();
        let keys = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
        keys.map(|key| key.unwrap().split('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(), ["stays"; 3], "an object and its two versions");
    // The clock is at the present again, and nothing comes back by that.
    let vault = data.start().await;
    assert_eq!(vault.get("/deletedsecrets").await.ok()["value"], json!([]));
    stop(vault).await;
}

#[tokio::test]
async fn a_vault_keeps_the_retention_that_it_came_with() {
    let data = Data::new();
    let vault = data.start_by(data.builder().retention_days(7).purge_protection(true)).await;
    vault.set("s", json!({"value": "v"})).await;
    stop(vault).await;
    let vault = data.start().await;
    let attributes = vault.get("/secrets/s").await.ok()["attributes"].clone();
    assert_eq!(
        (&attributes["recoverableDays"], &attributes["recoveryLevel"]),
        (&json!(7), &json!("CustomizedRecoverable"))
    );
    stop(vault).await;
}

#[tokio::test]
async fn nothing_secret_is_on_the_disk_in_the_clear_and_nobody_else_may_read_it() {
    let data = Data::new();
    let vault = data.start_by(data.builder().durability(Durability::Full)).await;
    vault.set("s", json!({"value": "canary-of-a-value", "tags": {"t": "canary-of-a-tag"}})).await;
    let key = json!({"key": {"kty": "oct", "k": crate::support::base64url(b"canary-of-a-key!")}});
    vault.send("PUT", "/keys/k", Some(key)).await;
    // Both while the journal is there and after it was taken in.
    let check = || {
        let mut files = 0;
        for entry in fs::read_dir(&data.0).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            for canary in
                ["canary-of-a-value", "canary-of-a-tag", "canary-of-a-key!", "Y2FuYXJ5LW9mLWEta2V5"]
            {
                let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
                assert!(!found, "{canary} in {}", path.display());
            }
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::metadata(&path).unwrap().permissions().mode();
                assert_eq!(mode & 0o077, 0, "{}", path.display());
            }
            files += 1;
        }
        files
    };
    assert!(check() >= 4, "a lock, a key, a database and its journal");
    stop(vault).await;
    assert_eq!(check(), 3);
}

#[tokio::test]
async fn a_directory_is_one_emulators_at_a_time() {
    let data = Data::new();
    let vault = data.start().await;
    let words = data.refusal().await;
    let expected = format!(
        "{} is in use by another emulator, process {}",
        data.0.display(),
        std::process::id()
    );
    assert!(words.contains(&expected), "{words}");
    stop(vault).await;
    stop(data.start().await).await;
}

#[tokio::test]
async fn after_the_shutdown_nothing_is_acknowledged() {
    let data = Data::new();
    let vault = data.start().await;
    vault.set("s", json!({"value": "v"})).await;
    vault.emulator.shutdown().await;
    let answer = vault.send("PUT", "/secrets/s", Some(json!({"value": "late"}))).await;
    assert_eq!(answer.refusal().0, 503);
    let vault = data.start().await;
    assert_eq!(vault.get("/secrets/s").await.ok()["value"], "v");
    stop(vault).await;
}

/// A directory of the first form that there was: it has to open for good.
#[tokio::test]
async fn the_first_form_opens() {
    let data = Data::of_the_first_form();
    let vault = data.start().await;
    // Before what is deleted in it runs out.
    vault.emulator.clock().set(time::macros::datetime!(2026-11-22 18:00 UTC));
    let versions = vault.get("/secrets/first/versions").await.ok();
    assert_eq!(versions["value"].as_array().unwrap().len(), 2);
    assert_eq!(vault.get("/secrets/first").await.ok()["value"], "two");
    assert_eq!(vault.get("/deletedsecrets/deleted").await.ok()["attributes"]["recoverableDays"], 7);
    for (key, algorithm) in [("ec", "ES256"), ("rsa", "RS256"), ("by-ca", "ES256")] {
        let body = json!({"alg": algorithm, "value": crate::support::base64url(&[1; 32])});
        vault.post(&format!("/keys/{key}/sign"), body).await.ok();
    }
    let rotation = vault.get("/keys/ec/rotationpolicy").await.ok();
    assert_eq!(rotation["lifetimeActions"][0]["trigger"]["timeAfterCreate"], "P9000D");
    assert_eq!(vault.get("/certificates/by-ca").await.ok()["policy"]["issuer"]["name"], "ca");
    assert_eq!(vault.get("/certificates/by-ca/pending").await.ok()["status"], "completed");
    assert_eq!(vault.get("/certificates/merged/pending").await.ok()["status"], "inProgress");
    assert_eq!(
        vault.get("/certificates/contacts").await.ok()["contacts"][0]["email"],
        "a@contoso.com"
    );
    stop(vault).await;
}

/// Its records do not number the versions.
#[tokio::test]
async fn a_version_made_in_a_directory_of_the_first_form_is_the_latest() {
    let data = Data::of_the_first_form();
    let set = async |vault: &Vault, value: &str| vault.set("first", json!({"value": value})).await;
    let vault = data.start().await;
    set(&vault, "three").await;
    vault.set("made-since", json!({"value": "one"})).await;
    stop(vault).await;
    for value in ["four", "five"] {
        let vault = data.start().await;
        let versions = vault.get("/secrets/first/versions").await.ok();
        for version in versions["value"].as_array().unwrap() {
            let id = version["id"].as_str().unwrap().rsplit('/').next().unwrap();
            let body = json!({"tags": {"seen": value}});
            vault.send("PATCH", &format!("/secrets/first/{id}"), Some(body)).await.ok();
        }
        stop(vault).await;
        let vault = data.start().await;
        let latest = if value == "four" { "three" } else { "four" };
        assert_eq!(vault.get("/secrets/first").await.ok()["value"], latest);
        assert_eq!(vault.get("/secrets/made-since").await.ok()["value"], "one");
        set(&vault, value).await;
        assert_eq!(vault.get("/secrets/first").await.ok()["value"], value);
        stop(vault).await;
    }
    let vault = data.start().await;
    assert_eq!(vault.get("/secrets/first").await.ok()["value"], "five");
    let versions = vault.get("/secrets/first/versions").await.ok();
    assert_eq!(versions["value"].as_array().unwrap().len(), 5);
    stop(vault).await;
}
