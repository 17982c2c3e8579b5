//! Which file a command means on Windows, where `az`, `npm` and `mvn` are batch files.
//!
//! The system looks for `.exe` alone; shells look for what PATHEXT lists, too.

use std::{
    env::split_paths,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

/// Of a variable that is not set, as the system has it.
const EXTENSIONS: &str = ".COM;.EXE;.BAT;.CMD";

/// The file that `program` means in the environment `present`; `None` when the system may look for it itself.
pub(super) fn file_of(
    program: &OsStr,
    present: &[(OsString, OsString)],
    is_file: impl Fn(&Path) -> bool,
) -> Option<PathBuf> {
    let of = |wanted: &str| {
        let mut found = present.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value.as_os_str())
    };
    let extensions = of("PATHEXT").and_then(OsStr::to_str).unwrap_or(EXTENSIONS);
    let extensions: Vec<&str> = extensions.split(';').filter(|it| !it.is_empty()).collect();
    let has_one = Path::new(program).extension().is_some_and(|own| {
        extensions.iter().any(|it| own.eq_ignore_ascii_case(it.trim_start_matches('.')))
    });
    if has_one {
        return None;
    }
    let folders = if Path::new(program).components().count() > 1 {
        // It is named by its path.
        vec![PathBuf::new()]
    } else {
        split_paths(of("PATH")?).collect()
    };
    folders.into_iter().find_map(|folder| {
        extensions.iter().find_map(|extension| {
            let mut file = folder.join(program).into_os_string();
            file.push(extension);
            let file = PathBuf::from(file);
            is_file(&file).then_some(file)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(program: &str, files: &[&str]) -> Option<PathBuf> {
        let path = std::env::join_paths(["one", "two"]).unwrap();
        let present = [("Path".into(), path), ("PathExt".into(), ".EXE;.CMD".into())];
        file_of(OsStr::new(program), &present, |file| files.iter().any(|it| file == Path::new(it)))
    }

    #[test]
    fn a_batch_file_is_found_as_a_shell_finds_it() {
        // npm has a script for other systems beside it.
        let there = ["one/az", "two/az.CMD", "two/python3.11.EXE"];
        assert_eq!(found("az", &there), Some("two/az.CMD".into()));
        assert_eq!(found("python3.11", &there), Some("two/python3.11.EXE".into()));
        assert_eq!(found("two/az", &there), Some("two/az.CMD".into()));
        assert_eq!(found("az", &["one/az.EXE", "one/az.CMD"]), Some("one/az.EXE".into()));
    }

    #[test]
    fn what_has_its_extension_or_is_not_there_is_left_to_the_system() {
        assert_eq!(found("az.cmd", &["one/az.cmd"]), None);
        assert_eq!(found("nothing", &[]), None);
    }
}
