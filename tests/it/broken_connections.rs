//! Connections that break, stall or lie, over real sockets.

use std::{
    net::TcpStream,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use azvault_core::{
    Error, ErrorKind,
    retry::{RetryPolicy, StopReason},
    transport::TransportOptions,
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use bytes::Bytes;
use serde_json::json;

use crate::wire::{Wire, answer, hold, read_request, send};

const FINE: &str = r#"{"id":"fine"}"#;

fn client(wire: &Wire) -> ProbeClient {
    over(wire.transport())
}

fn over(transport: azure_core::http::Transport) -> ProbeClient {
    let script = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::steady()).transport(transport);
    // At once, so that nothing waits: how long to wait is shown elsewhere.
    builder.retry(RetryPolicy::default().max_retries(2).backoff(AtOnce)).build().unwrap()
}

#[derive(Debug)]
struct AtOnce;

impl azvault_core::retry::Backoff for AtOnce {
    fn delay(&self, _: azvault_core::retry::RetryCause, _: u32, _: f64) -> Duration {
        Duration::ZERO
    }
}

/// Closes both ways, now.
fn close(stream: &TcpStream) {
    let _closed = stream.shutdown(std::net::Shutdown::Both);
}

type Break = fn(&TcpStream);

/// The ways to break off an answer: before its head, within it, within its body.
const BREAKS: [(&str, Break); 5] = [
    ("unread", |_| {}),
    ("before the head", |stream| {
        read_request(stream);
        close(stream);
    }),
    ("within the head", |stream| {
        read_request(stream);
        send(stream, b"HTTP/1.1 200 OK\r\ncontent-le");
        close(stream);
    }),
    ("within the body", |stream| {
        read_request(stream);
        send(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"id\":");
        close(stream);
    }),
    ("within a chunk", |stream| {
        read_request(stream);
        send(stream, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nd\r\n{\"id\":");
        close(stream);
    }),
];

#[tokio::test]
async fn a_connection_that_breaks_anywhere_costs_what_is_idempotent_another_attempt() {
    for (place, broken) in BREAKS {
        let wire = Wire::serve(move |n, stream| match n {
            0 => broken(&stream),
            _ => {
                read_request(&stream);
                send(&stream, &answer(200, &[], FINE));
            }
        });
        let got = client(&wire).update("k", &json!({"n": 1})).await;
        assert_eq!(got.unwrap()["id"], "fine", "{place}");
    }
}

#[tokio::test]
async fn a_create_whose_connection_breaks_is_sent_once_and_its_doubt_is_told() {
    for (place, broken) in &BREAKS[1..] {
        let requests = Arc::new(AtomicUsize::new(0));
        let (count, broken) = (requests.clone(), *broken);
        let wire = Wire::serve(move |_, stream| {
            count.fetch_add(1, Ordering::SeqCst);
            broken(&stream);
        });
        let error = client(&wire).create("k", &json!({"n": 1})).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{place}: {error:?}");
        assert_eq!(error.stop_reason(), Some(&StopReason::Ambiguous), "{place}");
        assert!(error.may_have_been_sent(), "{place}");
        assert_eq!(requests.load(Ordering::SeqCst), 1, "{place}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_a_whole_answer_costs_nothing() {
    let wire = Wire::serve(|_, stream| {
        read_request(&stream);
        send(&stream, &answer(200, &["connection: close"], FINE));
        close(&stream);
    });
    for _ in 0..3 {
        let answer = client(&wire).create("k", &json!({})).send_for_response().await.unwrap();
        assert_eq!(u16::from(answer.status()), 200);
    }
}

#[tokio::test]
async fn json_that_ends_early_is_wrong_with_the_right_length_and_broken_with_a_longer_one() {
    for (head, kind, requests) in [
        ("content-length: 7", ErrorKind::InvalidResponse, 1),
        ("content-length: 13", ErrorKind::Transport, 3),
        // As long as the connection: nobody can tell, and JSON cannot be half.
        ("connection: close", ErrorKind::InvalidResponse, 1),
    ] {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let wire = Wire::serve(move |_, stream| {
            read_request(&stream);
            counter.fetch_add(1, Ordering::SeqCst);
            send(&stream, format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{{\"id\":\"").as_bytes());
        });
        let error = client(&wire).get("k").await.unwrap_err();
        assert_eq!((error.kind(), count.load(Ordering::SeqCst)), (kind, requests), "{head}");
    }
}

#[tokio::test]
async fn a_server_that_goes_silent_is_left_at_the_time_limit_of_reading() {
    // In the head, or in the body. Once it is silent, no socket is awaited any more, so that the
    // clock may stand still and be moved on.
    for said in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"] {
        let (silent, heard) = futures::channel::oneshot::channel();
        let silent = Mutex::new(Some(silent));
        let wire = Wire::serve(move |_, stream| {
            read_request(&stream);
            send(&stream, said.as_bytes());
            if let Some(silent) = silent.lock().unwrap().take() {
                silent.send(()).unwrap();
            }
            hold(&stream);
        });
        let options = TransportOptions::default().no_proxy().read_timeout(Duration::from_secs(7));
        let client = over(wire.transport_to("127.0.0.1", options));
        let call = client.get("k").with_retry(RetryPolicy::none());
        let pause = async {
            heard.await.unwrap();
            tokio::time::pause();
        };
        let start = client.client().pipeline().clock().elapsed();
        let (answer, ()) = futures::join!(call.send(), pause);
        let waited = client.client().pipeline().clock().elapsed() - start;
        tokio::time::resume();
        let error = answer.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Transport), "{error:?}");
        assert!(error.may_have_been_sent());
        assert!(waited >= Duration::from_secs(6) && waited < Duration::from_secs(9), "{waited:?}");
    }
}

/// A transport whose answers come a byte at a time.
#[derive(Debug)]
struct Drip(Arc<dyn azvault_core::time::Clock>);

#[async_trait::async_trait]
impl azure_core::http::HttpClient for Drip {
    async fn execute_request(
        &self,
        _: &azure_core::http::Request,
    ) -> azure_core::Result<azure_core::http::AsyncRawResponse> {
        let bytes = futures::stream::unfold(self.0.clone(), |clock| async move {
            clock.sleep(Duration::from_secs(5)).await;
            Some((Ok(Bytes::from_static(b" ")), clock))
        });
        let headers = azure_core::http::headers::Headers::new();
        Ok(azure_core::http::AsyncRawResponse::new(200.into(), headers, Box::pin(bytes)))
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_drips_for_ever_is_left_at_the_end_of_the_calls_time() {
    let clock = azvault_core::time::SystemClock::shared();
    let client = over(azure_core::http::Transport::new(Arc::new(Drip(clock.clone()))));
    let error = client.get("k").with_timeout(Duration::from_secs(47)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(clock.elapsed() < Duration::from_secs(48), "{:?}", clock.elapsed());
}

#[tokio::test]
async fn a_connection_that_went_stale_in_the_pool_costs_a_get_one_attempt_and_a_create_its_answer()
{
    for create in [false, true] {
        let (said, heard) = mpsc::channel();
        let wire = Wire::serve(move |n, stream| {
            // The first connection serves one request; the second one finds it going.
            while let Some(request) = read_request(&stream) {
                said.send((n, request.lines().next().unwrap().to_owned())).unwrap();
                match (n, request.contains("/warm")) {
                    (0, false) => return close(&stream),
                    _ => send(&stream, &answer(200, &[], FINE)),
                }
            }
        });
        let client = client(&wire);
        client.get("warm").await.unwrap();
        let result = match create {
            true => client.create("k", &json!({"n": 1})).await,
            false => client.get("k").await,
        };
        let connections: Vec<usize> = heard.try_iter().map(|(n, _)| n).collect();
        match create {
            false => {
                result.unwrap();
                assert_eq!(connections, [0, 0, 1]);
            }
            true => {
                let error = result.unwrap_err();
                assert!(error.may_have_been_sent(), "{error:?}");
                assert_eq!(connections, [0, 0], "a create was sent again");
            }
        }
    }
}

fn error_of(sent: Vec<u8>) -> (Wire, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let wire = Wire::serve(move |_, stream| {
        while let Some(request) = read_request(&stream) {
            assert!(!request.to_ascii_lowercase().contains("accept-encoding"), "{request}");
            counter.fetch_add(1, Ordering::SeqCst);
            send(&stream, &sent);
        }
    });
    (wire, count)
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_bounded_and_told_with_its_status() {
    let page = format!("<html>{}</html>", "canary ".repeat(1_500_000));
    let huge = vec![b' '; 49 * 1024 * 1024];
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    // What a gzip bomb looks like to who does not unpack it.
    let bomb = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xed\xc1\x01\x0d\x00\x00\x00\xc2\xa0";
    let gzip = ["content-encoding: gzip"];
    for (what, sent) in [
        ("a portal", answer(200, &["content-type: text/html"], "<html>canary</html>")),
        ("10 MB", answer(200, &["content-type: text/html"], page)),
        ("49 MiB", answer(200, &[], huge)),
        ("deep", answer(200, &[], deep)),
        ("a bomb", answer(200, &gzip, bomb)),
    ] {
        let (wire, count) = error_of(sent);
        let error: Error = client(&wire).get("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{what}: {error:?}");
        assert_eq!(count.load(Ordering::SeqCst), 1, "{what} was asked for again");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("canary") && text.len() < 2000, "{what}: {text}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_its_target_hears_nothing() {
    for status in [301, 302, 303, 307, 308] {
        let (said, heard) = mpsc::channel();
        let target = Wire::serve(move |_, stream| {
            said.send(read_request(&stream)).unwrap();
        });
        let location = format!("location: http://127.0.0.1:{}/things/k", target.port());
        let (wire, count) = error_of(answer(status, &[&location], ""));
        let error = client(&wire).update("k", &json!({"secret": "s"})).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert_eq!(error.status().map(u16::from), Some(status));
        assert_eq!(count.load(Ordering::SeqCst), 1);
        drop(target);
        assert!(heard.try_iter().next().is_none(), "the target of a {status} was called");
    }
}

#[tokio::test]
async fn challenges_in_repeated_headers_are_all_read() {
    let wire = Wire::serve(|_, stream| {
        while let Some(request) = read_request(&stream) {
            let headers = [
                r#"www-authenticate: Basic realm="a, b""#,
                r#"www-authenticate: Bearer authorization="https://login.example/t1", resource="https://vault.example:8443""#,
                "www-authenticate: Negotiate",
            ];
            match request.to_ascii_lowercase().contains("authorization: bearer") {
                true => send(&stream, &answer(200, &[], FINE)),
                false => send(&stream, &answer(401, &headers, "")),
            }
        }
    });
    let script = Script::always(Answer::fine());
    let clerk = Clerk::rotating();
    let builder = ProbeClient::builder(azvault_tests::LOCAL, &script, &clerk);
    let client = builder.transport(wire.transport()).build().unwrap();
    client.get("k").await.unwrap();
    assert_eq!(clerk.asked()[0].tenant.as_deref(), Some("t1"));
}

#[tokio::test]
async fn a_header_of_64_kib_is_an_error_and_no_more() {
    let header = format!("www-authenticate: Bearer resource=\"{}\"", "x".repeat(65_536));
    let (wire, count) = error_of(answer(401, &[&header], ""));
    let error = client(&wire).get("k").await.unwrap_err();
    assert!(error.to_string().len() < 1000);
    assert!(count.load(Ordering::SeqCst) <= 3);
}

#[tokio::test]
async fn a_name_with_a_dead_address_first_is_reached_by_the_other() {
    // `localhost` is ::1 and 127.0.0.1 on most machines; only the second has a server.
    let wire = Wire::serve(|_, stream| {
        read_request(&stream);
        send(&stream, &answer(200, &[], FINE));
    });
    let client = over(wire.transport_to("localhost", TransportOptions::default().no_proxy()));
    client.get("k").await.unwrap();
}

#[tokio::test]
async fn nobody_there_is_no_connection_and_surely_nothing_was_sent() {
    let wire = Wire::serve(|_, _| {});
    let transport = wire.transport();
    drop(wire);
    let error = over(transport).create("k", &json!({"n": 1})).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 3));
    assert!(!error.may_have_been_sent());
}

#[tokio::test]
async fn a_proxy_that_asks_for_a_password_is_told_and_hears_no_token() {
    let (said, heard) = mpsc::channel();
    let proxy = Wire::serve(move |_, stream| {
        said.send(read_request(&stream)).unwrap();
        let headers = ["proxy-authenticate: Basic realm=\"proxy\"", "connection: close"];
        send(&stream, &answer(407, &headers, "<html>canary</html>"));
    });
    // Through the tunnel that TLS needs.
    let options = TransportOptions::default().proxy(format!("http://127.0.0.1:{}", proxy.port()));
    let client = over(options.build().unwrap());
    let error = client.create("k", &json!({"n": 1})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error:?}");
    assert!(!error.may_have_been_sent());
    assert!(error.explain().unwrap().contains("proxy"), "{error:?}");
    let requests: Vec<String> = heard.try_iter().flatten().collect();
    assert_eq!(requests.len(), 1, "another attempt would end the same: {requests:?}");
    for request in requests {
        assert!(request.starts_with("CONNECT v.vault.azure.net:443"), "{request}");
        assert!(!request.contains("the-token"), "{request}");
    }
}
