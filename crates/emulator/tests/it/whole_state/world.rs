//! One of everything that an emulator can hold.

use std::time::Duration;

use azvault_emulator::{Emulator, EmulatorBuilder, Principal};
use serde_json::{Value, json};

use crate::{
    arm::{API_VERSION, Arm, VAULT_SCOPE},
    arm_managed_hsms as hsms,
    certificate_support::{policy, policy_with, request},
    support::{Vault, base64url, token},
    test_certificates::LEGACY_PFX,
    test_keys::RSA_2048,
};

pub(super) const LAG: Duration = Duration::from_secs(600);
const ROLE: &str = "33333333-3333-3333-3333-333333333333";
const ADMINISTRATOR: &str = "00482a5a-887f-4fb3-b363-3b7fe8e74483";
const READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";
const OTHER_SUBSCRIPTION: &str = "/subscriptions/11111111-2222-3333-4444-555555555555";

/// What is in transition in a vault, or its neighbour.
pub(super) const NAMES: [&str; 4] = ["kept", "deleting", "recovering", "purging"];

/// An emulator on which everything takes its time.
pub(super) fn builder() -> EmulatorBuilder {
    Emulator::builder()
        .tenant_id("72f988bf-86f1-41af-91ab-2d7cd011db47")
        .subscription_id("6819f86e-5d41-47b0-9297-334f33d7922d")
        .provisioning_lag(LAG)
        .deletion_lag(LAG)
        .recovery_lag(LAG)
        .purge_lag(LAG)
        .certificate_lag(LAG)
        .access_lag(LAG)
        .registration_lag(LAG)
        .provider_registered(false)
}

/// What was made, by what else it can be known than by looking.
pub(super) struct Made {
    /// Of operations under way, as headers gave them; the port is `:PORT`.
    pub(super) links: Vec<String>,
    /// Of the secret `kept` in the vault `named`.
    pub(super) backup: Value,
    /// What an AES key of the managed HSM encrypted: `PLAIN`.
    pub(super) encrypted: Value,
}

pub(super) const PLAIN: &[u8] = b"0123456789abcdef";

/// Makes one of everything; the clock stands still afterwards.
pub(super) async fn make(emulator: &Emulator) -> Made {
    emulator.clock().freeze();
    let arm = arm(emulator).await;
    resources(&arm).await;
    let named = at(emulator, emulator.vault_url("named"), VAULT_SCOPE).await;
    keys(&named).await;
    secrets(&named).await;
    certificates(&named).await;
    let pool = hsms::data(&arm, "pool").await;
    let encrypted = hsm_keys(&pool).await;
    // What was deleted, provisioned, assigned and issued until here is so now.
    emulator.clock().advance(LAG);
    let policies = arm.data("policies").await;
    in_transition(&policies).await;
    in_transition(&named).await;
    let roles = arm.data("roles").await;
    roles.set("by-role", json!({"value": "v"})).await;
    let going = arm.data("going").await;
    going.set("inside", json!({"value": "kept with its vault"})).await;
    let made_pool = hsms::data(&arm, "made-pool").await;
    made_pool.create("inside", json!({"kty": "EC-HSM"})).await;
    // Issued now, and renewed once.
    emulator.clock().advance(Duration::from_secs(1));
    named.get("/certificates").await.ok();
    let mut links = under_way(&arm, &named).await;
    let backup = named.post("/secrets/kept/backup", json!({})).await.ok()["value"].clone();
    for link in &mut links {
        *link = link.replace(&format!(":{}", emulator.port()), ":PORT");
    }
    Made { links, backup, encrypted }
}

async fn at(emulator: &Emulator, base: String, scope: &str) -> Vault {
    Vault::at(emulator.clone(), base, scope).await
}

pub(super) async fn arm(emulator: &Emulator) -> Arm {
    let scope = "https://management.azure.com/.default";
    let mut http = at(emulator, emulator.management_url(), scope).await;
    http.api_version = API_VERSION;
    Arm { http }
}

/// Groups, vaults, managed HSMs, roles and a registration, all of which are ready a lag later.
async fn resources(arm: &Arm) {
    arm.send("POST", &arm.provider("register"), None).await.ok();
    arm.emulator().clock().advance(LAG);
    let tagged = json!({"location": "West US", "tags": {"a": "1", "É": "ü"}});
    for group in ["rg", "Second", "gone"] {
        let path = format!("{}/resourcegroups/{group}", arm.subscription());
        assert_eq!(arm.send("PUT", &path, Some(tagged.clone())).await.status(), 201);
    }
    let all = json!(["all", "purge"]);
    let everything = json!({"keys": all, "secrets": all, "certificates": all});
    let policies = json!([arm.policy(everything)]);
    let rules = json!({"bypass": "None", "defaultAction": "Deny", "ipRules": [{"value": "203.0.113.0/24"}]});
    let open = json!({"accessPolicies": policies, "softDeleteRetentionInDays": 7});
    for name in ["policies", "going", "going-for-good"] {
        arm.put(name, open.clone()).await.ok();
    }
    arm.put("walled", json!({"networkAcls": rules, "enablePurgeProtection": true})).await.ok();
    arm.put("private", json!({"publicNetworkAccess": "Disabled"})).await.ok();
    arm.put("roles", json!({"enableRbacAuthorization": true})).await.ok();
    let in_gone = arm.vault_path("gone", "in-gone");
    arm.send("PUT", &in_gone, Some(arm.body(open))).await.ok();
    for pool in ["made-pool", "gone-pool", "going-pool"] {
        assert_eq!(
            hsms::put(arm, pool, json!({"enablePurgeProtection": false})).await.status(),
            202
        );
    }
    let definition = json!({"properties": {
        "roleName": "Mine", "description": "d", "assignableScopes": [arm.subscription()],
        "permissions": [{"dataActions": ["Microsoft.KeyVault/vaults/secrets/*"]}],
    }});
    let path =
        format!("{}/providers/Microsoft.Authorization/roleDefinitions/{ROLE}", arm.subscription());
    assert_eq!(arm.send("PUT", &path, Some(definition)).await.status(), 201);
    assign(arm, 1, ADMINISTRATOR).await;
    assign(arm, 2, ROLE).await;
    for name in ["pe-asked", "pe-busy"] {
        let id = arm.vault_path("rg", "policies");
        arm.emulator().connect_private_endpoint(&id, name).unwrap();
    }
    for user in ["ada@contoso.com", "bob@contoso.com"] {
        token(arm.emulator(), Principal::for_user(user), VAULT_SCOPE).await;
    }
}

fn assignment(arm: &Arm, number: u32) -> String {
    let vault = arm.vault_path("rg", "roles");
    format!(
        "{vault}/providers/Microsoft.Authorization/roleAssignments/{number:08}-1111-1111-1111-111111111111"
    )
}

async fn assign(arm: &Arm, number: u32, role: &str) {
    let role =
        format!("{}/providers/Microsoft.Authorization/roleDefinitions/{role}", arm.subscription());
    let body = json!({"properties": {
        "roleDefinitionId": role, "principalId": arm.emulator().default_principal().oid(),
        "principalType": "ServicePrincipal", "description": "d",
    }});
    assert_eq!(arm.send("PUT", &assignment(arm, number), Some(body)).await.status(), 201);
}

async fn keys(vault: &Vault) {
    let rsa: Value = serde_json::from_str(RSA_2048).unwrap();
    vault.send("PUT", "/keys/rsa", Some(json!({"key": rsa}))).await.ok();
    let body = json!({"key": rsa, "hsm": true, "attributes": {"enabled": false}});
    vault.send("PUT", "/keys/rsa-hsm", Some(body)).await.ok();
    for crv in ["P-256", "P-384", "P-521", "P-256K"] {
        vault.create(&format!("EC-{crv}"), json!({"kty": "EC", "crv": crv})).await;
    }
    for tag in ["1", "2", "3"] {
        let body = json!({"kty": "EC", "tags": {"n": tag}, "attributes": {"nbf": 1, "exp": 4_000_000_000_u32}});
        vault.create("kept", body).await;
    }
    let release = json!({"version": "1.0.0", "anyOf": [{
        "authority": vault.emulator.attestation().url(),
        "allOf": [{"claim": "x-ms-isolation-tee.x-ms-attestation-type", "equals": "sevsnpvm"}],
    }]});
    let release = json!({"data": base64url(release.to_string().as_bytes())});
    let exportable =
        json!({"kty": "EC-HSM", "attributes": {"exportable": true}, "release_policy": release});
    vault.create("exportable", exportable).await;
    let rotate = json!({
        "lifetimeActions": [{"trigger": {"timeAfterCreate": "P60D"}, "action": {"type": "Rotate"}}],
        "attributes": {"expiryTime": "P90D"},
    });
    vault.send("PUT", "/keys/kept/rotationpolicy", Some(rotate)).await.ok();
    made_for_transition(vault, "keys").await;
}

async fn secrets(vault: &Vault) {
    for n in 0..3 {
        let body = json!({"value": format!("välue\n{n}"), "contentType": "text/plain", "tags": {"n": n.to_string()}});
        vault.set("kept", body).await;
    }
    vault.set("dated", json!({"value": "", "attributes": {"nbf": 5, "exp": 6}})).await;
    vault.set("Spelled-So", json!({"value": "v", "attributes": {"enabled": false}})).await;
    made_for_transition(vault, "secrets").await;
}

/// Makes what [`in_transition`] wants, and deletes half of it.
async fn made_for_transition(vault: &Vault, kind: &str) {
    for name in NAMES.into_iter().chain(["deleted"]) {
        match kind {
            "keys" => drop(vault.create(&key_name(name), json!({"kty": "EC"})).await),
            _ => drop(vault.set(name, json!({"value": "v", "tags": {"a": "b"}})).await),
        }
    }
    for name in ["recovering", "purging", "deleted"] {
        let name = if kind == "keys" { key_name(name) } else { name.to_owned() };
        vault.delete(&format!("/{kind}/{name}")).await.ok();
    }
}

/// The policy's vault has none yet: a certificate's name is taken for its key.
fn key_name(name: &str) -> String {
    name.to_owned()
}

/// Leaves one object in each state of its life.
async fn in_transition(vault: &Vault) {
    let is_new = vault.get("/secrets/kept").await.status() == 404;
    if is_new {
        made_for_transition(vault, "secrets").await;
        made_for_transition(vault, "keys").await;
        vault.emulator.clock().advance(LAG);
    }
    for kind in ["keys", "secrets"] {
        vault.delete(&format!("/{kind}/deleting")).await.ok();
        vault.post(&format!("/deleted{kind}/recovering/recover"), json!({})).await.ok();
        assert_eq!(vault.delete(&format!("/deleted{kind}/purging")).await.status(), 204);
    }
}

async fn certificates(vault: &Vault) {
    let contacts = json!({"contacts": [{"email": "a@b.example", "name": "A", "phone": "1"}]});
    vault.send("PUT", "/certificates/contacts", Some(contacts)).await.ok();
    for name in ["i", "Second"] {
        let issuer = json!({
            "provider": "Test", "credentials": {"account_id": "me", "pwd": "canary"}, "attributes": {"enabled": true},
            "org_details": {"id": "org", "admin_details": [{"email": "a@b.example", "phone": "1"}]},
        });
        vault.send("PUT", &format!("/certificates/issuers/{name}"), Some(issuer)).await.ok();
    }
    let import = json!({"value": LEGACY_PFX});
    vault.post("/certificates/imported/import", import).await.ok();
    for (name, policy) in [
        ("own", policy()),
        ("by-issuer", policy_with(json!({"issuer": {"name": "i"}}))),
        (
            "rsa-cert",
            policy_with(json!({"key_props": {"kty": "RSA", "key_size": 2048, "reuse_key": true}})),
        ),
    ] {
        assert_eq!(request(vault, name, policy).await.status(), 202);
    }
    vault.emulator.clock().advance(LAG);
    issued_again(vault).await;
}

/// A second version, one that is deleted, one that failed, one that was cancelled.
async fn issued_again(vault: &Vault) {
    assert_eq!(request(vault, "own", policy()).await.status(), 202);
    assert_eq!(
        request(vault, "failed", policy_with(json!({"issuer": {"name": "Second"}}))).await.status(),
        202
    );
    assert_eq!(request(vault, "gone", policy()).await.status(), 202);
    vault.delete("/certificates/issuers/Second").await.ok();
    assert_eq!(request(vault, "cancelled", policy()).await.status(), 202);
    let cancel = json!({"cancellation_requested": true});
    vault.send("PATCH", "/certificates/cancelled/pending", Some(cancel)).await.ok();
    vault.emulator.clock().advance(LAG);
    vault.get("/certificates/cancelled/pending").await.ok();
    vault.delete("/certificates/gone").await.ok();
}

async fn hsm_keys(pool: &Vault) -> Value {
    for (name, body) in [
        ("aes", json!({"kty": "oct-HSM", "key_size": 256})),
        ("ed", json!({"kty": "OKP"})),
        ("ec", json!({"kty": "EC-HSM", "crv": "P-384"})),
        ("gone", json!({"kty": "oct-HSM", "key_size": 128})),
    ] {
        pool.create(name, body).await;
    }
    let mac = json!({"kty": "oct-HSM", "k": base64url(&[0x0B; 32]), "key_ops": ["sign", "verify"]});
    pool.send("PUT", "/keys/mac", Some(json!({"key": mac, "hsm": true}))).await.ok();
    pool.delete("/keys/gone").await.ok();
    let body = json!({"alg": "A256CBC", "value": base64url(PLAIN), "iv": base64url(&[7; 16])});
    let encrypted = pool.post("/keys/aes/encrypt", body).await.ok();
    json!({"alg": "A256CBC", "value": encrypted["value"], "iv": base64url(&[7; 16])})
}

/// Begins what takes its time, and gives the links to ask after it.
async fn under_way(arm: &Arm, named: &Vault) -> Vec<String> {
    let mut links = Vec::new();
    // Certificates that wait: for their time, and for a merge.
    for (name, policy) in
        [("kept", policy()), ("to-merge", policy_with(json!({"issuer": {"name": "Unknown"}})))]
    {
        assert_eq!(request(named, &format!("{name}-cert"), policy).await.status(), 202);
    }
    // Policies that do not count yet, an assignment that does not, and one that still does.
    let reader = json!({"accessPolicies": [arm.policy(json!({"secrets": ["get", "list"]}))]});
    arm.patch("policies", json!({"properties": reader, "tags": {"t": "1"}})).await.ok();
    assign(arm, 3, READER).await;
    arm.send("DELETE", &assignment(arm, 2), None).await.ok();
    let other = format!("{OTHER_SUBSCRIPTION}/providers/Microsoft.KeyVault/register");
    arm.send("POST", &other, None).await.ok();
    // Connections.
    let busy = format!("{}/privateEndpointConnections/pe-busy", arm.vault_path("rg", "policies"));
    let approve =
        json!({"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}});
    let approving = arm.send("PUT", &busy, Some(approve)).await;
    links.push(approving.header("azure-asyncoperation").unwrap().to_owned());
    let endpoint = format!(
        "{}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe",
        arm.subscription()
    );
    let links_to = json!([{"name": "link", "properties": {
        "privateLinkServiceId": arm.vault_path("rg", "roles"), "groupIds": ["vault"], "requestMessage": "please",
    }}]);
    let body = json!({"location": "West US", "properties": {"manualPrivateLinkServiceConnections": links_to}});
    assert_eq!(arm.send("PUT", &endpoint, Some(body)).await.status(), 201);
    // Vaults and managed HSMs: made, deleted, purged, a whole group gone.
    arm.put("fresh", json!({"createMode": "default"})).await.ok();
    for name in ["going", "going-for-good"] {
        assert_eq!(arm.delete(name).await.status(), 200);
    }
    links.push(arm.purge("going-for-good").await.header("location").unwrap().to_owned());
    links
        .push(hsms::put(arm, "fresh-pool", json!({})).await.header("location").unwrap().to_owned());
    for pool in ["gone-pool", "going-pool"] {
        let deleting = arm.send("DELETE", &hsms::path(arm, pool), None).await;
        links.push(deleting.header("location").unwrap().to_owned());
    }
    let group = format!("{}/resourcegroups/gone", arm.subscription());
    let deleting = arm.send("DELETE", &group, None).await;
    links.push(deleting.header("location").unwrap().to_owned());
    links
}
