//! A subscription on the emulator, and a provisioner of it.

use azvault_emulator::{Emulator, RecordedRequest};
use azvault_fleet::{
    Defaults, DesiredPolicy, DesiredVault, Env, Fleet, FleetReport, KeyPermission, Provisioner,
    ProvisionerBuilder, SecretPermission,
};
use azvault_keys::KeyClient;
use azvault_management::KeyVaultManagementClient;
use azvault_secrets::SecretClient;

pub(crate) const STRANGER: &str = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";

/// An emulator behind its router, without a socket: also under tokio's paused clock.
pub(crate) struct Place {
    pub(crate) emulator: Emulator,
    pub(crate) provisioner: Provisioner,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::on(Emulator::in_memory(), |builder| builder)
    }

    pub(crate) fn on(
        emulator: Emulator,
        set: impl FnOnce(ProvisionerBuilder) -> ProvisionerBuilder,
    ) -> Self {
        let builder = Provisioner::builder(emulator.credential())
            .endpoint(emulator.management_url())
            .transport(emulator.in_memory_transport())
            .env(Env::from_pairs([("API_TOKEN", "canary-token")]));
        let provisioner = set(builder).build().unwrap();
        Self { emulator, provisioner }
    }

    pub(crate) fn fleet(&self) -> Fleet {
        let defaults = Defaults::new()
            .subscription(self.emulator.subscription_id())
            .tenant(self.emulator.tenant_id())
            .location("eastus")
            .resource_group("payments");
        Fleet::new().defaults(defaults)
    }

    /// A vault whose contents the emulator's own principal may use.
    pub(crate) fn vault(&self, name: &str) -> DesiredVault {
        DesiredVault::new(name).policy(self.policy())
    }

    pub(crate) fn policy(&self) -> DesiredPolicy {
        DesiredPolicy::new(self.emulator.default_principal().oid())
            .keys([KeyPermission::All])
            .secrets([SecretPermission::All])
    }

    pub(crate) async fn apply(&self, fleet: &Fleet) -> FleetReport {
        let plan = self.provisioner.plan(fleet).await.unwrap();
        self.provisioner.apply(plan).await
    }

    /// Applies, and plans again: nothing may be left to do.
    pub(crate) async fn converge(&self, fleet: &Fleet) {
        drop(self.report_of(fleet).await);
    }

    /// The same, with what was done.
    pub(crate) async fn report_of(&self, fleet: &Fleet) -> FleetReport {
        let report = self.apply(fleet).await;
        assert!(!report.has_failures(), "{report}");
        let second = self.provisioner.plan(fleet).await.unwrap();
        assert!(second.is_empty(), "{second}");
        report
    }

    pub(crate) fn management(&self) -> KeyVaultManagementClient {
        KeyVaultManagementClient::builder(self.emulator.subscription_id())
            .endpoint(self.emulator.management_url())
            .credential(self.emulator.credential())
            .transport(self.emulator.in_memory_transport())
            .build()
            .unwrap()
    }

    pub(crate) fn secrets(&self, vault: &str) -> SecretClient {
        SecretClient::builder(&self.emulator.vault_url(vault))
            .credential(self.emulator.credential())
            .transport(self.emulator.in_memory_transport())
            .build()
            .unwrap()
    }

    pub(crate) fn keys(&self, vault: &str) -> KeyClient {
        KeyClient::builder(&self.emulator.vault_url(vault))
            .credential(self.emulator.credential())
            .transport(self.emulator.in_memory_transport())
            .build()
            .unwrap()
    }

    /// The requests so far that were no reads.
    pub(crate) fn writes(&self) -> Vec<RecordedRequest> {
        let requests = self.emulator.journal().into_iter();
        requests.filter(|it| it.method() != "GET" && !it.path().contains("checkName")).collect()
    }
}

impl Place {
    /// Moves the emulator's clock on with the client's.
    pub(crate) async fn advance_while<T>(&self, work: impl Future<Output = T>) -> T {
        let clock = async {
            let step = std::time::Duration::from_millis(50);
            let mut ticks = tokio::time::interval(step);
            loop {
                ticks.tick().await;
                self.emulator.clock().advance(step);
            }
        };
        tokio::select! {
            done = work => done,
            () = clock => unreachable!("the clock never stops"),
        }
    }
}
