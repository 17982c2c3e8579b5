//! What the emulator's program is made of, in CycloneDX, by cargo-cyclonedx.

use anyhow::{Context, Result, bail};

use super::tarball;
use crate::process::{captured, cargo, run as go};
use crate::tools;

/// What its own folder is called in the bill: the real one is nobody's business, and differs.
const ELSEWHERE: &str = "file:///azvault-emulator";

/// A bill of materials.
#[derive(Debug)]
pub(super) struct Bill {
    /// CycloneDX, as JSON.
    pub(super) json: String,
    /// How many parts it lists.
    pub(super) parts: usize,
}

/// The emulator's for a target (this machine's by default), made of its tarball: the tool tells of a
/// whole workspace otherwise, and writes beside the manifests.
pub(super) fn emulator(target: Option<(&str, u64)>) -> Result<Bill> {
    if !tools::has_cyclonedx() {
        bail!("cargo-cyclonedx is missing: `cargo xtask tools --install --for binaries`");
    }
    let scratch = std::env::temp_dir().join(format!("azvault-sbom-{}", std::process::id()));
    tarball::clear(&scratch)?;
    let bill = made_in(&scratch, target);
    std::fs::remove_dir_all(&scratch).ok();
    bill
}

fn made_in(scratch: &std::path::Path, target: Option<(&str, u64)>) -> Result<Bill> {
    let pack = ["package", "--quiet", "--no-verify", "--allow-dirty", "--package", super::EMULATOR];
    go(cargo(&pack)?.arg("--target-dir").arg(scratch.join("target")))?;
    let packed = scratch.join("target").join("package");
    let is_crate = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "crate");
    let mut files = std::fs::read_dir(packed)?.filter_map(|file| Some(file.ok()?.path()));
    let folder = tarball::unpack(&files.find(is_crate).context("nothing was packed")?, scratch)?;
    let mut command =
        cargo(&["cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"])?;
    command.args(["--describe", "binaries"]).current_dir(&folder);
    if let Some((target, epoch)) = target {
        command.args(["--target", target]).env("SOURCE_DATE_EPOCH", epoch.to_string());
    }
    captured(&mut command)?;
    // One a program, named by the tool.
    let bill = folder.join(format!("{}_bin.cdx.json", super::EMULATOR));
    let json = std::fs::read_to_string(&bill).with_context(|| bill.display().to_string())?;
    let folder = folder.to_str().context("a folder that is not UTF-8")?;
    read(&json, folder)
}

/// The bill without the folder that it was made in.
fn read(json: &str, folder: &str) -> Result<Bill> {
    let json = json.replace(&format!("file://{folder}"), ELSEWHERE);
    if json.contains(folder) {
        bail!("the bill of materials tells the folder it was made in");
    }
    let bill: serde_json::Value = serde_json::from_str(&json)?;
    let parts = bill.get("components").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    if parts == 0 {
        bail!("the bill of materials lists nothing");
    }
    Ok(Bill { json, parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_lists_parts_and_does_not_tell_where_it_was_made() {
        let bill = r#"{"metadata": {"bom-ref": "path+file:///tmp/x#a"}, "components": [{}, {}]}"#;
        let read_there = read(bill, "/tmp/x").unwrap();
        assert_eq!(read_there.parts, 2);
        assert!(read_there.json.contains("path+file:///azvault-emulator#a"));
        assert!(read(r#"{"a": "/tmp/x", "components": [{}]}"#, "/tmp/x").is_err());
        assert!(read(r#"{"components": []}"#, "/tmp/x").is_err());
    }
}
