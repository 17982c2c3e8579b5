//! Environment variables.

use std::{collections::HashMap, fmt, sync::Arc};

/// Environment variables: the process's own, or given ones alone.
#[derive(Clone)]
pub struct Env(Option<Arc<HashMap<String, String>>>);

impl Env {
    /// The process's own variables.
    pub fn process() -> Self {
        Self(None)
    }

    /// These variables and no others.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(Some(Arc::new(pairs.collect())))
    }

    /// The variable's value, unless it is unset or empty.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Some(given) => given.get(name).cloned(),
            // What is no text is still set: it must not look as if it were not.
            None => std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
        };
        value.filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values can be secrets.
        f.write_str(if self.0.is_some() { "Env(given)" } else { "Env(process)" })
    }
}
