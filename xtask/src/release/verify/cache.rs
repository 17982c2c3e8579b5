//! What cargo would take for a crate of ours though another one is meant: it knows the registry that it makes of
//! the tarballs by its path, and a crate of it by its version.

use std::path::{Path, PathBuf};

use anyhow::Result;

/// Where cargo keeps what it unpacked.
pub(in crate::release) fn cargo_home() -> Option<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

/// Removes what cargo unpacked of our own crates from the registry that `cargo package` makes in the
/// target directory. Cargo knows that registry by its path alone, and would take an old crate again
/// in a clone that stands where another one stood.
pub(super) fn forget_unpacked(cargo_home: &Path, crate_and_version: &str) -> Result<()> {
    let Ok(registries) = std::fs::read_dir(cargo_home.join("registry").join("src")) else {
        return Ok(());
    };
    for registry in registries {
        let registry = registry?;
        // One in a directory has no host, so that its folder's name begins with the hash.
        let unpacked = registry.path().join(crate_and_version);
        if registry.file_name().to_string_lossy().starts_with('-') && unpacked.is_dir() {
            std::fs::remove_dir_all(unpacked)?;
        }
    }
    Ok(())
}

/// Has cargo build our own crates again, which it takes for what it has built of the same version
/// from that registry before, whatever is in them now.
pub(super) fn forget_built(profile: &Path, crates: &[&str]) -> Result<()> {
    let Ok(built) = std::fs::read_dir(profile.join(".fingerprint")) else {
        return Ok(());
    };
    for built in built {
        let built = built?;
        let name = built.file_name().to_string_lossy().into_owned();
        let ours = name.rsplit_once('-').is_some_and(|(name, _)| crates.contains(&name));
        if ours {
            std::fs::remove_dir_all(built.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_unpacked_of_a_registry_in_a_directory_is_forgotten() {
        let home = std::env::temp_dir().join(format!("azvault-verify-{}", std::process::id()));
        let src = home.join("registry").join("src");
        let folder = |registry: &str, name: &str| src.join(registry).join(name);
        for registry in ["-0a1b", "a-host-0a1b"] {
            for name in ["azvault-core-0.1.0", "serde-1.0.0"] {
                std::fs::create_dir_all(folder(registry, name)).unwrap();
            }
        }
        forget_unpacked(&home, "azvault-core-0.1.0").unwrap();
        assert!(!folder("-0a1b", "azvault-core-0.1.0").exists());
        assert!(folder("-0a1b", "serde-1.0.0").exists());
        assert!(folder("a-host-0a1b", "azvault-core-0.1.0").exists());
        std::fs::remove_dir_all(&home).unwrap();
        forget_unpacked(&home, "azvault-core-0.1.0").unwrap();
    }

    #[test]
    fn only_our_own_crates_are_built_again() {
        let profile = std::env::temp_dir().join(format!("azvault-built-{}", std::process::id()));
        let built = |name: &str| profile.join(".fingerprint").join(name);
        for name in ["azvault-core-0a1b", "azvault-core-extra-0a1b", "serde-0a1b"] {
            std::fs::create_dir_all(built(name)).unwrap();
        }
        forget_built(&profile, &["azvault-core", "azvault"]).unwrap();
        assert!(!built("azvault-core-0a1b").exists());
        assert!(built("azvault-core-extra-0a1b").exists() && built("serde-0a1b").exists());
        std::fs::remove_dir_all(&profile).unwrap();
        forget_built(&profile, &["azvault-core"]).unwrap();
    }
}
