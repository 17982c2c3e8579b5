//! Lints, by feature set. Warnings are denied by argument: RUSTFLAGS would rebuild everything.

use anyhow::Result;

use crate::process::{cargo, run};

/// Every target of every member, as a plain build has its features.
pub(super) fn workspace() -> Result<()> {
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?)
}

/// Each published crate by itself, since features of one must not hide a lack in another, and each
/// feature set that a plain build does not have.
pub(super) fn feature_sets() -> Result<()> {
    const SETS: [&[&str]; 5] = [
        &["-p", "azvault-core"],
        &["-p", "azvault-core", "--no-default-features"],
        &["-p", "azvault-keys"],
        &["-p", "azvault-keys", "--all-features"],
        &["-p", "azvault-emulator", "--no-default-features"],
    ];
    for set in SETS {
        let args = [&["clippy"], set, &["--", "-D", "warnings"]].concat();
        run(&mut cargo(&args)?)?;
    }
    Ok(())
}
