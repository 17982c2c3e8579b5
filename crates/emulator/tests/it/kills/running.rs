//! The program on the directory, and how clients call it.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use reqwest::{Certificate, Method, RequestBuilder};
use serde_json::Value;

use crate::program::BINARY;

const API_VERSION: &str = "7.6";

pub(super) struct Running {
    child: Child,
    caller: Caller,
}

/// What it takes to call the vault.
#[derive(Clone)]
pub(crate) struct Caller {
    client: reqwest::Client,
    base: String,
    token: String,
}

impl Running {
    pub(super) async fn start(place: &Path, durability: &str) -> Self {
        let path = |name: &str| -> PathBuf { place.join(name) };
        let log = File::options().create(true).append(true).open(path("log")).unwrap();
        let mut child = Command::new(BINARY)
            .args(["--port", "0", "--durability", durability, "--state-dir"])
            .arg(path("installation"))
            .arg("--data-dir")
            .arg(path("data"))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut printed = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        while !printed.contains("Ctrl-C stops") {
            if stdout.read_line(&mut printed).unwrap() == 0 {
                child.wait().unwrap();
                panic!("{}", std::fs::read_to_string(path("log")).unwrap());
            }
        }
        let value = |label: &str| {
            printed.lines().find_map(|line| line.strip_prefix(label)).unwrap().trim().to_owned()
        };
        let authority = value("Authority:");
        let port: u16 = authority.rsplit_once(':').unwrap().1.parse().unwrap();
        let pem = std::fs::read(value("CA certificate:")).unwrap();
        let client = reqwest::Client::builder()
            .tls_certs_only([Certificate::from_pem(&pem).unwrap()])
            .resolve("kv.vault.localhost", ([127, 0, 0, 1], port).into())
            .no_proxy()
            .build()
            .unwrap();
        let form = "grant_type=client_credentials&client_id=a&client_secret=s&scope=https://vault.azure.net/.default";
        let url = format!("{authority}/{}/oauth2/v2.0/token", value("Tenant:"));
        let token = client.post(url).body(form).send().await.unwrap().text().await.unwrap();
        let token: Value = serde_json::from_str(&token).unwrap();
        let token = token["access_token"].as_str().unwrap().to_owned();
        let base = format!("https://kv.vault.localhost:{port}");
        Self { child, caller: Caller { client, base, token } }
    }

    pub(super) fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// By SIGKILL.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Of a test that failed; one that is killed already stays so.
        let _: std::io::Result<()> = self.child.kill();
    }
}

impl Caller {
    /// The status and the body; `None` when no whole answer came.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}{path}{separator}api-version={API_VERSION}", self.base);
        let request = self.client.request(method, url).bearer_auth(&self.token);
        let request: RequestBuilder = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let text = answer.text().await.ok()?;
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).ok()? };
        Some((status, body))
    }

    /// The same while nobody kills it.
    pub(super) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(Method::GET, path, None).await.unwrap_or_else(|| panic!("no answer to {path}"))
    }
}
