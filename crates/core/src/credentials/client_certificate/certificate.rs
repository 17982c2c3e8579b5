//! Where a certificate and its key are, and what opens them.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::{contents::Contents, signer::Signer};
use crate::{Error, ErrorKind, Result, SecretBytes, SecretValue, credentials::Surroundings};

/// A certificate with its private key: a PEM or PFX (PKCS#12) file, or the bytes of one.
///
/// PEM may have its blocks in any order: certificates, and a key as `PRIVATE KEY`,
/// `ENCRYPTED PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`. PFX may be encrypted with AES,
/// as OpenSSL 3 and Windows write it now, or with 3DES and RC2, as they did. The certificate used
/// is the one that fits the key.
///
/// # Examples
/// ```
/// use azvault_core::credentials::ClientCertificate;
///
/// let certificate = ClientCertificate::from_file("/etc/app/certificate.pem").send_chain(true);
/// # let _ = certificate;
/// ```
#[must_use]
pub struct ClientCertificate {
    source: Source,
    password: Option<SecretValue>,
    send_chain: bool,
}

enum Source {
    File(PathBuf),
    Bytes(SecretBytes),
}

/// The largest file that is read: a chain of certificates is a few KiB.
const MAX_FILE: u64 = 1024 * 1024;

impl ClientCertificate {
    /// The file at `path`, which is read for each token request.
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        Self { source: Source::File(path.into()), password: None, send_chain: false }
    }

    /// The content of a file.
    pub fn from_bytes(bytes: impl Into<SecretBytes>) -> Self {
        Self { source: Source::Bytes(bytes.into()), password: None, send_chain: false }
    }

    /// Opens an encrypted file, or an encrypted key in it, with `password`.
    pub fn password(mut self, password: impl Into<SecretValue>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Sends the certificate and its issuers along (`x5c`), for an application that is registered
    /// by its certificate's subject name and issuer. Not done unless set.
    pub fn send_chain(mut self, send: bool) -> Self {
        self.send_chain = send;
        self
    }

    pub(super) fn sends_chain(&self) -> bool {
        self.send_chain
    }

    pub(super) async fn read(&self, around: &Surroundings) -> Result<SecretBytes> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes.clone()),
            Source::File(path) => around.read(path, MAX_FILE).await.map_err(|error| {
                self.unusable(&match error.kind() {
                    io::ErrorKind::NotFound => Problem::Missing,
                    io::ErrorKind::FileTooLarge => Problem::TooLarge,
                    _ => Problem::Unreadable,
                })
                .with_source(error)
            }),
        }
    }

    /// Finds the key in `bytes`, and the certificate that fits it.
    pub(super) fn open(&self, bytes: &SecretBytes) -> Result<Signer> {
        let password = self.password.as_ref().map(SecretValue::expose);
        Contents::parse(bytes.expose(), password)
            .and_then(Signer::find)
            .map_err(|problem| self.unusable(&problem))
    }

    fn unusable(&self, problem: &Problem) -> Error {
        let (place, problem) = (self.place(), problem.text());
        let message = format!("the client certificate in {place} cannot be used: {problem}");
        Error::new(ErrorKind::Authentication, message)
    }

    fn place(&self) -> std::path::Display<'_> {
        match &self.source {
            Source::File(path) => path.display(),
            Source::Bytes(_) => Path::new("memory").display(),
        }
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCertificate({})", self.place())
    }
}

/// What is wrong with a file. Nothing of its content is ever repeated.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    Missing,
    TooLarge,
    Unreadable,
    NeitherFormat,
    Malformed,
    NoKey,
    NoCertificate,
    NoPassword,
    WrongPassword,
    OldEncryption,
    UnknownEncryption,
    UnknownKey,
    NoneFits,
}

impl Problem {
    fn text(&self) -> &'static str {
        match self {
            Self::Missing => "there is no such file",
            Self::TooLarge => "it has more than 1 MiB",
            Self::Unreadable => "it cannot be read",
            Self::NeitherFormat => "it is neither PEM nor PFX (PKCS#12)",
            Self::Malformed => "it is damaged: a part of it cannot be decoded",
            Self::NoKey => "it has no private key",
            Self::NoCertificate => "it has no certificate",
            Self::NoPassword => {
                "it is encrypted, and no password was given (AZURE_CLIENT_CERTIFICATE_PASSWORD)"
            }
            Self::WrongPassword => "the password is wrong (AZURE_CLIENT_CERTIFICATE_PASSWORD)",
            Self::OldEncryption => {
                "its key is encrypted in OpenSSL's old form: write it anew with 'openssl pkcs8 -topk8'"
            }
            Self::UnknownEncryption => {
                "it is encrypted in a way that is not supported: AES, 3DES and, in PFX, RC2 are"
            }
            Self::UnknownKey => {
                "its key is not supported: RSA of 2048 to 8192 bits and EC on P-256, P-384 and P-521 are"
            }
            Self::NoneFits => "no certificate in it fits its private key",
        }
    }
}
