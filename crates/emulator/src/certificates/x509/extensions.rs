//! The extensions that a policy asks for.

use std::net::IpAddr;

use x509_cert::{
    der::{
        Any, Encode, Tag,
        asn1::{Ia5String, ObjectIdentifier, OctetString},
        flagset::FlagSet,
        oid::AssociatedOid,
    },
    ext::{
        Extension,
        pkix::{
            BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
            name::{GeneralName, OtherName},
        },
    },
};

use super::X509Error;
use crate::certificates::policy::{Sans, X509Props};

/// Of user principal names, which Windows signs in with.
pub(super) const UPN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.20.2.3");

const BITS: [(&str, KeyUsages); 9] = [
    ("digitalSignature", KeyUsages::DigitalSignature),
    ("nonRepudiation", KeyUsages::NonRepudiation),
    ("keyEncipherment", KeyUsages::KeyEncipherment),
    ("dataEncipherment", KeyUsages::DataEncipherment),
    ("keyAgreement", KeyUsages::KeyAgreement),
    ("keyCertSign", KeyUsages::KeyCertSign),
    ("cRLSign", KeyUsages::CRLSign),
    ("encipherOnly", KeyUsages::EncipherOnly),
    ("decipherOnly", KeyUsages::DecipherOnly),
];

/// What a request asks for and a certificate says, in the order of the service's requests, as recorded.
pub(super) fn wanted(props: &X509Props) -> Result<Vec<Extension>, X509Error> {
    let mut extensions = Vec::new();
    let usages = usages(&props.key_usage);
    if !usages.is_empty() {
        extensions.push(extension(true, &KeyUsage(usages))?);
    }
    let ekus: Result<Vec<_>, _> =
        props.ekus.iter().map(|eku| ObjectIdentifier::new(eku).map_err(|_| X509Error)).collect();
    let ekus = ekus?;
    if !ekus.is_empty() {
        extensions.push(extension(false, &ExtendedKeyUsage(ekus))?);
    }
    let names = props.sans.as_ref().map_or(Ok(Vec::new()), names)?;
    if !names.is_empty() {
        // A certificate without a subject has its name there alone (RFC 5280, 4.2.1.6).
        extensions.push(extension(props.subject.trim().is_empty(), &SubjectAltName(names))?);
    }
    let ca = props.basic_constraints.ca;
    extensions.push(extension(ca, &BasicConstraints { ca, path_len_constraint: None })?);
    Ok(extensions)
}

pub(super) fn extension<T: AssociatedOid + Encode>(
    critical: bool,
    value: &T,
) -> Result<Extension, X509Error> {
    let extn_value = OctetString::new(value.to_der()?)?;
    Ok(Extension { extn_id: T::OID, critical, extn_value })
}

fn usages(words: &[String]) -> FlagSet<KeyUsages> {
    BITS.iter()
        .filter(|(word, _)| words.iter().any(|wanted| wanted == word))
        .fold(FlagSet::default(), |set, (_, bit)| set | *bit)
}

/// The words of a certificate's key usages.
pub(super) fn words(usages: KeyUsage) -> Vec<String> {
    BITS.iter()
        .filter(|(_, bit)| usages.0.contains(*bit))
        .map(|(word, _)| (*word).to_owned())
        .collect()
}

/// Alternative names as a certificate has them; refuses what is none.
pub(in crate::certificates) fn names(sans: &Sans) -> Result<Vec<GeneralName>, X509Error> {
    let ia5 = |text: &String| match text.trim() {
        "" => Err(X509Error),
        _ => Ia5String::new(text).map_err(|_| X509Error),
    };
    let mut names = Vec::new();
    for email in sans.emails.iter().flatten() {
        names.push(GeneralName::Rfc822Name(ia5(email)?));
    }
    for dns_name in sans.dns_names.iter().flatten() {
        names.push(GeneralName::DnsName(ia5(dns_name)?));
    }
    for upn in sans.upns.iter().flatten() {
        let value = Any::new(Tag::Utf8String, upn.as_bytes())?;
        names.push(GeneralName::OtherName(OtherName { type_id: UPN, value }));
    }
    for uri in sans.uris.iter().flatten() {
        names.push(GeneralName::UniformResourceIdentifier(ia5(uri)?));
    }
    for address in sans.ip_addresses.iter().flatten() {
        let address: IpAddr = address.parse().map_err(|_| X509Error)?;
        names.push(address.into());
    }
    Ok(names)
}
