//! Changes of one vault that run in parallel.

use std::{
    fmt,
    net::Ipv4Addr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use azure_core::{
    http::{AsyncRawResponse, Body, Context as CallContext, Method, Request, Url},
    stream::SeekableStream,
};
use azvault_emulator::Emulator;
use futures::{AsyncRead, FutureExt};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::{
    arm::{API_VERSION, Arm, code, refused},
    support::Vault,
};

/// A body that comes only once its gate is open.
#[derive(Clone)]
struct Gated {
    gate: Arc<AtomicBool>,
    left: Vec<u8>,
}

impl fmt::Debug for Gated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gated")
    }
}

impl AsyncRead for Gated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: &mut [u8],
    ) -> Poll<std::io::Result<usize>> {
        if !self.gate.load(Ordering::SeqCst) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let count = to.len().min(self.left.len());
        for (to, from) in to.iter_mut().zip(self.left.drain(..count)) {
            *to = from;
        }
        Poll::Ready(Ok(count))
    }
}

#[async_trait::async_trait]
impl SeekableStream for Gated {
    async fn reset(&mut self) -> azure_core::Result<()> {
        Ok(())
    }

    fn len(&self) -> Option<u64> {
        None
    }
}

/// The answer to a request whose body comes after `meanwhile` is done.
async fn overtaken(
    arm: &Arm,
    method: Method,
    path: &str,
    body: Value,
    meanwhile: impl AsyncFnOnce(),
) -> (u16, Value) {
    let url = format!("{}{path}?api-version={API_VERSION}", arm.emulator().management_url());
    let mut request = Request::new(Url::parse(&url).unwrap(), method);
    let token = arm.http.token.as_ref().unwrap();
    request.insert_header("authorization", format!("Bearer {token}"));
    let gate = Arc::new(AtomicBool::new(false));
    let body = Gated { gate: Arc::clone(&gate), left: body.to_string().into_bytes() };
    request.set_body(Body::SeekableStream(Box::new(body)));
    let transport = arm.emulator().in_memory_transport();
    let context = CallContext::new();
    let mut answer = Box::pin(transport.send(&context, &mut request));
    assert!(answer.as_mut().now_or_never().is_none(), "its body is not there yet");
    meanwhile().await;
    gate.store(true, Ordering::SeqCst);
    let answer: AsyncRawResponse = answer.await.unwrap();
    let status = u16::from(answer.status());
    let body = answer.into_body().collect().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

async fn conflicting() -> Arm {
    let arm = Arm::of(Emulator::builder().parallel_changes_conflict(true)).await;
    arm.put("kv-1", json!({})).await.ok();
    arm
}

#[tokio::test]
async fn of_parallel_changes_the_later_is_refused_in_the_services_words() {
    let tags = |value: &str| json!({"tags": {"a": value}});
    let arm = conflicting().await;
    let path = arm.vault_path("rg", "kv-1");
    let policies = format!("{path}/accessPolicies/add");
    let entry = json!({"properties": {"accessPolicies": [arm.policy(json!({"keys": ["get"]}))]}});
    for (method, path, body) in [
        (Method::Patch, &path, tags("late")),
        (Method::Put, &path, arm.body(json!({}))),
        (Method::Put, &policies, entry),
        (Method::Delete, &path, json!({})),
    ] {
        let meanwhile = async || {
            arm.patch("kv-1", tags("early")).await.ok();
        };
        let (status, body) = overtaken(&arm, method, path, body, meanwhile).await;
        assert_eq!((status, &body["error"]["code"]), (409, &json!("ConflictError")), "{method}");
        assert_eq!(
            body["error"]["message"],
            "A conflict occurred that prevented the operation from completing. The operation failed because the Key \
             Vault 'kv-1' changed from the point the operation began. This can happen if parallel operations are being \
             performed on the Key Vault. To prevent this error, serialize the operations so that only one operation is \
             performed on the Key Vault at a time. Follow this link for more information: \
             https://go.microsoft.com/fwlink/?linkid=2147741"
        );
        let vault = arm.get_vault("kv-1").await.ok();
        assert_eq!(vault["tags"], json!({"a": "early"}), "{method}");
        assert_eq!(vault["properties"]["accessPolicies"], json!([]), "{method}");
    }
    assert_eq!(arm.patch("kv-1", tags("again")).await.ok()["tags"]["a"], "again");
}

#[tokio::test]
async fn a_vault_that_is_made_twice_at_once_is_made_once() {
    let arm = conflicting().await;
    let path = arm.vault_path("rg", "kv-2");
    let body = arm.body(json!({}));
    let meanwhile = async || {
        arm.put("kv-2", json!({"enabledForDeployment": true})).await.ok();
    };
    let (status, body) = overtaken(&arm, Method::Put, &path, body, meanwhile).await;
    assert_eq!((status, &body["error"]["code"]), (409, &json!("ConflictError")));
    let vault = arm.get_vault("kv-2").await.ok();
    assert_eq!(vault["properties"]["enabledForDeployment"], true);
}

#[tokio::test]
async fn of_changes_that_are_sent_together_one_is_done_and_the_others_may_come_again() {
    let arm = conflicting().await;
    let patch = async |value: &str| {
        let tags = json!({"tags": {"a": value}});
        arm.patch("kv-1", tags).await
    };
    let (first, second, third) = futures::join!(patch("1"), patch("2"), patch("3"));
    assert_eq!(first.ok()["tags"]["a"], "1");
    for late in [second, third] {
        assert_eq!(code(&late), refused(409, "ConflictError"));
    }
    assert_eq!(patch("2").await.ok()["tags"]["a"], "2");
}

#[tokio::test]
async fn changes_of_other_vaults_and_reads_do_not_conflict() {
    let arm = conflicting().await;
    let path = arm.vault_path("rg", "kv-1");
    let meanwhile = async || {
        arm.get_vault("kv-1").await.ok();
        arm.put("kv-2", json!({})).await.ok();
    };
    let body = json!({"tags": {"a": "b"}});
    assert_eq!(overtaken(&arm, Method::Patch, &path, body, meanwhile).await.0, 200);
}

#[tokio::test]
async fn parallel_changes_come_one_after_the_other_unless_told_otherwise() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    let path = arm.vault_path("rg", "kv-1");
    let meanwhile = async || {
        arm.patch("kv-1", json!({"tags": {"a": "early"}})).await.ok();
    };
    let body = json!({"tags": {"a": "late"}});
    let (status, vault) = overtaken(&arm, Method::Patch, &path, body, meanwhile).await;
    assert_eq!((status, &vault["tags"]["a"]), (200, &json!("late")));
}

/// Over TLS, where the server asks for the body once it has seen the headers.
#[tokio::test]
async fn a_change_over_a_socket_begins_with_its_headers() {
    let emulator = Emulator::builder().parallel_changes_conflict(true).start().await.unwrap();
    let base = emulator.management_url();
    let mut http = Vault::at(emulator.clone(), base, "https://management.azure.com/.default").await;
    http.api_version = API_VERSION;
    let arm = Arm { http };
    assert_eq!(arm.put_group("rg").await.status(), 201);
    arm.put("kv-1", json!({})).await.ok();

    let ca = CertificateDer::from_pem_slice(emulator.ca_pem().as_bytes()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(ca).unwrap();
    let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, emulator.port())).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = TlsConnector::from(Arc::new(tls)).connect(name, socket).await.unwrap();
    let body = json!({"tags": {"a": "late"}}).to_string();
    let head = format!(
        "PATCH {}?api-version={API_VERSION} HTTP/1.1\r\nHost: localhost:{}\r\nAuthorization: Bearer {}\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        arm.vault_path("rg", "kv-1"),
        emulator.port(),
        arm.http.token.as_ref().unwrap(),
        body.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut asked = [0; 25];
    connection.read_exact(&mut asked).await.unwrap();
    assert_eq!(asked, *b"HTTP/1.1 100 Continue\r\n\r\n");
    arm.patch("kv-1", json!({"tags": {"a": "early"}})).await.ok();
    connection.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // The emulator closes as asked; whether with TLS's own goodbye does not matter.
    let _ = connection.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 409 "), "{answer}");
    assert!(answer.contains("ConflictError"), "{answer}");
    emulator.shutdown().await;
}
