//! Which addresses a vault lets in.

use std::net::{IpAddr, Ipv4Addr};

use super::{Context, ServiceError};

/// A vault's network rules; the default lets everybody in.
#[derive(Clone, Debug, Default)]
pub(crate) struct NetworkRules {
    pub(crate) public_access: PublicAccess,
    /// Whether an address that no range has is refused.
    pub(crate) denies: bool,
    /// Whether Azure's own services may pass, of which there are none here: the words differ.
    pub(crate) trusts_services: bool,
    pub(crate) ranges: Vec<Ipv4Range>,
}

/// `publicNetworkAccess`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PublicAccess {
    #[default]
    Enabled,
    /// Private links alone.
    Disabled,
    /// A network security perimeter decides: here there is none that lets anybody in.
    Perimeter,
}

/// A range of IPv4 addresses, or one address.
///
/// Source of the notation: RFC 4632, section 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ipv4Range {
    first: Ipv4Addr,
    last: Ipv4Addr,
}

impl Ipv4Range {
    /// From the first to the last address, both included.
    pub(crate) const fn new(first: Ipv4Addr, last: Ipv4Addr) -> Self {
        Self { first, last }
    }

    /// `203.0.113.7` or `203.0.113.0/24`; what is set beyond the prefix does not matter.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/').unwrap_or((text, "32"));
        let address: Ipv4Addr = address.parse().ok()?;
        let digits = length.bytes().all(|byte| byte.is_ascii_digit());
        let length: u32 = length.parse().ok().filter(|length| digits && *length <= 32)?;
        let host = u32::MAX.checked_shr(length).unwrap_or(0);
        let bits = address.to_bits();
        Some(Self::new(Ipv4Addr::from_bits(bits & !host), Ipv4Addr::from_bits(bits | host)))
    }

    /// Whether all of `other` is in this range.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    fn has(&self, address: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&address)
    }
}

/// The address of the caller as a vault sees it: the loopback of IPv6 counts as that of IPv4.
pub(crate) fn seen(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if address.is_loopback() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        address => address,
    }
}

/// Refuses a call from an address that the vault does not let in.
pub(super) fn check(context: &Context<'_>, address: IpAddr) -> Result<(), ServiceError> {
    let Some(refusal) = context.settings.network.refusal(address) else {
        return Ok(());
    };
    let from = match refusal {
        Refusal::NoPublicAccess => String::new(),
        _ => format!("Client address: {address}\r\n"),
    };
    let message = format!(
        "{}\r\n{from}{}\r\n{}",
        refusal.words(),
        context.caller_line(),
        context.vault_line()
    );
    Err(match refusal {
        Refusal::NoPublicAccess => ServiceError::forbidden_by_connection(message),
        _ => ServiceError::forbidden_by_firewall(message),
    })
}

/// Why an address is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    NoPublicAccess,
    Perimeter,
    NoRule,
    NoRuleNorTrust,
}

impl Refusal {
    /// The service's first sentence.
    fn words(self) -> &'static str {
        match self {
            Self::NoPublicAccess => {
                "Public network access is disabled and request is not from a trusted service nor via an approved \
                 private link."
            }
            Self::Perimeter => {
                "Request was not allowed by NSP rules and the client address is not authorized and caller was ignored \
                 because bypass is set to None"
            }
            Self::NoRule => "Client address is not authorized and caller is not a trusted service.",
            Self::NoRuleNorTrust => {
                "Client address is not authorized and caller was ignored because bypass is set to None"
            }
        }
    }
}

impl NetworkRules {
    fn refusal(&self, address: IpAddr) -> Option<Refusal> {
        match self.public_access {
            PublicAccess::Disabled => Some(Refusal::NoPublicAccess),
            PublicAccess::Perimeter => Some(Refusal::Perimeter),
            PublicAccess::Enabled if !self.denies || self.lets_in(address) => None,
            PublicAccess::Enabled if self.trusts_services => Some(Refusal::NoRule),
            PublicAccess::Enabled => Some(Refusal::NoRuleNorTrust),
        }
    }

    /// There are no rules for IPv6.
    fn lets_in(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.ranges.iter().any(|range| range.has(address)),
            IpAddr::V6(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_nothing_else() {
        let has = |range: &str, address: &str| {
            Ipv4Range::parse(range).unwrap().has(address.parse().unwrap())
        };
        assert!(has("203.0.113.7", "203.0.113.7"));
        assert!(!has("203.0.113.7/32", "203.0.113.8"));
        assert!(has("203.0.113.7/24", "203.0.113.255"));
        assert!(!has("203.0.113.0/24", "203.0.114.0"));
        assert!(has("0.0.0.0/0", "255.255.255.255"));
        for text in [
            "",
            "203.0.113",
            "203.0.113.0/33",
            "203.0.113.0/",
            "203.0.113.0/+8",
            "::1",
            "1.2.3.4/8/8",
        ] {
            assert_eq!(Ipv4Range::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_loopback_of_ipv6_counts_as_that_of_ipv4() {
        for address in ["::1", "127.0.0.1", "::ffff:127.0.0.1"] {
            assert_eq!(
                seen(address.parse().unwrap()),
                IpAddr::V4(Ipv4Addr::LOCALHOST),
                "{address}"
            );
        }
        let other: IpAddr = "2001:db8::1".parse().unwrap();
        assert_eq!(seen(other), other);
    }

    #[test]
    fn no_rule_lets_an_address_of_ipv6_in() {
        let everything = Ipv4Range::parse("0.0.0.0/0").unwrap();
        let rules = NetworkRules { ranges: vec![everything], ..NetworkRules::default() };
        assert!(rules.lets_in("203.0.113.7".parse().unwrap()));
        assert!(!rules.lets_in("2001:db8::1".parse().unwrap()));
    }
}
