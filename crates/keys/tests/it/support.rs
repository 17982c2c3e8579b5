//! A vault and a client of it.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_keys::KeyClient;

/// A private key on P-256.
pub(crate) const EC_PEM: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2
OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r
1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G
-----END PRIVATE KEY-----";

/// An emulator behind its router, without a socket: also under tokio's paused clock.
pub(crate) struct Vault {
    pub(crate) emulator: Emulator,
    pub(crate) client: KeyClient,
}

impl Vault {
    pub(crate) fn new() -> Self {
        Self::on(Emulator::in_memory())
    }

    pub(crate) fn on(emulator: Emulator) -> Self {
        let client = client(&emulator, &emulator.vault_url("my-vault"));
        Self { emulator, client }
    }

    /// The same behind a socket, where an answer takes its time.
    pub(crate) async fn served() -> Self {
        let emulator = Emulator::start().await.unwrap();
        let client = KeyClient::builder(&emulator.vault_url("my-vault"))
            .credential(emulator.credential())
            .transport(emulator.transport())
            .build()
            .unwrap();
        Self { emulator, client }
    }

    /// A managed HSM, which has symmetric keys.
    pub(crate) fn hsm() -> Self {
        let emulator = Emulator::in_memory();
        let client = client(&emulator, &emulator.managed_hsm_url("my-hsm"));
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

pub(crate) fn client(emulator: &Emulator, url: &str) -> KeyClient {
    KeyClient::builder(url)
        .credential(emulator.credential())
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}
