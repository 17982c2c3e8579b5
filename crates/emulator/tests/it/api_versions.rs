//! Versions that the service does not know: taken as they come, or refused in its words when asked to.

use azvault_emulator::Emulator;
use serde_json::json;

use crate::{arm::Arm, support::Vault};

async fn strict() -> Vault {
    Vault::of(Emulator::builder().strict_api_versions(true)).await
}

#[tokio::test]
async fn a_strict_vault_takes_what_released_clients_send_and_nothing_else() {
    let mut vault = strict().await;
    for known in [
        "2016-10-01",
        "7.0",
        "7.3",
        "7.4-preview.1",
        "7.6-preview.2",
        "7.6",
        "2025-07-01",
        "2026-04-01",
    ] {
        vault.api_version = known;
        assert_eq!(vault.get("/keys").await.status(), 200, "{known}");
    }
    for unknown in ["7.7", "7", "2026-04-02", "2024-01-01", "9999-12-31-preview", "latest"] {
        vault.api_version = unknown;
        let message = format!(
            "The specified version ({unknown}) is not recognized. Consider using the latest supported version \
             (2026-04-01)."
        );
        let expected = (400, "BadParameter".to_owned(), None, message);
        assert_eq!(vault.get("/keys").await.refusal(), expected);
        assert_eq!(
            vault.send("PUT", "/secrets/s", Some(json!({"value": "v"}))).await.status(),
            400
        );
    }
}

#[tokio::test]
async fn a_strict_vault_asks_who_calls_before_it_looks_at_the_version() {
    let mut vault = strict().await;
    (vault.api_version, vault.token) = ("7.7", None);
    assert_eq!(vault.get("/keys").await.status(), 401);
}

#[tokio::test]
async fn strict_resource_manager_refuses_by_the_type_of_the_resource() {
    let mut arm = Arm::of(Emulator::builder().strict_api_versions(true)).await;
    arm.put("kv-1", json!({})).await.ok();
    let vault = arm.vault_path("rg", "kv-1");
    let list = arm.provider("vaults");
    let group = format!("{}/resourcegroups/rg", arm.subscription());
    // Vaults have no such version, groups do; and the other way round.
    arm.http.api_version = "2022-12-01";
    assert_eq!(arm.get(&group).await.status(), 200);
    let (status, code, inner, message) = arm.get(&vault).await.refusal();
    assert_eq!((status, code.as_str(), inner), (400, "NoRegisteredProviderFound", None));
    let start = "No registered resource provider found for location 'westus' and API version '2022-12-01' for type \
                 'vaults'. The supported api-versions are '2014-12-19-preview, 2015-06-01, 2016-10-01, ";
    assert!(message.starts_with(start), "{message}");
    assert!(message.contains("2026-05-15'. The supported locations are '"), "{message}");
    let (status, code, _, message) = arm.get(&list).await.refusal();
    assert_eq!((status, code.as_str()), (404, "InvalidResourceType"));
    let start = "The resource type 'vaults' could not be found in the namespace 'Microsoft.KeyVault' for api version \
                 '2022-12-01'. The supported api-versions are '";
    assert!(message.starts_with(start), "{message}");
    arm.http.api_version = "2026-05-15";
    assert_eq!(arm.get(&vault).await.status(), 200);
    let (status, code, _, message) = arm.get(&group).await.refusal();
    assert_eq!((status, code.as_str()), (400, "InvalidApiVersionParameter"));
    assert!(message.starts_with(
        "The api-version '2026-05-15' is invalid. The supported versions are '2025-04-01,"
    ));
}

/// What the clients of Resource Manager that `cargo xtask conformance` installs send to its own paths: az, those of
/// Python, JavaScript and Java, and Go's.
#[tokio::test]
async fn strict_resource_manager_takes_what_released_clients_send() {
    let mut arm = Arm::of(Emulator::builder().strict_api_versions(true)).await;
    arm.put("kv-1", json!({})).await.ok();
    let subscription = arm.subscription();
    let path = |rest: &str| format!("{subscription}{rest}");
    for (versions, paths) in [
        (["2024-11-01", "2025-04-01", "2021-04-01"], ["/resourcegroups", "/resourcegroups/rg"]),
        (
            ["2015-11-01", "2025-04-01", "2021-04-01"],
            ["/resources", "/resourcegroups/rg/resources"],
        ),
        (["2022-12-01", "2022-12-01", "2022-12-01"], ["", "/locations"]),
    ] {
        for version in versions {
            arm.http.api_version = version;
            for path in paths.map(path) {
                assert_eq!(arm.get(&path).await.status(), 200, "{version} {path}");
            }
        }
    }
    for version in ["2025-05-01", "2026-02-01", "2026-05-15"] {
        arm.http.api_version = version;
        assert_eq!(arm.get_vault("kv-1").await.status(), 200, "{version}");
    }
}

/// Keys came to Resource Manager in 2019, secrets were there before.
#[tokio::test]
async fn a_strict_type_has_no_version_from_before_it_was_there() {
    let mut arm = Arm::of(Emulator::builder().strict_api_versions(true)).await;
    arm.put("kv-1", json!({})).await.ok();
    let vault = arm.vault_path("rg", "kv-1");
    arm.http.api_version = "2016-10-01";
    assert_eq!(arm.get(&format!("{vault}/secrets")).await.status(), 200);
    let (_, code, _, message) = arm.get(&format!("{vault}/keys")).await.refusal();
    assert_eq!(code, "NoRegisteredProviderFound");
    assert!(
        message.contains("for type 'vaults/keys'. The supported api-versions are '2019-09-01, "),
        "{message}"
    );
}

#[tokio::test]
async fn resource_manager_takes_any_version_unless_told_otherwise() {
    let mut arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    for version in ["2015-06-01", "2030-01-01", "9999-12-31-preview"] {
        arm.http.api_version = version;
        assert_eq!(arm.get_vault("kv-1").await.status(), 200, "{version}");
    }
}
