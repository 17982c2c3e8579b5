//! ECDSA signatures as `r || s`, which the service and JOSE use, and as DER, which X.509, TLS and
//! OpenSSL use.
//!
//! `r || s` has two numbers of the curve's length (RFC 7518, 3.4); the DER is
//! `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, 2.2.3).

use azvault_core::{Error, Result};
use pkcs8::der::{Encode, Reader, SliceReader, asn1::UintRef};

use crate::{KeyCurve, curve::Curve};

/// The DER of a signature that is given as `r || s`.
///
/// # Errors
/// The signature is not twice as long as the curve's numbers: 64 bytes on P-256 and P-256K, 96 on
/// P-384, 132 on P-521.
///
/// # Examples
/// ```
/// use azvault_crypto::{KeyCurve, ecdsa};
///
/// let mut signature = [0; 64];
/// signature[31] = 0x80;
/// signature[63] = 1;
/// let der = ecdsa::to_der(&signature, &KeyCurve::P256)?;
/// assert_eq!(der, [0x30, 7, 2, 2, 0, 0x80, 2, 1, 1]);
/// assert_eq!(ecdsa::from_der(&der, &KeyCurve::P256)?, signature);
/// # Ok::<(), azvault_core::Error>(())
/// ```
pub fn to_der(signature: &[u8], curve: &KeyCurve) -> Result<Vec<u8>> {
    let curve = Curve::of(curve)?;
    if signature.len() != 2 * curve.len {
        return Err(Error::invalid_input(format!(
            "an ECDSA signature on {} has {} bytes, and this one has {}",
            curve.name,
            2 * curve.len,
            signature.len()
        )));
    }
    let (r, s) = signature.split_at(curve.len);
    UintRef::new(r)
        .and_then(|r| [r, UintRef::new(s)?].to_der())
        .map_err(|error| Error::invalid_input("the signature has no DER").with_source(error))
}

/// The `r || s` of a signature that is given as DER.
///
/// # Errors
/// It is not the one DER of two numbers that are not negative and no longer than the curve's: a
/// number or a length in another form than the shortest, or something behind, is refused.
///
/// # Examples
/// ```
/// use azvault_crypto::{KeyCurve, ecdsa};
///
/// let signature = ecdsa::from_der(&[0x30, 6, 2, 1, 5, 2, 1, 7], &KeyCurve::P384)?;
/// assert_eq!((signature.len(), signature[47], signature[95]), (96, 5, 7));
/// // A zero too many before the first number.
/// assert!(ecdsa::from_der(&[0x30, 7, 2, 2, 0, 5, 2, 1, 7], &KeyCurve::P384).is_err());
/// # Ok::<(), azvault_core::Error>(())
/// ```
pub fn from_der(der: &[u8], curve: &KeyCurve) -> Result<Vec<u8>> {
    let curve = Curve::of(curve)?;
    let (r, s) = numbers(der).map_err(|error| {
        Error::invalid_input("the signature is not the DER of an ECDSA signature")
            .with_source(error)
    })?;
    let (Some(mut r), Some(s)) = (curve.number(r), curve.number(s)) else {
        return Err(Error::invalid_input(format!(
            "the signature has a number longer than the {} bytes of {}",
            curve.len, curve.name
        )));
    };
    r.extend_from_slice(&s);
    Ok(r)
}

fn numbers(der: &[u8]) -> Result<(&[u8], &[u8]), pkcs8::der::Error> {
    let mut reader = SliceReader::new(der)?;
    let numbers = reader.sequence(|reader| {
        let r: UintRef<'_> = reader.decode()?;
        let s: UintRef<'_> = reader.decode()?;
        Ok::<_, pkcs8::der::Error>((r.as_bytes(), s.as_bytes()))
    })?;
    reader.finish()?;
    Ok(numbers)
}
