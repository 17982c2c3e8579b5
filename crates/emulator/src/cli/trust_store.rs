//! The certificate authority as Java wants it: a PKCS #12 trust store.

use std::{error::Error, path::Path};

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry};

use super::files::write;

/// Java wants one; what it guards is a certificate, which is public.
pub(super) const PASSWORD: &str = "changeit";

/// Writes a trust store with the certificate of `pem` alone.
pub(super) fn write_trust_store(path: &Path, pem: &str) -> Result<(), Box<dyn Error>> {
    let parsed = pem::parse(pem)?;
    let mut store = KeyStore::new();
    let entry = KeyStoreEntry::Certificate(Certificate::from_der(parsed.contents())?);
    store.add_entry("azvault-emulator", entry);
    write(path, &store.writer(PASSWORD).write()?)?;
    Ok(())
}
