//! Network rules: as they were sent, checked, and as the data plane goes by them.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::error::ArmError;
use crate::vault::{Ipv4Range, NetworkRules, PublicAccess};

/// Source: <https://learn.microsoft.com/azure/key-vault/general/network-security>
const MAX_IP_RULES: usize = 1000;

/// What no rule may lie in, with the words for it; those of the loopback are not on record.
const FORBIDDEN: [(Ipv4Range, &str); 4] = [
    (range([10, 0, 0, 0], [10, 255, 255, 255]), "10.0.0.0–10.255.255.255 (private IP addresses)"),
    (
        range([172, 16, 0, 0], [172, 31, 255, 255]),
        "172.16.0.0–172.31.255.255 (private IP addresses)",
    ),
    (
        range([192, 168, 0, 0], [192, 168, 255, 255]),
        "192.168.0.0–192.168.255.255 (private IP addresses)",
    ),
    (
        range([127, 0, 0, 0], [127, 255, 255, 255]),
        "127.0.0.0–127.255.255.255 (loopback IP addresses)",
    ),
];

const fn range(first: [u8; 4], last: [u8; 4]) -> Ipv4Range {
    let ([a, b, c, d], [e, f, g, h]) = (first, last);
    Ipv4Range::new(Ipv4Addr::new(a, b, c, d), Ipv4Addr::new(e, f, g, h))
}

/// Network rules as they are kept and shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "NetworkAclsBody")]
pub(in crate::arm) struct NetworkAcls {
    bypass: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_action: Option<String>,
    ip_rules: Vec<IpRule>,
    /// No caller here is in a virtual network.
    virtual_network_rules: Vec<Value>,
}

/// Network rules as sent; `null` is the same as nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NetworkAclsBody {
    bypass: Option<String>,
    default_action: Option<String>,
    ip_rules: Option<Vec<IpRule>>,
    virtual_network_rules: Option<Vec<Value>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct IpRule {
    value: String,
}

impl From<NetworkAclsBody> for NetworkAcls {
    fn from(body: NetworkAclsBody) -> Self {
        Self {
            bypass: body.bypass.unwrap_or_else(|| "AzureServices".to_owned()),
            default_action: body.default_action,
            ip_rules: body.ip_rules.unwrap_or_default().into_iter().map(IpRule::shown).collect(),
            virtual_network_rules: body.virtual_network_rules.unwrap_or_default(),
        }
    }
}

impl IpRule {
    /// An address alone is shown as a range of one.
    fn shown(self) -> Self {
        if self.value.parse::<Ipv4Addr>().is_ok() {
            return Self { value: format!("{}/32", self.value) };
        }
        self
    }

    fn check(&self, index: usize) -> Result<(), ArmError> {
        let value = &self.value;
        let found = format!(
            "Invalid value found at properties.networkAcls.ipRules[{index}].value: {value}"
        );
        let Some(range) = Ipv4Range::parse(value) else {
            return Err(ArmError::bad_request(format!(
                "{found} is no IPv4 address and no range in CIDR notation"
            )));
        };
        match FORBIDDEN.iter().find(|(forbidden, _)| forbidden.contains(&range)) {
            Some((_, words)) => {
                Err(ArmError::bad_request(format!("{found} belongs to forbidden range {words}")))
            }
            None => Ok(()),
        }
    }
}

impl NetworkAcls {
    /// As they are shown when none were sent.
    pub(in crate::arm) fn of_nothing() -> Self {
        Self {
            bypass: "AzureServices".to_owned(),
            default_action: None,
            ip_rules: Vec::new(),
            virtual_network_rules: Vec::new(),
        }
    }

    /// With this default action, unless they have one.
    pub(in crate::arm) fn with_default_action(self, action: &str) -> Self {
        let default_action = self.default_action.or_else(|| Some(action.to_owned()));
        Self { default_action, ..self }
    }

    /// Refuses what the service would.
    pub(in crate::arm) fn check(&self) -> Result<(), ArmError> {
        one_of("networkAcls.bypass", &self.bypass, &["AzureServices", "None"])?;
        if let Some(action) = &self.default_action {
            one_of("networkAcls.defaultAction", action, &["Allow", "Deny"])?;
        }
        if self.ip_rules.len() > MAX_IP_RULES {
            return Err(ArmError::bad_request(format!(
                "A vault has at most {MAX_IP_RULES} IP rules at properties.networkAcls.ipRules."
            )));
        }
        self.ip_rules.iter().enumerate().try_for_each(|(index, rule)| rule.check(index))
    }
}

/// A word that is not known would leave the vault open.
pub(in crate::arm) fn check_public_access(value: &str) -> Result<(), ArmError> {
    one_of("publicNetworkAccess", value, &["Enabled", "Disabled", "SecuredByPerimeter"])
}

fn one_of(property: &str, value: &str, known: &[&str]) -> Result<(), ArmError> {
    if known.iter().any(|known| known.eq_ignore_ascii_case(value)) {
        return Ok(());
    }
    Err(ArmError::bad_request(format!(
        "Invalid value found at properties.{property}: '{value}' is none of {}",
        known.join(", ")
    )))
}

/// What the data plane goes by.
pub(in crate::arm) fn rules(
    acls: Option<&NetworkAcls>,
    public_access: Option<&str>,
) -> NetworkRules {
    let is = |value: Option<&str>, wanted: &str| {
        value.is_some_and(|value| value.eq_ignore_ascii_case(wanted))
    };
    NetworkRules {
        public_access: if is(public_access, "Disabled") {
            PublicAccess::Disabled
        } else if is(public_access, "SecuredByPerimeter") {
            PublicAccess::Perimeter
        } else {
            PublicAccess::Enabled
        },
        denies: acls.is_some_and(|acls| is(acls.default_action.as_deref(), "Deny")),
        trusts_services: !acls.is_some_and(|acls| is(Some(&acls.bypass), "None")),
        ranges: acls
            .into_iter()
            .flat_map(|acls| &acls.ip_rules)
            .filter_map(|rule| Ipv4Range::parse(&rule.value))
            .collect(),
    }
}
