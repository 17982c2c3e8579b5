//! A subscription with a resource group, and clients of it.

use azvault_emulator::Emulator;
use azvault_management::{
    AccessPolicyEntry, KeyPermission, KeyVaultManagementClient, SecretPermission, Vault,
    VaultCreateOrUpdateParameters,
};

pub(crate) const GROUP: &str = "my-rg";
pub(crate) const STRANGER: &str = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";

/// An emulator behind its router, without a socket: also under tokio's paused clock.
pub(crate) struct Subscription {
    pub(crate) emulator: Emulator,
    pub(crate) client: KeyVaultManagementClient,
}

impl Subscription {
    pub(crate) async fn new() -> Self {
        Self::on(Emulator::in_memory()).await
    }

    pub(crate) async fn on(emulator: Emulator) -> Self {
        let client = KeyVaultManagementClient::builder(emulator.subscription_id())
            .endpoint(emulator.management_url())
            .credential(emulator.credential())
            .transport(emulator.in_memory_transport())
            .build()
            .unwrap();
        client.resource_groups().create_or_update(GROUP, "eastus").await.unwrap();
        Self { emulator, client }
    }

    pub(crate) fn parameters(&self) -> VaultCreateOrUpdateParameters {
        VaultCreateOrUpdateParameters::new("eastus", self.emulator.tenant_id())
    }

    /// A policy that permits the emulator's own principal everything but purging.
    pub(crate) fn policy(&self) -> AccessPolicyEntry {
        let principal = self.emulator.default_principal();
        AccessPolicyEntry::new(self.emulator.tenant_id(), principal.oid())
            .keys([KeyPermission::All])
            .secrets([SecretPermission::All])
    }

    pub(crate) async fn vault(&self, name: &str) -> Vault {
        let parameters = self.parameters().access_policy(self.policy());
        self.client.vaults().create_or_update(GROUP, name, parameters).await.unwrap()
    }

    /// Moves the emulator's clock on by a second whenever the client has waited for one.
    pub(crate) async fn advance_while<T>(&self, work: impl Future<Output = T>) -> T {
        let clock = async {
            let second = std::time::Duration::from_secs(1);
            let mut ticks = tokio::time::interval(second);
            loop {
                ticks.tick().await;
                self.emulator.clock().advance(second);
            }
        };
        tokio::select! {
            done = work => done,
            () = clock => panic!("the clock never stops"),
        }
    }
}
