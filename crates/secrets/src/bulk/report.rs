//! What came of reading many secrets.

use std::collections::{BTreeMap, BTreeSet};

use azvault_core::{Error, Result};

use crate::SecretBundle;

/// What was read, what was not, and why. Nothing that was read is lost because something else failed.
#[derive(Debug, Default)]
#[must_use = "a report says what failed"]
pub struct SecretsReport {
    pub(super) read: BTreeMap<String, SecretBundle>,
    pub(super) failed: BTreeMap<String, Error>,
    pub(super) vanished: BTreeSet<String>,
    pub(super) skipped: BTreeSet<String>,
    pub(super) listing: Option<Error>,
    pub(super) stopped: bool,
}

impl SecretsReport {
    /// The secrets that were read, by name.
    pub fn secrets(&self) -> &BTreeMap<String, SecretBundle> {
        &self.read
    }

    /// One of the secrets that were read.
    pub fn get(&self, name: &str) -> Option<&SecretBundle> {
        self.read.get(name)
    }

    /// The secrets that were read, by name, whatever else failed.
    pub fn into_secrets(self) -> BTreeMap<String, SecretBundle> {
        self.read
    }

    /// The secrets that could not be read, by name, each with its error.
    pub fn failed(&self) -> &BTreeMap<String, Error> {
        &self.failed
    }

    /// The names that were listed and not found any more: deleted since.
    pub fn vanished(&self) -> &BTreeSet<String> {
        &self.vanished
    }

    /// The names that were not asked for, since a failure before would have met them all.
    pub fn skipped(&self) -> &BTreeSet<String> {
        &self.skipped
    }

    /// What broke the listing off; secrets after that place are not in this report.
    pub fn listing_error(&self) -> Option<&Error> {
        self.listing.as_ref()
    }

    /// Whether it was given up before the end, at a failure that would have met every secret.
    pub fn stopped_early(&self) -> bool {
        self.stopped
    }

    /// Whether everything that was asked for was read. What has vanished is not missed.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty() && self.listing.is_none() && !self.stopped
    }

    /// All secrets by name, for a program that cannot do with some of them.
    ///
    /// # Errors
    /// What broke the listing off, else the error of the first name that failed.
    pub fn into_result(self) -> Result<BTreeMap<String, SecretBundle>> {
        match self.listing.or_else(|| self.failed.into_values().next()) {
            Some(error) => Err(error),
            None => Ok(self.read),
        }
    }
}
