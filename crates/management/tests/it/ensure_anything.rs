//! Whatever a vault is and whatever is wanted: nothing is lost, and the second plan is empty.

use azvault_management::{
    AccessPolicyEntry, CertificatePermission, KeyPermission, NetworkRuleAction, NetworkRuleBypass,
    NetworkRuleSet, Observed, PublicNetworkAccess, SecretPermission, SkuName, StoragePermission,
    Vault, VaultAction, VaultCreateOrUpdateParameters,
};

use crate::support::{GROUP, Subscription};

/// Numbers that look random and are the same each time (Knuth's linear congruential generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % sides
    }

    fn chance(&mut self) -> bool {
        self.roll(2) == 0
    }

    fn some<'a>(&mut self, words: &[&'a str]) -> Vec<&'a str> {
        words.iter().copied().filter(|_| self.chance()).collect()
    }

    fn policy(&mut self, tenant: &str, n: u64) -> AccessPolicyEntry {
        let mut id = format!("aaaaaaaa-0000-0000-0000-{n:012}");
        if self.chance() {
            id = id.to_uppercase();
        }
        let keys = self.some(&["get", "WrapKey", "all", "purge", "Rotate"]);
        let secrets = self.some(&["Get", "list", "set", "purge"]);
        let certificates = self.some(&["manageissuers", "ALL"]);
        let storage = self.some(&["getsas", "all"]);
        let policy = AccessPolicyEntry::new(tenant, id)
            .keys(keys.into_iter().map(KeyPermission::from))
            .secrets(secrets.into_iter().map(SecretPermission::from))
            .certificates(certificates.into_iter().map(CertificatePermission::from))
            .storage(storage.into_iter().map(StoragePermission::from));
        match n % 3 {
            0 => policy.application_id("BBBBBBBB-0000-0000-0000-000000000000"),
            _ => policy,
        }
    }

    fn rules(&mut self) -> NetworkRuleSet {
        let mut rules = NetworkRuleSet::new(NetworkRuleAction::Deny);
        for rule in self.some(&["203.0.113.7", "198.51.100.9/24", "192.0.2.1/32"]) {
            rules = rules.ip_rule(rule);
        }
        if self.chance() {
            rules = rules.bypass(NetworkRuleBypass::None);
        }
        rules
    }

    fn parameters(&mut self, tenant: &str) -> VaultCreateOrUpdateParameters {
        let region = if self.chance() { "East US" } else { "eastus" };
        let mut new = VaultCreateOrUpdateParameters::new(region, tenant).rbac_authorization(false);
        for n in 0..5 {
            if self.chance() {
                new = new.access_policy(self.policy(tenant, n));
            }
        }
        for name in self.some(&["team", "Cost", "owner"]) {
            let name = if self.chance() { name.to_uppercase() } else { name.to_owned() };
            new = new.tag(name, self.roll(2).to_string());
        }
        match self.roll(4) {
            0 => new = new.network_rules(self.rules()),
            1 => new = new.public_network_access(PublicNetworkAccess::Disabled),
            2 => new = new.public_network_access(PublicNetworkAccess::Enabled),
            _ => {}
        }
        if self.roll(4) == 0 {
            new = new.sku(SkuName::Premium);
        }
        if self.roll(4) == 0 {
            new = new.purge_protection();
        }
        for set in [
            VaultCreateOrUpdateParameters::enabled_for_deployment,
            VaultCreateOrUpdateParameters::enabled_for_disk_encryption,
            VaultCreateOrUpdateParameters::enabled_for_template_deployment,
        ] {
            if self.roll(3) == 0 {
                new = set(new, self.chance());
            }
        }
        new
    }
}

/// Every permission that `policy` gives, in lower case, by kind.
fn permissions(policy: &AccessPolicyEntry) -> Vec<String> {
    let keys = policy.key_permissions().iter().map(|it| format!("keys {it}"));
    let secrets = policy.secret_permissions().iter().map(|it| format!("secrets {it}"));
    let certificates = policy.certificate_permissions().iter().map(|it| format!("certs {it}"));
    let storage = policy.storage_permissions().iter().map(|it| format!("storage {it}"));
    let all = keys.chain(secrets).chain(certificates).chain(storage);
    all.map(|it| it.to_lowercase()).collect()
}

fn assert_nothing_lost(before: &Vault, after: &Vault, changed: &[String]) {
    for policy in before.access_policies() {
        let now = after.access_policies().iter().find(|it| it.is_of_same_principal(policy));
        let now = permissions(now.unwrap());
        assert!(permissions(policy).iter().all(|it| now.contains(it)), "{policy:?}: {now:?}");
    }
    for (name, value) in before.tags() {
        let (_, now) = after.tags().find(|(it, _)| it.eq_ignore_ascii_case(name)).unwrap();
        assert!(now == value || changed.contains(&format!("tags.{name}")), "{name}");
    }
    let told = |path: &str| changed.iter().any(|it| it.starts_with(path));
    let same = [
        ("sku", before.sku() == after.sku()),
        ("purge_protection", before.purge_protection() == after.purge_protection()),
        ("network_rules", before.network_rules() == after.network_rules()),
        ("public_network_access", before.public_network_access() == after.public_network_access()),
        (
            "enabled_for_deployment",
            before.enabled_for_deployment() == after.enabled_for_deployment(),
        ),
        (
            "enabled_for_disk_encryption",
            before.enabled_for_disk_encryption() == after.enabled_for_disk_encryption(),
        ),
        (
            "enabled_for_template_deployment",
            before.enabled_for_template_deployment() == after.enabled_for_template_deployment(),
        ),
        ("rbac_authorization", before.rbac_authorization() == after.rbac_authorization()),
    ];
    for (path, same) in same {
        assert!(same || told(path), "{path} changed, and the plan told {changed:?}");
    }
    assert_eq!(before.retention_days(), after.retention_days());
    assert_eq!(before.private_endpoint_connections(), after.private_endpoint_connections());
}

#[tokio::test]
async fn nothing_is_lost_and_all_that_changes_is_in_the_plan() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let tenant = subscription.emulator.tenant_id();
    let mut dice = Dice(6);
    for round in 0..120 {
        let name = format!("vault-{round}");
        let parameters = dice.parameters(tenant);
        let created = vaults.create_or_update(GROUP, &name, parameters).await.unwrap();
        subscription.emulator.connect_private_endpoint(created.id(), "my-connection").unwrap();
        let before = vaults.get(GROUP, &name).await.unwrap();
        let deleted = dice.roll(4) == 0;
        if deleted {
            vaults.delete(GROUP, &name).await.unwrap();
        }
        let ensure = vaults.ensure_vault(GROUP, &name, dice.parameters(tenant));
        let plan = ensure.clone().plan().await.unwrap();
        let text = plan.to_string();
        assert_eq!(plan.action() == &VaultAction::Recover, deleted, "{text}");
        // What a recovered vault then differs in is what it differed in before it was deleted.
        let differences = ensure.clone().plan_from(Observed::live(before.clone())).unwrap();
        let changed: Vec<String> = differences.differences().iter().map(|it| it.path()).collect();
        assert!(deleted || plan.differences() == differences.differences(), "{text}");
        let after = plan.apply().await.unwrap();
        assert_nothing_lost(&before, &after, &changed);
        let again = ensure.plan().await.unwrap();
        assert!(again.is_empty(), "{text}\n{again}");
    }
}

#[tokio::test]
async fn a_subnet_that_is_kept_keeps_what_was_said_of_it() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let subnet = |name: &str| {
        format!(
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/n/providers/Microsoft.Network/virtualNetworks/v/subnets/{name}"
        )
    };
    let deny = || NetworkRuleSet::new(NetworkRuleAction::Deny);
    let rules = deny().virtual_network_rule_without_endpoint(subnet("early"));
    let parameters = subscription.parameters().network_rules(rules.clone());
    vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap();
    let wanted = deny()
        .ip_rule("203.0.113.7")
        .virtual_network_rule(subnet("EARLY"))
        .virtual_network_rule(subnet("new"));
    let wanted = subscription.parameters().network_rules(wanted);
    let vault = vaults.ensure_vault(GROUP, "my-vault", wanted).await.unwrap();
    let now = vault.network_rules().unwrap();
    let early = deny().virtual_network_rule_without_endpoint(subnet("EARLY"));
    let right = early.virtual_network_rule(subnet("new")).ip_rule("203.0.113.7/32");
    assert_eq!(now, &right);
}
