//! What outlives a run: the certificate authority, the key that signs tokens, the tenant and the
//! subscription.
//!
//! The secret files are in a folder of their own, which appears as a whole, so that a process which is
//! killed leaves all of them or none. A lock on a file beside it has processes take turns.

pub(crate) mod files;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{entra::SigningKey, error::Error, server::Authority};
pub(crate) use files::write_private;
use files::{
    keep_own, keep_private, lock_file, make_private_folder, named, warn_of_others, write_public,
};

/// The folder of the secret files.
const KEYS: &str = "keys";
const AUTHORITY: &str = "ca.pem";
const TOKENS: &str = "tokens.pem";
const IDS: &str = "ids.json";
/// The authority's certificate alone, for clients to trust.
const PUBLIC_CA: &str = "ca.pem";
const LOCK: &str = "lock";

#[derive(Debug)]
pub(crate) struct Installation {
    pub(crate) authority: Authority,
    pub(crate) signing_key: Arc<SigningKey>,
    pub(crate) tenant_id: String,
    pub(crate) subscription_id: String,
}

#[derive(Serialize, Deserialize)]
struct Ids {
    tenant_id: Uuid,
    subscription_id: Uuid,
}

impl Installation {
    /// Reads the installation in `folder`, making what a new one lacks; blocks while another process does so.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        open(folder).map_err(|error| Error::new("open its installation", error))
    }
}

fn open(folder: &Path) -> io::Result<Installation> {
    make_private_folder(folder)?;
    warn_of_others(folder)?;
    let path = folder.join(LOCK);
    let lock = lock_file(&path)?;
    // Released when the file is closed.
    fs4::FileExt::lock(&lock).map_err(|error| named(&path, &error))?;
    let keys = folder.join(KEYS);
    if !keys.try_exists().map_err(|error| named(&keys, &error))? {
        make(folder, &keys)?;
    }
    keep_own(&keys)?;
    let installation = read(&keys)?;
    let public = folder.join(PUBLIC_CA);
    let certificate = installation.authority.certificate_pem();
    if fs::read_to_string(&public).ok().as_deref() != Some(certificate) {
        write_public(&public, certificate)?;
    }
    Ok(installation)
}

fn make(folder: &Path, keys: &Path) -> io::Result<()> {
    let new = folder.join(format!("{KEYS}.new"));
    match fs::remove_dir_all(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(named(&new, &error)),
        _ => {}
    }
    make_private_folder(&new)?;
    let authority = Authority::generate().map_err(io::Error::other)?;
    write_private(&new.join(AUTHORITY), &authority.to_pem())?;
    let tokens = SigningKey::generate_pem().map_err(io::Error::other)?;
    write_private(&new.join(TOKENS), &tokens)?;
    let ids = Ids { tenant_id: Uuid::new_v4(), subscription_id: Uuid::new_v4() };
    write_private(&new.join(IDS), &serde_json::to_string_pretty(&ids)?)?;
    fs::rename(&new, keys).map_err(|error| named(keys, &error))?;
    tracing::info!(folder = %folder.display(), "made a new installation, with a certificate authority of its own");
    Ok(())
}

fn read(keys: &Path) -> io::Result<Installation> {
    let path = keys.join(AUTHORITY);
    let text = read_private(&path)?;
    let mut authority = Authority::from_pem(&text).map_err(|error| damaged(&path, &error))?;
    if let Some(reason) = authority.outlived() {
        authority = Authority::generate().map_err(io::Error::other)?;
        write_private(&path, &authority.to_pem())?;
        tracing::warn!(
            reason,
            "made the certificate authority anew; clients have to trust the new one"
        );
    }
    let path = keys.join(TOKENS);
    let signing_key =
        SigningKey::from_pem(&read_private(&path)?).map_err(|error| damaged(&path, &error))?;
    let path = keys.join(IDS);
    let ids: Ids =
        serde_json::from_str(&read_private(&path)?).map_err(|error| damaged(&path, &error))?;
    Ok(Installation {
        authority,
        signing_key: Arc::new(signing_key),
        tenant_id: ids.tenant_id.to_string(),
        subscription_id: ids.subscription_id.to_string(),
    })
}

fn read_private(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => damaged(path, &"it is missing"),
        io::ErrorKind::InvalidData => damaged(path, &"it is not text"),
        _ => named(path, &error),
    })?;
    keep_private(path)?;
    Ok(text)
}

/// Names the file and the way out.
fn damaged(path: &Path, what: &dyn std::fmt::Display) -> io::Error {
    let keys = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!(
            "{} is damaged: {what}. Put the file back, or remove the folder {} and start again: that makes a new \
             installation, whose certificate clients have to trust anew",
            path.display(),
            keys.display()
        ),
    )
}

#[cfg(test)]
mod tests;
