//! Documentation as docs.rs builds it: what `package.metadata.docs.rs` says, `--cfg docsrs`, and the
//! features of a nightly compiler. <https://docs.rs/about/metadata>

use std::path::Path;

use anyhow::Result;

use super::Packaged;
use crate::process::{cargo, run as go};

/// Builds that of each crate, warnings denied.
pub(super) fn each(scratch: &Path, crates: &[Packaged]) -> Result<()> {
    for it in crates {
        let asked = asked(&it.manifest);
        let mut command = cargo(&["doc", "--no-deps", "--quiet", "--package", &it.name])?;
        command.args(asked.features).current_dir(scratch);
        // Apart: what build scripts read of these variables would have all built again elsewhere.
        command.arg("--target-dir").arg(scratch.join("docs"));
        command.env("DOCS_RS", "1").env("RUSTC_BOOTSTRAP", "1");
        go(command.env("RUSTDOCFLAGS", asked.flags))?;
    }
    Ok(())
}

/// What a manifest asks of docs.rs.
#[derive(Debug, PartialEq)]
struct Asked {
    features: Vec<String>,
    flags: String,
}

fn asked(manifest: &toml::Table) -> Asked {
    let of = |key: &str| {
        let package = manifest.get("package")?;
        package.get("metadata")?.get("docs")?.get("rs")?.get(key)
    };
    let list = |key: &str| -> Vec<String> {
        let values = of(key).and_then(toml::Value::as_array).into_iter().flatten();
        values.filter_map(toml::Value::as_str).map(str::to_owned).collect()
    };
    let is_set = |key: &str| of(key).and_then(toml::Value::as_bool) == Some(true);
    let mut features = Vec::new();
    for flag in ["all-features", "no-default-features"] {
        if is_set(flag) {
            features.push(format!("--{flag}"));
        }
    }
    let named = list("features");
    if !named.is_empty() {
        features.push(format!("--features={}", named.join(",")));
    }
    let mut flags = vec!["--cfg docsrs -Dwarnings".to_owned()];
    flags.extend(list("rustdoc-args"));
    Asked { features, flags: flags.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_decides_features_and_flags() {
        let of = |text: &str| asked(&text.parse().unwrap());
        let plain = of("[package]\nname = \"a\"");
        assert_eq!(plain, Asked { features: vec![], flags: "--cfg docsrs -Dwarnings".into() });
        let said = of("[package.metadata.docs.rs]\nno-default-features = true\n\
            features = [\"a\", \"b\"]\nrustdoc-args = [\"--document-hidden-items\"]");
        assert_eq!(said.features, ["--no-default-features", "--features=a,b"]);
        assert!(said.flags.ends_with(" --document-hidden-items"));
        let all = of("[package.metadata.docs.rs]\nall-features = true");
        assert_eq!(all.features, ["--all-features"]);
    }
}
