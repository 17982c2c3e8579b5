//! Lists: pages without items, links that lead nowhere, and where to go on after a failure.

use std::sync::Arc;

use azvault_core::{Error, ErrorKind, pager::Continuation, retry::RetryPolicy};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

fn client(script: &Arc<Script>) -> ProbeClient {
    let builder = ProbeClient::builder(KNOWN, script, &Clerk::rotating());
    builder.retry(RetryPolicy::none()).build().unwrap()
}

fn page(n: u32) -> String {
    format!("{KNOWN}/things?page={n}")
}

async fn all(script: &Arc<Script>) -> Result<Value, Error> {
    let items: Vec<Value> = client(script).list(None).take(1000).try_collect().await?;
    Ok(json!(items))
}

#[tokio::test(start_paused = true)]
async fn nothing_is_requested_before_an_item_is_asked_for() {
    let script = Script::always(Answer::page(&[], None));
    let list = client(&script).list(None);
    assert_eq!((script.count(), list.continuation()), (0, None));
    assert_eq!(all(&script).await.unwrap(), json!([]));
    let seen = script.seen();
    assert_eq!((seen.len(), seen[0].url.query()), (1, Some("api-version=7.6")));
}

#[tokio::test(start_paused = true)]
async fn pages_without_items_are_passed_over() {
    let script = Script::of([
        Answer::page(&[], Some(&page(2))),
        Answer::page(&[1], Some(&page(3))),
        Answer::ok(&json!({"value": null, "nextLink": page(4)})),
        Answer::ok(&json!({"nextLink": page(5)})),
        Answer::page(&[2], None),
    ]);
    assert_eq!(all(&script).await.unwrap(), json!([1, 2]));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_null_absent_or_empty_is_the_end() {
    for last in [
        json!({"value": [1], "nextLink": null}),
        json!({"value": [1]}),
        json!({"value": [1], "nextLink": ""}),
    ] {
        let script = Script::of([Answer::ok(&last)]);
        assert_eq!(all(&script).await.unwrap(), json!([1]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_relative_link_is_followed_on_the_vault_with_a_token() {
    let script = Script::of([Answer::page(&[1], Some("/things?page=2")), Answer::page(&[2], None)]);
    assert_eq!(all(&script).await.unwrap(), json!([1, 2]));
    let seen = script.seen();
    assert_eq!((seen[1].url.as_str(), seen[1].token()), (page(2).as_str(), Some("token-0")));
}

#[tokio::test(start_paused = true)]
async fn links_that_go_in_a_circle_end_with_an_error() {
    for length in [1, 2, 3, 10] {
        let script =
            Script::by(move |seen| Answer::page(&[1], Some(&page(seen.n as u32 % length))));
        let error = all(&script).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(error.to_string().contains("circle"), "{error}");
        assert!(script.count() <= 4 * length as usize, "{length}: {}", script.count());
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_page_keeps_the_items_before_it_and_tells_where_to_go_on() {
    let script = Script::by(|seen| match (seen.n, seen.url.query()) {
        (_, Some("api-version=7.6")) => Answer::page(&[1, 2], Some(&page(2))),
        (_, Some("page=2")) => Answer::page(&[3], Some(&page(3))),
        (2, _) => Answer::error(403, "Forbidden", "not you"),
        _ => Answer::page(&[4, 5], None),
    });
    let client = client(&script);
    let mut list = client.list(None);
    let mut items = Vec::new();
    let error = loop {
        match list.next().await.unwrap() {
            Ok(item) => items.push(item),
            Err(error) => break error,
        }
    };
    assert_eq!(json!(items), json!([1, 2, 3]));
    assert_eq!((error.kind(), error.message()), (ErrorKind::Forbidden, "not you"));
    assert!(error.to_string().starts_with("list_things failed"), "{error}");
    let from = list.continuation().unwrap();
    assert_eq!(from.as_str(), page(3));
    assert!(list.next().await.is_none(), "an error ends the list");
    let kept = Continuation::new(from.as_str());
    let rest: Vec<Value> = client.list(Some(kept)).try_collect().await.unwrap();
    assert_eq!(json!(rest), json!([4, 5]));
}

#[tokio::test(start_paused = true)]
async fn a_list_left_within_a_page_goes_on_with_that_page() {
    let script = Script::by(|seen| match seen.url.query() {
        Some("api-version=7.6") => Answer::page(&[1, 2], Some(&page(2))),
        Some("page=2") => Answer::page(&[3, 4, 5, 6], Some(&page(3))),
        _ => Answer::page(&[7], None),
    });
    let client = client(&script);
    let mut list = client.list(None);
    for _ in 0..3 {
        list.try_next().await.unwrap();
    }
    let from = list.continuation();
    assert_eq!(from.as_ref().map(Continuation::as_str), Some(page(2).as_str()));
    let rest: Vec<Value> = client.list(from).try_collect().await.unwrap();
    assert_eq!(json!(rest), json!([3, 4, 5, 6, 7]));
}

#[tokio::test(start_paused = true)]
async fn a_continuation_for_another_vault_is_refused_before_any_request() {
    let script = Script::always(Answer::page(&[1], None));
    let from = Continuation::new("https://other.vault.azure.net/things?page=2");
    let error = client(&script).list(Some(from)).try_next().await.unwrap_err();
    assert_eq!((error.kind(), script.count()), (ErrorKind::InvalidResponse, 0));
}

#[tokio::test(start_paused = true)]
async fn page_by_page_each_says_where_the_list_goes_on() {
    let script = Script::of([Answer::page(&[1, 2], Some(&page(2))), Answer::page(&[], None)]);
    let mut pages = client(&script).list(None).pages();
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!(first.items.len(), 2);
    assert_eq!(first.continuation.as_ref().map(Continuation::as_str), Some(page(2).as_str()));
    assert_eq!(script.count(), 1, "a page nobody asked for was requested");
    let second = pages.try_next().await.unwrap().unwrap();
    assert!(second.items.is_empty() && second.continuation.is_none());
    assert!(pages.try_next().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_throttled_is_asked_for_again() {
    let script = Script::of([
        Answer::page(&[1], Some(&page(2))),
        Answer::status(429).header("retry-after", "1"),
        Answer::page(&[2], None),
    ]);
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let items: Vec<Value> = client.list(None).try_collect().await.unwrap();
    assert_eq!(json!(items), json!([1, 2]));
}

#[tokio::test(start_paused = true)]
async fn a_page_size_is_asked_for_and_checked() {
    let script = Script::of([Answer::page(&[1], None)]);
    client(&script).list(None).page_size(3).try_next().await.unwrap();
    assert_eq!(script.seen()[0].url.query(), Some("api-version=7.6&maxresults=3"));
    for size in [0, 26] {
        let error = client(&script).list(None).page_size(size).try_next().await.unwrap_err();
        assert_eq!((error.kind(), script.count()), (ErrorKind::InvalidInput, 1), "{size}");
    }
}
