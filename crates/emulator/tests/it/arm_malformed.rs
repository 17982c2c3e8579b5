//! What is not a request that anybody should send, to every path of the management plane.

use serde_json::json;

use crate::arm::Arm;

/// `{}` is the subscription, `@` the vault.
const PATHS: [&str; 33] = [
    "/metadata/endpoints",
    "/tenants",
    "/subscriptions",
    "{}",
    "{}/locations",
    "{}/providers",
    "{}/resources",
    "{}/resourceGroups",
    "{}/resourceGroups/rg",
    "{}/resourceGroups/other",
    "{}/operationresults/x",
    "{}/providers/Microsoft.KeyVault",
    "{}/providers/Microsoft.KeyVault/register",
    "{}/providers/Microsoft.KeyVault/vaults",
    "{}/providers/Microsoft.KeyVault/deletedVaults",
    "{}/providers/Microsoft.KeyVault/checkNameAvailability",
    "{}/providers/Microsoft.KeyVault/checkMhsmNameAvailability",
    "{}/providers/Microsoft.KeyVault/locations/westus/deletedVaults/kv-1",
    "{}/providers/Microsoft.KeyVault/locations/westus/deletedVaults/kv-1/purge",
    "{}/providers/Microsoft.KeyVault/locations/westus/operationResults/x",
    "{}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/e",
    "{}/resourceGroups/rg/providers/Microsoft.KeyVault/managedHSMs/x",
    "@",
    "@/accessPolicies/add",
    "@/accessPolicies/replace",
    "@/accessPolicies/remove",
    "@/keys/k",
    "@/keys/k/versions/x",
    "@/secrets/s",
    "@/privateEndpointConnections/c",
    "@/providers/Microsoft.Authorization/roleDefinitions/33333333-3333-3333-3333-333333333333",
    "@/providers/Microsoft.Authorization/roleAssignments/33333333-3333-3333-3333-333333333333",
    "@/keys/k/providers/Microsoft.Authorization/roleAssignments",
];

fn bodies() -> Vec<Vec<u8>> {
    let nested =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let mut bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\xff\xfe".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{".to_vec(),
        b"{\"properties\": 1e999}".to_vec(),
        b"{\"name\": \"\\ud800\", \"type\": \"\\u0000\"}".to_vec(),
        nested("[", "]").into_bytes(),
        format!("{{\"properties\":{}}}", nested("{\"a\":", "}")).into_bytes(),
        format!("{{\"properties\":{{\"release_policy\":{}}}}}", nested("[", "]")).into_bytes(),
    ];
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!([[]]),
        json!({}),
        json!("x".repeat(10_000)),
        json!("\u{0}\u{1f600}/../?%"),
    ];
    for wrong in wrong {
        let properties = json!({
            "tenantId": wrong, "sku": wrong, "accessPolicies": wrong, "networkAcls": wrong,
            "softDeleteRetentionInDays": wrong, "createMode": wrong, "publicNetworkAccess": wrong,
            "roleDefinitionId": wrong, "principalId": wrong, "permissions": wrong, "roleName": wrong,
            "assignableScopes": wrong, "value": wrong, "attributes": wrong, "kty": wrong,
            "privateLinkServiceConnectionState": wrong, "privateLinkServiceConnections": wrong,
        });
        let acls = json!({"ipRules": [{"value": wrong}], "defaultAction": wrong, "bypass": wrong});
        let attributes = json!({"nbf": wrong, "exp": wrong, "enabled": wrong});
        for (name, value) in [("networkAcls", &acls), ("attributes", &attributes)] {
            let mut properties = json!({"kty": "EC", "value": "v"});
            properties[name] = value.clone();
            bodies.push(
                json!({"location": "westus", "properties": properties}).to_string().into_bytes(),
            );
        }
        bodies
            .push(json!({"location": "westus", "properties": properties}).to_string().into_bytes());
        bodies.push(
            json!({"location": wrong, "tags": wrong, "name": wrong, "type": wrong})
                .to_string()
                .into_bytes(),
        );
    }
    bodies
}

#[tokio::test]
async fn no_body_breaks_the_management_plane() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    let vault = arm.vault_path("rg", "kv-1");
    let bodies = bodies();
    for path in PATHS {
        let path = path.replace("{}", &arm.subscription()).replace('@', &vault);
        let url = format!("{}{path}?api-version=2026-05-15", arm.http.base);
        for method in ["PUT", "PATCH", "POST", "GET"] {
            for body in &bodies {
                let answer = arm.http.send_to(method, &url, body.clone(), &[]).await;
                let shown = String::from_utf8_lossy(body.get(..80).unwrap_or(body));
                assert!(answer.status() < 500, "{method} {path} {shown}: {}", answer.text());
                if answer.status() >= 400 {
                    let (_, code, _, message) = answer.refusal();
                    assert!(!code.is_empty() && !message.is_empty(), "{method} {path} {shown}");
                }
            }
        }
    }
    arm.open_vault("kv-2", json!({})).await;
}

#[tokio::test]
async fn no_query_breaks_the_management_plane() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    let vault = arm.vault_path("rg", "kv-1");
    for path in PATHS {
        let path = path.replace("{}", &arm.subscription()).replace('@', &vault);
        for query in [
            "",
            "?",
            "?api-version=",
            "?api-version=%ff%fe",
            "?api-version=1&api-version=2",
            "?api-version=2026-05-15&$top=99999999999999999999",
            "?api-version=2026-05-15&$top=18446744073709551615",
            "?api-version=2026-05-15&$skiptoken=%00",
            "?api-version=2026-05-15&$skiptoken=////",
            "?api-version=2026-05-15&$filter='",
            "?api-version=2026-05-15&$filter=%20eq%20'",
            "?api-version=2026-05-15&$filter=assignedTo(')",
            "?api-version=2026-05-15&$filter=roleName%20eq%20'",
            "?api-version=2026-05-15&kv-operation=e30",
            "?api-version=2026-05-15&kv-operation=%ff",
        ] {
            let url = format!("{}{path}{query}", arm.http.base);
            let answer = arm.http.send_to("GET", &url, Vec::new(), &[]).await;
            assert!(answer.status() < 500, "{path}{query}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_body_that_lacks_something_is_told_what_and_none_is_repeated() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    let vault = arm.vault_path("rg", "kv-1");
    for (path, body, missing) in [
        (
            "accessPolicies/add",
            json!({"properties": {"accessPolicies": [{"tenantId": "t"}]}}),
            "objectId",
        ),
        ("accessPolicies/add", json!({}), "properties"),
        (
            "providers/Microsoft.Authorization/roleAssignments/33333333-3333-3333-3333-333333333333",
            json!({"properties": {"roleDefinitionId": "r"}}),
            "principalId",
        ),
    ] {
        let answer = arm.send("PUT", &format!("{vault}/{path}"), Some(body)).await;
        let (status, code, _, message) = answer.refusal();
        assert_eq!((status, code.as_str()), (400, "InvalidRequestContent"), "{path}");
        assert!(message.contains(&format!("missing field `{missing}`")), "{message}");
    }
    let secret = format!("{vault}/secrets/s");
    for body in [
        json!({"properties": "hunter2"}),
        json!({"properties": {"value": ["hunter2"]}}),
        json!({"properties": {"value": "v", "attributes": "missing field `hunter2`"}}),
    ] {
        let answer = arm.send("PUT", &secret, Some(body)).await;
        assert_eq!(answer.status(), 400);
        assert!(!answer.text().contains("hunter2"), "{}", answer.text());
    }
}
