//! Ways for a client in this process to reach the emulator: by TLS, or straight into the router.

mod convert;
mod in_memory;
mod resolver;
mod tls;

pub(crate) use in_memory::InMemoryClient;
pub(crate) use tls::{TlsClient, client, closed_client};
