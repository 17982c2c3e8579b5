//! What there is of the killed fleet, and what there should be.

use std::collections::{BTreeMap, BTreeSet};

use azvault::{
    keys::KeyClient,
    management::{
        AccessPolicyEntry, KeyPermission, KeyVaultManagementClient, SecretPermission, Vault,
        VaultCreateOrUpdateParameters,
    },
    secrets::SecretClient,
};
use azvault_core::{Error, ErrorKind};
use azvault_emulator::Emulator;

use crate::fleet_process::{API_TOKEN, Azure};

const API: &str = "1c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d91";
/// By access policies, the last of them deleted before the fleet is applied.
const BY_POLICIES: [&str; 3] = ["pay-1", "pay-2", "pay-old"];
const BY_ROLES: [&str; 2] = ["pay-3", "pay-4"];
/// The value of a secret of the deleted vault.
const OLD_VALUE: &str = "older than the fleet";

/// The fleet, as a file.
pub(crate) fn fleet(emulator: &Emulator) -> String {
    let mut text = format!(
        "[defaults]\nsubscription = {:?}\ntenant = {:?}\nlocation = \"eastus\"\n\
         resource_group = \"payments\"\ntags = {{ team = \"payments\" }}\n\
         [principals]\nme = {:?}\napi = {API:?}\n",
        emulator.subscription_id(),
        emulator.tenant_id(),
        Azure::principal().oid(),
    );
    for name in BY_POLICIES {
        text += &format!(
            "[[vault]]\nname = {name:?}\nauthorization = \"policies\"\n\
             [[vault.policy]]\nprincipal = \"me\"\nkeys = [\"all\"]\nsecrets = [\"all\"]\n\
             [[vault.policy]]\nprincipal = \"api\"\nsecrets = [\"get\"]\n"
        );
        text += CONTENTS;
    }
    for name in BY_ROLES {
        text += &format!(
            "[[vault]]\nname = {name:?}\nresource_group = \"payments-roles\"\n\
             authorization = \"roles\"\n\
             [[vault.role]]\nprincipal = \"me\"\nrole = \"Key Vault Administrator\"\n\
             [[vault.role]]\nprincipal = \"api\"\nrole = \"Key Vault Secrets User\"\n"
        );
        text += CONTENTS;
    }
    text
}

const CONTENTS: &str = "[vault.secrets.db]\ngenerate = { length = 32 }\n\
    [vault.secrets.api]\nfrom_env = \"API_TOKEN\"\n[vault.keys.signing]\ntype = \"EC\"\n";

/// The group of a vault of the fleet.
fn group(vault: &str) -> &'static str {
    if BY_ROLES.contains(&vault) { "payments-roles" } else { "payments" }
}

/// Name of the vault and path of an object there, with each version and what it holds.
type Objects = BTreeMap<(String, String), Vec<(String, String)>>;

/// What there is.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct State {
    /// The vaults that are all that the fleet says of them, without what is in them.
    pub(crate) complete: BTreeSet<String>,
    /// All vaults.
    pub(crate) vaults: BTreeSet<String>,
    /// The versions of each secret, with their values, by vault and path.
    pub(crate) secrets: Objects,
    /// The versions of each key, with their public parts, by vault and path.
    pub(crate) keys: Objects,
    /// Scope, role and principal of each assignment, sorted.
    pub(crate) roles: Vec<String>,
}

impl State {
    /// Looks past the program, as whom it signs in as.
    pub(crate) async fn of(emulator: &Emulator) -> Self {
        let mut state = Self::default();
        let management = management(emulator);
        for vault in management.vaults().list_by_subscription().try_collect().await.unwrap() {
            let name = vault.name();
            state.vaults.insert(name.to_owned());
            if is_complete(&vault) {
                state.complete.insert(name.to_owned());
            }
            assert_found(state.look_at_secrets(emulator, name).await);
            assert_found(state.look_at_keys(emulator, name).await);
        }
        let roles = management.role_assignments().list_for_subscription();
        let named = roles.try_collect().await.unwrap().into_iter().map(|it| {
            format!("{} {:?} {}", it.scope().unwrap(), it.role().unwrap(), it.principal_id())
        });
        state.roles.extend(named);
        state.roles.sort();
        state
    }

    async fn look_at_secrets(&mut self, emulator: &Emulator, vault: &str) -> Result<(), Error> {
        let client = secrets(emulator, vault);
        for secret in client.list_secret_properties().try_collect().await? {
            let mut all = Vec::new();
            let name = secret.name();
            for it in client.list_secret_properties_versions(name).try_collect().await? {
                let version = it.version().unwrap();
                let value = client.get_secret(name).version(version).await?.into_value();
                all.push((version.to_owned(), value.expose().to_owned()));
            }
            self.secrets.insert((vault.to_owned(), format!("/secrets/{name}")), all);
        }
        Ok(())
    }

    async fn look_at_keys(&mut self, emulator: &Emulator, vault: &str) -> Result<(), Error> {
        let client = KeyClient::builder(&emulator.vault_url(vault))
            .credential(emulator.credential_for(Azure::principal()))
            .transport(emulator.in_memory_transport())
            .build()?;
        for key in client.list_key_properties().try_collect().await? {
            let mut all = Vec::new();
            let name = key.name();
            for it in client.list_key_properties_versions(name).try_collect().await? {
                let version = it.version().unwrap();
                let key = client.get_key(name).version(version).await?;
                all.push((version.to_owned(), key.jwk().to_public_key_pem()?));
            }
            self.keys.insert((vault.to_owned(), format!("/keys/{name}")), all);
        }
        Ok(())
    }

    /// Fails unless everything of the fleet is there, and once.
    pub(crate) fn assert_whole(&self, emulator: &Emulator, at: &str) {
        let vaults: BTreeSet<_> = [&BY_POLICIES[..], &BY_ROLES].concat().into_iter().collect();
        assert!(self.vaults.iter().eq(vaults.iter()), "{:?} {at}", self.vaults);
        assert_eq!(self.complete, self.vaults, "{at}");
        assert_eq!((self.secrets.len(), self.keys.len()), (10, 5), "{self:?} {at}");
        for (name, versions) in self.secrets.iter().chain(&self.keys) {
            assert_eq!(versions.len(), 1, "{name:?} {at}");
        }
        for ((vault, path), versions) in &self.secrets {
            let value = &versions[0].1;
            let expected = match (vault.as_str(), path.as_str()) {
                ("pay-old", "/secrets/db") => value == OLD_VALUE,
                (_, "/secrets/db") => value.len() == 32,
                _ => value == API_TOKEN,
            };
            assert!(expected, "{vault} {path} {at}");
        }
        let me = Azure::principal();
        let mut roles = Vec::new();
        for vault in BY_ROLES {
            let scope = vault_id(emulator, vault);
            roles.push(format!("{scope} Administrator {}", me.oid()));
            roles.push(format!("{scope} SecretsUser {API}"));
        }
        roles.sort();
        assert_eq!(self.roles, roles, "{at}");
    }
}

/// The resource id of a vault of the fleet.
pub(crate) fn vault_id(emulator: &Emulator, vault: &str) -> String {
    let (subscription, group) = (emulator.subscription_id(), group(vault));
    format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}"
    )
}

/// Leaves a deleted vault, with a secret in it, under a name of the fleet.
pub(crate) async fn leave_a_deleted_vault(emulator: &Emulator) {
    let management = management(emulator);
    management.resource_groups().create_or_update("payments", "eastus").await.unwrap();
    let policy = AccessPolicyEntry::new(emulator.tenant_id(), Azure::principal().oid())
        .keys([KeyPermission::All])
        .secrets([SecretPermission::All]);
    let parameters =
        VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id()).access_policy(policy);
    let vaults = management.vaults();
    vaults.create_or_update("payments", "pay-old", parameters).await.unwrap();
    secrets(emulator, "pay-old").set_secret("db", OLD_VALUE).await.unwrap();
    vaults.delete("payments", "pay-old").await.unwrap();
}

/// Nothing is found where the program was not given access yet: it can have made nothing there.
fn assert_found(looked: Result<(), Error>) {
    if let Err(error) = looked {
        assert_eq!(error.kind(), ErrorKind::ForbiddenByRbac, "{error}");
    }
}

fn is_complete(vault: &Vault) -> bool {
    let by_roles = BY_ROLES.contains(&vault.name());
    let policies = vault.access_policies();
    let named = |oid: &str| policies.iter().filter(|it| it.object_id() == oid).count() == 1;
    vault.rbac_authorization() == by_roles
        && vault.tags().any(|tag| tag == ("team", "payments"))
        && (by_roles || (named(Azure::principal().oid()) && named(API) && policies.len() == 2))
}

fn management(emulator: &Emulator) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential_for(Azure::principal()))
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}

fn secrets(emulator: &Emulator, vault: &str) -> SecretClient {
    SecretClient::builder(&emulator.vault_url(vault))
        .credential(emulator.credential_for(Azure::principal()))
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}
