//! X.509 certificates and requests for them (RFC 5280, RFC 2986), by the crate `x509-cert`.

mod extensions;
mod issue;
mod name;
mod read;
mod signer;

pub(super) use extensions::names;
pub(super) use issue::{Validity, authority, issue, request, self_signed};
pub(super) use name::subject;
pub(super) use read::Leaf;

/// What could not be read or written, without a word on its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct X509Error;

impl From<x509_cert::der::Error> for X509Error {
    fn from(_: x509_cert::der::Error) -> Self {
        Self
    }
}

impl From<x509_cert::builder::Error> for X509Error {
    fn from(_: x509_cert::builder::Error) -> Self {
        Self
    }
}

impl From<x509_cert::spki::Error> for X509Error {
    fn from(_: x509_cert::spki::Error) -> Self {
        Self
    }
}

impl From<crate::crypto::CryptoError> for X509Error {
    fn from(_: crate::crypto::CryptoError) -> Self {
        Self
    }
}
