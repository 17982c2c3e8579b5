//! Network rules, and what the data plane makes of them.

use std::net::IpAddr;

use azvault_emulator::{Emulator, Principal};
use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    support::Vault,
};

const OFFICE: &str = "203.0.113.7";

/// The management plane of an emulator whose vaults see callers come from there.
async fn seen_from(address: &str) -> Arm {
    let address: IpAddr = address.parse().unwrap();
    Arm::of(Emulator::builder().client_address(address)).await
}

async fn vault(arm: &Arm, name: &str, properties: Value) -> Vault {
    arm.open_vault(name, properties).await
}

fn denying(ranges: &[&str]) -> Value {
    let rules: Vec<_> = ranges.iter().map(|range| json!({"value": range})).collect();
    json!({"networkAcls": {"defaultAction": "Deny", "ipRules": rules}})
}

fn caller(arm: &Arm) -> String {
    let principal = arm.emulator().default_principal();
    let tenant = arm.emulator().tenant_id();
    format!(
        "Caller: appid={};oid={};iss=https://sts.windows.net/{tenant}/\r\nVault: kv-1;location=westus",
        principal.appid(),
        principal.oid()
    )
}

#[tokio::test]
async fn an_address_that_no_rule_has_is_refused_in_the_recorded_words() {
    let arm = seen_from(OFFICE).await;
    let data = vault(&arm, "kv-1", denying(&["203.0.113.8/32", "198.51.100.0/24"])).await;
    let words = |why: &str| {
        let text = format!(
            "Client address is not authorized and {why}\r\nClient address: {OFFICE}\r\n{}",
            caller(&arm)
        );
        (403, "Forbidden".to_owned(), Some("ForbiddenByFirewall".to_owned()), text)
    };
    for path in ["/secrets", "/keys/k", "/deletedsecrets"] {
        let expected = words("caller is not a trusted service.");
        assert_eq!(data.get(path).await.refusal(), expected, "{path}");
    }
    arm.patch(
        "kv-1",
        json!({"properties": {"networkAcls": {"defaultAction": "Deny", "bypass": "None"}}}),
    )
    .await
    .ok();
    let expected = words("caller was ignored because bypass is set to None");
    assert_eq!(data.get("/secrets").await.refusal(), expected);
    assert_eq!(arm.get_vault("kv-1").await.status(), 200, "the management plane is open");
}

#[tokio::test]
async fn rules_let_their_ranges_in_and_the_default_action_the_rest() {
    let arm = seen_from(OFFICE).await;
    for (number, ranges, expected) in [
        (1, vec![OFFICE], 200),
        (2, vec!["198.51.100.1", "203.0.113.0/24"], 200),
        (3, vec!["203.0.113.8/29"], 403),
        (4, vec!["203.0.113.0/29"], 200),
        (5, vec![], 403),
    ] {
        let name = format!("kv-{number}");
        let data = vault(&arm, &name, denying(&ranges)).await;
        assert_eq!(data.get("/secrets").await.status(), expected, "{ranges:?}");
        let allow = json!({"properties": {"networkAcls": {"defaultAction": "allow"}}});
        arm.patch(&name, allow).await.ok();
        assert_eq!(data.get("/secrets").await.status(), 200, "{ranges:?}");
    }
    let subnet = json!({"networkAcls": {"defaultAction": "Deny", "virtualNetworkRules": [{"id": "/subnet"}]}});
    let data = vault(&arm, "kv-6", subnet).await;
    assert_eq!(data.get("/secrets").await.status(), 403, "nobody here is in a virtual network");
}

#[tokio::test]
async fn the_network_comes_before_access_and_after_the_token() {
    let arm = seen_from(OFFICE).await;
    let mut data = vault(&arm, "kv-1", denying(&[])).await;
    let stranger = arm.data_for("kv-1", Principal::new("nobody")).await;
    let refusal = stranger.get("/secrets").await.refusal();
    assert_eq!(refusal.2.as_deref(), Some("ForbiddenByFirewall"));
    data.token = None;
    let challenge = data.get("/secrets").await;
    assert_eq!(challenge.status(), 401);
    assert!(challenge.header("www-authenticate").is_some());
}

#[tokio::test]
async fn disabled_public_access_beats_every_rule() {
    let arm = seen_from(OFFICE).await;
    let mut properties = denying(&[OFFICE]);
    properties["publicNetworkAccess"] = json!("disabled");
    let data = vault(&arm, "kv-1", properties).await;
    let text = format!(
        "Public network access is disabled and request is not from a trusted service nor via an approved private \
         link.\r\n{}",
        caller(&arm)
    );
    let expected = (403, "Forbidden".to_owned(), Some("ForbiddenByConnection".to_owned()), text);
    assert_eq!(data.get("/secrets").await.refusal(), expected);
    let perimeter = json!({"properties": {"publicNetworkAccess": "SecuredByPerimeter"}});
    arm.patch("kv-1", perimeter).await.ok();
    let refusal = data.get("/secrets").await.refusal();
    assert_eq!(refusal.2.as_deref(), Some("ForbiddenByFirewall"));
    assert!(refusal.3.starts_with("Request was not allowed by NSP rules and "), "{}", refusal.3);
    arm.patch("kv-1", json!({"properties": {"publicNetworkAccess": "Enabled"}})).await.ok();
    assert_eq!(data.get("/secrets").await.status(), 200);
}

#[tokio::test]
async fn a_word_that_is_no_public_access_leaves_no_vault_open() {
    let arm = seen_from(OFFICE).await;
    let data = vault(&arm, "kv-1", json!({"publicNetworkAccess": "disabled"})).await;
    for word in ["Disable", "", "Enabled ", "none"] {
        let properties = json!({"publicNetworkAccess": word});
        let body = json!({"properties": properties});
        for answer in [arm.patch("kv-1", body).await, arm.put("kv-2", properties).await] {
            assert_eq!(code(&answer), refused(400, "BadRequest"), "{word}");
            assert!(answer.refusal().3.contains("publicNetworkAccess"), "{word}");
        }
    }
    assert_eq!(data.get("/secrets").await.status(), 403);
}

#[tokio::test]
async fn callers_come_from_127_0_0_1_unless_told_otherwise() {
    for (arm, address, info) in [
        (Arm::new().await, "127.0.0.1", "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;"),
        (
            seen_from("::1").await,
            "127.0.0.1",
            "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;",
        ),
        (
            seen_from("2001:db8::1").await,
            "2001:db8::1",
            "conn_type=Ipv6;addr=2001:db8::1;act_addr_fam=InterNetworkV6;",
        ),
    ] {
        let data = vault(&arm, "kv-1", denying(&["0.0.0.0/1", "128.0.0.0/2"])).await;
        let answer = data.get("/secrets").await;
        assert_eq!(answer.header("x-ms-keyvault-network-info"), Some(info));
        let status = if address == "127.0.0.1" { 200 } else { 403 };
        assert_eq!(answer.status(), status, "{address}");
    }
}

/// A Mac has no loopback address but 127.0.0.1.
#[cfg(not(target_os = "macos"))]
#[tokio::test]
async fn over_a_socket_the_address_is_that_of_the_connection() {
    let emulator = Emulator::start().await.unwrap();
    let host = "kv.vault.localhost";
    let port = emulator.port();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(emulator.ca_pem().as_bytes()).unwrap()])
        .no_proxy()
        .local_address(IpAddr::from([127, 0, 0, 2]))
        .resolve(host, (std::net::Ipv4Addr::LOCALHOST, port).into())
        .build()
        .unwrap();
    let url = format!("https://{host}:{port}/secrets?api-version=7.6");
    let answer = client.get(url).send().await.unwrap();
    assert_eq!(
        answer.headers()["x-ms-keyvault-network-info"],
        "conn_type=Ipv4;addr=127.0.0.2;act_addr_fam=InterNetwork;"
    );
    emulator.shutdown().await;
}

#[tokio::test]
async fn an_address_alone_is_shown_as_a_range() {
    let arm = Arm::new().await;
    arm.put("kv-1", denying(&["203.0.113.7", "198.51.100.0/24"])).await.ok();
    let vault = arm.get_vault("kv-1").await.ok();
    let expected = json!([{"value": "203.0.113.7/32"}, {"value": "198.51.100.0/24"}]);
    assert_eq!(vault["properties"]["networkAcls"]["ipRules"], expected);
}

#[tokio::test]
async fn rules_that_the_service_would_not_take_are_refused() {
    let arm = Arm::new().await;
    for (range, words) in [
        ("10.0.0.0/8", "10.0.0.0–10.255.255.255 (private IP addresses)"),
        ("172.20.10.5/32", "172.16.0.0–172.31.255.255 (private IP addresses)"),
        ("192.168.1.0/24", "192.168.0.0–192.168.255.255 (private IP addresses)"),
        ("127.0.0.1/32", "127.0.0.0–127.255.255.255 (loopback IP addresses)"),
    ] {
        let answer = arm.put("kv-1", denying(&["203.0.113.7", range])).await;
        let text = format!(
            "Invalid value found at properties.networkAcls.ipRules[1].value: {range} belongs to forbidden range {words}"
        );
        assert_eq!(answer.refusal(), (400, "BadRequest".to_owned(), None, text));
    }
    for range in ["203.0.113.0/33", "203.0.113", "2001:db8::/32", "everywhere", ""] {
        let answer = arm.put("kv-1", denying(&[range])).await;
        assert_eq!(code(&answer), refused(400, "BadRequest"), "{range}");
    }
    for acls in [json!({"defaultAction": "Maybe"}), json!({"bypass": "Everybody"})] {
        let answer = arm.put("kv-1", json!({"networkAcls": acls})).await;
        assert_eq!(code(&answer), refused(400, "BadRequest"), "{acls}");
    }
    assert_eq!(arm.get_vault("kv-1").await.status(), 404, "nothing was made");
}

#[tokio::test]
async fn a_vault_has_a_thousand_ip_rules_at_most() {
    let arm = Arm::new().await;
    let ranges: Vec<_> = (0..1001).map(|n| format!("203.{}.{}.1", n / 256, n % 256)).collect();
    let ranges: Vec<_> = ranges.iter().map(String::as_str).collect();
    assert_eq!(arm.put("kv-1", denying(&ranges[..1000])).await.status(), 200);
    assert_eq!(code(&arm.put("kv-1", denying(&ranges)).await), refused(400, "BadRequest"));
}
