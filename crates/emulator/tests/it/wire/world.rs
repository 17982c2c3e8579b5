//! The emulators that rows are played on, under the names of the public cloud.

use std::{collections::HashMap, time::Duration};

use azvault_emulator::{Emulator, EmulatorBuilder, Principal, VaultLimits};
use serde_json::Value;

use super::{
    pattern::{Names, fill, matches},
    row::{Expected, Request, Row, Sender, Step},
};
use crate::support::{Answer, Vault, token};

const VAULT: &str = "https://vaultname.vault.azure.net";
const HSM: &str = "https://managedhsmname.managedhsm.azure.net";
const MANAGEMENT: &str = "https://management.azure.com";

struct World {
    emulator: Emulator,
    /// Where a path goes that has no host.
    base: &'static str,
    http: Vault,
    tokens: HashMap<(Sender, &'static str), Option<String>>,
    names: Names,
}

/// Plays a row and judges every answer in it.
///
/// # Errors
/// The first answer that is not as on record.
pub(super) async fn play(row: &Row) -> Result<(), String> {
    let mut world = World::new(&row.world).await;
    let mut last = Value::Null;
    for step in &row.steps {
        match step {
            Step::Before(request) => {
                let answer = world.send(request).await;
                let text = answer.text().to_owned();
                if answer.status() >= 300 {
                    return Err(format!("before: {} {}: {text}", request.method, request.target));
                }
                last = serde_json::from_str(&text).unwrap_or_default();
            }
            Step::Remember { name, pointer } => {
                let part = last.pointer(pointer).unwrap_or_else(|| panic!("{pointer} of {last}"));
                let part = part.as_str().map_or_else(|| part.to_string(), str::to_owned);
                let part = part.rsplit('/').next().unwrap_or_default().to_owned();
                world.names.insert(name.clone(), part);
            }
            Step::Advance(seconds) => {
                world.emulator.clock().advance(Duration::from_secs(*seconds));
            }
            Step::Exchange(request, expected) => {
                let answer = world.send(request).await;
                judge(expected, &answer, &mut world.names).map_err(|error| {
                    let (status, text) = (answer.status(), answer.text());
                    format!("{} {}: {error}\n    {status} {text}", request.method, request.target)
                })?;
                last = serde_json::from_str(answer.text()).unwrap_or_default();
            }
        }
    }
    Ok(())
}

/// Every header that is on record; which answers have it is the rows' to say.
const ON_RECORD: [&str; 30] = [
    "cache-control",
    "content-length",
    "content-security-policy",
    "content-type",
    "expires",
    "location",
    "pragma",
    "server",
    "strict-transport-security",
    "www-authenticate",
    "x-aspnet-version",
    "x-content-type-options",
    "x-frame-options",
    "x-ms-build-version",
    "x-ms-client-request-id",
    "x-ms-correlation-request-id",
    "x-ms-failure-cause",
    "x-ms-keyvault-network-info",
    "x-ms-keyvault-rbac-assignment-id",
    "x-ms-keyvault-rbac-cache",
    "x-ms-keyvault-region",
    "x-ms-keyvault-service-version",
    "x-ms-original-request-ids",
    "x-ms-ratelimit-remaining-subscription-deletes",
    "x-ms-ratelimit-remaining-subscription-reads",
    "x-ms-ratelimit-remaining-subscription-writes",
    "x-ms-request-id",
    "x-ms-routing-request-id",
    "x-ms-server-latency",
    "retry-after",
];

fn judge(expected: &Expected, answer: &Answer, names: &mut Names) -> Result<(), String> {
    if answer.status() != expected.status {
        return Err(format!("status {} for {}", answer.status(), expected.status));
    }
    let body = expected.body.as_deref().ok_or("the row has no body")?;
    for (name, pattern) in &expected.headers {
        // In memory nobody counts; a socket's server sends the length of a body. That there is none is said here, too.
        let length = answer.text().len().to_string();
        let value = match name.as_str() {
            "content-length" if !answer.text().is_empty() => Some(length.as_str()),
            _ => answer.header(name),
        };
        let value = value.ok_or_else(|| format!("no header {name}"))?;
        matches(pattern, value, names).map_err(|error| format!("{name}: {error}"))?;
    }
    if let Some(stranger) = answer.header_names().find(|name| !ON_RECORD.contains(name)) {
        return Err(format!("{stranger} is no header on record"));
    }
    for name in &expected.absent {
        if let Some(value) = answer.header(name) {
            return Err(format!("{name}: {value} should not be there"));
        }
    }
    matches(body, answer.text(), names)
}

impl World {
    async fn new(words: &str) -> Self {
        let mut words = words.split_whitespace();
        let base = match words.next() {
            Some("vault") => VAULT,
            Some("hsm") => HSM,
            Some("arm") => MANAGEMENT,
            other => panic!("no world {other:?}"),
        };
        let builder = words.fold(Emulator::builder().retention_days(7), Self::apply);
        let emulator = builder.in_memory();
        emulator.clock().freeze();
        let http = Vault::at(emulator.clone(), base.to_owned(), "https://vault.azure.net/.default");
        let principal = emulator.default_principal();
        let names = [
            ("tenant", emulator.tenant_id()),
            ("sub", emulator.subscription_id()),
            ("oid", principal.oid()),
            ("appid", principal.appid()),
        ];
        let names = names.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { base, http: http.await, tokens: HashMap::new(), names, emulator }
    }

    fn apply(builder: EmulatorBuilder, word: &str) -> EmulatorBuilder {
        let (name, value) = word.split_once('=').unwrap_or((word, "1"));
        let number: u64 = value.parse().unwrap_or_default();
        let seconds = Duration::from_secs(number);
        match name {
            "days" => builder.retention_days(u16::try_from(number).unwrap()),
            "deletion" => builder.deletion_lag(seconds),
            "recovery" => builder.recovery_lag(seconds),
            "purge" => builder.purge_lag(seconds),
            "provisioning" => builder.provisioning_lag(seconds),
            "limits" => builder.vault_limits(VaultLimits::default()),
            "strict" => builder.strict_api_versions(true),
            "protected" => builder.purge_protection(true),
            "address" => builder.client_address(value.parse().unwrap()),
            other => panic!("{other} is nothing that a world has"),
        }
    }

    async fn send(&mut self, request: &Request) -> Answer {
        let target = fill(&request.target, &self.names);
        let url = if target.starts_with('/') { format!("{}{target}", self.base) } else { target };
        self.http.token = self.token(&request.sender, &url).await;
        let names: Vec<(&'static str, String)> = request
            .headers
            .iter()
            .map(|(name, value)| (&*name.clone().leak(), fill(value, &self.names)))
            .collect();
        let headers: Vec<_> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = fill(&request.body, &self.names);
        self.http.send_to(&request.method, &url, body, &headers).await
    }

    async fn token(&mut self, sender: &Sender, url: &str) -> Option<String> {
        let scope = if url.starts_with(MANAGEMENT) {
            "https://management.azure.com/.default"
        } else if url.contains(".managedhsm.") {
            "https://managedhsm.azure.net/.default"
        } else {
            "https://vault.azure.net/.default"
        };
        let default = self.emulator.default_principal();
        let principal = match sender {
            Sender::Nobody => return None,
            Sender::Default => default,
            Sender::Somebody => Principal::new("8e6d47e0-7969-4fde-a62c-4fea4f165e98"),
            Sender::OfTenant(tenant) => default.with_tid(tenant),
        };
        let key = (sender.clone(), scope);
        if !self.tokens.contains_key(&key) {
            let made = token(&self.emulator, principal, scope).await;
            self.tokens.insert(key.clone(), Some(made));
        }
        self.tokens.get(&key).cloned().flatten()
    }
}
