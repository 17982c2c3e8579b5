//! The Java clients: `azure-identity`, `azure-security-keyvault-*`, `azure-resourcemanager-keyvault`, by Maven.

use std::process::Command;

use anyhow::{Context, Result};

use super::Client;
use crate::conformance::{Mode, place::Place};
use crate::process::run;

pub(super) const CLIENT: Client = Client {
    name: "java",
    modes: &[Mode::Direct, Mode::Proxy],
    install,
    runner: |place| {
        let mut java = Command::new("java");
        // What is compiled well runs no longer than it takes to compile it.
        java.arg("-XX:TieredStopAtLevel=1");
        // The JVM reads these arguments from a file: the class path is too long to be looked at.
        java.arg(format!("@{}", place.home.join("classpath").display())).arg("conformance.Main");
        java
    },
};

/// Compiles each time, outside of the checkout: Maven sees by itself what is new, and fetches what is missing.
fn install(place: &Place) -> Result<()> {
    let (list, classes) = (place.home.join("jars"), place.home.join("build/classes"));
    let property = |name: &str, path: &std::path::Path| format!("-D{name}={}", path.display());
    let mut maven = Command::new("mvn");
    maven.args(["--quiet", "--batch-mode", "compile", "dependency:build-classpath"]);
    maven.arg(property("maven.repo.local", &place.home.join("repository")));
    maven.arg(property("build.folder", &place.home.join("build")));
    maven.arg(property("mdep.outputFile", &list)).current_dir(&place.suite);
    run(&mut maven).context("a JDK of Java 17 or newer and Maven are needed")?;
    let jars = std::fs::read_to_string(&list)?;
    let path = format!("-cp \"{}:{}\"\n", classes.display(), jars.trim());
    Ok(std::fs::write(place.home.join("classpath"), path)?)
}
