//! The plan of a fleet, the emulator's answers included: there is no plan without a look.

use anyhow::{Result, ensure};
use azvault_emulator::Emulator;
use azvault_fleet::{
    Defaults, DesiredPolicy, DesiredVault, Fleet, Principal, Provisioner, SecretPermission,
    VaultAction,
};

use crate::{Work, runtime};

const VAULTS: usize = 200;
const POLICIES: usize = 5;

/// 200 vaults with five policies each, none of which is there.
pub(crate) fn plan() -> Result<Work> {
    let (runtime, emulator) = (runtime()?, Emulator::in_memory());
    let provisioner = Provisioner::builder(emulator.credential())
        .endpoint(emulator.management_url())
        .transport(emulator.in_memory_transport())
        .build()?;
    let fleet = fleet(&emulator);
    Ok(Box::new(move || {
        let plan = runtime.block_on(provisioner.plan(&fleet))?;
        ensure!(plan.count(VaultAction::Create) == VAULTS, "another plan");
        Ok(())
    }))
}

fn fleet(emulator: &Emulator) -> Fleet {
    let defaults = Defaults::new()
        .subscription(emulator.subscription_id())
        .tenant(emulator.tenant_id())
        .location("eastus")
        .resource_group("bench");
    let vault = |n| {
        let vault = DesiredVault::new(format!("bench-{n:04}")).rbac_authorization(false);
        (0..POLICIES).fold(vault, |vault, n| {
            let policy =
                DesiredPolicy::new(Principal::new(format!("00000000-0000-0000-0000-{n:012}")));
            vault.policy(policy.secrets([SecretPermission::Get, SecretPermission::List]))
        })
    };
    (0..VAULTS).map(vault).fold(Fleet::new().defaults(defaults), Fleet::vault)
}
