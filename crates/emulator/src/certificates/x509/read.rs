//! What a certificate says of itself, for its policy and its attributes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use x509_cert::{
    certificate::Certificate,
    der::{Decode, Encode, asn1::ObjectIdentifier},
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName, name::GeneralName},
};

use super::{
    X509Error,
    extensions::{UPN, words},
    name,
};
use crate::{
    certificates::policy::{Constraints, Sans, X509Props},
    crypto::{Curve, KeyMaterial, TransferredKey, oid},
};

/// Seconds of a month, on average.
const MONTH: i64 = 2_629_746;

/// A certificate that was read.
pub(in crate::certificates) struct Leaf {
    certificate: Certificate,
    public: Vec<u8>,
}

impl Leaf {
    pub(in crate::certificates) fn read(der: &[u8]) -> Result<Self, X509Error> {
        let certificate = Certificate::from_der(der)?;
        let public = certificate.tbs_certificate().subject_public_key_info().to_der()?;
        Ok(Self { certificate, public })
    }

    /// Whether it is the certificate of this key.
    pub(in crate::certificates) fn is_of(&self, key: &KeyMaterial) -> bool {
        key.public_der().is_ok_and(|public| public == self.public)
    }

    /// The type of its key, if a vault can hold such.
    pub(in crate::certificates) fn key_kind(&self) -> Option<TransferredKey> {
        let algorithm = &self.certificate.tbs_certificate().subject_public_key_info().algorithm;
        if algorithm.oid == oid::RSA {
            return Some(TransferredKey::Rsa);
        }
        let curve: ObjectIdentifier = algorithm.parameters.as_ref()?.decode_as().ok()?;
        let curve = Curve::of_oid(&curve).filter(|_| algorithm.oid == oid::EC);
        curve.map(TransferredKey::Ec)
    }

    /// When it begins and ends, in seconds since 1970.
    pub(in crate::certificates) fn validity(&self) -> (i64, i64) {
        let validity = self.certificate.tbs_certificate().validity();
        let seconds = |time: x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
        };
        (seconds(validity.not_before), seconds(validity.not_after))
    }

    /// The properties that a policy for more such certificates would have.
    pub(in crate::certificates) fn props(&self) -> Result<X509Props, X509Error> {
        let tbs = self.certificate.tbs_certificate();
        let sans = tbs.get_extension::<SubjectAltName>()?.map(|(_, names)| sans(&names.0));
        let ekus = tbs.get_extension::<ExtendedKeyUsage>()?;
        let usages = tbs.get_extension::<KeyUsage>()?;
        let constraints = tbs.get_extension::<BasicConstraints>()?;
        let (from, to) = self.validity();
        let months = (to - from + MONTH / 2) / MONTH;
        Ok(X509Props {
            subject: name::text(tbs.subject()),
            sans,
            ekus: ekus
                .map(|(_, ekus)| ekus.0.iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            key_usage: usages.map(|(_, usages)| words(usages)).unwrap_or_default(),
            validity_months: u32::try_from(months).unwrap_or(0).clamp(1, 1200),
            basic_constraints: Constraints { ca: constraints.is_some_and(|(_, found)| found.ca) },
        })
    }
}

fn sans(names: &[GeneralName]) -> Sans {
    let mut sans = Sans::default();
    for name in names {
        let (list, text) = match name {
            GeneralName::Rfc822Name(text) => (&mut sans.emails, text.to_string()),
            GeneralName::DnsName(text) => (&mut sans.dns_names, text.to_string()),
            GeneralName::OtherName(other) if other.type_id == UPN => {
                (&mut sans.upns, String::from_utf8_lossy(other.value.value()).into_owned())
            }
            GeneralName::UniformResourceIdentifier(text) => (&mut sans.uris, text.to_string()),
            GeneralName::IpAddress(bytes) => {
                let bytes = bytes.as_bytes();
                let v4 = <[u8; 4]>::try_from(bytes).map(|octets| Ipv4Addr::from(octets).into());
                let v6 = || <[u8; 16]>::try_from(bytes).map(|octets| Ipv6Addr::from(octets).into());
                let Ok(address) = v4.or_else(|_| v6()).map(|address: IpAddr| address.to_string())
                else {
                    continue;
                };
                (&mut sans.ip_addresses, address)
            }
            _ => continue,
        };
        list.get_or_insert_default().push(text);
    }
    sans
}
