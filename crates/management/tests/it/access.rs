//! Access policies, changed one verb at a time.

use azvault_management::{
    AccessPolicyEntry, AccessPolicyUpdateKind, KeyPermission, SecretPermission,
};

use crate::support::{GROUP, STRANGER, Subscription};

fn permissions(policies: &[AccessPolicyEntry], object_id: &str) -> Option<Vec<String>> {
    let policy = policies.iter().find(|policy| policy.object_id() == object_id)?;
    Some(policy.secret_permissions().iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn permissions_are_added_replaced_and_removed_for_one_principal_alone() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let owner = subscription.policy();
    let change = async |kind, secrets: &[SecretPermission]| {
        let policy = AccessPolicyEntry::new(subscription.emulator.tenant_id(), STRANGER)
            .secrets(secrets.to_vec());
        let vaults = subscription.client.vaults();
        vaults.update_access_policy(GROUP, "my-vault", kind, [policy]).await.unwrap()
    };
    use AccessPolicyUpdateKind::{Add, Remove, Replace};
    use SecretPermission::{Get, List, Set};

    let policies = change(Add, &[Get]).await;
    assert_eq!(permissions(&policies, STRANGER).unwrap(), ["get"]);
    let policies = change(Add, &[List]).await;
    assert_eq!(permissions(&policies, STRANGER).unwrap(), ["get", "list"]);
    let policies = change(Replace, &[Set]).await;
    assert_eq!(permissions(&policies, STRANGER).unwrap(), ["set"]);
    let policies = change(Remove, &[Set]).await;
    assert_eq!(permissions(&policies, STRANGER).unwrap_or_default(), [""; 0]);
    assert!(policies.contains(&owner), "{policies:?}");
}

#[tokio::test]
async fn an_application_and_its_principal_have_policies_of_their_own() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let tenant = subscription.emulator.tenant_id();
    let plain = AccessPolicyEntry::new(tenant, STRANGER).keys([KeyPermission::Get]);
    let through = plain.clone().application_id(STRANGER);
    let policies = subscription
        .client
        .vaults()
        .update_access_policy(GROUP, "my-vault", AccessPolicyUpdateKind::Add, [plain, through])
        .await
        .unwrap();
    assert_eq!(policies.len(), 3);
}
