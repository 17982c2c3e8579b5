//! Who has which role at a vault's scope.

use std::collections::BTreeSet;

use azvault_core::Result;
use azvault_management::{KeyVaultManagementClient, KeyVaultRole, RoleAssignment, Scope, Vault};
use futures::TryStreamExt;

use crate::{PlannedRole, Provisioner, model::DesiredRole, problem::suggestion};

/// The roles that principals have at vaults' own scopes: the scope, the role's id and the
/// principal's, in lower case.
#[derive(Debug, Default)]
pub(crate) struct Assigned(BTreeSet<[String; 3]>);

impl Assigned {
    /// Lists those of a subscription; what is not of one of `vaults`, in lower case, is not kept.
    pub(crate) async fn of(
        client: &KeyVaultManagementClient,
        vaults: &BTreeSet<String>,
    ) -> Result<Self> {
        let wanted = |assignment: RoleAssignment| {
            let scope = assignment.scope()?.to_ascii_lowercase();
            let (above, name) = scope.rsplit_once('/')?;
            if !above.ends_with("/providers/microsoft.keyvault/vaults") || !vaults.contains(name) {
                return None;
            }
            let role = assignment.role_definition_id().rsplit('/').next()?.to_ascii_lowercase();
            Some([scope, role, assignment.principal_id().to_ascii_lowercase()])
        };
        let all = client.role_assignments().list_for_subscription();
        all.try_filter_map(|it| std::future::ready(Ok(wanted(it)))).try_collect().await.map(Self)
    }

    pub(crate) fn has(&self, vault_id: &str, wanted: &DesiredRole) -> bool {
        let (role, principal) = (wanted.role.value.id(), wanted.principal.object_id());
        let key = [vault_id, role, principal].map(str::to_ascii_lowercase);
        self.0.contains(&key)
    }
}

/// Sees to it that a principal has a role at the vault's scope.
pub(crate) async fn assign(
    provisioner: &Provisioner,
    subscription: &str,
    vault: &Vault,
    wanted: &PlannedRole,
) -> Result<()> {
    let assignments = provisioner.management(subscription)?.role_assignments();
    let principal = &wanted.principal;
    let scope = Scope::of_vault(vault)?;
    let mut ensure = assignments.ensure(&scope, wanted.role.clone(), &principal.object_id);
    if let Some(kind) = &principal.kind {
        ensure = ensure.principal_type(kind.clone());
    }
    ensure.await.map(drop)
}

/// A role by its name, or by the GUID of its definition.
pub(crate) fn find(role: &str) -> Result<KeyVaultRole, String> {
    role.parse().map_err(|_| {
        let near = suggestion(role, KeyVaultRole::ALL.iter().map(KeyVaultRole::name));
        format!(
            "{role:?} is none of the Key Vault roles, nor the GUID of a role's definition{near}"
        )
    })
}
