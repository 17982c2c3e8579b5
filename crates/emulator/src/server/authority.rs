//! The certificate authority itself: its certificates, its key, and all as text.
//!
//! It may sign for the served names and loopback addresses alone (name constraints, RFC 5280 section
//! 4.2.1.10) and for servers alone, so that whoever gets hold of its key can pose as nothing else to
//! somebody who trusts it. Java looks at no constraints of the certificate that is trusted itself. So that
//! one has signed a second one, under the same constraints, and its key is gone: leaves are signed by the second.

use std::collections::BTreeSet;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PublicKeyData,
};
use rustls::pki_types::CertificateDer;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, parse_x509_certificate};

use crate::{clock::wall_now, error::Error, host};

/// Long enough that a trust store is not touched each year.
const VALID_DAYS: i64 = 5 * 365;
/// One that ends sooner is made anew.
const RENEWED_AHEAD: Duration = Duration::days(30);

/// A certificate authority with the key that signs leaves.
#[derive(Debug)]
pub(crate) struct Authority {
    /// Trusted by clients; nobody has its key.
    root: String,
    /// Sent beside each leaf.
    intermediate: CertificateDer<'static>,
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
        // Two authorities of one name would be mixed up by people and by some clients.
        let id = Uuid::new_v4().simple().to_string();
        let id = id.get(..8).unwrap_or_default();
        let params = params(&format!("azvault emulator CA {id}"), 1, not_after);
        let key = KeyPair::generate().map_err(failed)?;
        let root = params.self_signed(&key).map_err(failed)?.pem();
        let root_issuer = Issuer::new(params, key);
        let mut params = self::params(&format!("azvault emulator issuing CA {id}"), 0, not_after);
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(failed)?;
        let intermediate = params.signed_by(&key, &root_issuer).map_err(failed)?.der().clone();
        let issuer = Issuer::new(params, key);
        Ok(Self { root, intermediate, issuer, not_after, constraints_hold: true })
    }

    /// Reads what [`to_pem`](Self::to_pem) wrote; the text is not repeated in an error.
    pub(crate) fn from_pem(text: &str) -> Result<Self, String> {
        let parts = pem::parse_many(text).map_err(|error| error.to_string())?;
        let of = |tag| parts.iter().filter(move |part| part.tag() == tag);
        let mut certificates = of("CERTIFICATE");
        let (Some(root), Some(intermediate), Some(key)) =
            (certificates.next(), certificates.next(), of("PRIVATE KEY").next())
        else {
            return Err("it lacks one of two certificates and a private key".to_owned());
        };
        let key = KeyPair::try_from(key.contents()).map_err(|error| error.to_string())?;
        let (trusted, parsed) = (parsed(root)?, parsed(intermediate)?);
        if parsed.public_key().raw != key.subject_public_key_info()
            || parsed.issuer() != trusted.subject()
        {
            return Err("its certificates and its key do not belong together".to_owned());
        }
        let not_after = parsed.validity().not_after.to_datetime();
        let constraints_hold = permitted(&parsed) == wanted();
        let intermediate = CertificateDer::from(intermediate.contents().to_vec());
        let issuer =
            Issuer::from_ca_cert_der(&intermediate, key).map_err(|error| error.to_string())?;
        let root = pem::encode_config(root, line_feeds());
        Ok(Self { root, intermediate, issuer, not_after, constraints_hold })
    }

    /// Certificates and key, for a file that only its owner may read.
    pub(crate) fn to_pem(&self) -> String {
        let intermediate = pem::Pem::new("CERTIFICATE", self.intermediate.to_vec());
        let intermediate = pem::encode_config(&intermediate, line_feeds());
        format!("{}{intermediate}{}", self.root, self.issuer.key().serialize_pem())
    }

    /// The certificate, for clients to trust.
    pub(crate) fn certificate_pem(&self) -> &str {
        &self.root
    }

    /// What a server sends beside a leaf.
    pub(crate) fn intermediate(&self) -> &CertificateDer<'static> {
        &self.intermediate
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

fn params(name: &str, below: u8, not_after: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.name_constraints = Some(constraints());
    // From yesterday, for clients whose clock lags.
    params.not_before = wall_now() - Duration::days(1);
    params.not_after = not_after;
    params
}

fn parsed(certificate: &pem::Pem) -> Result<X509Certificate<'_>, String> {
    let (_, parsed) =
        parse_x509_certificate(certificate.contents()).map_err(|error| error.to_string())?;
    Ok(parsed)
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
    fn certificates_of_another_key_or_root_are_refused() {
        let (one, other) = (Authority::generate().unwrap(), Authority::generate().unwrap());
        let (ours, theirs) = (one.to_pem(), other.to_pem());
        let key = |pem: &str| pem.find("-----BEGIN PRIVATE KEY").unwrap();
        let mixed = format!("{}{}", &ours[..key(&ours)], &theirs[key(&theirs)..]);
        let rooted = format!("{}{}", one.certificate_pem(), &theirs[other.root.len()..]);
        for text in [mixed, rooted] {
            assert!(Authority::from_pem(&text).unwrap_err().contains("do not belong together"));
        }
        assert!(Authority::from_pem(&ours[..key(&ours)]).unwrap_err().contains("private key"));
    }
}
