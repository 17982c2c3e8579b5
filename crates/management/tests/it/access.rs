//! Access policies, changed one verb at a time.

use azvault_management::{
    AccessPolicyEntry, AccessPolicyUpdateKind, ErrorKind, KeyPermission, SecretPermission,
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

fn writes(subscription: &Subscription) -> usize {
    subscription.emulator.journal().iter().filter(|sent| sent.method() != "GET").count()
}

#[tokio::test]
async fn what_is_missing_is_added_once_and_nothing_is_taken_away() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    let tenant = subscription.emulator.tenant_id();
    let ensure = async |secrets: &[SecretPermission]| {
        let policy = AccessPolicyEntry::new(tenant, STRANGER).secrets(secrets.to_vec());
        vaults.ensure_access_policy(GROUP, "my-vault", policy).await.unwrap()
    };
    use SecretPermission::{Get, List};
    subscription.emulator.clear_journal();
    let policies = ensure(&[Get]).await;
    assert_eq!(permissions(&policies, STRANGER).unwrap(), ["get"]);
    let policies = ensure(&[List]).await;
    assert_eq!(permissions(&policies, STRANGER).unwrap(), ["get", "list"]);
    assert!(policies.contains(&subscription.policy()));
    assert_eq!(writes(&subscription), 2);
    assert_eq!(ensure(&[List, Get]).await, policies);
    assert_eq!(writes(&subscription), 2);
}

#[tokio::test]
async fn exactly_the_policies_that_are_set_are_left() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    let tenant = subscription.emulator.tenant_id();
    let wanted = [AccessPolicyEntry::secrets_reader(tenant, STRANGER)];
    subscription.emulator.clear_journal();
    for _twice in 0..2 {
        let set = vaults.set_access_policies(GROUP, "my-vault", wanted.clone());
        assert_eq!(set.await.unwrap(), wanted);
    }
    assert_eq!(writes(&subscription), 1);
    let fewer = [AccessPolicyEntry::new(tenant, STRANGER).secrets([SecretPermission::Get])];
    let set = vaults.set_access_policies(GROUP, "my-vault", fewer.clone()).await.unwrap();
    assert_eq!(set, fewer);
    assert_eq!(vaults.set_access_policies(GROUP, "my-vault", []).await.unwrap(), []);
    assert_eq!(vaults.get(GROUP, "my-vault").await.unwrap().access_policies(), []);
}

#[tokio::test]
async fn a_principals_policy_is_taken_away_and_its_other_one_stays() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    let tenant = subscription.emulator.tenant_id();
    let plain = AccessPolicyEntry::keys_user(tenant, STRANGER);
    let through = plain.clone().application_id(STRANGER);
    for policy in [&plain, &through] {
        vaults.ensure_access_policy(GROUP, "my-vault", policy.clone()).await.unwrap();
    }
    let left = vaults.remove_access_policy(GROUP, "my-vault", STRANGER).await.unwrap();
    assert_eq!(left, [subscription.policy(), through]);
    let remove = || vaults.remove_access_policy(GROUP, "my-vault", STRANGER.to_uppercase());
    let left = remove().application_id(STRANGER).await.unwrap();
    assert_eq!(left, [subscription.policy()]);
    subscription.emulator.clear_journal();
    assert_eq!(remove().await.unwrap(), [subscription.policy()]);
    assert_eq!(writes(&subscription), 0);
}

#[tokio::test]
async fn a_vault_that_goes_by_roles_is_refused_policies() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    vaults.create_or_update(GROUP, "my-vault", subscription.parameters()).await.unwrap();
    subscription.emulator.clear_journal();
    let policy = subscription.policy();
    for error in [
        vaults.ensure_access_policy(GROUP, "my-vault", policy.clone()).await.unwrap_err(),
        vaults.set_access_policies(GROUP, "my-vault", [policy]).await.unwrap_err(),
        vaults.remove_access_policy(GROUP, "my-vault", STRANGER).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("rbac_authorization(false)"), "{error}");
    }
    assert_eq!(writes(&subscription), 0);
}
