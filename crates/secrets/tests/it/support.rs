//! A vault and a client of it.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_secrets::SecretClient;

/// An emulator behind its router, without a socket: also under tokio's paused clock.
pub(crate) struct Vault {
    pub(crate) emulator: Emulator,
    pub(crate) client: SecretClient,
}

impl Vault {
    pub(crate) fn new() -> Self {
        Self::on(Emulator::in_memory())
    }

    pub(crate) fn on(emulator: Emulator) -> Self {
        let client = client_of(&emulator, "my-vault");
        Self { emulator, client }
    }

    /// Moves the emulator's clock on by a second whenever the client has waited for one.
    pub(crate) async fn while_time_passes<W: IntoFuture>(&self, work: W) -> W::Output {
        let clock = async {
            let second = Duration::from_secs(1);
            let mut ticks = tokio::time::interval(second);
            loop {
                ticks.tick().await;
                self.emulator.clock().advance(second);
            }
        };
        tokio::select! {
            done = work.into_future() => done,
            () = clock => unreachable!("the clock never stops"),
        }
    }

    /// How many requests the emulator got whose path begins so.
    pub(crate) fn requests(&self, method: &str, path: &str) -> usize {
        self.emulator
            .journal()
            .iter()
            .filter(|r| r.method() == method && r.path_and_query().starts_with(path))
            .count()
    }
}

pub(crate) fn client_of(emulator: &Emulator, vault: &str) -> SecretClient {
    SecretClient::builder(&emulator.vault_url(vault))
        .credential(emulator.credential())
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}
