//! Name resolution for [`client`](super::client): the served names, and nothing else.

use std::{
    future::ready,
    net::{Ipv4Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::host;

#[derive(Debug)]
pub(super) struct EmulatorNames {
    /// Used where the URL names no port, as with the public cloud's names.
    pub(super) port: u16,
}

impl Resolve for EmulatorNames {
    fn resolve(&self, name: Name) -> Resolving {
        let resolved = if host::is_served(name.as_str()) {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
            Ok(Box::new(std::iter::once(address)) as Addrs)
        } else {
            Err(format!("{} is not a name of the Key Vault emulator", name.as_str()).into())
        };
        Box::pin(ready(resolved))
    }
}

#[derive(Debug)]
pub(super) struct NoNames;

impl Resolve for NoNames {
    fn resolve(&self, name: Name) -> Resolving {
        let message =
            format!("{} cannot be reached: this emulator is in memory only", name.as_str());
        Box::pin(ready(Err(message.into())))
    }
}
