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
    host_name("vault", name)
}

/// A managed HSM's name, which is part of its host's.
pub(crate) fn managed_hsm_name(name: &str) -> Result<()> {
    host_name("managed HSM", name)
}

fn host_name(what: &str, name: &str) -> Result<()> {
    const RIGHT: &str = "name has 3 to 24 letters, digits and single hyphens, begins with a letter and ends with a letter or digit";
    let wrong = |why: String| {
        let message = format!("the {what} name {name:?} {why}: a {what}'s {RIGHT}");
        Err(Error::invalid_input(message))
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

/// The name of a private endpoint's connection: one segment of a path. The service makes it of the
/// endpoint's name and a GUID.
pub(crate) fn connection_name(name: &str) -> Result<()> {
    let valid = (1..=180).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        && !name.starts_with('.');
    if valid {
        return Ok(());
    }
    Err(Error::invalid_input(format!(
        "the connection name {name:?} is not one: it has 1 to 180 letters, digits, hyphens, underscores and periods, and does not begin with a period"
    )))
}

/// A duration as ISO 8601 has it: `P1Y`, `P90D`, `P1Y6M`, `PT12H`.
pub(crate) fn duration(what: &str, text: &str) -> Result<()> {
    let right = || {
        let rest = text.strip_prefix('P')?;
        let (date, time) = rest.split_once('T').map_or((rest, None), |(d, t)| (d, Some(t)));
        let (dates, times) = (in_units(date, "YMWD")?, in_units(time.unwrap_or("0H"), "HMS")?);
        let empty_time = time.is_some_and(str::is_empty);
        (dates + times > usize::from(time.is_none()) && !empty_time).then_some(())
    };
    right().ok_or_else(|| {
        Error::invalid_input(format!(
            "the {what} {text:?} is not a duration of ISO 8601 like P90D or P1Y6M"
        ))
    })
}

/// How many numbers with a unit each `text` is made of, the units in this order.
fn in_units(text: &str, mut units: &str) -> Option<usize> {
    let (mut count, mut rest) = (0, text);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = rest.split_at_checked(digits)?;
        let unit = unit.chars().next().filter(|_| !number.is_empty())?;
        units = units.split_once(unit)?.1;
        rest = rest.get(digits + unit.len_utf8()..)?;
        count += 1;
    }
    Some(count)
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
    fn durations_are_numbers_with_their_units_in_order() {
        for text in ["P90D", "P1Y", "P1Y6M", "P2W", "PT12H", "P1DT1H30M", "PT45S"] {
            assert!(duration("lifetime", text).is_ok(), "{text}");
        }
        for text in
            ["", "P", "PT", "P1DT", "90D", "P90", "PD", "P1M1Y", "P1H", "P-1D", "P1.5D", "P1ü"]
        {
            let error = duration("lifetime", text).unwrap_err().to_string();
            assert!(error.contains("P90D"), "{text}: {error}");
        }
    }

    #[test]
    fn connection_names_are_one_segment() {
        assert!(connection_name("pe_1.2-6819f86e").is_ok());
        for name in ["", "..", ".", "a/b", "a?b", "a b", &"n".repeat(181)] {
            assert!(connection_name(name).is_err(), "{name}");
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
