//! The clouds whose audiences are known without asking.

/// Host suffixes and their audiences: public, China, US Government; vaults and managed HSMs.
///
/// Source: [About keys, secrets and certificates](https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates).
const AUDIENCES: [(&str, &str); 6] = [
    (".vault.azure.net", "https://vault.azure.net"),
    (".vault.azure.cn", "https://vault.azure.cn"),
    (".vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net"),
    (".managedhsm.azure.net", "https://managedhsm.azure.net"),
    (".managedhsm.azure.cn", "https://managedhsm.azure.cn"),
    (".managedhsm.usgovcloudapi.net", "https://managedhsm.usgovcloudapi.net"),
];

/// The audience for tokens of the vault at `host`, if it is in a cloud that is known: a first call
/// there needs no challenge.
pub fn known_audience(host: &str) -> Option<&'static str> {
    AUDIENCES.iter().find_map(|(suffix, audience)| {
        let name = host.strip_suffix(suffix)?;
        (!name.is_empty() && !name.contains('.')).then_some(*audience)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_directly_below_a_known_suffix_are_known() {
        assert_eq!(known_audience("v.vault.azure.net"), Some("https://vault.azure.net"));
        assert_eq!(known_audience("h.managedhsm.azure.cn"), Some("https://managedhsm.azure.cn"));
        for host in [
            "evilvault.azure.net",
            "vault.azure.net",
            ".vault.azure.net",
            "v.vault.azure.net.evil.example",
            "a.b.vault.azure.net",
            "v.vault.localhost",
        ] {
            assert_eq!(known_audience(host), None, "{host}");
        }
    }
}
