//! Where values come from that are not in the seed itself: files beside it, and variables.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where to look.
pub(super) struct Sources {
    /// `None`: nowhere, since the seed came from somewhere else.
    folder: Option<PathBuf>,
}

impl Sources {
    pub(super) fn beside(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()) }
    }

    pub(super) fn none() -> Self {
        Self { folder: None }
    }

    /// The folder that files are named from.
    pub(super) fn folder(&self) -> Result<&Path, String> {
        self.folder.as_deref().ok_or_else(|| {
            "a seed that is sent may name no files and no variables of this machine: put the value into it".to_owned()
        })
    }

    pub(super) fn file(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.folder()?.join(name);
        fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// A file's text; an editor's line end is not part of it.
    pub(super) fn text(&self, name: &str) -> Result<String, String> {
        let text = String::from_utf8(self.file(name)?);
        let text = text.map_err(|_| format!("the file '{name}' is not UTF-8"))?;
        Ok(text.strip_suffix('\n').map_or(text.as_str(), |it| it.trim_end_matches('\r')).to_owned())
    }

    #[expect(clippy::disallowed_methods, reason = "the seed's author names the variable")]
    pub(super) fn variable(&self, name: &str) -> Result<String, String> {
        self.folder()?;
        std::env::var(name).map_err(|_| format!("the variable {name} is not set, or is not UTF-8"))
    }

    /// The one of three ways that is used; the names are those of the fields.
    pub(super) fn one(
        &self,
        names: [&str; 3],
        value: Option<&String>,
        variable: Option<&String>,
        file: Option<&String>,
    ) -> Result<Option<String>, String> {
        match (value, variable, file) {
            (None, None, None) => Ok(None),
            (Some(value), None, None) => Ok(Some(value.clone())),
            (None, Some(variable), None) => self.variable(variable).map(Some),
            (None, None, Some(file)) => self.text(file).map(Some),
            _ => Err(format!("only one of {} can be given", names.join(", "))),
        }
    }
}
