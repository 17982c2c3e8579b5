//! Spans: one a call, below it one a request and one a wait, and nothing secret in any.

use std::{sync::Arc, time::Duration};

use azvault_core::{
    time::{Clock, SystemClock},
    transport::TransportErrorKind,
};
use azvault_tests::{Answer, Clerk, KNOWN, LOCAL, ProbeClient, Script, Told, Tracing};
use serde_json::json;

fn client(vault: &str, script: &Arc<Script>) -> (ProbeClient, Tracing) {
    let tracing = Tracing::default();
    let builder = ProbeClient::builder(vault, script, &Clerk::rotating());
    (builder.tracer_provider(Arc::new(tracing.clone())).build().unwrap(), tracing)
}

fn outline(spans: &[Told]) -> Vec<(&str, Option<usize>)> {
    spans.iter().map(|span| (span.name.as_str(), span.parent)).collect()
}

fn has(span: &Told, attribute: &str) -> bool {
    span.attributes.iter().any(|it| it == attribute)
}

#[tokio::test(start_paused = true)]
async fn a_call_is_a_span_with_one_below_it_for_each_try_and_each_wait() {
    let script = Script::of([
        Answer::status(503),
        Answer::status(429).header("retry-after", "2"),
        Answer::fine(),
    ]);
    let (client, tracing) = client(KNOWN, &script);
    client.get("k").await.unwrap();
    let spans = tracing.spans();
    let below = Some(0);
    assert_eq!(
        outline(&spans),
        [
            ("get_thing", None),
            ("GET", below),
            ("wait", below),
            ("GET", below),
            ("wait", below),
            ("GET", below)
        ]
    );
    assert!(spans.iter().all(|span| span.ended == 1), "{spans:#?}");
    assert!(has(&spans[0], "az.namespace=Microsoft.KeyVault") && !spans[0].failed);
    assert!(has(&spans[1], "http.response.status_code=503") && spans[1].failed);
    assert!(has(&spans[2], "azvault.wait.cause=transient failure"));
    assert!(has(&spans[3], "http.request.resend_count=1") && has(&spans[3], "error.type=429"));
    assert!(has(&spans[4], "azvault.wait.milliseconds=2000"));
    assert!(has(&spans[5], "http.response.status_code=200") && !spans[5].failed);
    for attribute in [
        "http.request.method=GET",
        "url.full=https://v.vault.azure.net/things/k",
        "server.address=v.vault.azure.net",
        "server.port=443",
        "az.service_request.id=req-7",
    ] {
        assert!(has(&spans[5], attribute), "{attribute}: {:?}", spans[5]);
    }
    let parents: Vec<String> =
        script.seen().iter().map(|seen| seen.header("traceparent").unwrap().to_owned()).collect();
    assert!(parents[0].contains("-0000000000000001-") && parents[2].contains("-0000000000000005-"));
}

#[tokio::test(start_paused = true)]
async fn the_question_to_a_vault_and_the_request_after_it_are_spans_of_the_same_call() {
    let script = Script::vault("t1", "https://vault.example:8443");
    let (client, tracing) = client(LOCAL, &script);
    client.get("k").await.unwrap();
    let spans = tracing.spans();
    assert_eq!(outline(&spans), [("get_thing", None), ("GET", Some(0)), ("GET", Some(0))]);
    assert!(has(&spans[1], "error.type=401"));
    assert!(!spans[0].failed);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_and_one_that_is_given_up_say_so_and_end_their_spans() {
    let script = Script::always(Answer::broken(TransportErrorKind::Interrupted));
    let (failing, tracing) = client(KNOWN, &script);
    failing.create("k", &json!({})).await.unwrap_err();
    let spans = tracing.spans();
    assert!(spans[0].failed && has(&spans[0], "error.type=Transport"), "{spans:#?}");
    assert!(has(&spans[1], "error.type=Interrupted"));

    let (hanging, tracing) = client(KNOWN, &Script::always(Answer::hang()));
    let mut call = Box::pin(hanging.get("k").send());
    assert!(futures::poll!(&mut call).is_pending());
    drop(call);
    let spans = tracing.spans();
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| span.ended == 1 && has(span, "error.type=given up")));
}

#[tokio::test(start_paused = true)]
async fn a_call_held_by_the_vaults_pause_shows_the_wait() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::status(429).header("retry-after", "5"),
        _ => Answer::fine(),
    });
    let (client, tracing) = client(KNOWN, &script);
    let mut first = Box::pin(client.get("a").send());
    assert!(futures::poll!(&mut first).is_pending());
    SystemClock::new().sleep(Duration::from_millis(1)).await;
    assert!(futures::poll!(&mut first).is_pending());
    client.get("b").await.unwrap();
    let spans = tracing.spans();
    let held = spans.iter().filter(|it| has(it, "azvault.wait.cause=the vault is paused")).count();
    assert_eq!(held, 1, "{spans:#?}");
}

#[tokio::test(start_paused = true)]
async fn no_span_holds_a_token_a_value_or_a_query() {
    let secret = "canary-value";
    let next = format!("{KNOWN}/things?$skiptoken=canary-link");
    let script = Script::of([
        Answer::error(500, "canary-code", "canary-message"),
        Answer::page(&[1], Some(&next)),
        Answer::error(403, "Forbidden", "canary-message"),
        Answer::ok(&json!({"value": secret})),
    ]);
    let (client, tracing) = client(KNOWN, &script);
    let mut list = client.list(None);
    while let Some(item) = futures::StreamExt::next(&mut list).await {
        drop(item);
    }
    client.create("k", &json!({"value": secret})).await.unwrap();
    let told = format!("{:?}", tracing.spans());
    assert!(told.contains("create_thing"), "{told}");
    assert!(told.contains("saw=user-agent"), "{told}");
    for word in ["canary", "token-0", "skiptoken", "api-version", "saw=authorization"] {
        assert!(!told.contains(word), "{word}: {told}");
    }
}
