//! What a `WWW-Authenticate` header may hold, seen from outside: who is asked for which token, and
//! what is sent where.

use azvault_core::ErrorKind;
use azvault_tests::{Answer, Clerk, Grant, KNOWN, LOCAL, ProbeClient, Script};
use futures::future::join_all;
use serde_json::json;

const GOOD: &str =
    r#"Bearer authorization="https://login.example/t1", resource="https://vault.example:8443""#;
const CLAIMS: &str = "eyJhIjoxfQ==";

/// Resources that a vault at `v.vault.example:8443` must not be believed.
const SPOOFS: [&str; 16] = [
    "https://evil.example",
    "https://evilvault.example:8443",
    "https://vault.example.evil.example",
    "https://vault.example:8443@evil.example",
    "https://x@vault.example:8443",
    "https://vault.example.",
    "https://vault.example.:8443",
    "https://vault.example:9999",
    "http://vault.example:8443",
    "https://example",
    "https://v.vault.example:8443",
    "https://xn--vult-6na.example",
    "https://v\u{e4}ult.example",
    "https://vault.example\\\\.evil.example",
    "https://vault.example:8443 https://evil.example",
    "//vault.example:8443",
];

fn unauthorized(header: &str) -> Answer {
    Answer::status(401).header("www-authenticate", header)
}

#[tokio::test(start_paused = true)]
async fn a_spoofed_resource_is_refused_the_second_time_as_the_first() {
    for resource in SPOOFS {
        for header in [
            format!(r#"Bearer authorization="https://login.example/t1", resource="{resource}""#),
            format!(
                r#"Bearer authorization="https://login.example/t1", scope="{resource}/.default""#
            ),
            format!(r#"Bearer resource="https://vault.example:8443", scope="{resource}/.default""#),
        ] {
            let answer = unauthorized(&header);
            let (script, clerk) = (Script::always(answer), Clerk::rotating());
            let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
            for n in 1..=2 {
                let error = client.update("k", &json!({"secret": "s"})).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Authentication, "{resource}");
                assert_eq!((script.count(), clerk.count()), (n, 0), "{header}");
                assert!(!error.may_have_been_sent());
            }
            assert!(script.seen().iter().all(|seen| seen.body.is_empty()));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_known_vault_that_turns_asks_in_vain_for_a_strangers_token() {
    for resource in [
        "https://evilvault.azure.net",
        "https://vault.azure.net.evil.example",
        "https://vault.azure.net@evil.example",
        "https://vault.azure.net.",
        "https://vault.azure.net:8443",
        "http://vault.azure.net",
        "https://graph.microsoft.com",
    ] {
        let script = Script::always(Answer::challenge("t1", resource));
        let clerk = Clerk::rotating();
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        for n in 1..=2 {
            let error = client.get("k").await.unwrap_err();
            assert_eq!((error.kind(), script.count()), (ErrorKind::Authentication, n));
        }
        let scopes: Vec<_> = clerk.asked().into_iter().map(|asked| asked.scope).collect();
        assert!(scopes.iter().all(|scope| scope == "https://vault.azure.net/.default"));
    }
}

#[tokio::test(start_paused = true)]
async fn headers_that_are_read_and_those_that_are_not_end_alike_in_an_answer() {
    let long =
        format!(r#"Bearer resource="https://vault.example:8443", x="{}""#, "y".repeat(65_536));
    let bearers = format!("{}{GOOD}", r#"Bearer resource=""#.repeat(4_000));
    let commas = r#"Basic realm="a, Bearer resource=\"https://evil.example\"", Bearer resource="https://vault.example:8443""#;
    for (header, understood) in [
        (GOOD, true),
        // Two of them: the first one counts, and may not be somebody else's.
        (&format!("{GOOD}, Bearer resource=\"https://evil.example\""), true),
        (&format!("Bearer resource=\"https://evil.example\", {GOOD}"), false),
        // As repeated headers arrive.
        (&format!("Basic realm=\"x\", Negotiate, {GOOD}"), true),
        (commas, true),
        ("Bearer", false),
        ("Bearer authorization=\"https://login.example/t1\"", false),
        ("Bearer resource=\"\"", false),
        ("", false),
        (",,,=", false),
        (&long, false),
        (&bearers, false),
    ] {
        let header = header.to_owned();
        let script = Script::by(move |seen| match seen.token() {
            Some(_) => Answer::fine(),
            None => unauthorized(&header),
        });
        let clerk = Clerk::rotating();
        let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
        match client.get("k").await {
            Ok(_) => assert!(understood),
            Err(error) => {
                assert!(!understood, "{error}");
                assert_eq!((error.kind(), clerk.count()), (ErrorKind::Authentication, 0));
                assert!(error.to_string().len() < 500, "the header is in the error");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn claims_after_a_challenge_that_is_known_are_answered_with_them() {
    let script = Script::by(|seen| match (seen.token(), seen.n) {
        (None, _) => unauthorized(GOOD),
        (Some(_), ..5) => Answer::fine(),
        (Some("plain"), _) => {
            unauthorized(&format!(r#"{GOOD}, error="insufficient_claims", claims="{CLAIMS}""#))
        }
        _ => Answer::fine(),
    });
    let clerk = Clerk::by(|asked| {
        Grant::token(if asked.claims.is_some() { "with claims" } else { "plain" })
    });
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    for _ in 0..4 {
        client.get("k").await.unwrap();
    }
    // The session is revoked in between.
    client.create("k", &json!({"n": 1})).await.unwrap();
    let asked = clerk.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].claims.as_deref(), Some(r#"{"a":1}"#));
    assert_eq!((&asked[1].tenant, &asked[1].scope), (&asked[0].tenant, &asked[0].scope));
    assert_eq!(script.seen().last().unwrap().text(), r#"{"n":1}"#);
}

#[tokio::test(start_paused = true)]
async fn claims_directly_after_the_first_challenge_are_answered_too() {
    let script = Script::by(|seen| match seen.token() {
        None => unauthorized(GOOD),
        Some("plain") => Answer::claims(CLAIMS),
        Some(_) => Answer::fine(),
    });
    let clerk = Clerk::by(|asked| {
        Grant::token(if asked.claims.is_some() { "with claims" } else { "plain" })
    });
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    client.create("k", &json!({"n": 1})).await.unwrap();
    let bodies: Vec<String> = script.seen().iter().map(|seen| seen.text()).collect();
    assert_eq!(bodies, ["", r#"{"n":1}"#, r#"{"n":1}"#]);
    client.get("k").await.unwrap();
    assert_eq!((script.count(), clerk.count()), (4, 2));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_not_the_credentials_is_asked_for_and_its_refusal_is_told() {
    let script = Script::always(Answer::challenge("other-tenant", "https://vault.example:8443"));
    let clerk = Clerk::by(|asked| match asked.tenant.as_deref() {
        Some("mine") => Grant::token("t"),
        tenant => Grant::failure(format!("not in {tenant:?}")),
    });
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    let error = client.create("k", &json!({"n": 1})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(format!("{error:?}").contains("other-tenant"), "{error:?}");
    assert!(script.seen().iter().all(|seen| seen.body.is_empty() && seen.token().is_none()));
}

#[tokio::test(start_paused = true)]
async fn bodies_of_calls_that_are_challenged_throttled_and_refused_at_once_are_never_swapped() {
    let wait = |n: usize| std::time::Duration::from_millis(n as u64 * 7 % 23);
    let script = Script::by(move |seen| {
        let answer = match (seen.token(), seen.n % 5) {
            (None, _) => unauthorized(GOOD),
            (Some("token-0"), _) if seen.n > 40 => unauthorized(GOOD),
            (_, 1) => Answer::status(503),
            (_, 3) => Answer::status(429).header("retry-after-ms", "20"),
            _ => Answer::ok(&json!({"path": seen.url.path(), "body": seen.text()})),
        };
        answer.after(wait(seen.n)).body_after(wait(seen.n + 3))
    });
    let clerk = Clerk::by(move |asked| Grant::token(format!("token-{}", asked.n)).after(wait(2)));
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    let body = |n: usize| json!({"n": n, "secret": "x".repeat(n)});
    let calls = (0..60).map(|n| client.update(&n.to_string(), &body(n)).send());
    for (n, answer) in join_all(calls).await.into_iter().enumerate() {
        let expected = json!({"path": format!("/things/{n}"), "body": body(n).to_string()});
        assert_eq!(answer.unwrap(), expected);
    }
    for seen in script.seen() {
        let n: usize = seen.url.path().rsplit('/').next().unwrap().parse().unwrap();
        let expected = if seen.token().is_some() { body(n).to_string() } else { String::new() };
        assert_eq!(seen.text(), expected, "{n}");
    }
}
