//! Faults that need a socket: resets, broken framing, slow bytes, refused handshakes, ends of connections.

use std::{error::Error as _, io, time::Duration};

use azvault_emulator::Emulator;
use reqwest::{Certificate, Client, StatusCode, Version};

use crate::{latency::now, support::token};

const SCOPE: &str = "https://vault.azure.net/.default";

/// An emulator, clients for both versions of HTTP, the list of its keys and a token.
struct Wire {
    emulator: Emulator,
    http1: Client,
    http2: Client,
    url: String,
    token: String,
}

impl Wire {
    async fn new() -> Self {
        let emulator = Emulator::start().await.unwrap();
        let ca = Certificate::from_pem(emulator.ca_pem().as_bytes()).unwrap();
        let http1 = Client::builder()
            .tls_certs_only([ca])
            .no_proxy()
            .http1_only()
            .resolve("kv.vault.localhost", ([127, 0, 0, 1], emulator.port()).into())
            .build()
            .unwrap();
        let token = token(&emulator, azvault_emulator::Principal::default(), SCOPE).await;
        let url = format!("{}/keys?api-version=7.6", emulator.vault_url("kv"));
        Self { http2: emulator.http_client(), emulator, http1, url, token }
    }

    fn clients(&self) -> [&Client; 2] {
        [&self.http1, &self.http2]
    }

    async fn get(&self, client: &Client) -> reqwest::Result<reqwest::Response> {
        client.get(&self.url).bearer_auth(&self.token).send().await
    }

    async fn works(&self, client: &Client) {
        assert_eq!(self.get(client).await.unwrap().status(), StatusCode::OK);
    }
}

/// The kind of the I/O error at the bottom of this one.
fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut at: Option<&(dyn std::error::Error + 'static)> = error.source();
    let mut kind = None;
    while let Some(error) = at {
        kind = error.downcast_ref::<io::Error>().map(io::Error::kind).or(kind);
        at = error.source();
    }
    kind
}

#[tokio::test]
async fn a_reset_is_a_reset_of_tcp_before_and_after_processing() {
    let wire = Wire::new().await;
    for client in wire.clients() {
        wire.works(client).await;
        wire.emulator.faults().next(1).reset();
        let error = wire.get(client).await.unwrap_err();
        assert_eq!(io_kind(&error), Some(io::ErrorKind::ConnectionReset), "{error:?}");
        wire.works(client).await;
        wire.emulator.faults().next(1).reset_after_processing();
        let error = wire.get(client).await.unwrap_err();
        assert_eq!(io_kind(&error), Some(io::ErrorKind::ConnectionReset), "{error:?}");
        wire.works(client).await;
    }
}

#[tokio::test]
async fn a_reset_within_the_body_breaks_it() {
    let wire = Wire::new().await;
    for client in wire.clients() {
        wire.emulator.faults().next(1).reset_within_body(5);
        // The reset may overtake the head.
        if let Ok(answer) = wire.get(client).await {
            assert_eq!(answer.content_length(), Some(28));
            answer.bytes().await.unwrap_err();
        }
        wire.works(client).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_made_up_is_http() {
    let wire = Wire::new().await;
    let faults = wire.emulator.faults();
    for client in wire.clients() {
        for status in [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED] {
            faults.next(1).status(status.as_u16());
            let answer = wire.get(client).await.unwrap();
            assert_eq!((answer.status(), answer.text().await.unwrap().as_str()), (status, ""));
        }
        let order = serde_json::json!({"times": 1, "fault": {
            "kind": "respond", "status": 200, "body": {"text": "all of it"},
            "headers": [["content-length", "99"], ["Transfer-Encoding", "chunked"], ["connection", "upgrade"], ["x-own", "1"]],
        }});
        faults.place(serde_json::from_value(order).unwrap()).unwrap();
        let answer = wire.get(client).await.unwrap();
        assert_eq!(answer.headers()["x-own"], "1");
        assert_eq!(answer.text().await.unwrap(), "all of it");
        wire.works(client).await;
    }
}

#[tokio::test]
async fn a_body_cut_in_chunks_has_no_length_and_breaks() {
    let wire = Wire::new().await;
    for client in wire.clients() {
        wire.emulator.faults().next(1).truncate_chunked_body(5);
        let answer = wire.get(client).await.unwrap();
        assert_eq!((answer.status(), answer.content_length()), (StatusCode::OK, None));
        answer.bytes().await.unwrap_err();
        wire.works(client).await;
    }
}

#[tokio::test]
async fn a_large_body_has_its_length_and_arrives() {
    let wire = Wire::new().await;
    for client in wire.clients() {
        wire.emulator.faults().next(1).oversize_body(5 << 20, true);
        let answer = wire.get(client).await.unwrap();
        assert_eq!(answer.content_length(), Some((5 << 20) + 28));
        assert_eq!(answer.bytes().await.unwrap().len(), (5 << 20) + 28);
    }
}

#[tokio::test]
async fn one_stream_of_http2_can_be_reset_while_another_goes_on() {
    let wire = Wire::new().await;
    wire.works(&wire.http2).await;
    wire.emulator.faults().next(1).operation("GetSecrets").reset_stream();
    wire.emulator.faults().next(1).operation("GetKeys").delay(Duration::from_millis(200));
    let secrets = wire.url.replace("/keys", "/secrets");
    let (kept, reset) = tokio::join!(
        wire.get(&wire.http2),
        wire.http2.get(secrets).bearer_auth(&wire.token).send()
    );
    let kept = kept.unwrap();
    assert_eq!((kept.status(), kept.version()), (StatusCode::OK, Version::HTTP_2));
    assert!(format!("{:?}", reset.unwrap_err()).contains("Reset(StreamId("));
}

#[tokio::test]
async fn a_connection_can_end_after_the_answer() {
    let wire = Wire::new().await;
    wire.emulator.faults().next(1).close_connection().pass();
    let answer = wire.get(&wire.http1).await.unwrap();
    assert_eq!(answer.headers().get("connection").unwrap(), "close");
    answer.bytes().await.unwrap();
    wire.works(&wire.http1).await;
    // Over HTTP/2 by GOAWAY: the answer comes whole, and the next request on a new connection.
    wire.emulator.faults().next(1).close_connection().pass();
    let first = wire.get(&wire.http2).await.unwrap();
    assert_eq!(first.headers().get("connection"), None);
    let address = first.remote_addr();
    first.bytes().await.unwrap();
    let next = wire.get(&wire.http2).await.unwrap();
    assert!(next.remote_addr() == address, "the same port of the server");
    assert_eq!(next.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_slow_answer_drips_head_and_body_and_the_next_is_fast() {
    let wire = Wire::new().await;
    for client in wire.clients() {
        wire.works(client).await;
        let every = Duration::from_millis(2);
        wire.emulator.faults().next(1).drip(4, every);
        let begun = now();
        let slow = wire.get(client).await.unwrap();
        let head = begun.elapsed();
        assert_eq!(slow.bytes().await.unwrap().len(), 28);
        // HPACK makes a head of some hundred bytes as short as what is new in it, an id of 36 characters at least.
        assert!(head >= every * 4, "{head:?}");
        wire.emulator.faults().clear();
        wire.works(client).await;
    }
}

#[tokio::test]
async fn handshakes_are_refused_by_vault_while_connections_that_are_there_go_on() {
    let wire = Wire::new().await;
    wire.works(&wire.http2).await;
    let order = wire.emulator.faults().next(1).vault("kv").refuse_handshake();
    wire.works(&wire.http2).await;
    let error = wire.get(&wire.http1).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    let mut texts = format!("{error:?}");
    texts.make_ascii_lowercase();
    assert!(texts.contains("handshakefailure"), "{texts}");
    assert_eq!(order.struck(), 1);
    wire.works(&wire.http1).await;
    wire.emulator.faults().next(1).vault("another").refuse_handshake();
    let ca = Certificate::from_pem(wire.emulator.ca_pem().as_bytes()).unwrap();
    let fresh = Client::builder()
        .tls_certs_only([ca])
        .no_proxy()
        .resolve("kv.vault.localhost", ([127, 0, 0, 1], wire.emulator.port()).into())
        .build()
        .unwrap();
    wire.works(&fresh).await;
}

#[tokio::test]
async fn through_the_proxy_a_reset_is_one_too_and_imds_can_be_slow() {
    let emulator = Emulator::builder().proxy_port(0).start().await.unwrap();
    let ca = Certificate::from_pem(emulator.ca_pem().as_bytes()).unwrap();
    let proxy = emulator.proxy_url().unwrap();
    let client = Client::builder()
        .proxy(reqwest::Proxy::all(&proxy).unwrap())
        .tls_certs_only([ca])
        .build()
        .unwrap();
    let url = "https://kv.vault.azure.net/keys?api-version=7.6";
    emulator.faults().next(1).vault("kv").reset();
    let error = client.get(url).send().await.unwrap_err();
    assert_eq!(io_kind(&error), Some(io::ErrorKind::ConnectionReset), "{error:?}");
    assert_eq!(client.get(url).send().await.unwrap().status(), 401);
    let order = emulator
        .faults()
        .next(1)
        .service(azvault_emulator::Service::Imds)
        .drip(50, Duration::from_millis(1));
    let imds = format!(
        "{proxy}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net"
    );
    let plain = Client::builder().no_proxy().build().unwrap();
    let answer = plain.get(imds).header("metadata", "true").send().await.unwrap();
    assert_eq!((answer.status(), order.struck()), (StatusCode::OK, 1));
    assert!(answer.text().await.unwrap().contains("access_token"));
}
