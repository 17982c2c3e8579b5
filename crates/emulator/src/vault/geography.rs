//! Which geography a region is in: backups are restored within one.
//!
//! After Azure's list of regions. A region that is not known here is a geography of its own.

/// Parts of region names, and the geography that they tell; the first that fits counts.
const GEOGRAPHIES: [(&str, &str); 34] = [
    ("usgov", "azuregovernment"),
    ("usdod", "azuregovernment"),
    ("china", "china"),
    ("germanynorth", "germany"),
    ("germanywest", "germany"),
    ("australia", "australia"),
    ("brazil", "brazil"),
    ("canada", "canada"),
    ("chile", "chile"),
    ("austria", "austria"),
    ("belgium", "belgium"),
    ("denmark", "denmark"),
    ("northeurope", "europe"),
    ("westeurope", "europe"),
    ("france", "france"),
    ("india", "india"),
    ("indonesia", "indonesia"),
    ("israel", "israel"),
    ("italy", "italy"),
    ("japan", "japan"),
    ("korea", "korea"),
    ("malaysia", "malaysia"),
    ("mexico", "mexico"),
    ("newzealand", "newzealand"),
    ("norway", "norway"),
    ("poland", "poland"),
    ("qatar", "qatar"),
    ("southafrica", "southafrica"),
    ("spain", "spain"),
    ("sweden", "sweden"),
    ("switzerland", "switzerland"),
    ("uae", "uae"),
    ("uk", "uk"),
    ("asia", "asiapacific"),
];

/// The geography of a region, both in lower case without spaces.
pub(super) fn geography(region: &str) -> &str {
    if let Some((_, geography)) = GEOGRAPHIES.iter().find(|(part, _)| region.contains(part)) {
        return geography;
    }
    // `eastus2`, `southcentralus` and the like.
    let name = region.trim_end_matches(|c: char| c.is_ascii_digit());
    if name.ends_with("us") { "unitedstates" } else { region }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_of_a_country_are_one_geography() {
        for region in ["westus2", "eastus", "southcentralus", "westus3"] {
            assert_eq!(geography(region), "unitedstates", "{region}");
        }
        assert_eq!(geography("northeurope"), geography("westeurope"));
        assert_ne!(geography("canadacentral"), geography("eastus2"));
        assert_ne!(geography("usgovvirginia"), geography("eastus"));
        assert_ne!(geography("germanywestcentral"), geography("westeurope"));
        assert_eq!(geography("moonbase"), "moonbase");
    }
}
