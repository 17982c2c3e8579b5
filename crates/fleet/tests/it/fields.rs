//! Every field of a fleet file, applied twice and changed.

use azvault_fleet::Fleet;

use crate::support::{Place, STRANGER};

/// A file with every field set, on the emulator's ids.
fn file(place: &Place) -> String {
    format!(
        r#"
[defaults]
subscription = "{sub}"
tenant = "{tenant}"
location = "East US"
resource_group = "Payments"
tags = {{ team = "payments", stage = "all" }}

[principals]
me = "{me}"
stranger = {{ id = "{STRANGER}", type = "ServicePrincipal" }}

[[vault]]
name = "by-policies"
location = "westeurope"
resource_group = "elsewhere"
tags = {{ stage = "prod" }}
sku = "Premium"
retention_days = 30
purge_protection = true
authorization = "policies"
enabled_for_deployment = true
enabled_for_disk_encryption = true
enabled_for_template_deployment = true
[[vault.policy]]
principal = "me"
keys = ["all"]
secrets = ["all", "purge"]
certificates = ["all"]
[[vault.policy]]
principal = "stranger"
keys = ["get", "wrapkey", "wrapKey", "GetRotationPolicy"]
secrets = ["Get", "get"]
certificates = ["managecontacts"]
[vault.network]
default_action = "deny"
bypass = "none"
public_access = "enabled"
ip_rules = ["203.0.113.0/24", "198.51.100.7", "0.0.0.0/0"]
subnets = ["/subscriptions/{sub}/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/Net/subnets/One"]
[vault.secrets.generated]
generate = {{ length = 40, alphabet = "ascii" }}
content_type = "text/plain"
tags = {{ a = "b" }}
[vault.secrets.from-env]
from_env = "API_TOKEN"
[vault.keys.rsa]
type = "RSA"
size = 3072
[vault.keys.hsm]
type = "rsa-hsm"
[vault.keys.ec]
type = "EC"
curve = "p-384"

[[vault]]
name = "By-Roles"
authorization = "roles"
purge_protection = false
enabled_for_deployment = false
[[vault.role]]
principal = "me"
role = "key vault administrator"
[[vault.role]]
principal = "stranger"
role = "4633458B-17DE-408A-B874-0445C86B69E6"
[vault.secrets]
Db-Password.generate = {{}}
"#,
        sub = place.emulator.subscription_id().to_uppercase(),
        tenant = place.emulator.tenant_id().to_uppercase(),
        me = place.emulator.default_principal().oid().to_uppercase(),
    )
}

fn read(text: &str) -> Fleet {
    Fleet::from_toml("fleet.toml", text).unwrap()
}

#[tokio::test(start_paused = true)]
async fn with_every_field_set_the_second_plan_is_empty() {
    let place = Place::new();
    place.converge(&read(&file(&place))).await;
}

#[tokio::test(start_paused = true)]
async fn after_each_field_is_changed_the_second_plan_is_empty() {
    let place = Place::new();
    let text = file(&place);
    place.converge(&read(&text)).await;
    for (from, to) in [
        ("stage = \"prod\"", "Stage = \"prod2\""),
        ("team = \"payments\"", "TEAM = \"orders\", more = \"\""),
        ("enabled_for_deployment = true", "enabled_for_deployment = false"),
        ("enabled_for_disk_encryption = true", "enabled_for_disk_encryption = false"),
        ("enabled_for_template_deployment = true", "enabled_for_template_deployment = false"),
        ("keys = [\"get\", ", "keys = [\"all\", \"purge\", \"get\", "),
        ("certificates = [\"managecontacts\"]", "certificates = [\"all\"]"),
        ("bypass = \"none\"", "bypass = \"azureservices\""),
        ("public_access = \"enabled\"\nip_rules = [", "ip_rules = [\"192.0.2.0/25\", "),
        ("/subnets/One\"", "/subnets/two\""),
        ("default_action = \"deny\"\nbypass = \"none\"", "default_action = \"deny\""),
        ("Db-Password.generate = {}", "Db-Password.generate = {}\nother.generate.length = 8"),
        (
            "role = \"key vault administrator\"",
            "role = \"Key Vault Administrator\"\n[[vault.role]]\nprincipal = \"me\"\nrole = \"Key Vault Reader\"",
        ),
        ("curve = \"p-384\"", "curve = \"P-521\""),
        ("purge_protection = false", "purge_protection = true"),
        (
            "authorization = \"roles\"\npurge_protection = false\nenabled_for_deployment = false\n",
            "authorization = \"policies\"\nsku = \"premium\"\n[[vault.policy]]\nprincipal = \"me\"\nsecrets = [\"all\"]\n",
        ),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let fleet = read(&changed);
        let plan = place.provisioner.plan(&fleet).await.unwrap();
        let report = place.provisioner.apply(plan).await;
        assert!(!report.has_failures(), "{from}: {report}");
        let second = place.provisioner.plan(&fleet).await.unwrap();
        assert!(second.is_empty(), "{from}: {second}");
    }
}
