//! Making certificates, and requests for them.

use std::time::Duration;

use aws_lc_rs::rand;
use time::{Month, OffsetDateTime};
use x509_cert::{
    TbsCertificate,
    builder::{Builder, CertificateBuilder, profile::BuilderProfile},
    certificate::Certificate,
    der::{
        DateTime, Decode, Encode,
        asn1::{BitString, OctetString},
    },
    ext::{
        Extension,
        pkix::{AuthorityKeyIdentifier, SubjectKeyIdentifier},
    },
    name::Name,
    request::RequestBuilder,
    serial_number::SerialNumber,
    spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef},
    time::Time,
};

use super::{
    X509Error,
    extensions::{extension, wanted},
    name::subject,
    signer::Signer,
};
use crate::{
    certificates::policy::{Constraints, X509Props},
    crypto::{KeyMaterial, thumbprint},
};

/// A certificate is valid from a little before its issue, for clocks that lag.
const BEFORE: time::Duration = time::Duration::minutes(10);

/// When a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::certificates) struct Validity {
    pub(in crate::certificates) not_before: OffsetDateTime,
    pub(in crate::certificates) not_after: OffsetDateTime,
}

impl Validity {
    /// So many calendar months from `at` on.
    pub(in crate::certificates) fn of(at: OffsetDateTime, months: u32) -> Self {
        let at = at.replace_nanosecond(0).unwrap_or(at);
        Self { not_before: at.saturating_sub(BEFORE), not_after: months_after(at, months) }
    }
}

/// The same day of a later month, or its last day; the calendar's end when it is later than that.
fn months_after(at: OffsetDateTime, months: u32) -> OffsetDateTime {
    let end = OffsetDateTime::new_utc(time::Date::MAX, at.time());
    let count = u32::from(u8::from(at.month())) - 1 + months;
    let year = i32::try_from(count / 12).ok().and_then(|years| at.year().checked_add(years));
    let month = u8::try_from(count % 12 + 1).ok().and_then(|month| Month::try_from(month).ok());
    let (Some(year), Some(month)) = (year, month) else {
        return end;
    };
    let day = at.day().min(month.length(year));
    time::Date::from_calendar_date(year, month, day).map_or(end, |date| at.replace_date(date))
}

/// What a certificate says, whoever signs it.
struct Profile {
    issuer: Name,
    subject: Name,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        _: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        Ok(self.extensions.clone())
    }
}

/// A request for a certificate (PKCS #10), in DER.
pub(in crate::certificates) fn request(
    props: &X509Props,
    key: &KeyMaterial,
) -> Result<Vec<u8>, X509Error> {
    let signer = Signer::of(key)?;
    let mut builder = RequestBuilder::new(subject(&props.subject)?)?;
    for wanted in wanted(props)? {
        builder.add_extension(Written(wanted))?;
    }
    let signature = BitString::from_bytes(&key.sign_message(&builder.finalize(&signer)?)?)?;
    Ok(builder.assemble(signature, &signer)?.to_der()?)
}

/// A certificate that its own key signs, in DER.
pub(in crate::certificates) fn self_signed(
    props: &X509Props,
    key: &KeyMaterial,
    validity: Validity,
) -> Result<Vec<u8>, X509Error> {
    make(props, &subject(&props.subject)?, key, key, validity)
}

/// A certificate that `authority`, a certificate in DER, signs by its key.
pub(in crate::certificates) fn issue(
    props: &X509Props,
    key: &KeyMaterial,
    authority: &[u8],
    authority_key: &KeyMaterial,
    validity: Validity,
) -> Result<Vec<u8>, X509Error> {
    let authority = Certificate::from_der(authority)?;
    make(props, authority.tbs_certificate().subject(), key, authority_key, validity)
}

/// A certificate of an authority, in DER.
pub(in crate::certificates) fn authority(
    name: &str,
    key: &KeyMaterial,
    validity: Validity,
) -> Result<Vec<u8>, X509Error> {
    let props = X509Props {
        subject: name.to_owned(),
        key_usage: vec!["keyCertSign".to_owned(), "cRLSign".to_owned()],
        basic_constraints: Constraints { ca: true },
        ..X509Props::default()
    };
    self_signed(&props, key, validity)
}

fn make(
    props: &X509Props,
    issuer: &Name,
    key: &KeyMaterial,
    issuer_key: &KeyMaterial,
    validity: Validity,
) -> Result<Vec<u8>, X509Error> {
    let signer = Signer::of(issuer_key)?;
    let mut extensions = wanted(props)?;
    // As recorded: certificates say earlier than requests whether they are an authority's.
    if let Some(constraints) = extensions.pop() {
        extensions.insert(usize::from(!props.key_usage.is_empty()), constraints);
    }
    extensions.push(extension(
        false,
        &AuthorityKeyIdentifier {
            key_identifier: Some(key_id(issuer_key)?),
            ..AuthorityKeyIdentifier::default()
        },
    )?);
    extensions.push(extension(false, &SubjectKeyIdentifier(key_id(key)?))?);
    let profile = Profile { issuer: issuer.clone(), subject: subject(&props.subject)?, extensions };
    let mut serial = [0; 16];
    rand::fill(&mut serial).map_err(|_| X509Error)?;
    // Positive, and not a byte shorter than it looks.
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    let validity =
        x509_cert::time::Validity::new(moment(validity.not_before)?, moment(validity.not_after)?);
    let public = SubjectPublicKeyInfoOwned::from_der(&key.public_der()?)?;
    let mut builder =
        CertificateBuilder::new(profile, SerialNumber::new(&serial)?, validity, public)?;
    let signature = BitString::from_bytes(&issuer_key.sign_message(&builder.finalize(&signer)?)?)?;
    Ok(builder.assemble(signature, &signer)?.to_der()?)
}

/// Of the bits of a public key, without their wrapping (RFC 5280, 4.2.1.2).
fn key_id(key: &KeyMaterial) -> Result<OctetString, X509Error> {
    let public = SubjectPublicKeyInfoOwned::from_der(&key.public_der()?)?;
    Ok(OctetString::new(thumbprint(public.subject_public_key.raw_bytes()))?)
}

fn moment(at: OffsetDateTime) -> Result<Time, X509Error> {
    let seconds = u64::try_from(at.unix_timestamp()).map_err(|_| X509Error)?;
    Ok(Time::from(DateTime::from_unix_duration(Duration::from_secs(seconds))?))
}

/// An extension that is written already.
struct Written(Extension);

impl x509_cert::ext::ToExtension for Written {
    type Error = x509_cert::der::Error;

    fn to_extension(self, _: &Name, _: &[Extension]) -> Result<Extension, Self::Error> {
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        for (at, months, expected) in [
            (datetime!(2023-04-12 02:52 UTC), 24, datetime!(2025-04-12 02:52 UTC)),
            (datetime!(2026-12-31 00:00 UTC), 2, datetime!(2027-02-28 00:00 UTC)),
            (datetime!(2023-11-30 00:00 UTC), 3, datetime!(2024-02-29 00:00 UTC)),
        ] {
            assert_eq!(months_after(at, months), expected);
        }
        let late = datetime!(9999-06-01 00:00 UTC);
        assert_eq!(months_after(late, 12).date(), time::Date::MAX);
    }
}
