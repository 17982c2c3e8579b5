//! The fleet, made by azvault.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azvault_core::transport::TransportOptions;
use azvault_fleet::{
    Defaults, DesiredPolicy, DesiredVault, Fleet, FleetPlan, Principal, Provisioner,
    SecretPermission, VaultAction,
};

use super::emulate::{Emulating, Hello};

/// Policies of each vault.
const POLICIES: usize = 5;

/// Plans and applies a fleet of so many vaults that are not there yet; gives the seconds it takes.
pub(super) async fn apply(emulator: &Emulating, vaults: usize) -> Result<f64> {
    let hello = emulator.hello();
    let (provisioner, fleet) = (provisioner(hello)?, fleet(hello, vaults));
    let start = Instant::now();
    let plan = plan(&provisioner, &fleet, vaults).await?;
    finish(&provisioner, plan).await?;
    let taken = start.elapsed().as_secs_f64();
    let again = provisioner.plan(&fleet).await?;
    ensure!(again.is_empty(), "the second plan is not empty: {again}");
    Ok(taken)
}

/// A plan that makes all of them.
pub(super) async fn plan(
    provisioner: &Provisioner,
    fleet: &Fleet,
    vaults: usize,
) -> Result<FleetPlan> {
    let plan = provisioner.plan(fleet).await?;
    let made = plan.count(VaultAction::Create);
    ensure!(made == vaults, "{made} vaults are to be made, not {vaults}");
    Ok(plan)
}

pub(super) async fn finish(provisioner: &Provisioner, plan: FleetPlan) -> Result<()> {
    let report = provisioner.apply(plan).await;
    ensure!(!report.has_failures(), "{report}");
    Ok(())
}

pub(super) fn provisioner(hello: &Hello) -> Result<Provisioner> {
    let transport = TransportOptions::default().no_proxy().trust_pem(hello.ca_pem.as_str());
    let token: Arc<dyn TokenCredential> = Arc::new(Token(hello.token.clone()));
    let builder = Provisioner::builder(token).endpoint(&hello.management_url);
    Ok(builder.transport(transport.build()?).build()?)
}

pub(super) fn fleet(hello: &Hello, vaults: usize) -> Fleet {
    let defaults = Defaults::new()
        .subscription(&hello.subscription_id)
        .tenant(&hello.tenant_id)
        .location("eastus")
        .resource_group("bench");
    let vault = |n| {
        let vault = DesiredVault::new(format!("bench-{n:04}")).rbac_authorization(false);
        (0..POLICIES).fold(vault, |vault, n| {
            let policy = DesiredPolicy::new(Principal::new(principal(n)));
            vault.policy(policy.secrets([SecretPermission::Get, SecretPermission::List]))
        })
    };
    (0..vaults).map(vault).fold(Fleet::new().defaults(defaults), Fleet::vault)
}

/// The same as the Python client gives access to.
fn principal(n: usize) -> String {
    format!("00000000-0000-0000-0000-{n:012}")
}

/// The emulator's token, which holds for an hour.
#[derive(Debug)]
struct Token(String);

#[async_trait::async_trait]
impl TokenCredential for Token {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let end = time::OffsetDateTime::now_utc() + Duration::from_secs(3000);
        Ok(AccessToken::new(self.0.clone(), end))
    }
}
