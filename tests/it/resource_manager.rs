//! What differs where Azure Resource Manager is asked: its address is its audience, and its 401
//! names no resource.

use std::sync::Arc;

use azure_core::http::Method;
use azvault_core::{
    Client, ClientBuilder, Credential, Endpoint, ErrorKind, Operation, Pager, Result,
    ServiceClient,
    auth::{Cloud, Requirement},
};
use azvault_tests::{Answer, Clerk, Grant, Script};
use futures::TryStreamExt;
use serde_json::Value;

static GET: Operation = Operation::idempotent("get_group");
static LIST: Operation = Operation::idempotent("list_groups");

const ARM: &str = "https://management.azure.com";

/// A client whose service requires what Resource Manager does.
#[derive(Debug)]
struct Manager(Client, String);

impl ServiceClient for Manager {
    const API_VERSION: &'static str = "2026-05-15";
    type Seed = String;

    fn from_client(client: Client, seed: String) -> Result<Self> {
        Ok(Self(client, seed))
    }

    fn requirement(endpoint: &Endpoint, cloud: Option<&Cloud>) -> Option<Requirement> {
        Some(Requirement::of_resource_manager(endpoint, cloud))
    }
}

impl Manager {
    fn new(script: &Arc<Script>, credential: impl Into<Credential>) -> Self {
        ClientBuilder::new(ARM, "s".to_owned())
            .transport(script.transport())
            .credential(credential)
            .build()
            .unwrap()
    }

    async fn get(&self) -> Result<Value> {
        let request = self.0.request(Method::Get, &["subscriptions", &self.1]);
        azvault_core::Call::json(self.0.pipeline().clone(), &GET, request).await
    }

    fn list(&self) -> Pager<Value> {
        let request = self.0.request(Method::Get, &["subscriptions"]);
        Pager::new(self.0.clone(), &LIST, request).page_size_parameter("$top", 1000)
    }
}

fn unauthorized(more: &str) -> Answer {
    let authority = "authorization_uri=\"https://login.example/t1\"";
    let challenge = format!("Bearer {authority}, error=\"invalid_token\"{more}");
    Answer::status(401).header("www-authenticate", &challenge)
}

#[tokio::test(start_paused = true)]
async fn the_first_request_has_a_token_for_the_address_itself() {
    let (script, clerk) = (Script::always(Answer::fine()), Clerk::rotating());
    Manager::new(&script, clerk.clone()).get().await.unwrap();
    assert_eq!(clerk.asked()[0].scope, "https://management.azure.com/.default");
    assert_eq!(script.seen()[0].token(), Some("token-0"));
}

#[tokio::test(start_paused = true)]
async fn a_401_without_a_resource_is_answered_with_a_fresh_token_of_the_same_audience() {
    let (script, clerk) = (Script::of([unauthorized(""), Answer::fine()]), Clerk::rotating());
    Manager::new(&script, clerk.clone()).get().await.unwrap();
    assert_eq!(clerk.count(), 2);
    assert_eq!(clerk.asked()[1].scope, "https://management.azure.com/.default");
    assert_eq!(script.seen()[1].token(), Some("token-1"));
}

#[tokio::test(start_paused = true)]
async fn a_401_with_claims_is_answered_with_them_once() {
    let claims = unauthorized(", claims=\"eyJhIjoxfQ\"");
    let clerk = Clerk::by(|asked| {
        Grant::token(asked.claims.clone().map_or("plain".to_owned(), |_| "claimed".to_owned()))
    });
    let script = Script::by(move |seen| match seen.token() {
        Some("claimed") => Answer::fine(),
        _ => claims.clone(),
    });
    let manager = Manager::new(&script, clerk.clone());
    manager.get().await.unwrap();
    manager.get().await.unwrap();
    assert_eq!(clerk.asked()[1].claims.as_deref(), Some(r#"{"a":1}"#));
    assert_eq!((script.count(), clerk.count()), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_401_that_asks_for_somebody_elses_token_gets_none() {
    let evil = unauthorized(", resource=\"https://graph.microsoft.com\"");
    let (script, clerk) = (Script::always(evil), Clerk::rotating());
    let error = Manager::new(&script, clerk.clone()).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!((script.count(), clerk.count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_link_to_another_subscription_host_is_not_followed_and_one_that_spells_out_443_is() {
    let own = "https://management.azure.com:443/subscriptions?%24skiptoken=x";
    let script = Script::of([
        Answer::page(&[1], Some(own)),
        Answer::page(&[2], Some("https://management.azure.com.evil.example/subscriptions")),
    ]);
    let mut list = Manager::new(&script, Clerk::rotating()).list();
    assert_eq!(list.try_next().await.unwrap(), Some(Value::from(1)));
    assert_eq!(list.try_next().await.unwrap(), Some(Value::from(2)));
    assert_eq!(list.try_next().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert_eq!(script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn page_sizes_have_the_bounds_and_the_name_that_the_list_says() {
    for (size, ok) in [(0, false), (1, true), (1000, true), (1001, false), (u32::MAX, false)] {
        let script = Script::always(Answer::page(&[], None));
        let result = Manager::new(&script, Clerk::rotating()).list().page_size(size).try_collect();
        match result.await {
            Ok(_) => {
                assert!(ok, "{size}");
                let url = script.seen()[0].url.clone();
                let top =
                    url.query_pairs().find(|(name, _)| name == "$top").unwrap().1.into_owned();
                assert_eq!(top, size.to_string());
            }
            Err(error) => {
                assert!(!ok, "{size}");
                assert_eq!((error.kind(), script.count()), (ErrorKind::InvalidInput, 0));
                assert!(error.to_string().contains("1 to 1000"), "{error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_goes_on_keeps_its_links_page_size() {
    let script = Script::always(Answer::page(&[], None));
    let link = "https://management.azure.com/subscriptions?%24skiptoken=x";
    for before in [true, false] {
        let list = Manager::new(&script, Clerk::rotating()).list();
        let from = azvault_core::pager::Continuation::new(link);
        let list = if before {
            list.page_size(7).continue_from(from)
        } else {
            list.continue_from(from).page_size(7)
        };
        list.try_collect().await.unwrap();
        assert_eq!(script.seen().last().unwrap().url.as_str(), link);
    }
}

#[tokio::test(start_paused = true)]
async fn another_api_version_leaves_the_client_it_was_made_from_alone() {
    let script = Script::always(Answer::fine());
    let Manager(client, _) = Manager::new(&script, Clerk::rotating());
    let other = client.with_api_version("2024-11-01");
    let query = |client: &Client| {
        client.request(Method::Get, &["x"]).unwrap().url().query().unwrap().to_owned()
    };
    assert_eq!(query(&client), "api-version=2026-05-15");
    assert_eq!(query(&other), "api-version=2024-11-01");
}

#[test]
fn an_api_version_that_would_be_more_than_one_word_is_refused() {
    for version in ["", "2024 01", "1\r\nx: y", "ü"] {
        let error = ClientBuilder::<Manager>::new(ARM, String::new())
            .credential(Clerk::rotating())
            .api_version(version)
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{version:?}");
    }
}
