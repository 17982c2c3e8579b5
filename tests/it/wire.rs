//! A server of the tests' own that does to its connections what it is told, and a transport that
//! takes a vault's requests to it. Its threads block on real sockets; nothing here waits for time.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Request, Transport};
use azvault_core::transport::TransportOptions;

/// A server on a loopback address.
pub(crate) struct Wire {
    port: u16,
    closing: Arc<AtomicBool>,
    acceptor: Option<thread::JoinHandle<()>>,
}

impl Wire {
    /// Gives each connection, with how many came before it, to `handle`, which runs on its own thread.
    pub(crate) fn serve(handle: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (closing, handle) = (Arc::new(AtomicBool::new(false)), Arc::new(handle));
        let closed = closing.clone();
        let acceptor = thread::spawn(move || {
            for (n, stream) in listener.incoming().enumerate() {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                let (handle, stream) = (handle.clone(), stream.unwrap());
                thread::spawn(move || handle(n, stream));
            }
        });
        Self { port, closing, acceptor: Some(acceptor) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The built-in transport, which finds this server at every address, without TLS.
    pub(crate) fn transport(&self) -> Transport {
        self.transport_to("127.0.0.1", TransportOptions::default().no_proxy())
    }

    /// The same with options, and this server under another name.
    pub(crate) fn transport_to(&self, host: &str, options: TransportOptions) -> Transport {
        let (host, inner) = (host.to_owned(), options.build().unwrap());
        Transport::new(Arc::new(Plain { host, port: self.port, inner }))
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // So that it looks whether it is over.
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().unwrap();
        }
    }
}

/// Takes requests for any vault to one server without TLS.
#[derive(Debug)]
struct Plain {
    host: String,
    port: u16,
    inner: Transport,
}

#[async_trait]
impl HttpClient for Plain {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut request = request.clone();
        request.url_mut().set_scheme("http").unwrap();
        request.url_mut().set_host(Some(&self.host)).unwrap();
        request.url_mut().set_port(Some(self.port)).unwrap();
        self.inner.send(&azure_core::http::Context::new(), &mut request).await
    }
}

/// One request, head and body; nothing once the connection is closed.
pub(crate) fn read_request(mut stream: impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0_usize) {
                return Some(text);
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

/// An answer with these headers, each on a line, and the length of its body.
pub(crate) fn answer(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let head = format!("HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Writes as much as the other side takes.
pub(crate) fn send(mut stream: impl Write, bytes: &[u8]) {
    let _taken = stream.write_all(bytes).and_then(|()| stream.flush());
}

/// Stays until the other side goes.
pub(crate) fn hold(mut stream: impl Read) {
    while matches!(stream.read(&mut [0; 4096]), Ok(1..)) {}
}
