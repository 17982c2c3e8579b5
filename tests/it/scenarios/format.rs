//! The form of `scenario.toml`: `tests/scenarios/README.md` explains it.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Scenario {
    /// A sentence: what holds.
    pub(super) about: String,
    #[serde(default)]
    pub(super) setup: Setup,
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) files: BTreeMap<String, File>,
    #[serde(default)]
    pub(super) program: Vec<Program>,
    #[serde(default)]
    pub(super) exchange: Vec<Exchange>,
    /// What the credential is asked for; unless said otherwise once, for a vault.
    #[serde(default)]
    pub(super) ask: Vec<Ask>,
    /// Whether it is asked for all of that at once.
    #[serde(default)]
    pub(super) together: bool,
    pub(super) expect: Expect,
}

/// How the credential is made, besides the environment.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Setup {
    pub(super) client_id: Option<String>,
    pub(super) object_id: Option<String>,
    pub(super) resource_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    /// A file of the folder, or of `tests/scenarios/files`.
    pub(super) from: Option<String>,
    pub(super) text: Option<String>,
    /// As many bytes.
    pub(super) size: Option<usize>,
    /// It is there, but not for this user.
    #[serde(default)]
    pub(super) denied: bool,
    #[serde(default)]
    pub(super) after_ms: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Program {
    /// A part of the command line.
    pub(super) runs: String,
    #[serde(default)]
    pub(super) code: i32,
    #[serde(default)]
    pub(super) stdout: String,
    #[serde(default)]
    pub(super) stderr: String,
    #[serde(default)]
    pub(super) after_ms: u64,
    #[serde(default)]
    pub(super) hangs: bool,
}

/// A request that must come, and its answer. They come in this order, and no others do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Exchange {
    /// `GET https://…`, without the query.
    pub(super) request: String,
    /// The whole query, and the whole form: what is not named must not be there.
    #[serde(default)]
    pub(super) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) form: BTreeMap<String, String>,
    /// Headers that must be there; an empty value means that one must not.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) assertion: Option<Assertion>,
    /// When it comes, counted from the start.
    pub(super) from_ms: Option<u64>,
    pub(super) until_ms: Option<u64>,
    #[serde(default = "once")]
    pub(super) times: usize,
    pub(super) answer: Answer,
}

/// The client assertion of a form, whose signature is checked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Assertion {
    pub(super) alg: String,
    /// The file of the certificate, in PEM.
    pub(super) certificate: String,
    /// How many certificates go along.
    #[serde(default)]
    pub(super) chain: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Answer {
    #[serde(default = "ok")]
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) body: String,
    #[serde(default)]
    pub(super) after_ms: u64,
    /// No answer ever.
    #[serde(default)]
    pub(super) hangs: bool,
    /// No connection.
    #[serde(default)]
    pub(super) unreachable: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Ask {
    #[serde(default = "vault")]
    pub(super) scope: String,
    pub(super) tenant: Option<String>,
    pub(super) claims: Option<String>,
    /// How long the caller waits before it asks, and before it gives up.
    #[serde(default)]
    pub(super) after_ms: u64,
    pub(super) gives_up_after_ms: Option<u64>,
    /// What comes of it, where it differs from that of the scenario.
    pub(super) token: Option<String>,
    pub(super) gives_up: Option<bool>,
    pub(super) failure: Option<Vec<String>>,
}

/// Exactly one of `token`, `unavailable`, `failure` and `not_built`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Expect {
    pub(super) token: Option<String>,
    /// When the token ends, in seconds from now or since 1970.
    pub(super) ends_in_s: Option<i64>,
    pub(super) ends_at: Option<i64>,
    /// A part of the reason why a chain would pass over the credential.
    pub(super) unavailable: Option<String>,
    /// Parts of what the error and its sources say.
    pub(super) failure: Option<Vec<String>>,
    /// The same of the error when the credential is made.
    pub(super) not_built: Option<Vec<String>>,
    /// The time from the first question to the last answer.
    #[serde(default)]
    pub(super) at_least_ms: u64,
    #[serde(default)]
    pub(super) at_most_ms: u64,
    /// How many programs were run.
    #[serde(default)]
    pub(super) runs: usize,
    /// For a chain: its outcomes, without the times.
    #[serde(default)]
    pub(super) outcomes: Vec<String>,
    /// For a device code: what the person was shown.
    #[serde(default)]
    pub(super) shown: Vec<String>,
    /// Words that no error, `Debug`, outcome or log line has.
    pub(super) nowhere: Vec<String>,
}

fn once() -> usize {
    1
}

fn ok() -> u16 {
    200
}

fn vault() -> String {
    "https://vault.azure.net/.default".to_owned()
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            scope: vault(),
            tenant: None,
            claims: None,
            after_ms: 0,
            gives_up_after_ms: None,
            token: None,
            gives_up: None,
            failure: None,
        }
    }
}
