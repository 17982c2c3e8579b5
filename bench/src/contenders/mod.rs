//! Who is measured: azvault, a bare loop over reqwest, and the official crate; each does the same
//! work and is set up in the same way.

mod credential;
mod official;
mod ours;
mod raw;

use std::future::Future;

use anyhow::Result;
use futures::stream::BoxStream;

pub(crate) use self::{
    credential::{Counting, token},
    official::Official,
    ours::Ours,
    raw::Raw,
};

/// A client of secrets, ready to use; clones share its connections.
pub(crate) trait Contender: Clone + Send + Sync + 'static {
    /// Gets a secret and reads it; gives the length of its value.
    fn get(&self, name: &str) -> impl Future<Output = Result<usize>> + Send;

    /// The names of all secrets, page by page.
    fn names(&self) -> BoxStream<'static, Result<String>>;
}

/// The name in a secret's identifier.
fn name_in(id: &str) -> Result<String> {
    let name = id.split_once("/secrets/").map(|(_, rest)| rest.split('/').next());
    let name = name.flatten().ok_or_else(|| anyhow::anyhow!("{id} names no secret"))?;
    Ok(name.to_owned())
}

/// A reqwest client with the settings of azvault's own transport, for those that bring none.
/// Whatever `azvault_core::transport::TransportOptions` sets must be set here.
pub(crate) fn reqwest_client(ca_pem: &str) -> Result<reqwest::Client> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(std::time::Duration::from_secs(10))
        .read_timeout(std::time::Duration::from_secs(30))
        .pool_max_idle_per_host(32)
        .tcp_nodelay(true)
        .https_only(false)
        .referer(false)
        .no_proxy()
        .tls_certs_merge([reqwest::Certificate::from_pem(ca_pem.as_bytes())?])
        .build()?;
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_its_identifier() {
        for id in ["https://v.vault.azure.net/secrets/a", "https://v/secrets/a/b"] {
            assert_eq!(name_in(id).unwrap(), "a");
        }
        assert!(name_in("https://v.vault.azure.net/keys/a").is_err());
    }
}
