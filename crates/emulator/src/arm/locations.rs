//! The regions of the public cloud, as the list of a subscription's locations tells them.
//!
//! Source: <https://learn.microsoft.com/azure/reliability/regions-list>

use http::StatusCode;
use serde::Serialize;

use super::{error::ArmError, reply::Reply};

/// A region: its names, where it is, and the region that it is paired with.
struct Region {
    name: &'static str,
    display: &'static str,
    group: &'static str,
    geography: &'static str,
    place: &'static str,
    pair: &'static str,
}

const fn region([name, display, group, geography, place, pair]: [&'static str; 6]) -> Region {
    Region { name, display, group, geography, place, pair }
}

const US: &str = "US";
const EU: &str = "Europe";
const ASIA: &str = "Asia Pacific";
const USA: &str = "United States";

#[rustfmt::skip]
const REGIONS: [Region; 50] = [
    region(["eastus", "East US", US, USA, "Virginia", "westus"]),
    region(["eastus2", "East US 2", US, USA, "Virginia", "centralus"]),
    region(["southcentralus", "South Central US", US, USA, "Texas", "northcentralus"]),
    region(["westus2", "West US 2", US, USA, "Washington", "westcentralus"]),
    region(["westus3", "West US 3", US, USA, "Phoenix", "eastus"]),
    region(["centralus", "Central US", US, USA, "Iowa", "eastus2"]),
    region(["northcentralus", "North Central US", US, USA, "Illinois", "southcentralus"]),
    region(["westus", "West US", US, USA, "California", "eastus"]),
    region(["westcentralus", "West Central US", US, USA, "Wyoming", "westus2"]),
    region(["canadacentral", "Canada Central", "Canada", "Canada", "Toronto", "canadaeast"]),
    region(["canadaeast", "Canada East", "Canada", "Canada", "Quebec", "canadacentral"]),
    region(["mexicocentral", "Mexico Central", "Mexico", "Mexico", "Querétaro State", ""]),
    region(["brazilsouth", "Brazil South", "South America", "Brazil", "Sao Paulo State", "southcentralus"]),
    region(["brazilsoutheast", "Brazil Southeast", "South America", "Brazil", "Rio", "brazilsouth"]),
    region(["chilecentral", "Chile Central", "South America", "Chile", "Santiago", ""]),
    region(["northeurope", "North Europe", EU, EU, "Ireland", "westeurope"]),
    region(["westeurope", "West Europe", EU, EU, "Netherlands", "northeurope"]),
    region(["swedencentral", "Sweden Central", EU, "Sweden", "Gävle", "swedensouth"]),
    region(["uksouth", "UK South", EU, "United Kingdom", "London", "ukwest"]),
    region(["ukwest", "UK West", EU, "United Kingdom", "Cardiff", "uksouth"]),
    region(["francecentral", "France Central", EU, "France", "Paris", "francesouth"]),
    region(["francesouth", "France South", EU, "France", "Marseille", "francecentral"]),
    region(["germanywestcentral", "Germany West Central", EU, "Germany", "Frankfurt", "germanynorth"]),
    region(["germanynorth", "Germany North", EU, "Germany", "Berlin", "germanywestcentral"]),
    region(["italynorth", "Italy North", EU, "Italy", "Milan", ""]),
    region(["norwayeast", "Norway East", EU, "Norway", "Norway", "norwaywest"]),
    region(["norwaywest", "Norway West", EU, "Norway", "Norway", "norwayeast"]),
    region(["polandcentral", "Poland Central", EU, "Poland", "Warsaw", ""]),
    region(["spaincentral", "Spain Central", EU, "Spain", "Madrid", ""]),
    region(["switzerlandnorth", "Switzerland North", EU, "Switzerland", "Zurich", "switzerlandwest"]),
    region(["switzerlandwest", "Switzerland West", EU, "Switzerland", "Geneva", "switzerlandnorth"]),
    region(["uaenorth", "UAE North", "Middle East", "UAE", "Dubai", "uaecentral"]),
    region(["uaecentral", "UAE Central", "Middle East", "UAE", "Abu Dhabi", "uaenorth"]),
    region(["qatarcentral", "Qatar Central", "Middle East", "Qatar", "Doha", ""]),
    region(["israelcentral", "Israel Central", "Middle East", "Israel", "Israel", ""]),
    region(["southafricanorth", "South Africa North", "Africa", "South Africa", "Johannesburg", "southafricawest"]),
    region(["southafricawest", "South Africa West", "Africa", "South Africa", "Cape Town", "southafricanorth"]),
    region(["centralindia", "Central India", ASIA, "India", "Pune", "southindia"]),
    region(["southindia", "South India", ASIA, "India", "Chennai", "centralindia"]),
    region(["westindia", "West India", ASIA, "India", "Mumbai", "southindia"]),
    region(["eastasia", "East Asia", ASIA, ASIA, "Hong Kong", "southeastasia"]),
    region(["southeastasia", "Southeast Asia", ASIA, ASIA, "Singapore", "eastasia"]),
    region(["japaneast", "Japan East", ASIA, "Japan", "Tokyo, Saitama", "japanwest"]),
    region(["japanwest", "Japan West", ASIA, "Japan", "Osaka", "japaneast"]),
    region(["koreacentral", "Korea Central", ASIA, "Korea", "Seoul", "koreasouth"]),
    region(["koreasouth", "Korea South", ASIA, "Korea", "Busan", "koreacentral"]),
    region(["australiaeast", "Australia East", ASIA, "Australia", "New South Wales", "australiasoutheast"]),
    region(["australiasoutheast", "Australia Southeast", ASIA, "Australia", "Victoria", "australiaeast"]),
    region(["australiacentral", "Australia Central", ASIA, "Australia", "Canberra", "australiacentral2"]),
    region(["newzealandnorth", "New Zealand North", ASIA, "New Zealand", "Auckland", ""]),
];

#[derive(Serialize)]
struct List {
    value: Vec<View>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    name: &'static str,
    r#type: &'static str,
    display_name: &'static str,
    regional_display_name: String,
    metadata: Metadata,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    region_type: &'static str,
    region_category: &'static str,
    geography: &'static str,
    geography_group: &'static str,
    physical_location: &'static str,
    paired_region: Vec<Pair>,
}

#[derive(Serialize)]
struct Pair {
    name: &'static str,
    id: String,
}

pub(super) fn list(subscription: &str) -> Result<Reply, ArmError> {
    let id = |name: &str| format!("/subscriptions/{subscription}/locations/{name}");
    let view = |region: &Region| {
        let &Region { name, display, group, geography, place, pair } = region;
        let paired_region =
            if pair.is_empty() { Vec::new() } else { vec![Pair { name: pair, id: id(pair) }] };
        View {
            id: id(name),
            name,
            r#type: "Region",
            display_name: display,
            regional_display_name: format!("({group}) {display}"),
            metadata: Metadata {
                region_type: "Physical",
                region_category: "Recommended",
                geography,
                geography_group: group,
                physical_location: place,
                paired_region,
            },
        }
    };
    Reply::json(StatusCode::OK, &List { value: REGIONS.iter().map(view).collect() })
}

/// As the providers' resource types list where they are offered.
pub(super) fn display_names() -> Vec<&'static str> {
    REGIONS.iter().map(|region| region.display).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::names::normalized_location, *};

    #[test]
    fn names_are_display_names_without_spaces_and_pairs_are_regions() {
        for region in &REGIONS {
            assert_eq!(normalized_location(region.display), region.name);
            assert_ne!(region.pair, region.name);
        }
        let mut names: Vec<_> = REGIONS.iter().map(|region| region.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), REGIONS.len());
    }
}
