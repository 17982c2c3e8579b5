//! What kinds of key and curves are called where keys are written down.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc3279#section-2.3>, <https://www.rfc-editor.org/rfc/rfc5480#section-2.1.1>

use pkcs8::ObjectIdentifier;

use super::Curve;

pub(crate) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(crate) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

impl Curve {
    /// The curve of that name.
    pub(crate) fn of_oid(oid: &ObjectIdentifier) -> Option<Self> {
        const CURVES: [(ObjectIdentifier, Curve); 4] = [
            (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), Curve::P256),
            (ObjectIdentifier::new_unwrap("1.3.132.0.34"), Curve::P384),
            (ObjectIdentifier::new_unwrap("1.3.132.0.35"), Curve::P521),
            (ObjectIdentifier::new_unwrap("1.3.132.0.10"), Curve::P256K),
        ];
        CURVES.iter().find(|(known, _)| known == oid).map(|(_, curve)| *curve)
    }
}
