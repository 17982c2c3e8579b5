//! A vault of a running emulator, with a token for it.

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{
    HeaderValue, Method, Request,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT},
};
use http_body_util::Full;
use tokio::runtime::Runtime;

use super::{Answer, Connection, Http, Place};
use crate::emulator::program::Program;

const API_VERSION: &str = "2026-04-01";
/// As long as those of programs.
const AGENT: &str = "azvault-bench/0.1.0 (linux; x86_64)";

/// Where a vault is, and what requests to it begin with.
#[derive(Clone)]
pub(in super::super) struct Vault {
    place: Place,
    host: String,
    token: HeaderValue,
}

impl Vault {
    /// Signs in at an emulator that listens and takes one of its vaults.
    ///
    /// # Errors
    /// When it does not say where it is, or gives no token.
    pub(in super::super) async fn sign_in(program: &Program, name: &str) -> Result<Self> {
        let authority = program.told("Authority")?;
        let (_, port) = authority.rsplit_once(':').context("the authority has no port")?;
        let ca = std::fs::read(program.told("CA certificate")?)?;
        let place = Place::new(port.parse()?, &ca)?;
        let url = format!("/{}/oauth2/v2.0/token", program.told("Tenant")?);
        let form = "grant_type=client_credentials&client_id=local&client_secret=local\
                    &scope=https%3A%2F%2Fvault.azure.net%2F.default";
        let request = Request::post(url)
            .header(HOST, format!("localhost:{port}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from_static(form.as_bytes())))?;
        let mut connection = Connection::open(&place, "localhost", Http::One).await?;
        let answer = connection.send(request).await?.json()?;
        let token = answer.get("access_token").and_then(|token| token.as_str());
        let mut token = HeaderValue::try_from(format!("Bearer {}", token.context("no token")?))?;
        // HTTP/2 sends it in full once in a connection, as with other clients.
        token.set_sensitive(false);
        Ok(Self { place, host: format!("{name}.vault.localhost"), token })
    }

    /// Another vault of the same emulator.
    pub(in super::super) fn other(&self, name: &str) -> Self {
        Self { host: format!("{name}.vault.localhost"), ..self.clone() }
    }

    /// The same requests, sent to another server.
    pub(in super::super) fn at(&self, place: Place) -> Self {
        Self { place, ..self.clone() }
    }

    pub(in super::super) fn place(&self) -> &Place {
        &self.place
    }

    pub(in super::super) fn host(&self) -> &str {
        &self.host
    }

    /// A request of either version of HTTP, with the API's version.
    pub(in super::super) fn request(
        &self,
        http: Http,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Request<Full<Bytes>>> {
        self.request_to(http, method, format!("{path}?api-version={API_VERSION}"), body)
    }

    /// What a link of an answer asks for, over HTTP/2.
    pub(in super::super) fn follow(&self, link: &str) -> Result<Request<Full<Bytes>>> {
        let authority = format!("https://{}:{}", self.host, self.place.port());
        let path = link.strip_prefix(&authority).context("a link that leads elsewhere")?;
        self.request_to(Http::Two, Method::GET, path.to_owned(), None)
    }

    fn request_to(
        &self,
        http: Http,
        method: Method,
        path: String,
        body: Option<String>,
    ) -> Result<Request<Full<Bytes>>> {
        let authority = format!("{}:{}", self.host, self.place.port());
        let mut request = Request::builder()
            .method(method)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, AGENT)
            .header("x-ms-client-request-id", "0b6b3c5e-7f4a-4a7e-9d0e-3d6f6a1c2b4f")
            .header(AUTHORIZATION, self.token.clone());
        request = match http {
            Http::One => request.uri(path).header(HOST, authority),
            Http::Two => request.uri(format!("https://{authority}{path}")),
        };
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        Ok(request.body(Full::new(Bytes::from(body.unwrap_or_default())))?)
    }

    pub(in super::super) fn get(&self, http: Http, name: &str) -> Result<Request<Full<Bytes>>> {
        self.request(http, Method::GET, &format!("/secrets/{name}"), None)
    }

    pub(in super::super) fn set(
        &self,
        http: Http,
        name: &str,
        value: &str,
    ) -> Result<Request<Full<Bytes>>> {
        let body = serde_json::json!({ "value": value }).to_string();
        self.request(http, Method::PUT, &format!("/secrets/{name}"), Some(body))
    }

    /// Sends one request on a connection of its own.
    pub(in super::super) fn once(
        &self,
        runtime: &Runtime,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer> {
        let http = if request.headers().contains_key(HOST) { Http::One } else { Http::Two };
        runtime.block_on(async {
            let mut connection = Connection::open(&self.place, &self.host, http).await?;
            connection.send(request).await
        })
    }
}
