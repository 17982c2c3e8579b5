//! The certificate authority itself: its certificate, its key, and both as text.
//!
//! It may sign for the served names and loopback addresses alone (name constraints, RFC 5280 section
//! 4.2.1.10) and for servers alone, so that whoever gets hold of its key can pose as nothing else to
//! somebody who trusts it.

use std::collections::BTreeSet;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PublicKeyData,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, parse_x509_certificate};

use crate::{clock::wall_now, error::Error, host};

/// Long enough that a trust store is not touched each year.
const VALID_DAYS: i64 = 5 * 365;
/// One that ends sooner is made anew.
const RENEWED_AHEAD: Duration = Duration::days(30);

/// A certificate authority with its key.
#[derive(Debug)]
pub(crate) struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    not_after: OffsetDateTime,
    constraints_hold: bool,
}

impl Authority {
    /// A new authority, as good as any client asks for.
    pub(crate) fn generate() -> Result<Self, Error> {
        Self::generate_until(wall_now() + Duration::days(VALID_DAYS))
    }

    pub(crate) fn generate_until(not_after: OffsetDateTime) -> Result<Self, Error> {
        let failed = |error| Error::new("make its certificate authority", error);
        let mut params = CertificateParams::default();
        // Two authorities of one name would be mixed up by people and by some clients.
        let id = Uuid::new_v4().simple().to_string();
        let name = format!("azvault emulator CA {}", id.get(..8).unwrap_or_default());
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.name_constraints = Some(constraints());
        // From yesterday, for clients whose clock lags.
        params.not_before = wall_now() - Duration::days(1);
        params.not_after = not_after;
        let key = KeyPair::generate().map_err(failed)?;
        let pem = params.self_signed(&key).map_err(failed)?.pem();
        Ok(Self { pem, issuer: Issuer::new(params, key), not_after, constraints_hold: true })
    }

    /// Reads what [`to_pem`](Self::to_pem) wrote; the text is not repeated in an error.
    pub(crate) fn from_pem(text: &str) -> Result<Self, String> {
        let parts = pem::parse_many(text).map_err(|error| error.to_string())?;
        let part = |tag: &str| {
            parts.iter().find(|part| part.tag() == tag).ok_or_else(|| format!("it has no {tag}"))
        };
        let (certificate, key) = (part("CERTIFICATE")?, part("PRIVATE KEY")?);
        let key = KeyPair::try_from(key.contents()).map_err(|error| error.to_string())?;
        let (_, parsed) =
            parse_x509_certificate(certificate.contents()).map_err(|error| error.to_string())?;
        if parsed.public_key().raw != key.subject_public_key_info() {
            return Err("the certificate is not that of the key".to_owned());
        }
        let (not_after, constraints_hold) =
            (parsed.validity().not_after.to_datetime(), permitted(&parsed) == wanted());
        let pem = pem::encode_config(certificate, line_feeds());
        let issuer = Issuer::from_ca_cert_der(&certificate.contents().into(), key)
            .map_err(|error| error.to_string())?;
        Ok(Self { pem, issuer, not_after, constraints_hold })
    }

    /// Certificate and key, for a file that only its owner may read.
    pub(crate) fn to_pem(&self) -> String {
        format!("{}{}", self.pem, self.issuer.key().serialize_pem())
    }

    /// The certificate, for clients to trust.
    pub(crate) fn certificate_pem(&self) -> &str {
        &self.pem
    }

    pub(crate) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    pub(crate) fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// Why another one has to take its place, if it has to.
    pub(crate) fn outlived(&self) -> Option<&'static str> {
        if self.not_after - wall_now() < RENEWED_AHEAD {
            return Some("it expires in less than 30 days");
        }
        (!self.constraints_hold).then_some("other names are served now than it may sign for")
    }
}

fn line_feeds() -> pem::EncodeConfig {
    pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF)
}

/// The names that it may sign for, with all below them.
fn wanted() -> BTreeSet<String> {
    host::subtrees().map(str::to_owned).collect()
}

fn constraints() -> NameConstraints {
    let names = wanted().into_iter().map(GeneralSubtree::DnsName);
    let v4 = CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8);
    let v6 = CidrSubnet::from_v6_prefix(std::net::Ipv6Addr::LOCALHOST.octets(), 128);
    let addresses = [v4, v6].map(GeneralSubtree::IpAddress);
    NameConstraints {
        permitted_subtrees: names.chain(addresses).collect(),
        excluded_subtrees: Vec::new(),
    }
}

fn permitted(certificate: &X509Certificate<'_>) -> BTreeSet<String> {
    let Ok(Some(constraints)) = certificate.name_constraints() else {
        return BTreeSet::new();
    };
    let subtrees = constraints.value.permitted_subtrees.iter().flatten();
    subtrees
        .filter_map(|subtree| match &subtree.base {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_read_back_is_the_same_and_still_good() {
        let made = Authority::generate().unwrap();
        let read = Authority::from_pem(&made.to_pem()).unwrap();
        assert_eq!(read.certificate_pem(), made.certificate_pem());
        assert_eq!(read.to_pem(), made.to_pem());
        assert_eq!(read.outlived(), None);
        assert!(!made.certificate_pem().contains("PRIVATE"));
    }

    #[test]
    fn one_that_is_about_to_expire_is_outlived() {
        let made = Authority::generate_until(wall_now() + Duration::days(29)).unwrap();
        let read = Authority::from_pem(&made.to_pem()).unwrap();
        assert!(read.outlived().unwrap().contains("30 days"));
    }

    #[test]
    fn a_certificate_of_another_key_is_refused() {
        let (one, other) = (Authority::generate().unwrap(), Authority::generate().unwrap());
        let mixed = format!("{}{}", one.certificate_pem(), other.issuer.key().serialize_pem());
        assert!(Authority::from_pem(&mixed).unwrap_err().contains("not that of the key"));
        assert!(Authority::from_pem(one.certificate_pem()).unwrap_err().contains("PRIVATE KEY"));
    }
}
