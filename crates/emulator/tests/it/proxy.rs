//! The second way in: names of the public cloud through a proxy that never forwards.

use std::time::Duration;

use azvault_emulator::Emulator;
use reqwest::{Certificate, Client, Proxy, StatusCode};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn started() -> (Emulator, Client) {
    let emulator = Emulator::builder().proxy_port(0).start().await.unwrap();
    let client = Client::builder()
        .proxy(Proxy::all(emulator.proxy_url().unwrap()).unwrap())
        .tls_certs_only([Certificate::from_pem(emulator.ca_pem().as_bytes()).unwrap()])
        .build()
        .unwrap();
    (emulator, client)
}

/// What the proxy's port answers to these bytes, to the end of the connection.
async fn said(emulator: &Emulator, request: &str) -> String {
    let mut stream = connected(emulator).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is an end as well.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

async fn connected(emulator: &Emulator) -> TcpStream {
    let url = emulator.proxy_url().unwrap();
    TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap()
}

#[tokio::test]
async fn names_of_every_cloud_and_local_ones_are_answered_through_it() {
    let (emulator, client) = started().await;
    let local = emulator.vault_url("kv");
    for (url, status) in [
        ("https://kv.vault.azure.net/secrets?api-version=7.6", 401),
        ("https://kv.vault.azure.net:8443/secrets?api-version=7.6", 401),
        ("https://kv.vault.usgovcloudapi.net/secrets?api-version=7.6", 401),
        ("https://pool.managedhsm.azure.net/keys?api-version=7.6", 401),
        (&format!("{local}/secrets?api-version=7.6"), 401),
        ("https://login.microsoftonline.com/common/discovery/instance", 200),
        (&format!("{}/common/discovery/instance", emulator.authority()), 200),
        ("https://management.azure.com/subscriptions?api-version=2022-12-01", 401),
    ] {
        let answer = client.get(url).send().await.unwrap();
        assert_eq!(answer.status(), status, "{url}");
    }
    assert_eq!(emulator.journal().len(), 8);
}

#[tokio::test]
async fn any_other_host_is_refused_by_name_and_nothing_is_forwarded() {
    let (emulator, client) = started().await;
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let port = elsewhere.local_addr().unwrap().port();
    for host in [
        "example.com:443".to_owned(),
        "kv.vault.azure.net.example.com:443".to_owned(),
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
    ] {
        let answer = said(
            &emulator,
            &format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        )
        .await;
        let name = host.rsplit_once(':').unwrap().0;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
        assert!(answer.contains(&format!("does not forward to {name}")), "{answer}");
        assert!(client.get(format!("https://{host}/")).send().await.unwrap_err().is_connect());
    }
    let plain = client.get("http://example.com/secret-path?code=x").send().await.unwrap();
    assert_eq!(plain.status(), StatusCode::FORBIDDEN);
    let text = plain.text().await.unwrap();
    assert!(text.contains("example.com") && !text.contains("secret-path"), "{text}");
    assert_eq!(elsewhere.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    assert!(emulator.journal().is_empty());
}

#[tokio::test]
async fn managed_identity_is_answered_in_both_forms_and_its_token_opens_a_vault() {
    let (emulator, client) = started().await;
    let proxy = emulator.proxy_url().unwrap();
    let direct = Client::builder().no_proxy().build().unwrap();
    let resource = "resource=https://vault.azure.net";
    let app_service = direct
        .get(format!("{proxy}/msi/token?api-version=2019-08-01&{resource}"))
        .header("X-IDENTITY-HEADER", "any");
    let machine = direct
        .get(format!("{proxy}/metadata/identity/oauth2/token?api-version=2018-02-01&{resource}"))
        .header("Metadata", "true");
    let through = client
        .get(format!(
            "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&{resource}"
        ))
        .header("Metadata", "true");
    for request in [app_service, machine, through] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let list = client
            .get("https://kv.vault.azure.net/secrets?api-version=7.6")
            .bearer_auth(answer["access_token"].as_str().unwrap());
        assert_eq!(list.send().await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn a_web_page_whose_name_leads_here_gets_no_token() {
    let (emulator, _) = started().await;
    let request = "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=a HTTP/1.1\r\n\
                   Host: rebound.example\r\nMetadata: true\r\nConnection: close\r\n\r\n";
    let answer = said(&emulator, request).await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && !answer.contains("access_token"), "{answer}");
}

#[tokio::test]
async fn what_is_no_http_or_too_long_ends_the_connection_alone() {
    let (emulator, client) = started().await;
    let long =
        format!("CONNECT kv.vault.azure.net:443 HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(200_000));
    let no_target = "CONNECT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for request in ["nonsense\r\n\r\n", no_target, &long, "\u{16}\u{3}\u{1}"] {
        let answer = said_and_closed(&emulator, request).await;
        assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    }
    let answer = client.get("https://kv.vault.azure.net/keys?api-version=7.6").send().await;
    assert_eq!(answer.unwrap().status(), StatusCode::UNAUTHORIZED);
}

/// As [`said`], of a client that has nothing more to say.
async fn said_and_closed(emulator: &Emulator, request: &str) -> String {
    let mut stream = connected(emulator).await;
    // The other side may have hung up on what is too long.
    let _ = stream.write_all(request.as_bytes()).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn half_open_connections_are_closed_at_shutdown() {
    let (emulator, _) = started().await;
    let mut silent = connected(&emulator).await;
    let mut half_a_head = connected(&emulator).await;
    half_a_head.write_all(b"CONNECT kv.vault").await.unwrap();
    let mut tunnel = connected(&emulator).await;
    tunnel.write_all(b"CONNECT kv.vault.azure.net:443 HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    tunnel.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    tokio::time::timeout(Duration::from_secs(4), emulator.shutdown()).await.unwrap();
    for stream in [&mut silent, &mut half_a_head, &mut tunnel] {
        let mut rest = Vec::new();
        // Either an end or a reset.
        let _ = stream.read_to_end(&mut rest).await;
    }
    let url = emulator.proxy_url().unwrap();
    assert!(TcpStream::connect(url.strip_prefix("http://").unwrap()).await.is_err());
}
