//! The authority behind every issuer of an emulator: no CA is ever asked.

use std::sync::{Mutex, PoisonError};

use time::macros::datetime;

use super::{
    policy::X509Props,
    x509::{self, Validity, X509Error},
};
use crate::crypto::{Curve, KeyMaterial, KeySpec};

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
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let authority = match made.take() {
            Some(authority) => authority,
            None => Authority::make()?,
        };
        let authority = made.insert(authority);
        let leaf = x509::issue(props, key, &authority.certificate, &authority.key, validity)?;
        Ok(vec![leaf, authority.certificate.clone()])
    }
}

impl Authority {
    fn make() -> Result<Self, X509Error> {
        let key = KeyMaterial::generate(KeySpec::Ec(Curve::P256))?;
        let certificate = x509::authority(NAME, &key, VALIDITY)?;
        Ok(Self { key, certificate })
    }
}
