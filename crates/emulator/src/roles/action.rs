//! Actions and their wildcards.

/// Whether `pattern`, in which `*` stands for anything, slashes too, takes `action`. Case does not matter.
///
/// Source: <https://learn.microsoft.com/azure/role-based-access-control/role-definitions#actions-format>
pub(super) fn takes(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| action.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_between() {
        let get = "Microsoft.KeyVault/vaults/secrets/getSecret/action";
        for pattern in [
            "*",
            get,
            "microsoft.keyvault/VAULTS/secrets/*",
            "Microsoft.KeyVault/*/action",
            "*/getSecret/*",
            "Microsoft.*/secrets/*/action",
        ] {
            assert!(takes(pattern, get), "{pattern}");
        }
        for pattern in [
            "",
            "Microsoft.KeyVault/vaults/secrets",
            "Microsoft.KeyVault/vaults/secrets/*/read",
            "*/read",
            "Microsoft.KeyVault/vaults/keys/*",
            "secrets/*",
            "*/getSecret/action/*",
            "Microsoft.KeyVault/vaults/secrets/getSecret/action/action*",
        ] {
            assert!(!takes(pattern, get), "{pattern}");
        }
    }
}
