//! Rules of names and ids that are stable enough to be checked before a request.

mod network;
mod policies;

use azvault_core::{Error, Result};
pub(crate) use network::network_rules;
pub(crate) use policies::{MOST_POLICIES, access_policies};

/// A GUID: 32 hexadecimal digits in five groups.
pub(crate) fn guid(what: &str, id: &str) -> Result<()> {
    let groups: Vec<&str> = id.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    if lengths.eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        return Ok(());
    }
    Err(Error::invalid_input(format!(
        "the {what} {id:?} is not a GUID like 00000000-0000-0000-0000-000000000000"
    )))
}

/// A vault's name, which is part of its host's.
pub(crate) fn vault_name(name: &str) -> Result<()> {
    const RIGHT: &str = "a vault's name has 3 to 24 letters, digits and single hyphens, begins with a letter and ends with a letter or digit";
    let wrong = |what: String| {
        Err(Error::invalid_input(format!("the vault name {name:?} {what}: {RIGHT}")))
    };
    if let Some(c) = name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        return wrong(format!("has the character {c:?}"));
    }
    if !(3..=24).contains(&name.len()) {
        return wrong(format!("has {} characters", name.len()));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return wrong("does not begin with a letter".to_owned());
    }
    if name.ends_with('-') {
        return wrong("ends with a hyphen".to_owned());
    }
    if name.contains("--") {
        return wrong("has two hyphens in a row".to_owned());
    }
    Ok(())
}

/// A resource group's name.
pub(crate) fn resource_group(name: &str) -> Result<()> {
    let valid = (1..=90).contains(&name.chars().count())
        && name.chars().all(|c| c.is_alphanumeric() || "-_.()".contains(c))
        && !name.ends_with('.');
    if valid {
        return Ok(());
    }
    Err(Error::invalid_input(format!(
        "the resource group name {name:?} is not one: it has 1 to 90 letters, digits, hyphens, underscores, periods and parentheses, and does not end with a period"
    )))
}

/// A region: by its name (`eastus`) or as people write it (`East US`).
pub(crate) fn location(location: &str) -> Result<()> {
    let valid =
        !location.is_empty() && location.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ');
    if valid {
        return Ok(());
    }
    Err(Error::invalid_input(format!(
        "{location:?} is not a region: it has letters, digits and spaces, like eastus or East US"
    )))
}

/// The days for which a deleted vault can be recovered.
pub(crate) fn retention(days: u32) -> Result<()> {
    if (7..=90).contains(&days) {
        return Ok(());
    }
    Err(Error::invalid_input(format!("the retention is {days} days: it must be 7 to 90")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vault_names_follow_the_rule_and_errors_name_it() {
        for name in ["abc", "my-vault", "a1-b2-c3", "A23456789012345678901234"] {
            assert!(vault_name(name).is_ok(), "{name}");
        }
        for (name, says) in [
            ("", "0 characters"),
            ("ab", "2 characters"),
            ("a234567890123456789012345", "25 characters"),
            ("1ab", "begin with a letter"),
            ("-ab", "begin with a letter"),
            ("ab-", "ends with a hyphen"),
            ("a--b", "two hyphens"),
            ("a_b", "'_'"),
            ("../x", "'.'"),
        ] {
            let error = vault_name(name).unwrap_err().to_string();
            assert!(error.contains(says) && error.contains("3 to 24"), "{error}");
        }
    }

    #[test]
    fn ids_that_are_no_guids_are_refused() {
        assert!(guid("tenant id", "6819f86e-5d41-47b0-9297-334f33d7922d").is_ok());
        for id in [
            "",
            "contoso",
            "6819f86e5d4147b09297334f33d7922d",
            "6819f86e-5d41-47b0-9297-334f33d7922g",
        ] {
            let error = guid("tenant id", id).unwrap_err().to_string();
            assert!(error.contains("tenant id") && error.contains("GUID"), "{error}");
        }
    }

    #[test]
    fn groups_regions_and_retentions_have_rules_too() {
        assert!(resource_group("my-rg_1.(a)").is_ok());
        for name in ["", "a/b", "rg.", "a?b", &"r".repeat(91)] {
            assert!(resource_group(name).is_err(), "{name}");
        }
        assert!(location("East US").is_ok());
        assert!(location("eastus/../x").is_err());
        assert!(retention(7).is_ok() && retention(90).is_ok());
        assert!(retention(6).is_err() && retention(91).is_err());
    }
}
