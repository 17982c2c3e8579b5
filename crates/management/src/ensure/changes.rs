//! In what a vault differs from what is wanted, and what to send so that it does not.

use std::collections::BTreeMap;

use super::{Difference, PermissionKind, VaultField};
use crate::{
    AccessPolicyEntry, NetworkRuleSet, PublicNetworkAccess, SkuName, Vault,
    VaultCreateOrUpdateParameters,
    models::{NormalRules, Settings, Sku},
};

/// What differs, and what of it is sent by which operation.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// Settings that differ; without access policies.
    pub(super) settings: Settings,
    /// All tags as they are to be, if one differs: the service replaces them as a whole.
    pub(super) tags: Option<BTreeMap<String, String>>,
    /// The permissions that are missing.
    pub(super) policies: Vec<AccessPolicyEntry>,
    pub(super) differences: Vec<Difference>,
}

impl Changes {
    /// What makes `live` what is wanted. What the parameters do not mention stays.
    pub(super) fn of(wanted: &VaultCreateOrUpdateParameters, live: &Vault) -> Self {
        let mut changes = Self::default();
        changes.settings(&wanted.properties.settings, live);
        if let Some(rules) = &wanted.properties.settings.network_acls {
            changes.rules(rules, live.network_rules());
        }
        changes.tags(wanted.tags.iter().flatten(), live);
        let policies = wanted.properties.settings.access_policies.iter().flatten();
        changes.policies(policies, live.access_policies());
        changes
    }

    /// What a vault that is made has, as far as it is told. `settled` parameters have their tier.
    pub(super) fn of_new(settled: &VaultCreateOrUpdateParameters) -> Self {
        let mut changes = Self::default();
        let properties = &settled.properties;
        changes.add(VaultField::Location, &settled.location);
        changes.add(VaultField::TenantId, &properties.tenant_id);
        let settings = &properties.settings;
        if let Some(sku) = &settings.sku {
            changes.add(VaultField::Sku, &sku.name);
        }
        if let Some(days) = properties.soft_delete_retention_in_days {
            changes.add(VaultField::RetentionDays, &days);
        }
        for (field, told) in switches(settings) {
            if let Some(told) = told {
                changes.add(field, &told);
            }
        }
        if let Some(access) = &settings.public_network_access {
            changes.add(VaultField::PublicNetworkAccess, access);
        }
        if let Some(rules) = &settings.network_acls {
            changes.rules(rules, None);
        }
        for (name, value) in settled.tags.iter().flatten() {
            changes.add(VaultField::Tag(name.clone()), value);
        }
        changes.policies(settings.access_policies.iter().flatten(), &[]);
        changes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// Whether anything but access policies differs.
    pub(super) fn has_settings(&self) -> bool {
        let of_policies = |it: &Difference| matches!(it.field(), VaultField::AccessPolicy { .. });
        self.tags.is_some() || !self.differences.iter().all(of_policies)
    }

    fn settings(&mut self, wanted: &Settings, live: &Vault) {
        if let Some(Sku { name, .. }) = &wanted.sku
            && !same_word(name.as_str(), live.sku().as_str())
        {
            self.change(VaultField::Sku, live.sku(), name);
            self.settings.sku = Some(Sku::new(SkuName::from(name.as_str())));
        }
        let now = [
            live.rbac_authorization(),
            live.purge_protection(),
            live.enabled_for_deployment(),
            live.enabled_for_disk_encryption(),
            live.enabled_for_template_deployment(),
        ];
        for ((field, told), now) in switches(wanted).into_iter().zip(now) {
            if let Some(told) = told.filter(|told| *told != now) {
                if let Some(place) = switch(&mut self.settings, &field) {
                    *place = Some(told);
                }
                self.change(field, &now, &told);
            }
        }
        if let Some(access) = &wanted.public_network_access {
            let now = live.public_network_access().unwrap_or(&PublicNetworkAccess::Enabled);
            if !same_word(access.as_str(), now.as_str()) {
                self.change(VaultField::PublicNetworkAccess, now, access);
                self.settings.public_network_access = Some(access.clone());
            }
        }
    }

    fn rules(&mut self, wanted: &NetworkRuleSet, live: Option<&NetworkRuleSet>) {
        let (to, now) = (wanted.normal(), live.map(NetworkRuleSet::normal));
        let from = now.clone().unwrap_or_default();
        if to == from {
            return;
        }
        self.settings.network_acls = Some(match live {
            Some(live) => wanted.clone().keeping_exemptions(live),
            None => wanted.clone(),
        });
        let list = |set: &std::collections::BTreeSet<String>| match set.len() {
            0 => "none".to_owned(),
            _ => set.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        };
        let texts = |rules: &NormalRules| {
            [
                (VaultField::DefaultAction, rules.default_action.to_string()),
                (VaultField::Bypass, rules.bypass.to_string()),
                (VaultField::IpRules, list(&rules.ip_rules)),
                (VaultField::VirtualNetworkRules, list(&rules.virtual_network_rules)),
            ]
        };
        for ((field, to), (_, from)) in texts(&to).into_iter().zip(texts(&from)) {
            if to != from {
                let from = now.is_some().then_some(from);
                self.differences.push(Difference::new(field, from, to));
            }
        }
    }

    fn tags<'a>(&mut self, wanted: impl Iterator<Item = (&'a String, &'a String)>, live: &Vault) {
        let mut all: BTreeMap<String, String> =
            live.tags().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        for (name, value) in wanted {
            // The names of tags have no case.
            let had = all.keys().find(|had| had.eq_ignore_ascii_case(name)).cloned();
            let name = had.unwrap_or_else(|| name.clone());
            let from = all.insert(name.clone(), value.clone());
            if from.as_ref() != Some(value) {
                self.differences.push(Difference::new(VaultField::Tag(name), from, value));
                self.tags = Some(BTreeMap::new());
            }
        }
        if let Some(tags) = &mut self.tags {
            *tags = all;
        }
    }

    fn policies<'a>(
        &mut self,
        wanted: impl Iterator<Item = &'a AccessPolicyEntry>,
        live: &[AccessPolicyEntry],
    ) {
        for policy in wanted {
            let Some(missing) = policy.missing_in(live) else { continue };
            let has = live.iter().find(|it| it.is_of_same_principal(policy));
            let nothing = AccessPolicyEntry::new("", "");
            let was = words(has.unwrap_or(&nothing));
            for ((kind, more), (_, old)) in words(&missing).into_iter().zip(was) {
                if more.is_empty() {
                    continue;
                }
                let field = VaultField::AccessPolicy {
                    object_id: policy.object_id().to_owned(),
                    application_id: policy.application().map(ToOwned::to_owned),
                    kind,
                };
                let to = old.iter().chain(&more).copied().collect::<Vec<_>>().join(", ");
                let from = (!old.is_empty()).then(|| old.join(", "));
                self.differences.push(Difference::new(field, from, to));
            }
            self.policies.push(missing);
        }
    }

    fn add(&mut self, field: VaultField, to: &impl ToString) {
        self.differences.push(Difference::new(field, None, to.to_string()));
    }

    fn change(&mut self, field: VaultField, from: &impl ToString, to: &impl ToString) {
        self.differences.push(Difference::new(field, Some(from.to_string()), to.to_string()));
    }
}

/// What is on or off.
fn switches(settings: &Settings) -> [(VaultField, Option<bool>); 5] {
    [
        (VaultField::RbacAuthorization, settings.enable_rbac_authorization),
        (VaultField::PurgeProtection, settings.enable_purge_protection),
        (VaultField::EnabledForDeployment, settings.enabled_for_deployment),
        (VaultField::EnabledForDiskEncryption, settings.enabled_for_disk_encryption),
        (VaultField::EnabledForTemplateDeployment, settings.enabled_for_template_deployment),
    ]
}

fn switch<'a>(settings: &'a mut Settings, field: &VaultField) -> Option<&'a mut Option<bool>> {
    Some(match field {
        VaultField::RbacAuthorization => &mut settings.enable_rbac_authorization,
        VaultField::PurgeProtection => &mut settings.enable_purge_protection,
        VaultField::EnabledForDeployment => &mut settings.enabled_for_deployment,
        VaultField::EnabledForDiskEncryption => &mut settings.enabled_for_disk_encryption,
        VaultField::EnabledForTemplateDeployment => &mut settings.enabled_for_template_deployment,
        _ => return None,
    })
}

type Words<'a> = [(PermissionKind, Vec<&'a str>); 4];

fn words(policy: &AccessPolicyEntry) -> Words<'_> {
    [
        (PermissionKind::Keys, policy.key_permissions().iter().map(|it| it.as_str()).collect()),
        (
            PermissionKind::Secrets,
            policy.secret_permissions().iter().map(|it| it.as_str()).collect(),
        ),
        (
            PermissionKind::Certificates,
            policy.certificate_permissions().iter().map(|it| it.as_str()).collect(),
        ),
        (
            PermissionKind::Storage,
            policy.storage_permissions().iter().map(|it| it.as_str()).collect(),
        ),
    ]
}

fn same_word(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}
