//! Rules of lists of access policies.

use std::collections::BTreeSet;

use azvault_core::{Error, Result};

use crate::AccessPolicyEntry;

/// The most policies that a vault takes.
///
/// Source: [Assign an access policy](https://learn.microsoft.com/azure/key-vault/general/assign-access-policy).
pub(crate) const MOST_POLICIES: usize = 1024;

/// Policies that one request gives.
pub(crate) fn access_policies(policies: &[AccessPolicyEntry]) -> Result<()> {
    if policies.len() > MOST_POLICIES {
        return Err(Error::invalid_input(format!(
            "{} access policies are given: a vault has {MOST_POLICIES} at most; give groups access, or use Azure roles",
            policies.len()
        )));
    }
    let mut principals = BTreeSet::new();
    for policy in policies {
        policy.check()?;
        if !principals.insert(policy.identity()) {
            return Err(Error::invalid_input(format!(
                "two access policies are given for the principal {}: put its permissions into one",
                policy.object_id()
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "6819f86e-5d41-47b0-9297-334f33d7922d";

    fn numbered(count: usize) -> Vec<AccessPolicyEntry> {
        let id = |n: usize| format!("00000000-0000-0000-0000-{n:012}");
        (0..count).map(|n| AccessPolicyEntry::new(TENANT, id(n))).collect()
    }

    #[test]
    fn a_vault_takes_1024_policies_and_no_more() {
        assert!(access_policies(&numbered(1024)).is_ok());
        let error = access_policies(&numbered(1025)).unwrap_err().to_string();
        assert!(
            error.contains("1025 access policies") && error.contains("1024 at most"),
            "{error}"
        );
    }

    #[test]
    fn a_principal_is_named_once_whatever_the_case_unless_through_an_application() {
        let id = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
        let plain = AccessPolicyEntry::new(TENANT, id);
        let through = plain.clone().application_id(id);
        assert!(access_policies(&[plain.clone(), through.clone()]).is_ok());
        let upper = AccessPolicyEntry::new(TENANT.to_uppercase(), id.to_uppercase());
        for twice in [[plain.clone(), upper], [through.clone(), through]] {
            let error = access_policies(&twice).unwrap_err().to_string();
            assert!(error.contains("two access policies"), "{error}");
        }
    }
}
