//! Options by variable: `AZVAULT_EMULATOR_` and the option's name, as containers have them.

use std::ffi::OsString;

use clap::CommandFactory;

use super::Cli;

const PREFIX: &str = "AZVAULT_EMULATOR_";

/// Warns of variables that set nothing: they are misspelled, most likely. What they hold is not repeated.
pub(super) fn warn_of_unknown(surroundings: &[(OsString, OsString)]) {
    for name in unknown(surroundings) {
        tracing::warn!(name, "this variable sets no option; --help lists those that there are");
    }
}

fn unknown(surroundings: &[(OsString, OsString)]) -> Vec<&str> {
    let known = variables(&Cli::command());
    let names = surroundings.iter().filter_map(|(name, _)| name.to_str());
    names.filter(|name| name.starts_with(PREFIX) && !known.iter().any(|it| it == name)).collect()
}

/// The variables of a command and of those below it.
fn variables(command: &clap::Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(|it| it.get_env()?.to_str()).map(str::to_owned);
    // The library reads that one.
    let journal = std::iter::once(format!("{PREFIX}JOURNAL"));
    own.chain(journal).chain(command.get_subcommands().flat_map(variables)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_of_serving_has_a_variable_of_its_name() {
        let command = Cli::command();
        let known = variables(&command);
        let options = command.get_arguments().filter_map(clap::Arg::get_long);
        let mut count = 0;
        for option in options.filter(|option| !["help", "version"].contains(option)) {
            let name = format!("{PREFIX}{}", option.to_uppercase().replace('-', "_"));
            assert!(known.contains(&name), "--{option} has no {name}");
            count += 1;
        }
        assert!(count > 30, "{count}");
    }

    #[test]
    fn a_variable_that_sets_nothing_is_named() {
        let of = |names: &[&str]| -> Vec<(OsString, OsString)> {
            names.iter().map(|name| (name.into(), "x".into())).collect()
        };
        let there = of(&["AZVAULT_EMULATOR_PROT", "AZVAULT_EMULATOR_PORT", "PATH"]);
        assert_eq!(unknown(&there), ["AZVAULT_EMULATOR_PROT"]);
        assert!(unknown(&of(&["AZVAULT_EMULATOR_JOURNAL"])).is_empty());
    }
}
