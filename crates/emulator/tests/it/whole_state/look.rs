//! Every answer that an emulator gives about what it holds, found by following what its answers name.

use std::collections::{BTreeMap, BTreeSet};

use azvault_emulator::{Emulator, Principal};
use serde_json::Value;

use crate::support::{Vault, token};

const ARM: &str = "2023-07-01";
const VAULTS: [&str; 4] = ["named", "policies", "roles", "going"];
const POOLS: [&str; 2] = ["pool", "made-pool"];

/// Answers by method and URL, without what differs between two emulators and two requests.
pub(super) type Answers = BTreeMap<String, String>;

/// What is asked with, for all that there is.
pub(super) struct Looker {
    http: Vault,
    tokens: [(&'static str, String); 3],
    graph: String,
    answers: Answers,
}

impl Looker {
    pub(super) async fn of(emulator: &Emulator) -> Self {
        let of = async |scope: &str| token(emulator, Principal::default(), scope).await;
        let tokens = [
            (".vault.", of("https://vault.azure.net/.default").await),
            (".managedhsm.", of("https://managedhsm.azure.net/.default").await),
            ("", of("https://management.azure.com/.default").await),
        ];
        let graph = of("https://graph.microsoft.com/.default").await;
        let scope = "https://management.azure.com/.default";
        let http = Vault::at(emulator.clone(), emulator.management_url(), scope).await;
        Self { http, tokens, graph, answers: Answers::new() }
    }

    /// All answers, those at `links` among them, which operations gave.
    pub(super) async fn look(mut self, links: &[String]) -> Answers {
        let mut left = self.starts();
        left.extend(links.iter().map(|link| self.local(link)));
        let mut seen = BTreeSet::new();
        while let Some(url) = left.pop() {
            if !seen.insert(url.clone()) {
                continue;
            }
            assert!(seen.len() < 3000, "this goes on for ever: {url}");
            let text = self.ask(&url).await;
            if let Ok(body) = serde_json::from_str(&text) {
                self.follow(&body, &mut left);
            }
        }
        self.answers
    }

    /// Where looking begins: every list there is.
    fn starts(&self) -> Vec<String> {
        let emulator = &self.http.emulator;
        let management = emulator.management_url();
        let subscription = format!("/subscriptions/{}", emulator.subscription_id());
        let provider = format!("{subscription}/providers/Microsoft.KeyVault");
        let roles = "providers/Microsoft.Authorization";
        let mut all: Vec<String> = [
            format!("{subscription}/resourcegroups"),
            format!("{subscription}/resources"),
            format!("{subscription}/providers"),
            format!("{subscription}/{roles}/roleAssignments"),
            format!("{subscription}/{roles}/roleDefinitions"),
            format!("{provider}/vaults"),
            format!("{provider}/deletedVaults"),
            format!("{provider}/managedHSMs"),
            format!("{provider}/deletedManagedHSMs"),
            format!(
                "{subscription}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe"
            ),
        ]
        .map(|path| format!("{management}{path}?api-version={ARM}"))
        .into();
        let graph = ["users", "servicePrincipals"];
        all.extend(graph.map(|path| format!("https://graph.microsoft.com/v1.0/{path}")));
        for name in VAULTS {
            let base = emulator.vault_url(name);
            let lists = ["keys", "secrets", "certificates", "deletedkeys", "deletedsecrets"];
            let more = ["deletedcertificates", "certificates/issuers", "certificates/contacts"];
            all.extend(
                lists.iter().chain(&more).map(|list| format!("{base}/{list}?api-version=7.6")),
            );
            // In transition objects are in no list.
            for name in super::world::NAMES {
                for kind in ["keys", "secrets", "certificates"] {
                    all.push(format!("{base}/{kind}/{name}?api-version=7.6"));
                    all.push(format!("{base}/deleted{kind}/{name}?api-version=7.6"));
                }
                all.push(format!("{base}/certificates/{name}/pending?api-version=7.6"));
            }
        }
        for name in POOLS {
            let base = emulator.managed_hsm_url(name);
            all.extend(
                ["keys", "deletedkeys"].map(|list| format!("{base}/{list}?api-version=7.6")),
            );
        }
        all
    }

    async fn ask(&mut self, url: &str) -> String {
        let token = if url.contains("graph.") {
            &self.graph
        } else {
            let of = self.tokens.iter().find(|(host, _)| url.contains(host));
            &of.unwrap().1
        };
        self.http.token = Some(token.clone());
        let answer = self.http.send_to("GET", url, "", &[]).await;
        let link = answer.header("location").unwrap_or_default();
        let told = format!("{} {link} {}", answer.status(), answer.text());
        self.answers.insert(self.masked(url), self.masked(&told));
        answer.text().to_owned()
    }

    /// Without the port, and without the ids of requests.
    fn masked(&self, text: &str) -> String {
        let text = text.replace(&format!(":{}", self.http.emulator.port()), ":PORT");
        match text.split_once("Activity ID: ") {
            Some((before, after)) => format!("{before}Activity ID: ID{}", after.get(36..).unwrap()),
            None => text,
        }
    }

    /// A link of another emulator, at this one.
    fn local(&self, link: &str) -> String {
        link.replace(":PORT", &format!(":{}", self.http.emulator.port()))
    }

    /// Whatever an answer names is asked for, too.
    fn follow(&self, body: &Value, left: &mut Vec<String>) {
        match body {
            Value::Array(items) => items.iter().for_each(|item| self.follow(item, left)),
            Value::Object(members) => members.values().for_each(|value| self.follow(value, left)),
            Value::String(text) if text.starts_with("https://") && text.contains(".localhost") => {
                self.follow_object(text, left);
            }
            Value::String(text) if text.starts_with("https://localhost") => left.push(text.clone()),
            Value::String(text) if text.starts_with("/subscriptions/") => {
                self.follow_resource(text, left);
            }
            _ => {}
        }
    }

    fn follow_object(&self, url: &str, left: &mut Vec<String>) {
        if url.contains('?') {
            left.push(url.to_owned());
            return;
        }
        let at = |rest: &str| format!("{url}{rest}?api-version=7.6");
        left.push(at(""));
        let segments: Vec<&str> = url.split('/').skip(3).collect();
        match segments.as_slice() {
            ["keys", name] | ["keys", name, _] if *name != "" => {
                let base = url.split("/keys/").next().unwrap();
                for part in ["versions", "rotationpolicy"] {
                    left.push(format!("{base}/keys/{name}/{part}?api-version=7.6"));
                }
            }
            ["secrets", name] | ["secrets", name, _] => {
                let base = url.split("/secrets/").next().unwrap();
                left.push(format!("{base}/secrets/{name}/versions?api-version=7.6"));
            }
            ["certificates", "issuers" | "contacts", ..] => {}
            ["certificates", name] | ["certificates", name, _] => {
                let base = url.split("/certificates/").next().unwrap();
                for part in ["versions", "policy", "pending"] {
                    left.push(format!("{base}/certificates/{name}/{part}?api-version=7.6"));
                }
            }
            _ => {}
        }
    }

    fn follow_resource(&self, id: &str, left: &mut Vec<String>) {
        let emulator = &self.http.emulator;
        let at = |rest: &str| format!("{}{id}{rest}?api-version={ARM}", emulator.management_url());
        left.push(at(""));
        let segments = id.split('/').count();
        if id.contains("/Microsoft.KeyVault/") && segments == 9 {
            left.extend(["/privateEndpointConnections", "/privateLinkResources", "/keys"].map(at));
            left.push(at("/providers/Microsoft.Authorization/roleAssignments"));
        }
        if id.contains("/Microsoft.KeyVault/vaults/") && segments == 9 {
            left.push(at("/secrets"));
        }
    }
}
