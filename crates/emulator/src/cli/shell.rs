//! Variables in the words of a shell, quoted so that nothing in a value is taken for more than itself.

use clap::ValueEnum;

/// In whose words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    /// bash, zsh, dash and their like: eval "$(azvault-emulator env)".
    Sh,
    /// azvault-emulator env --shell fish | source.
    Fish,
    /// azvault-emulator env --shell powershell | Out-String | Invoke-Expression.
    Powershell,
    /// Lines of NAME=value, for docker and for libraries that read .env; it cannot remove a variable.
    Dotenv,
    /// One object; a variable to remove is null.
    Json,
}

/// A single quote between single quotes, for `sh`.
pub(super) const SH_QUOTE: &str = "'\\''";

impl Shell {
    /// What sets `value` as `name`, or removes `name`; a line, or more when there are some in the value.
    pub(super) fn line(self, name: &str, value: Option<&str>) -> String {
        match (self, value) {
            (Self::Sh, Some(value)) => format!("export {name}={}\n", single(value, SH_QUOTE)),
            (Self::Sh, None) => format!("unset {name}\n"),
            (Self::Fish, Some(value)) => {
                let value = value.replace('\\', "\\\\").replace('\'', "\\'");
                format!("set -gx {name} '{value}'\n")
            }
            (Self::Fish, None) => format!("set -e {name}\n"),
            (Self::Powershell, Some(value)) => {
                format!("$env:{name} = {}\n", single(&powershell(value), "''"))
            }
            (Self::Powershell, None) => {
                format!("Remove-Item -LiteralPath 'Env:{name}' -ErrorAction SilentlyContinue\n")
            }
            (Self::Dotenv, Some(value)) => format!("{name}={}\n", dotenv(value)),
            (Self::Dotenv | Self::Json, _) => String::new(),
        }
    }
}

/// `value` in single quotes, with `quote` for those that it has.
pub(super) fn single(value: &str, quote: &str) -> String {
    format!("'{}'", value.replace('\'', quote))
}

/// PowerShell takes typographic quotes for quotes, too.
fn powershell(value: &str) -> String {
    let mut doubled = String::new();
    for c in value.chars() {
        doubled.push(c);
        if matches!(c, '\u{2018}'..='\u{201b}') {
            doubled.push(c);
        }
    }
    doubled
}

/// Bare where every reader agrees, docker's `--env-file` among them, which takes quotes for a part of the value.
fn dotenv(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@%+[]|*".contains(c);
    if value.chars().all(plain) {
        value.to_owned()
    } else if !value.contains(['\'', '\n']) {
        format!("'{value}'")
    } else {
        let mut quoted = String::from("\"");
        for c in value.chars() {
            match c {
                '\n' => quoted.push_str("\\n"),
                '"' | '\\' | '$' | '`' => quoted.extend(['\\', c]),
                _ => quoted.push(c),
            }
        }
        quoted + "\""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "a b'c\"d$HOME`id`\\e;f";

    #[test]
    fn each_shell_has_its_own_quotes() {
        let line = |shell: Shell| shell.line("X", Some(NASTY));
        assert_eq!(line(Shell::Sh), "export X='a b'\\''c\"d$HOME`id`\\e;f'\n");
        assert_eq!(line(Shell::Fish), "set -gx X 'a b\\'c\"d$HOME`id`\\\\e;f'\n");
        assert_eq!(line(Shell::Powershell), "$env:X = 'a b''c\"d$HOME`id`\\e;f'\n");
        assert_eq!(line(Shell::Dotenv), "X=\"a b'c\\\"d\\$HOME\\`id\\`\\\\e;f\"\n");
        assert_eq!(Shell::Powershell.line("X", Some("\u{2019}")), "$env:X = '\u{2019}\u{2019}'\n");
    }

    #[test]
    fn a_dotenv_value_is_bare_when_it_can_be() {
        assert_eq!(
            Shell::Dotenv.line("X", Some("http://127.0.0.1:1/a")),
            "X=http://127.0.0.1:1/a\n"
        );
        assert_eq!(Shell::Dotenv.line("X", Some("a b")), "X='a b'\n");
        assert_eq!(Shell::Dotenv.line("X", None), "");
    }

    #[test]
    fn a_variable_is_removed_in_each_shells_way() {
        assert_eq!(Shell::Sh.line("X", None), "unset X\n");
        assert_eq!(Shell::Fish.line("X", None), "set -e X\n");
        assert!(Shell::Powershell.line("X", None).contains("'Env:X'"));
    }

    #[cfg(unix)]
    #[test]
    fn what_sh_is_told_is_what_it_sets() {
        let script = format!("{}printf %s \"$X\"", Shell::Sh.line("X", Some(NASTY)));
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), NASTY);
    }
}
