//! Who may do what: every data-plane operation passes [`authorize`].
//!
//! A vault first seen by its name grants every principal everything. One made through ARM grants what
//! its access policies say, or, on Azure RBAC, what roles are assigned for it; a managed HSM made through
//! ARM serves its administrators.

use time::OffsetDateTime;

use super::{Action, Administrators, Context, ServiceError, policy_history::PolicyHistory};
use crate::{objects::ObjectKind, roles::Scope};

/// What decides on access to a vault.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    Everyone,
    Policies(PolicyHistory),
    /// Azure RBAC, with the vault's resource id and tenant.
    Rbac {
        resource_id: String,
        tenant_id: String,
    },
    /// Of a managed HSM.
    Administrators(Administrators),
}

impl Access {
    /// This access, where policies that differ from those of `old` count from `from` on.
    pub(super) fn after(
        self,
        old: Option<&Self>,
        now: OffsetDateTime,
        from: OffsetDateTime,
    ) -> Self {
        match (self, old) {
            (Self::Policies(new), Some(Self::Policies(old))) => {
                Self::Policies(new.after(old, now, from))
            }
            (Self::Policies(new), _) => {
                Self::Policies(new.after(&PolicyHistory::default(), now, from))
            }
            (new, _) => new,
        }
    }
}

/// Refuses the call unless its caller may do `action` to objects of `kind`, `name` if one is meant.
pub(super) fn authorize(
    context: &Context<'_>,
    kind: ObjectKind,
    action: Action,
    name: Option<&str>,
) -> Result<(), ServiceError> {
    let now = context.now();
    match &context.settings.access {
        Access::Everyone => Ok(()),
        Access::Policies(policies) => {
            let permission = action.permission(kind);
            let policies = policies.at(now);
            if policies.iter().any(|policy| policy.grants(context.caller, kind, permission)) {
                return Ok(());
            }
            let listed = policies.iter().any(|policy| policy.is_for(context.caller));
            Err(denied_by_policies(context, kind, permission, listed))
        }
        Access::Rbac { resource_id, tenant_id } => {
            let mut resource = resource_id.to_ascii_lowercase();
            if let Some(name) = name {
                resource.push_str(&format!("/{}/{name}", kind.collection()));
            }
            let scope = Scope::new(resource);
            let of_tenant = tenant_id.eq_ignore_ascii_case(&context.caller.tid);
            let granting = |action: Action| {
                let roles = &context.router.roles;
                roles.granting(&context.caller.oid, &scope, &action.data_action(kind), now)
            };
            let assignment = granting(action)
                .or_else(|| action.is_public(kind).then(|| granting(Action::Get)).flatten())
                .filter(|_| of_tenant)
                .ok_or_else(|| denied_by_roles(context, kind, action, scope.path()))?;
            context.grant.get_or_init(|| assignment);
            Ok(())
        }
        Access::Administrators(administrators) => {
            let scope = name.map_or_else(|| "/keys".to_owned(), |name| format!("/keys/{name}"));
            administrators.check(context, action.hsm_data_action(), &scope)
        }
    }
}

/// A caller that no policy is for is a stranger; one that is `listed` lacks the permission alone.
///
/// Both are on record, as is that only the latter is told its groups.
fn denied_by_policies(
    context: &Context<'_>,
    kind: ObjectKind,
    permission: &str,
    listed: bool,
) -> ServiceError {
    let groups = if listed { "numgroups=0;" } else { "" };
    let message = format!(
        "The user, group or application 'appid={};oid={};{groups}iss={}' does not have {} {permission} permission \
         on key vault '{};location={}'. For help resolving this issue, please see \
         https://go.microsoft.com/fwlink/?linkid=2125287",
        context.caller.appid,
        context.caller.oid,
        context.caller.issuer,
        kind.collection(),
        context.vault.name,
        context.region(),
    );
    if listed {
        ServiceError::forbidden_by_policy(message)
    } else {
        ServiceError::access_denied(message)
    }
}

fn denied_by_roles(
    context: &Context<'_>,
    kind: ObjectKind,
    action: Action,
    resource: &str,
) -> ServiceError {
    ServiceError::forbidden_by_rbac(format!(
        "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role \
         definitions were changed recently, please observe propagation time.\r\n{}\r\nAction: '{}'\r\nResource: \
         '{resource}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: \
         'DeniedWithNoValidRBAC' \r\n{}\r\n",
        context.caller_line(),
        action.data_action(kind),
        context.vault_line(),
    ))
}
