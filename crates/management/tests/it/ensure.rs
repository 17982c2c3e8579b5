//! Making a vault be what is wanted, whatever it was before.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_management::{
    AccessPolicyEntry, ErrorKind, KeyVaultManagementClient, NetworkRuleAction, NetworkRuleSet,
    Observed, RefusalReason, SecretPermission, SkuName, Vault, VaultAction,
    VaultCreateOrUpdateParameters,
};

use crate::support::{GROUP, STRANGER, Subscription};

const OTHER: &str = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9";

fn reader(subscription: &Subscription, object_id: &str) -> AccessPolicyEntry {
    AccessPolicyEntry::new(subscription.emulator.tenant_id(), object_id)
        .secrets([SecretPermission::Get])
}

fn principals(vault: &Vault) -> Vec<&str> {
    let mut ids: Vec<&str> = vault.access_policies().iter().map(|it| it.object_id()).collect();
    ids.sort_unstable();
    ids
}

fn paths(differences: &[azvault_management::Difference]) -> Vec<String> {
    differences.iter().map(|it| it.path()).collect()
}

#[tokio::test]
async fn a_vault_is_made_and_the_second_plan_is_empty() {
    let subscription = Subscription::new().await;
    let wanted = subscription
        .parameters()
        .access_policy(reader(&subscription, STRANGER))
        .retention_days(30)
        .network_rules(NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule("203.0.113.7"))
        .tag("team", "payments");
    let ensure = subscription.client.vaults().ensure_vault(GROUP, "my-vault", wanted);
    let plan = ensure.clone().plan().await.unwrap();
    assert_eq!(plan.action(), &VaultAction::Create);
    assert_eq!(
        plan.to_string(),
        format!(
            "+ create: my-rg/my-vault
    + location: eastus
    + tenant_id: {}
    + sku: standard
    + retention_days: 30
    + rbac_authorization: false
    + network_rules.default_action: Deny
    + network_rules.ip_rules: 203.0.113.7
    + tags.team: payments
    + access_policies[{STRANGER}].secrets: get",
            subscription.emulator.tenant_id()
        )
    );
    let vault = plan.apply().await.unwrap();
    assert_eq!((vault.sku(), vault.retention_days()), (&SkuName::Standard, 30));
    let again = ensure.clone().plan().await.unwrap();
    assert!(again.is_empty(), "{again}");
    assert_eq!(again.to_string(), "= nothing to do: my-rg/my-vault");
    subscription.emulator.clear_journal();
    assert_eq!(ensure.await.unwrap(), vault);
    assert!(subscription.emulator.journal().iter().all(|sent| sent.method() == "GET"));
}

#[tokio::test]
async fn an_update_loses_nothing_that_it_was_not_told_about() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let rules = NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule("203.0.113.0/24");
    let parameters = subscription
        .parameters()
        .sku(SkuName::Premium)
        .access_policy(subscription.policy())
        .access_policy(reader(&subscription, STRANGER))
        .network_rules(rules)
        .enabled_for_deployment(true)
        .tag("keep", "me")
        .tag("team", "old");
    let before = vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap();
    let more = AccessPolicyEntry::new(subscription.emulator.tenant_id(), STRANGER)
        .secrets([SecretPermission::List]);
    let wanted = subscription
        .parameters()
        .access_policy(more)
        .access_policy(reader(&subscription, OTHER))
        .tag("team", "new");
    let ensure = vaults.ensure_vault(GROUP, "my-vault", wanted);
    let plan = ensure.clone().plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        format!(
            "~ update in place: my-rg/my-vault
    ~ tags.team: old -> new
    ~ access_policies[{STRANGER}].secrets: get -> get, list
    + access_policies[{OTHER}].secrets: get"
        )
    );
    let after = plan.apply().await.unwrap();
    assert_eq!(after.tags().collect::<Vec<_>>(), [("keep", "me"), ("team", "new")]);
    assert_eq!(principals(&after).len(), 3);
    assert!(after.access_policies().contains(&subscription.policy()));
    assert_eq!(after.sku(), before.sku());
    assert_eq!(after.network_rules(), before.network_rules());
    assert!(after.enabled_for_deployment());
    assert!(ensure.plan().await.unwrap().is_empty());
}

#[tokio::test]
async fn settings_alone_are_sent_alone() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let wanted = subscription.parameters().access_policy(subscription.policy());
    let wanted = wanted.sku(SkuName::Premium).purge_protection().rbac_authorization(false);
    subscription.emulator.clear_journal();
    let vaults = subscription.client.vaults();
    let vault = vaults.ensure_vault(GROUP, "my-vault", wanted).await.unwrap();
    assert!(vault.purge_protection());
    let methods: Vec<String> =
        subscription.emulator.journal().iter().map(|sent| sent.method().to_owned()).collect();
    assert_eq!(methods, ["GET", "PATCH", "GET"]);
}

#[tokio::test]
async fn a_deleted_vault_is_recovered_and_then_made_what_is_wanted() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    vaults.delete(GROUP, "my-vault").await.unwrap();
    let wanted =
        subscription.parameters().access_policy(reader(&subscription, STRANGER)).tag("a", "1");
    let ensure = vaults.ensure_vault(GROUP, "my-vault", wanted);
    let plan = ensure.clone().plan().await.unwrap();
    assert_eq!(plan.action(), &VaultAction::Recover);
    assert!(plan.to_string().starts_with("↺ recover: my-rg/my-vault\n    deleted on "), "{plan}");
    let vault = plan.apply().await.unwrap();
    assert_eq!(principals(&vault).len(), 2);
    assert_eq!(vault.tags().collect::<Vec<_>>(), [("a", "1")]);
    assert!(ensure.plan().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn vaults_that_are_ensured_at_once_keep_each_others_policies() {
    let lag = Duration::from_secs(20);
    let emulator = Emulator::builder().provisioning_lag(lag).in_memory();
    let subscription = Subscription::on(emulator).await;
    let ensure = |object_id| {
        let wanted = subscription.parameters().access_policy(reader(&subscription, object_id));
        subscription.client.vaults().ensure_vault(GROUP, "my-vault", wanted).send()
    };
    let both = futures::future::join(ensure(STRANGER), ensure(OTHER));
    let (one, two) = subscription.advance_while(both).await;
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    let vault = subscription.client.vaults().get(GROUP, "my-vault").await.unwrap();
    assert_eq!(principals(&vault), [OTHER, STRANGER]);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_its_reason_and_nothing_is_written() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let parameters =
        subscription.parameters().sku(SkuName::Premium).purge_protection().retention_days(30);
    vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap();
    let groups = subscription.client.resource_groups();
    groups.create_or_update("other-rg", "eastus").await.unwrap();
    subscription.emulator.clear_journal();
    let new = || subscription.parameters();
    let tenant = subscription.emulator.tenant_id();
    for (group, wanted, reason, kind, says) in [
        (
            GROUP,
            new().without_purge_protection(),
            RefusalReason::PurgeProtection,
            ErrorKind::InvalidInput,
            "nothing takes away",
        ),
        (
            GROUP,
            new().retention_days(90),
            RefusalReason::Retention,
            ErrorKind::InvalidInput,
            "30 days, not 90",
        ),
        (
            GROUP,
            new().sku(SkuName::Standard),
            RefusalReason::SkuDowngrade,
            ErrorKind::InvalidInput,
            "premium",
        ),
        (
            GROUP,
            new().access_policy(reader(&subscription, STRANGER)),
            RefusalReason::GoesByRoles,
            ErrorKind::InvalidInput,
            "rbac_authorization(false)",
        ),
        (
            GROUP,
            VaultCreateOrUpdateParameters::new("West US", tenant),
            RefusalReason::Location,
            ErrorKind::Conflict,
            "in eastus, not in West US",
        ),
        (
            GROUP,
            VaultCreateOrUpdateParameters::new("eastus", OTHER),
            RefusalReason::Tenant,
            ErrorKind::Conflict,
            tenant,
        ),
        (
            "other-rg",
            new(),
            RefusalReason::ResourceGroup,
            ErrorKind::Conflict,
            "resource group my-rg, not in other-rg",
        ),
    ] {
        let ensure = vaults.ensure_vault(group, "my-vault", wanted);
        let plan = ensure.clone().plan().await.unwrap();
        assert_eq!(plan.action(), &VaultAction::Refused, "{plan}");
        assert_eq!(plan.refusals().iter().map(|it| it.reason()).collect::<Vec<_>>(), [reason]);
        assert!(plan.to_string().contains("\n    ! "), "{plan}");
        for error in [plan.apply().await.unwrap_err(), ensure.await.unwrap_err()] {
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
    let writes = ["PUT", "PATCH"];
    assert!(!subscription.emulator.journal().iter().any(|it| writes.contains(&it.method())));
}

#[tokio::test]
async fn a_deleted_vault_of_another_region_or_group_is_refused() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    vaults.delete(GROUP, "my-vault").await.unwrap();
    let tenant = subscription.emulator.tenant_id();
    let wanted = VaultCreateOrUpdateParameters::new("westus", tenant);
    let plan = vaults.ensure_vault("other-rg", "my-vault", wanted).plan().await.unwrap();
    let reasons: Vec<_> = plan.refusals().iter().map(|it| it.reason()).collect();
    assert_eq!(reasons, [RefusalReason::DeletedElsewhere, RefusalReason::ResourceGroup]);
    assert!(plan.to_string().contains("a deleted vault in eastus has the name"), "{plan}");
}

#[tokio::test]
async fn a_plan_that_is_out_of_date_goes_by_what_the_vault_is_then() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let wanted = subscription.parameters().access_policy(reader(&subscription, STRANGER));
    let plan = vaults.ensure_vault(GROUP, "my-vault", wanted.clone()).plan().await.unwrap();
    assert_eq!(plan.action(), &VaultAction::Create);
    // Somebody makes it in between, with policies.
    subscription.vault("my-vault").await;
    let vault = plan.apply().await.unwrap();
    assert_eq!(principals(&vault).len(), 2);

    let plan =
        vaults.ensure_vault(GROUP, "my-vault", wanted.clone().tag("a", "1")).plan().await.unwrap();
    vaults.update(GROUP, "my-vault").rbac_authorization(true).await.unwrap();
    let error = plan.apply().await.unwrap_err();
    assert!(error.to_string().contains("goes by Azure roles"), "{error}");
    let vault = vaults.get(GROUP, "my-vault").await.unwrap();
    assert_eq!(vault.tags().count(), 0);
}

#[tokio::test]
async fn many_vaults_are_planned_from_one_list() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    subscription.vault("vault-a").await;
    subscription.vault("vault-b").await;
    vaults.delete(GROUP, "vault-b").await.unwrap();
    let live = vaults.list_by_subscription().try_collect().await.unwrap();
    let deleted = vaults.list_deleted().try_collect().await.unwrap();
    subscription.emulator.clear_journal();
    let plan = |name: &str, observed| {
        let wanted = subscription.parameters().tag("team", "payments");
        vaults.ensure_vault(GROUP, name, wanted).plan_from(observed)
    };
    let update = plan("vault-a", Observed::live(live[0].clone())).unwrap();
    assert_eq!(update.action(), &VaultAction::Update);
    assert_eq!(paths(update.differences()), ["tags.team"]);
    assert_eq!(update.live().unwrap().name(), "vault-a");
    let recover = plan("vault-b", Observed::deleted(deleted[0].clone())).unwrap();
    assert_eq!(recover.action(), &VaultAction::Recover);
    let create = plan("vault-c", Observed::absent()).unwrap();
    assert_eq!(create.action(), &VaultAction::Create);
    let error = plan("vault-c", Observed::live(live[0].clone())).unwrap_err();
    assert!(error.to_string().contains("vault-a was observed"), "{error}");
    assert!(subscription.emulator.journal().is_empty());
}

#[tokio::test]
async fn who_ensures_a_vault_does_not_say_how() {
    let subscription = Subscription::new().await;
    let wanted = subscription.parameters().create_mode(azvault_management::CreateMode::Recover);
    let vaults = subscription.client.vaults();
    let error = vaults.ensure_vault(GROUP, "my-vault", wanted).plan().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("create_mode"), "{error}");
}

#[tokio::test]
async fn a_name_that_somebody_else_has_is_refused() {
    let subscription = Subscription::new().await;
    let emulator = &subscription.emulator;
    let somebody = KeyVaultManagementClient::builder(OTHER)
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap();
    somebody.resource_groups().create_or_update(GROUP, "eastus").await.unwrap();
    let theirs = somebody.vaults();
    theirs.create_or_update(GROUP, "my-vault", subscription.parameters()).await.unwrap();
    let vaults = subscription.client.vaults();
    for _live_and_deleted in 0..2 {
        let ensure = vaults.ensure_vault(GROUP, "my-vault", subscription.parameters());
        let plan = ensure.plan().await.unwrap();
        let refusal = plan.refusals().first().map(|it| (it.reason(), it.to_string()));
        let (reason, text) = refusal.unwrap();
        assert_eq!(reason, RefusalReason::NameTaken);
        assert!(text.contains("somebody else") && text.contains("already in use"), "{text}");
        assert_eq!(plan.apply().await.unwrap_err().kind(), ErrorKind::Conflict);
        theirs.delete(GROUP, "my-vault").await.unwrap();
    }
}

#[tokio::test]
async fn no_vault_is_given_more_policies_than_it_takes() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let numbered = |n: usize| reader(&subscription, &format!("00000000-0000-0000-0000-{n:012}"));
    let many = subscription.parameters().access_policies((0..1024).map(numbered));
    vaults.create_or_update(GROUP, "my-vault", many.clone()).await.unwrap();
    let one_more = subscription.parameters().access_policy(numbered(1024));
    let plan = vaults.ensure_vault(GROUP, "my-vault", one_more).plan().await.unwrap();
    let reasons: Vec<_> = plan.refusals().iter().map(|it| it.reason()).collect();
    assert_eq!(reasons, [RefusalReason::TooManyAccessPolicies]);
    let error = vaults.ensure_access_policy(GROUP, "my-vault", numbered(1024)).await.unwrap_err();
    assert!(error.to_string().contains("takes no more"), "{error}");
    assert!(vaults.ensure_vault(GROUP, "my-vault", many).plan().await.unwrap().is_empty());
}

#[tokio::test]
async fn many_policies_are_added_in_parts() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    let numbered = |n: usize| reader(&subscription, &format!("00000000-0000-0000-0000-{n:012}"));
    let wanted = subscription.parameters().access_policies((0..40).map(numbered));
    subscription.emulator.clear_journal();
    let vault = vaults.ensure_vault(GROUP, "my-vault", wanted).await.unwrap();
    assert_eq!(vault.access_policies().len(), 41);
    let journal = subscription.emulator.journal();
    assert_eq!(journal.iter().filter(|sent| sent.method() == "PUT").count(), 3);
}

#[tokio::test]
async fn spellings_that_mean_the_same_are_no_difference() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let rules = NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule("203.0.113.7/32");
    let parameters =
        VaultCreateOrUpdateParameters::new("eastus", subscription.emulator.tenant_id())
            .access_policy(reader(&subscription, STRANGER))
            .network_rules(rules.ip_rule("198.51.100.0/24"))
            .tag("Team", "payments");
    vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap();
    let tenant = subscription.emulator.tenant_id().to_uppercase();
    let rules = NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule("198.51.100.9/24");
    let wanted = VaultCreateOrUpdateParameters::new("East US", tenant.as_str())
        .access_policy(
            AccessPolicyEntry::new(tenant.as_str(), STRANGER.to_uppercase())
                .secrets([SecretPermission::Unknown("Get".to_owned())]),
        )
        .network_rules(rules.ip_rule("203.0.113.7"))
        .tag("team", "payments");
    let plan = vaults.ensure_vault("MY-RG", "My-Vault", wanted).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test]
async fn a_tag_looks_like_no_line_of_a_plan() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let wanted = subscription.parameters().tag("a", "1\n! refused");
    let ensure = subscription.client.vaults().ensure_vault(GROUP, "my-vault", wanted);
    let plan = ensure.plan().await.unwrap().to_string();
    assert_eq!(plan, "~ update in place: my-rg/my-vault\n    + tags.a: 1 ! refused");
}

#[tokio::test]
async fn plans_are_made_here_and_applied_in_another_task() {
    fn travels<T: Send + Sync + Clone + std::fmt::Debug + 'static>(it: T) -> T {
        it
    }
    fn can_be_spawned<F: Future + Send + 'static>(work: F) -> F {
        work
    }
    let subscription = Subscription::new().await;
    let ensure =
        subscription.client.vaults().ensure_vault(GROUP, "my-vault", subscription.parameters());
    let plan = can_be_spawned(travels(ensure).plan()).await.unwrap();
    let vault = can_be_spawned(travels(plan).apply()).await.unwrap();
    assert_eq!(vault.name(), "my-vault");
}
