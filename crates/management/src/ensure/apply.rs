//! Doing what was decided, looking, and deciding again until nothing differs.

use azvault_core::{Error, ErrorKind, Operation, Poller, Result, poller::ProvisioningState};

use super::{EnsureVault, Observed, Refusal, VaultAction, decide::Decision};
use crate::{
    CreateMode, ProvisioningState as State, Vault, VaultCreateOrUpdateParameters,
    patience::{Patience, within},
};

static ENSURE: Operation = Operation::idempotent("vaults.ensure_vault");

/// How often a vault is written to before it is said that it does not become what is wanted: a
/// creation, what a racing creator undid of it, and as much again.
const MOST_WRITES: u32 = 6;

impl EnsureVault {
    /// Makes the vault what is wanted.
    pub(super) async fn converge(&self) -> Result<Vault> {
        let clock = self.vaults.client.pipeline().clock();
        within(&**clock, self.limit, &self.subject(), self.rounds()).await
    }

    async fn rounds(&self) -> Result<Vault> {
        let mut patience = Patience::new(&self.vaults.client);
        let mut writes = 0;
        let mut seen = None;
        loop {
            let observed = match seen.take() {
                Some(vault) => Observed::live(vault),
                None => self.observe().await?,
            };
            let decision = self.decide(&observed);
            if let Some(refused) = Refusal::error(&self.subject(), &decision.refusals) {
                return Err(refused);
            }
            if let Some(vault) = observed.live {
                if !is_ready(&vault) {
                    seen = Some(self.settled().await?);
                    continue;
                }
                if decision.action == VaultAction::Nothing {
                    return Ok(vault);
                }
            }
            if writes == MOST_WRITES {
                return Err(self.unheeded(&decision));
            }
            writes += 1;
            match self.carry_out(&decision).await {
                // What somebody else wrote meanwhile, and what a recovery left as it was, is seen.
                Ok(()) => seen = Some(self.settled().await?),
                Err(error) if patience.waits_out(&error).await => writes -= 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn carry_out(&self, decision: &Decision) -> Result<()> {
        match decision.action {
            VaultAction::Create => self.put(self.parameters.clone()).await,
            VaultAction::Recover => {
                let VaultCreateOrUpdateParameters { location, properties, .. } = &self.parameters;
                let recover =
                    VaultCreateOrUpdateParameters::new(location, properties.tenant_id.as_str())
                        .create_mode(CreateMode::Recover);
                self.put(recover).await
            }
            VaultAction::Update => self.update(decision).await,
            VaultAction::Nothing | VaultAction::Refused => Ok(()),
        }
    }

    async fn put(&self, parameters: VaultCreateOrUpdateParameters) -> Result<()> {
        let (group, name) = (self.resource_group.as_str(), self.name.as_str());
        self.vaults.begin_create_or_update(group, name, parameters).await.map(drop)
    }

    /// Sends what differs and nothing else; never all access policies, which would take away those
    /// that somebody else gives at the same time.
    async fn update(&self, decision: &Decision) -> Result<()> {
        let (group, name) = (self.resource_group.as_str(), self.name.as_str());
        let changes = &decision.changes;
        if changes.has_settings() {
            let update = self.vaults.update(group, name);
            update.told(changes.settings.clone(), changes.tags.clone()).await?;
        }
        self.vaults.add_policies(group, name, &changes.policies).await.map(drop)
    }

    /// Reads the vault, until it is ready.
    async fn settled(&self) -> Result<Vault> {
        let segments = self.vaults.vault(&self.resource_group, &self.name, &[])?;
        let client = self.vaults.client.clone();
        let pipeline = client.pipeline().clone();
        let strategy = ProvisioningState::new(client, ENSURE.name(), &segments)?;
        let poller: Poller<Vault> = Poller::new(pipeline, &ENSURE, strategy);
        poller.with_timeout(self.limit).wait().await
    }

    fn unheeded(&self, decision: &Decision) -> Error {
        let left: Vec<String> = decision.changes.differences.iter().map(|it| it.path()).collect();
        Error::new(
            ErrorKind::Conflict,
            format!(
                "{} does not stay what is wanted, since somebody else or a policy changes it: {}",
                self.subject(),
                left.join(", ")
            ),
        )
    }
}

fn is_ready(vault: &Vault) -> bool {
    vault.provisioning_state().is_none_or(|state| *state == State::Succeeded)
}
