//! What is sent, looked at without a runtime and without sending it.

use azure_core::http::Body;
use azvault_core::{Call, credentials::ClientSecretCredential};
use azvault_management::{
    AccessPolicyEntry, AccessPolicyUpdateKind, CertificatePermission, CreateMode, KeyPermission,
    KeyVaultManagementClient, NetworkRuleAction, NetworkRuleSet, SecretPermission, SkuName,
    VaultCreateOrUpdateParameters,
};

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";
const TENANT: &str = "00000000-0000-0000-0000-000000000002";
const PRINCIPAL: &str = "00000000-0000-0000-0000-000000000003";
const VAULTS: &str = "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.KeyVault/vaults";

fn client() -> KeyVaultManagementClient {
    let credential = ClientSecretCredential::new("tenant", "client", "secret").unwrap();
    KeyVaultManagementClient::new(SUBSCRIPTION, credential).unwrap()
}

fn text<T: 'static>(call: &Call<T>) -> String {
    let request = call.request().unwrap();
    let Body::Bytes(body) = request.body() else { panic!("a body of bytes") };
    let body = String::from_utf8(body.to_vec()).unwrap();
    format!("{} {} {body}", request.method(), request.url()).trim_end().to_owned()
}

fn create(parameters: VaultCreateOrUpdateParameters) -> String {
    text(&client().vaults().begin_create_or_update("rg", "my-vault", parameters).into_call())
}

#[test]
fn a_vault_without_policies_says_nothing_of_roles() {
    assert_eq!(
        create(VaultCreateOrUpdateParameters::new("eastus", TENANT)),
        format!(
            r#"PUT {VAULTS}/my-vault?api-version=2026-05-15 {{"location":"eastus","properties":{{"tenantId":"{TENANT}","sku":{{"family":"A","name":"standard"}},"accessPolicies":[]}}}}"#
        )
    );
}

#[test]
fn policies_tell_the_vault_to_go_by_them() {
    let policy = AccessPolicyEntry::new(TENANT, PRINCIPAL)
        .keys([KeyPermission::All, KeyPermission::Purge])
        .secrets([SecretPermission::Get])
        .certificates([CertificatePermission::ManageContacts]);
    let sent = create(VaultCreateOrUpdateParameters::new("eastus", TENANT).access_policy(policy));
    let policies = format!(
        r#""accessPolicies":[{{"tenantId":"{TENANT}","objectId":"{PRINCIPAL}","permissions":{{"keys":["all","purge"],"secrets":["get"],"certificates":["managecontacts"]}}}}],"enableRbacAuthorization":false"#
    );
    assert!(sent.contains(&policies), "{sent}");
}

#[test]
fn everything_that_is_set_is_sent() {
    let rules = NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule("203.0.113.0/24");
    let sent = create(
        VaultCreateOrUpdateParameters::new("eastus", TENANT)
            .sku(SkuName::Premium)
            .rbac_authorization(true)
            .purge_protection()
            .retention_days(7)
            .network_rules(rules)
            .tag("team", "payments"),
    );
    for part in [
        r#""tags":{"team":"payments"}"#,
        r#""sku":{"family":"A","name":"premium"}"#,
        r#""enableRbacAuthorization":true"#,
        r#""enablePurgeProtection":true"#,
        r#""softDeleteRetentionInDays":7"#,
        r#""networkAcls":{"bypass":"AzureServices","defaultAction":"Deny","ipRules":[{"value":"203.0.113.0/24"}],"virtualNetworkRules":[]}"#,
    ] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
}

#[test]
fn recovering_sends_no_policies_of_its_own() {
    let sent = create(
        VaultCreateOrUpdateParameters::new("eastus", TENANT).create_mode(CreateMode::Recover),
    );
    assert!(sent.contains(r#""createMode":"recover""#), "{sent}");
    assert!(!sent.contains("accessPolicies"), "{sent}");
}

#[test]
fn an_update_sends_only_what_was_set() {
    let call = client().vaults().update("rg", "my-vault").tag("a", "1").into_call();
    assert_eq!(
        text(&call),
        format!(
            r#"PATCH {VAULTS}/my-vault?api-version=2026-05-15 {{"tags":{{"a":"1"}},"properties":{{}}}}"#
        )
    );
}

#[test]
fn a_vault_may_move_to_another_tenant_and_get_soft_delete() {
    let update = client().vaults().update("rg", "my-vault").tenant_id(TENANT);
    let call = update.soft_delete().retention_days(7).into_call();
    let body = format!(
        r#"{{"properties":{{"tenantId":"{TENANT}","enableSoftDelete":true,"softDeleteRetentionInDays":7}}}}"#
    );
    assert!(text(&call).ends_with(&body), "{}", text(&call));
    for wrong in [
        client().vaults().update("rg", "my-vault").tenant_id("contoso"),
        client().vaults().update("rg", "my-vault").retention_days(6),
    ] {
        assert!(wrong.into_call().request().is_err());
    }
}

#[test]
fn policies_have_three_verbs() {
    for (kind, verb) in [
        (AccessPolicyUpdateKind::Add, "add"),
        (AccessPolicyUpdateKind::Replace, "replace"),
        (AccessPolicyUpdateKind::Remove, "remove"),
    ] {
        let policy = AccessPolicyEntry::new(TENANT, PRINCIPAL).secrets([SecretPermission::Get]);
        let call = client().vaults().update_access_policy("rg", "my-vault", kind, [policy]);
        let start = format!("PUT {VAULTS}/my-vault/accessPolicies/{verb}?api-version=2026-05-15 ");
        assert!(text(&call).starts_with(&start), "{}", text(&call));
    }
}

#[test]
fn a_region_as_people_write_it_stays_one_segment() {
    let call = client().vaults().get_deleted("East US", "my-vault");
    let path = "locations/East%20US/deletedVaults/my-vault?";
    assert!(text(&call).contains(path), "{}", text(&call));
}
