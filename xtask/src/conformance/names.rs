//! Names below `vault.localhost`, for machines that do not resolve them: a hosts file that a runner
//! alone sees, bound over the machine's in a mount namespace of its own.

use std::net::ToSocketAddrs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::place::Place;

/// Resolves only where all names below `localhost` do.
const PROBE: &str = "conf-probe.vault.localhost";

/// Binds its first argument over the hosts file, and becomes the rest.
const BIND: &str = r#"mount --bind "$1" /etc/hosts && shift && exec "$@""#;

/// The runner as it is started where the names of its vaults resolve: those in this file of its suite.
pub(super) fn resolving(runner: &Command, place: &Place, names: &str) -> Result<Command> {
    let mut command =
        if (PROBE, 443).to_socket_addrs().is_ok_and(|mut found| found.next().is_some()) {
            Command::new(runner.get_program())
        } else {
            let names = place.suite.join(names);
            let labels =
                std::fs::read_to_string(&names).with_context(|| names.display().to_string())?;
            let file = place.own("hosts")?;
            std::fs::write(&file, hosts(&labels))?;
            let mut command = namespace(&file)?;
            command.arg(runner.get_program());
            command
        };
    command.args(runner.get_args());
    for (name, value) in runner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    Ok(command)
}

fn hosts(labels: &str) -> String {
    let labels = labels.lines().map(str::trim).filter(|label| !label.is_empty());
    let line = |label| format!("127.0.0.1 {label}.vault.localhost {label}.managedhsm.localhost\n");
    let lines = labels.map(line);
    format!("127.0.0.1 localhost\n::1 localhost\n{}", lines.collect::<String>())
}

/// `unshare`, as root or as root of a user namespace.
fn namespace(hosts: &Path) -> Result<Command> {
    for options in [&["--mount"][..], &["--map-root-user", "--mount"]] {
        let unshare = |program: &str| {
            let mut command = Command::new("unshare");
            command.args(options).args(["sh", "-c", BIND, "sh"]).arg(hosts).arg(program);
            command
        };
        let mut test = unshare("true");
        if test.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success()) {
            let mut command = unshare("env");
            // So that what follows is always a program with its arguments.
            command.arg("--");
            return Ok(command);
        }
    }
    bail!(
        "names below `localhost` do not resolve on this machine, and a hosts file cannot be put in \
         their place (`unshare --mount`): install libnss-myhostname or run systemd-resolved, \
         or judge by `--mode proxy`, which needs neither"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_is_a_line_of_the_hosts_file() {
        let text = hosts("conf-js-keys\n\n conf-js-secrets \n");
        assert!(text.contains("\n127.0.0.1 conf-js-keys.vault.localhost "), "{text}");
        assert_eq!(text.lines().count(), 4);
    }
}
