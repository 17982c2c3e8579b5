//! A token of Azure itself, sent here by mistake: refused, and nowhere to be read afterwards.

#![cfg(all(unix, feature = "cli"))]

use std::net::Ipv4Addr;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::RsaKeyPair,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Certificate, Client, StatusCode};
use serde_json::json;

use crate::program::Program;

/// A token as Entra makes it, signed by a key that no emulator knows.
fn azures(issuer: &str, audience: &str) -> String {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&key).unwrap();
    let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref()));
    let kid = Some("nOo3ZDrODXEK1jKWhXslHR_KXEg".to_owned());
    let header = Header { kid, ..Header::new(Algorithm::RS256) };
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let claims = json!({
        "aud": audience, "iss": issuer.replace("{tenant}", tenant), "iat": 1_700_000_000, "nbf": 1_700_000_000,
        "exp": 4_000_000_000_u32, "appid": "a", "appidacr": "1", "idp": "i", "idtyp": "app", "oid": "o",
        "sub": "s", "tid": tenant, "uti": "u", "ver": "1.0",
    });
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap())
        .unwrap()
}

const ISSUERS: [&str; 2] =
    ["https://sts.windows.net/{tenant}/", "https://login.microsoftonline.com/{tenant}/v2.0"];

/// What the program logs, at all levels, when such tokens come to it over both HTTP versions; the tokens; the journal.
async fn sent(path: &str, host: &str, audience: &str) -> (String, Vec<String>, String) {
    let program = Program::start_with(
        &["--ephemeral", "--log-level", "trace"],
        &[("RUST_LOG", "trace".as_ref())],
    );
    let pem = std::fs::read(program.value("CA certificate:")).unwrap();
    let port: u16 = program.value("Authority:").rsplit_once(':').unwrap().1.parse().unwrap();
    let mut tokens = Vec::new();
    for http2 in [true, false] {
        let builder = Client::builder().tls_certs_only([Certificate::from_pem(&pem).unwrap()]);
        let builder = if http2 { builder } else { builder.http1_only() };
        let address = (Ipv4Addr::LOCALHOST, port).into();
        let client = builder.no_proxy().resolve(host, address).build().unwrap();
        for issuer in ISSUERS {
            let token = azures(issuer, audience);
            let url = format!("https://{host}:{port}{path}");
            let request = client.put(url).bearer_auth(&token).body(r#"{"value": "canary-value"}"#);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
            assert!(!answer.text().await.unwrap().contains(&token));
            tokens.push(token);
        }
    }
    let journal = format!("{}/admin/journal", program.value("Proxy URL:"));
    let plain = Client::builder().no_proxy().build().unwrap();
    let journal = plain.get(journal).send().await.unwrap().text().await.unwrap();
    let (success, log) = program.terminate();
    assert!(success);
    (log, tokens, journal)
}

fn assert_refused_and_untold(log: &str, tokens: &[String], journal: &str, asked: &str) {
    for issuer in ["sts.windows.net", "login.microsoftonline.com"] {
        let told = log.lines().filter(|line| {
            line.contains("A REAL AZURE TOKEN") && line.contains(issuer) && line.contains(asked)
        });
        assert_eq!(told.count(), 2, "{issuer}: {log}");
    }
    for token in tokens {
        for part in token.split('.') {
            // In the log's own quoting, or as bytes, it would be found by its start as well.
            let start = &part[..24.min(part.len())];
            let bytes = format!("{:?}", start.as_bytes());
            for text in [log, journal] {
                assert!(!text.contains(bytes.trim_matches(['[', ']'])), "{start}");
            }
            let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"RS256""#);
            assert!(!log.contains(&header[..24]) && !log.contains(start), "{start} in {log}");
            assert!(!journal.contains(start), "{start} in {journal}");
        }
    }
    assert!(!log.contains("canary-value") && !journal.contains("canary-value"));
}

#[tokio::test]
async fn a_real_azure_token_is_refused_by_a_vault_and_never_logged() {
    let path = "/secrets/s?api-version=7.6";
    let (log, tokens, journal) =
        sent(path, "kv-1.vault.localhost", "https://vault.azure.net").await;
    assert_refused_and_untold(&log, &tokens, &journal, "vault");
}

#[tokio::test]
async fn a_real_azure_token_is_refused_by_resource_manager_and_never_logged() {
    let path = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg?api-version=2024-11-01";
    let audience = "https://management.azure.com";
    let (log, tokens, journal) = sent(path, "localhost", audience).await;
    assert_refused_and_untold(&log, &tokens, &journal, "Resource Manager");
}

#[tokio::test]
async fn a_real_azure_token_is_refused_by_graph_and_never_logged() {
    let audience = "https://graph.microsoft.com";
    let (log, tokens, journal) = sent("/graph/v1.0/me", "localhost", audience).await;
    assert_refused_and_untold(&log, &tokens, &journal, "Microsoft Graph");
}
