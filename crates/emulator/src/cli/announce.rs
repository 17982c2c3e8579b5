//! What is printed once the emulator listens: `Name: value` lines, which programs read too.

use std::{
    io::{self, Write},
    path::Path,
};

use azvault_emulator::Emulator;

use super::{
    facts::Facts,
    place::Place,
    shell::{SH_QUOTE, Shell, single},
};

/// `data` is the folder that keeps the vaults, when there is one.
pub(super) fn announce(
    emulator: &Emulator,
    facts: &Facts,
    place: &Place,
    data: Option<&Path>,
) -> io::Result<()> {
    let (authority, tenant, ca) = (emulator.authority(), emulator.tenant_id(), facts.ca.display());
    let mut out = io::stdout().lock();
    writeln!(out, "Vault URL:       {}", emulator.vault_url("{name}"))?;
    writeln!(out, "Managed HSM URL: {}", emulator.managed_hsm_url("{name}"))?;
    writeln!(out, "Authority:       {authority}")?;
    writeln!(out, "Management URL:  {}", emulator.management_url())?;
    writeln!(out, "Proxy URL:       {}", facts.proxy)?;
    writeln!(out, "Admin URL:       {}", emulator.admin_url())?;
    writeln!(out, "Tenant:          {tenant}")?;
    writeln!(out, "Subscription:    {}", emulator.subscription_id())?;
    writeln!(out, "CA certificate:  {ca}")?;
    if place.is_kept() {
        writeln!(out, "Installation:    {}", place.folder().display())?;
    }
    if let Some(folder) = data {
        writeln!(out, "Data directory:  {}", folder.display())?;
    }
    writeln!(out, "\nFor clients in this shell (any client id and secret will do):")?;
    for name in ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
        write!(out, "  {}", Shell::Sh.line(name, Some(&ca.to_string())))?;
    }
    writeln!(out, "  export AZURE_AUTHORITY_HOST='{authority}'")?;
    writeln!(
        out,
        "  export AZURE_TENANT_ID='{tenant}' AZURE_CLIENT_ID='local' AZURE_CLIENT_SECRET='local'"
    )?;
    writeln!(
        out,
        "Turn instance discovery off in the credential, since this authority is not a public one."
    )?;
    if place.is_kept() {
        let folder = single(&place.folder().display().to_string(), SH_QUOTE);
        writeln!(out, "\nOr, for programs as they are, with the names of the public cloud:")?;
        writeln!(out, "  eval \"$(azvault-emulator env --state-dir {folder})\"")?;
    }
    let told = match (data.is_some(), place.is_kept()) {
        (true, true) => "all that is in its vaults is kept.",
        (true, false) => "all that is in its vaults is kept, its certificate is not.",
        (false, true) => "vaults are gone then, certificate and tokens stay good.",
        (false, false) => "nothing is kept.",
    };
    writeln!(out, "\nCtrl-C stops the emulator; {told}")?;
    out.flush()
}
