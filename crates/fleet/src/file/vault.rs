//! `[[vault]]`, with its policies, roles and network rules.

use azvault_management::{
    CertificatePermission, KeyPermission, NetworkRuleAction, NetworkRuleBypass,
    PublicNetworkAccess, SecretPermission, SkuName,
};

use super::{HOME, Principals, contents, home, name, named_principal, reader::Reader};
use crate::{
    DesiredNetwork, DesiredPolicy, DesiredVault, file::reader::Section, model::DesiredRole,
    place::Placed,
};

pub(super) fn read(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    principals: &Principals,
) -> Option<DesiredVault> {
    let name = name(reader, section);
    // From here on a problem is told by the vault's name, if it has one, and not by its number.
    let path = name.as_ref().map(|name| format!("vault {:?}", name.value));
    let section = &section.called(path.unwrap_or_else(|| section.path.clone()));
    reader.only(section, &[HOME.as_slice(), &OWN].concat());
    let mut vault = DesiredVault::new(name.as_ref().map_or("", |name| name.value.as_str()));
    vault.place = name.as_ref().and_then(|name| name.place);
    vault.home = home(reader, section);
    let sku = reader.word(section, "sku", &["standard", "premium"]);
    vault.sku = sku.map(|sku| SkuName::from(sku.value));
    vault.retention_days = reader.number(section, "retention_days");
    vault.purge_protection = reader.boolean(section, "purge_protection").map(|on| on.value);
    let decides = reader.word(section, "authorization", &["policies", "roles"]);
    vault.roles_decide = decides.map(|it| Placed::new(it.value == "roles", it.place));
    let mut flag = |key: &str| reader.boolean(section, key).map(|flag| flag.value);
    vault.deployment = flag("enabled_for_deployment");
    vault.disk_encryption = flag("enabled_for_disk_encryption");
    vault.template_deployment = flag("enabled_for_template_deployment");
    for section in reader.tables(section, "policy", "[[vault.policy]]") {
        vault.policies.extend(policy(reader, &section, principals));
    }
    for section in reader.tables(section, "role", "[[vault.role]]") {
        vault.roles.extend(role(reader, &section, principals));
    }
    vault.network = reader
        .table(section, "network", "a table: [vault.network]")
        .map(|section| network(reader, &section));
    if let Some(section) = reader.table(section, "secrets", "a table: [vault.secrets.NAME]") {
        vault.secrets = contents::secrets(reader, &section);
    }
    if let Some(section) = reader.table(section, "keys", "a table: [vault.keys.NAME]") {
        vault.keys = contents::keys(reader, &section);
    }
    name.map(|_| vault)
}

/// The keys of a vault beside those of its home.
const OWN: [&str; 13] = [
    "name",
    "sku",
    "retention_days",
    "purge_protection",
    "authorization",
    "enabled_for_deployment",
    "enabled_for_disk_encryption",
    "enabled_for_template_deployment",
    "policy",
    "role",
    "network",
    "secrets",
    "keys",
];

fn policy(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    principals: &Principals,
) -> Option<DesiredPolicy> {
    reader.only(section, &["principal", "keys", "secrets", "certificates"]);
    let keys = permissions(reader, section, "keys", KeyPermission::WORDS);
    let secrets = permissions(reader, section, "secrets", SecretPermission::WORDS);
    let certificates = permissions(reader, section, "certificates", CertificatePermission::WORDS);
    let principal = named_principal(reader, section, principals)?;
    let mut policy = DesiredPolicy::new(principal.value)
        .keys(keys.into_iter().map(KeyPermission::from))
        .secrets(secrets.into_iter().map(SecretPermission::from))
        .certificates(certificates.into_iter().map(CertificatePermission::from));
    policy.place = principal.place;
    Some(policy)
}

fn permissions<'w>(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    key: &str,
    words: &[&'w str],
) -> Vec<&'w str> {
    let path = section.below(key);
    let given = reader.strings(section, key);
    given.iter().filter_map(|word| reader.known_word(&path, word, words)).collect()
}

fn role(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    principals: &Principals,
) -> Option<DesiredRole> {
    reader.only(section, &["principal", "role"]);
    let before = reader.problems.len();
    let role = reader.string(section, "role");
    if role.is_none() && reader.problems.len() == before {
        let message =
            "is missing: a role's name, \"Key Vault Secrets User\" for instance, or its GUID";
        reader.problem(section.below("role"), message, section.place);
    }
    let role = role.and_then(|Placed { value, place }| match crate::roles::find(&value) {
        Ok(role) => Some(Placed::new(role, place)),
        Err(message) => {
            reader.problem(section.below("role"), message, place.unwrap_or(section.place));
            None
        }
    });
    let principal = named_principal(reader, section, principals)?.value;
    Some(DesiredRole { principal, role: role? })
}

fn network(reader: &mut Reader<'_>, section: &Section<'_>) -> DesiredNetwork {
    reader.only(section, &["default_action", "bypass", "ip_rules", "subnets", "public_access"]);
    let default_action = reader.word(section, "default_action", &["Allow", "Deny"]);
    let bypass = reader.word(section, "bypass", &["AzureServices", "None"]);
    let public_access = reader.word(section, "public_access", &["Enabled", "Disabled"]);
    DesiredNetwork {
        default_action: default_action.map(|word| NetworkRuleAction::from(word.value)),
        bypass: bypass.map(|word| NetworkRuleBypass::from(word.value)),
        ip_rules: reader.strings(section, "ip_rules"),
        subnets: reader.strings(section, "subnets"),
        public_access: public_access.map(|word| PublicNetworkAccess::from(word.value)),
        place: Some(section.place),
    }
}
