//! What an access policy may say: the service takes no word that it does not know.

use serde_json::{Value, json};

use crate::arm::Arm;

const OTHER: &str = "99999999-9999-9999-9999-999999999999";
const WORDS: &str = "An invalid value was provided for 'accessPolicies'";

fn policy(arm: &Arm, object_id: &str, permissions: Value) -> Value {
    json!([{"tenantId": arm.emulator().tenant_id(), "objectId": object_id, "permissions": permissions}])
}

/// The refusal of these policies, by each request that can send them.
async fn refusals(arm: &Arm, policies: &Value) -> Vec<(u16, String, String)> {
    let properties = json!({"accessPolicies": policies});
    let change = format!("{}/accessPolicies/add", arm.vault_path("rg", "kv-1"));
    let body = json!({"properties": properties});
    let answers = [
        arm.put("kv-2", properties.clone()).await,
        arm.put("kv-1", properties).await,
        arm.patch("kv-1", body.clone()).await,
        arm.send("PUT", &change, Some(body)).await,
    ];
    let refusal = |answer: &crate::support::Answer| {
        let (status, code, _, message) = answer.refusal();
        (status, code, message)
    };
    answers.iter().map(refusal).collect()
}

#[tokio::test]
async fn words_that_are_no_permissions_are_refused_and_named() {
    let arm = Arm::new().await;
    let made =
        arm.put("kv-1", json!({"accessPolicies": policy(&arm, OTHER, json!({}))})).await.ok();
    for (kind, word) in [
        ("keys", " list"),
        ("keys", "getSecret"),
        ("keys", "set"),
        ("secrets", "update"),
        ("secrets", ""),
        ("certificates", "encrypt"),
        ("storage", "create"),
    ] {
        let policies = policy(&arm, OTHER, json!({kind: ["get", word]}));
        for (status, code, message) in refusals(&arm, &policies).await {
            assert_eq!((status, code.as_str()), (400, "BadRequest"), "{kind} {word}");
            assert!(message.starts_with(WORDS), "{message}");
            assert!(
                message.contains(&format!("'{word}' is no permission for {kind}")),
                "{message}"
            );
        }
    }
    assert_eq!(arm.get_vault("kv-1").await.ok(), made, "nothing has changed");
}

#[tokio::test]
async fn an_object_id_that_is_no_guid_is_refused() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    let vault = arm.vault_path("rg", "kv-1");
    for id in ["", "bob@contoso.com", vault.as_str()] {
        let policies = policy(&arm, id, json!({"keys": ["get"]}));
        for (status, code, message) in refusals(&arm, &policies).await {
            assert_eq!((status, code.as_str()), (400, "BadRequest"), "{id}");
            assert!(message.starts_with(WORDS) && message.contains("GUID"), "{message}");
        }
    }
}

#[tokio::test]
async fn all_words_of_the_specification_are_taken_in_any_case() {
    let arm = Arm::new().await;
    let kinds = [
        (
            "keys",
            "all encrypt decrypt wrapKey unwrapKey sign verify get list create update import delete backup restore \
             recover purge release rotate getrotationpolicy setrotationpolicy",
        ),
        ("secrets", "all get list set delete backup restore recover purge"),
        (
            "certificates",
            "all get list delete create import update managecontacts getissuers listissuers setissuers \
             deleteissuers manageissuers recover purge backup restore",
        ),
        (
            "storage",
            "all get list delete set update regeneratekey recover purge backup restore setsas listsas getsas \
             deletesas",
        ),
    ];
    for case in [str::to_owned, str::to_uppercase] {
        let permissions: Value = kinds
            .iter()
            .map(|(kind, words)| ((*kind).to_owned(), words.split_whitespace().map(case).collect()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let policies = policy(&arm, OTHER, permissions);
        let vault = arm.put("kv-1", json!({"accessPolicies": policies})).await.ok();
        assert_eq!(vault["properties"]["accessPolicies"], policies, "as they were spelled");
    }
}
