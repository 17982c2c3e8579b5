//! The same over TLS: both loopback addresses, both HTTP versions, public names, broken connections.

use std::time::Duration;

use azure_core::http::{Context, Method, Request, Url};
use azvault_emulator::{Emulator, Principal};
use reqwest::{Client, StatusCode, Version};
use serde_json::{Value, json};

use crate::support::token;

const SCOPE: &str = "https://vault.azure.net/.default";

async fn started() -> (Emulator, Client, String) {
    let emulator = Emulator::start().await.unwrap();
    let token = token(&emulator, Principal::default(), SCOPE).await;
    (emulator.clone(), emulator.http_client(), token)
}

#[tokio::test]
async fn a_key_is_made_and_read_over_http2() {
    let (emulator, client, token) = started().await;
    let url = format!("{}/keys/k", emulator.vault_url("kv"));
    let made = client
        .post(format!("{url}/create?api-version=7.6"))
        .bearer_auth(&token)
        .body(r#"{"kty":"EC"}"#);
    let made = made.send().await.unwrap();
    assert_eq!((made.status(), made.version()), (StatusCode::OK, Version::HTTP_2));
    let made: Value = serde_json::from_str(&made.text().await.unwrap()).unwrap();
    assert!(made["key"]["kid"].as_str().unwrap().starts_with(&url), "with the port: {made}");
    let read =
        client.get(format!("{url}?api-version=7.6")).bearer_auth(&token).send().await.unwrap();
    let read: Value = serde_json::from_str(&read.text().await.unwrap()).unwrap();
    assert_eq!(read, made);
}

#[tokio::test]
async fn both_loopback_addresses_answer_on_the_same_port() {
    let (emulator, _, _) = started().await;
    let ca = || reqwest::Certificate::from_pem(emulator.ca_pem().as_bytes()).unwrap();
    // Rightly skipped only where the machine has no [::1] at all.
    let v6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    let mut hosts = vec!["127.0.0.1"];
    hosts.extend(v6.then_some("[::1]"));
    for host in hosts {
        let plain =
            Client::builder().tls_certs_only([ca()]).no_proxy().http1_only().build().unwrap();
        let url = format!("https://{host}:{}/common/discovery/instance", emulator.port());
        let answer = plain.get(url).send().await.unwrap();
        assert_eq!(
            (answer.status(), answer.version()),
            (StatusCode::OK, Version::HTTP_11),
            "{host}"
        );
    }
}

#[tokio::test]
async fn management_is_reached_over_tls_beside_entra() {
    let (emulator, client, _) = started().await;
    let credential = emulator.credential();
    let scope = format!("{}/.default", emulator.management_url());
    let token = credential.get_token(&[&scope], None).await.unwrap();
    let group = format!(
        "{}/subscriptions/{}/resourcegroups/rg?api-version=2024-11-01",
        emulator.management_url(),
        emulator.subscription_id()
    );
    let send = async |method: reqwest::Method| {
        let request = client.request(method, &group).bearer_auth(token.token.secret());
        request.body(r#"{"location":"westus"}"#).send().await.unwrap().status()
    };
    assert_eq!(send(reqwest::Method::HEAD).await, StatusCode::NOT_FOUND);
    assert_eq!(send(reqwest::Method::PUT).await, StatusCode::CREATED);
    assert_eq!(send(reqwest::Method::HEAD).await, StatusCode::NO_CONTENT);
    assert_eq!(send(reqwest::Method::DELETE).await, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn the_public_clouds_names_lead_here() {
    let (emulator, client, token) = started().await;
    for host in ["kv.vault.azure.net", "kv.vault.usgovcloudapi.net"] {
        let answer =
            client.get(format!("https://{host}/keys?api-version=7.6")).bearer_auth(&token).send();
        assert_eq!(answer.await.unwrap().status(), StatusCode::OK, "{host}");
    }
    for host in ["login.microsoftonline.com", "login.windows.net"] {
        let answer =
            client.get(format!("https://{host}/common/v2.0/.well-known/openid-configuration"));
        assert_eq!(answer.send().await.unwrap().status(), StatusCode::OK, "{host}");
    }
    let url = "https://management.azure.com/metadata/endpoints?api-version=2022-09-01";
    assert_eq!(client.get(url).send().await.unwrap().status(), StatusCode::OK);
    let transport = emulator.transport();
    let url = Url::parse("https://pool.managedhsm.azure.net/keys?api-version=7.6").unwrap();
    let answer =
        transport.send(&Context::new(), &mut Request::new(url, Method::Get)).await.unwrap();
    assert_eq!(u16::from(answer.status()), 401);
}

#[tokio::test]
async fn other_names_are_not_resolved() {
    let (emulator, client, _) = started().await;
    for host in ["example.com", "vault.azure.net", "a.b.vault.localhost"] {
        let error = client.get(format!("https://{host}/")).send().await.unwrap_err();
        assert!(error.is_connect(), "{host}: {error:?}");
    }
    let url = Url::parse("https://example.com/").unwrap();
    let error = emulator
        .transport()
        .send(&Context::new(), &mut Request::new(url, Method::Get))
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), azure_core::error::ErrorKind::Connection), "{error:?}");
}

#[tokio::test]
async fn in_memory_nothing_is_reached_by_the_network() {
    let emulator = Emulator::in_memory();
    let error = emulator.http_client().get("https://example.com/").send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert_eq!(emulator.ca_pem(), "");
    let url = Url::parse(&format!("{}/keys", emulator.vault_url("kv"))).unwrap();
    let answer =
        emulator.transport().send(&Context::new(), &mut Request::new(url, Method::Get)).await;
    assert_eq!(u16::from(answer.unwrap().status()), 401);
}

#[tokio::test]
async fn another_emulators_authority_is_not_trusted() {
    let (one, ..) = started().await;
    let (_, other_client, _) = started().await;
    let error = other_client.get(one.authority()).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn a_dropped_connection_closes_it_in_both_http_versions() {
    let (emulator, client, token) = started().await;
    let ca = reqwest::Certificate::from_pem(emulator.ca_pem().as_bytes()).unwrap();
    let http1 = Client::builder().tls_certs_only([ca]).no_proxy().http1_only();
    let http1 = http1
        .resolve("kv.vault.localhost", ([127, 0, 0, 1], emulator.port()).into())
        .build()
        .unwrap();
    let url = format!("{}/keys?api-version=7.6", emulator.vault_url("kv"));
    for client in [client, http1] {
        emulator.faults().next(1).disconnect();
        client.get(&url).bearer_auth(&token).send().await.unwrap_err();
        assert_eq!(
            client.get(&url).bearer_auth(&token).send().await.unwrap().status(),
            StatusCode::OK
        );

        emulator.faults().next(1).truncate_body(5);
        let cut = client.get(&url).bearer_auth(&token).send().await.unwrap();
        assert_eq!((cut.status(), cut.content_length()), (StatusCode::OK, Some(28)));
        cut.text().await.unwrap_err();
    }
}

#[tokio::test]
async fn a_dropped_connection_is_an_io_error_of_the_transport() {
    let emulator = Emulator::start().await.unwrap();
    let url = Url::parse(&format!("{}/keys", emulator.vault_url("kv"))).unwrap();
    let mut request = Request::new(url, Method::Get);
    emulator.faults().next(1).disconnect();
    let transport = emulator.transport();
    let error = transport.send(&Context::new(), &mut request).await.unwrap_err();
    assert!(matches!(error.kind(), azure_core::error::ErrorKind::Io), "{error:?}");
    emulator.faults().next(1).truncate_body(5);
    let answer = transport.send(&Context::new(), &mut request).await.unwrap();
    let error = answer.into_body().collect().await.unwrap_err();
    assert!(matches!(error.kind(), azure_core::error::ErrorKind::Io), "{error:?}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let (emulator, client, token) = started().await;
    let url = format!("{}/keys/k/create?api-version=7.6", emulator.vault_url("kv"));
    let answer = client
        .post(url)
        .bearer_auth(&token)
        .body(vec![b' '; 2 * 1024 * 1024])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_transports_requests_carry_their_bodies_and_headers() {
    let (emulator, _, token) = started().await;
    let url = format!("{}/keys/k/create?api-version=7.6", emulator.vault_url("kv"));
    let mut request = Request::new(Url::parse(&url).unwrap(), Method::Post);
    request.insert_header("authorization", format!("Bearer {token}"));
    request.set_body(json!({"kty": "EC"}).to_string());
    let answer = emulator.transport().send(&Context::new(), &mut request).await.unwrap();
    assert_eq!(u16::from(answer.status()), 200);
    let body: Value = serde_json::from_slice(&answer.into_body().collect().await.unwrap()).unwrap();
    assert_eq!(body["key"]["kty"], "EC");
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let (emulator, ..) = started().await;
    let error = Emulator::builder().port(emulator.port()).start().await.unwrap_err();
    assert_eq!(error.to_string(), "the emulator could not listen");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn shutdown_and_drop_both_end_the_service() {
    let (emulator, client, _) = started().await;
    let url = format!("{}/common/discovery/instance", emulator.authority());
    client.get(&url).send().await.unwrap();
    emulator.shutdown().await;
    client.get(&url).send().await.unwrap_err();

    let (emulator, client, _) = started().await;
    let url = format!("{}/common/discovery/instance", emulator.authority());
    client.get(&url).send().await.unwrap();
    drop(emulator);
    // Ending the tasks takes the runtime a moment.
    let gone = async {
        while client.get(&url).send().await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
}

/// Over HTTP/2 a connection ends with a ping, which nobody answers whose runtime does not run.
#[test]
fn a_client_that_does_nothing_does_not_hold_up_the_shutdown() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (server, client) = (
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap(),
        runtime(),
    );
    let emulator = server.block_on(Emulator::start()).unwrap();
    let http = client.block_on(async {
        let http = emulator.http_client();
        let url = format!("{}/common/discovery/instance", emulator.authority());
        let answer = http.get(url).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
        answer.bytes().await.unwrap();
        http
    });
    server.block_on(async {
        tokio::time::timeout(Duration::from_secs(4), emulator.shutdown()).await.unwrap();
    });
    drop((http, client));
}
