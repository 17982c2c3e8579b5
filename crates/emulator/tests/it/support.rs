//! Raw requests through the in-memory transport.

use std::{fmt, ops::Deref, sync::Arc};

use azure_core::http::{
    Context, Method, Request, Transport, Url,
    headers::{HeaderName, HeaderValue},
};
use azvault_emulator::{Emulator, EmulatorBuilder, Principal};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::ledger::{Judgement, Ledger};

pub(crate) const API_VERSION: &str = "7.6";

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    text: String,
    judgement: Judgement,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.judgement.saw_status();
        self.status
    }

    /// The body, as sent.
    pub(crate) fn text(&self) -> &str {
        self.judgement.saw_content();
        &self.text
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.judgement.saw_content();
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The names of all headers.
    pub(crate) fn header_names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    /// The body of an answer that must be 200.
    pub(crate) fn ok(self) -> Body {
        assert_eq!(self.status(), 200, "{}", self.text);
        let value = serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in {}", self.text));
        Body { value, judgement: self.judgement }
    }

    /// The refusal's status, code, inner code and message; a managed HSM's without the id of the request, which it
    /// has to end with.
    pub(crate) fn refusal(&self) -> (u16, String, Option<String>, String) {
        let error = &self.json()["error"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut message = text(&error["message"]).unwrap();
        if self.header("x-ms-server-latency").is_some() {
            let end = format!(" (Activity ID: {})", self.header("x-ms-request-id").unwrap());
            message = message.strip_suffix(&end).unwrap_or_else(|| panic!("{message}")).to_owned();
        }
        (self.status(), text(&error["code"]).unwrap(), text(&error["innererror"]["code"]), message)
    }
}

/// The body of a good answer; one that a test never looks at has not been judged.
#[derive(Debug)]
pub(crate) struct Body {
    value: Value,
    judgement: Judgement,
}

impl Deref for Body {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.judgement.saw_content();
        &self.value
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialEq<Body> for Value {
    fn eq(&self, other: &Body) -> bool {
        *self == **other
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl PartialEq<Value> for Body {
    fn eq(&self, other: &Value) -> bool {
        **self == *other
    }
}

/// One vault (or pool) and a token for it.
pub(crate) struct Vault {
    pub(crate) emulator: Emulator,
    pub(crate) base: String,
    pub(crate) token: Option<String>,
    pub(crate) api_version: &'static str,
    transport: Transport,
    ledger: Arc<Ledger>,
}

impl Vault {
    pub(crate) async fn new() -> Self {
        Self::of(Emulator::builder()).await
    }

    pub(crate) async fn of(builder: EmulatorBuilder) -> Self {
        let emulator = builder.in_memory();
        emulator.clock().freeze();
        let base = emulator.vault_url("kv");
        Self::at(emulator, base, "https://vault.azure.net/.default").await
    }

    pub(crate) async fn hsm() -> Self {
        let emulator = Emulator::in_memory();
        let base = emulator.managed_hsm_url("pool");
        Self::at(emulator, base, "https://managedhsm.azure.net/.default").await
    }

    pub(crate) async fn at(emulator: Emulator, base: String, scope: &str) -> Self {
        let token = token(&emulator, Principal::default(), scope).await;
        let transport = emulator.in_memory_transport();
        Self {
            emulator,
            base,
            token: Some(token),
            api_version: API_VERSION,
            transport,
            ledger: Arc::default(),
        }
    }

    /// Sends to `path` of this vault, with the api-version added.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}{path}{separator}api-version={}", self.base, self.api_version);
        self.send_to(method, &url, body.map(|body| body.to_string()).unwrap_or_default(), &[]).await
    }

    pub(crate) async fn send_to(
        &self,
        method: &str,
        url: &str,
        body: impl Into<Vec<u8>>,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        self.try_send_to(method, url, body, headers).await.unwrap()
    }

    pub(crate) async fn try_send_to(
        &self,
        method: &str,
        url: &str,
        body: impl Into<Vec<u8>>,
        headers: &[(&'static str, &str)],
    ) -> azure_core::Result<Answer> {
        let method = match method {
            "GET" => Method::Get,
            "PUT" => Method::Put,
            "POST" => Method::Post,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            "HEAD" => Method::Head,
            other => panic!("{other}"),
        };
        let url = Url::parse(url).unwrap();
        let judgement = Judgement::new(&self.ledger, method.as_ref(), &url);
        let mut request = Request::new(url, method);
        if let Some(token) = &self.token {
            request.insert_header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request
                .insert_header(HeaderName::from_static(name), HeaderValue::from(value.to_string()));
        }
        request.set_body(body.into());
        let response = self.transport.send(&Context::new(), &mut request).await?;
        let (status, headers, body) = response.deconstruct();
        let headers = headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_str().to_owned()))
            .collect();
        let body = body.collect().await?;
        let text = String::from_utf8(body.to_vec()).unwrap();
        let status = u16::from(status);
        judgement.answered(status, text.is_empty());
        Ok(Answer { status, headers, text, judgement })
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    /// Sets a secret and gives its bundle.
    pub(crate) async fn set(&self, name: &str, body: Value) -> Body {
        self.send("PUT", &format!("/secrets/{name}"), Some(body)).await.ok()
    }

    /// Makes a key and gives its bundle.
    pub(crate) async fn create(&self, name: &str, body: Value) -> Body {
        self.post(&format!("/keys/{name}/create"), body).await.ok()
    }
}

pub(crate) async fn token(emulator: &Emulator, principal: Principal, scope: &str) -> String {
    let credential = emulator.credential_for(principal);
    credential.get_token(&[scope], None).await.unwrap().token.secret().to_owned()
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn from_base64url(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

/// The members of an object in the order of the text.
pub(crate) fn member_order(text: &str, names: &[&str]) {
    let positions: Vec<_> = names
        .iter()
        .map(|name| {
            text.find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} is not in {text}"))
        })
        .collect();
    assert!(positions.is_sorted(), "not in the order {names:?}: {text}");
}
