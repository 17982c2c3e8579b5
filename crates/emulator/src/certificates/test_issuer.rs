//! The authority behind every issuer of an emulator: no CA is ever asked.

use std::sync::{Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use time::macros::datetime;

use super::{
    policy::X509Props,
    x509::{self, Validity, X509Error},
};
use crate::{
    crypto::{Curve, KeyMaterial, KeySpec, PrivateKey},
    locks::lock,
    state::{Kind, Record, Records, Unreadable},
};

const NAME: &str = "CN=azvault emulator test issuer";

/// Longer than any certificate that it signs, whatever the clock says.
const VALIDITY: Validity = Validity {
    not_before: datetime!(1970-01-01 00:00 UTC),
    not_after: datetime!(9999-12-31 23:59:59 UTC),
};

/// The authority of one emulator, made when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct TestIssuer {
    made: Mutex<Option<Authority>>,
}

#[derive(Debug)]
struct Authority {
    key: KeyMaterial,
    certificate: Vec<u8>,
}

impl TestIssuer {
    /// A certificate, and that of the authority behind it.
    pub(super) fn issue(
        &self,
        props: &X509Props,
        key: &KeyMaterial,
        validity: Validity,
    ) -> Result<Vec<Vec<u8>>, X509Error> {
        let mut made = lock(&self.made);
        let authority = made_now(&mut made)?;
        let leaf = x509::issue(props, key, &authority.certificate, &authority.key, validity)?;
        Ok(vec![leaf, authority.certificate.clone()])
    }

    /// Its record, for which it is made; none when it cannot be.
    pub(crate) fn record(&self) -> Option<Result<Record, Unreadable>> {
        let mut made = lock(&self.made);
        let authority = made_now(&mut made).ok()?;
        let kept = Kept {
            key: authority.key.to_private().ok()?,
            certificate: STANDARD.encode(&authority.certificate),
        };
        Some(Record::of(Kind::TestIssuer, "", "", &kept))
    }

    /// The authority that is in those records, if one is.
    pub(crate) fn load(records: &mut Records) -> Result<Self, Unreadable> {
        let loaded = Self::default();
        for record in records.take(Kind::TestIssuer, "") {
            let kept: Kept = record.read()?;
            let missing = |_| record.unreadable();
            let key = KeyMaterial::from_private(&kept.key).map_err(missing)?;
            let certificate = STANDARD.decode(kept.certificate).map_err(|_| record.unreadable())?;
            *lock(&loaded.made) = Some(Authority { key, certificate });
        }
        Ok(loaded)
    }

    /// Puts another authority in the place of this one.
    pub(crate) fn replace(&self, other: Self) {
        let other = other.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        *lock(&self.made) = other;
    }
}

fn made_now(made: &mut Option<Authority>) -> Result<&Authority, X509Error> {
    let authority = match made.take() {
        Some(authority) => authority,
        None => Authority::make()?,
    };
    Ok(made.insert(authority))
}

/// The authority in a record.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: PrivateKey,
    /// In base64 of DER.
    certificate: String,
}

impl Authority {
    fn make() -> Result<Self, X509Error> {
        let key = KeyMaterial::generate(KeySpec::Ec(Curve::P256))?;
        let certificate = x509::authority(NAME, &key, VALIDITY)?;
        Ok(Self { key, certificate })
    }
}
