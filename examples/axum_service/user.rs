//! Somebody who uses the service, over HTTP: for the tour and the tests.

use std::{error::Error, time::Duration};

use azvault_core::time::{Clock, SystemClock};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// Somebody who uses the service.
pub(crate) struct User {
    pub(crate) http: Client,
    pub(crate) base: String,
}

/// An order, and the token that it was answered with.
pub(crate) struct Placed {
    pub(crate) path: String,
    pub(crate) token: String,
}

impl User {
    /// Places an order; without a path and a token unless it was.
    pub(crate) async fn order(&self, item: &str) -> Result<(StatusCode, Placed), Box<dyn Error>> {
        let order = json!({ "item": item, "quantity": 2 }).to_string();
        let request = self.http.post(format!("{}/orders", self.base));
        let answer = request.header("content-type", "application/json").body(order).send().await?;
        let status = answer.status();
        let answer: Value = serde_json::from_slice(&answer.bytes().await?)?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
        let (path, token) = (format!("/orders/{}", text("id")), text("token").to_owned());
        Ok((status, Placed { path, token }))
    }

    /// Looks at an order with its token.
    pub(crate) async fn see(&self, placed: &Placed) -> Result<StatusCode, Box<dyn Error>> {
        Ok(self.get(&placed.path, Some(&placed.token)).await?.0)
    }

    /// How many keys are published.
    pub(crate) async fn keys(&self) -> Result<usize, Box<dyn Error>> {
        let (_, keys) = self.get("/.well-known/jwks.json", None).await?;
        let keys: Value = serde_json::from_str(&keys)?;
        Ok(keys.get("keys").and_then(Value::as_array).map_or(0, Vec::len))
    }

    /// Looks until so many keys are published, for 20 s at most.
    pub(crate) async fn until_keys_are(&self, count: usize) -> Result<(), Box<dyn Error>> {
        let clock = SystemClock::new();
        while self.keys().await? != count {
            if clock.elapsed() > Duration::from_secs(20) {
                return Err("the rotation of the key was not seen".into());
            }
            clock.sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    pub(crate) async fn get(
        &self,
        path: &str,
        token: Option<&str>,
    ) -> Result<(StatusCode, String), Box<dyn Error>> {
        let request = self.http.get(format!("{}{path}", self.base));
        let answer = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = answer.send().await?;
        Ok((answer.status(), answer.text().await?))
    }
}
