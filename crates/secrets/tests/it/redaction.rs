//! A value is in no text but the one that `expose` gives, and in the request that sets it.

use std::fmt::Write;

use azvault_secrets::SecretBundle;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

use crate::{log::Log, support::Vault};

/// A word, and characters that JSON, a URL and Rust escape.
const CANARY: &str = "canarycanary\"\n>>>??? \\ä";

/// Forms that betray the value however it is written, and whatever is escaped around the word.
fn forms() -> Vec<String> {
    let word = b"canarycanary";
    let hex: String = word.iter().map(|byte| format!("{byte:02x}")).collect();
    let decimal = format!("{word:?}").trim_matches(['[', ']']).to_owned();
    let mut forms = vec!["canary".to_owned(), decimal, hex.to_uppercase(), hex];
    // Base64 depends on what comes before: where the word begins in a group of three bytes.
    for before in 0..3 {
        let encoded = STANDARD_NO_PAD.encode([&vec![0; before][..], word].concat());
        // Without the characters that bytes outside of the word have a part in.
        forms.push(encoded[4..encoded.len() - 2].to_owned());
    }
    forms
}

fn assert_hidden(shown: &str) {
    for form in forms() {
        assert!(!shown.contains(&form), "{form} in {shown}");
    }
}

#[test]
fn every_form_of_the_value_would_be_found() {
    let found = |text: &str| forms().iter().any(|form| text.contains(form));
    let json = serde_json::to_string(CANARY).unwrap();
    for text in [CANARY.to_owned(), format!("{json:?}"), json] {
        assert!(found(&text), "{text}");
        for before in ["", "a", "ab", "abc"] {
            let text = format!("{before}{text}");
            assert!(found(&STANDARD_NO_PAD.encode(&text)), "{text}");
            assert!(found(&URL_SAFE_NO_PAD.encode(&text)), "{text}");
            assert!(found(&format!("{:?}", text.as_bytes())), "{text}");
            assert!(found(&text.bytes().map(|b| format!("{b:02x}")).collect::<String>()), "{text}");
        }
    }
    assert!(!found("get_secret failed: 404 SecretNotFound"));
}

#[tokio::test]
async fn no_builder_call_or_model_shows_it() {
    let vault = Vault::new();
    let client = &vault.client;
    let builder = client.set_secret("s", CANARY).content_type("text").tag("a", "1");
    let mut shown = format!("{builder:?} {builder:#?} {:?}", builder.clone().into_call());
    assert!(shown.contains("value: [REDACTED]"), "{shown}");

    let answer = builder.into_call().send_for_response().await.unwrap();
    let get = client.get_secret("s");
    write!(shown, "{answer:?} {get:?} {:?}", get.clone().into_call()).unwrap();
    let secret: SecretBundle = get.await.unwrap();
    assert_eq!(secret.value().expose(), CANARY);
    let bundle = format!("{secret:?} {secret:#?} {:?}", secret.clone().into_value());
    assert!(bundle.contains("value: [REDACTED]"), "{bundle}");

    let updated = client.update_secret_properties("s").enabled(true).await.unwrap();
    let listed = client.list_secret_properties().try_collect().await.unwrap();
    let poller = client.begin_delete_secret("s").await.unwrap();
    write!(shown, "{bundle} {updated:?} {listed:?} {poller:?}").unwrap();
    let deleted = poller.wait().await.unwrap();
    let read = client.get_deleted_secret("s").await.unwrap();
    let poller = client.begin_recover_deleted_secret("s").await.unwrap();
    let recovered = poller.wait().await.unwrap();
    write!(shown, "{deleted:?} {read:?} {recovered:?} {client:?}").unwrap();
    assert_hidden(&shown);
}

#[tokio::test(start_paused = true)]
async fn no_error_shows_it() {
    let vault = Vault::new();
    let client = &vault.client;
    client.set_secret("first", "v").await.unwrap();
    let mut errors = vec![
        client.set_secret("no name", CANARY).await.unwrap_err(),
        client.set_secret("s", CANARY.repeat(2_000)).await.unwrap_err(),
        client.set_secret("s", CANARY).content_type("x".repeat(256)).await.unwrap_err(),
    ];
    vault.emulator.faults().next(1).on("PUT", "/secrets/s").disconnect_after_processing();
    errors.push(client.set_secret("s", CANARY).await.unwrap_err());
    vault.emulator.faults().next(1).on("PUT", "/secrets/s").status(400);
    errors.push(client.set_secret("s", CANARY).await.unwrap_err());
    // Answers that hold it and are wrong elsewhere, or hold it where it cannot be.
    let json = serde_json::to_string(CANARY).unwrap();
    let id = format!("{}/secrets/s", client.vault_url());
    for body in [
        format!(r#"{{"value":{json},"id":"#),
        format!(r#"{{"value":{json},"id":"{id}","attributes":{{"exp":"never"}}}}"#),
        format!(r#"{{"value":{{"text":{json}}},"id":"{id}"}}"#),
        format!(r#"{{"value":{json},"id":{json}}}"#),
        format!(r#"{{"value":{json}}}"#),
        json.clone(),
        CANARY.to_owned(),
    ] {
        for method in ["GET", "PUT"] {
            let fault = vault.emulator.faults().next(1).on(method, "/secrets/s");
            fault.respond(200, &[], body.clone());
        }
        errors.push(client.get_secret("s").await.unwrap_err());
        errors.push(client.set_secret("s", CANARY).await.unwrap_err());
    }
    for error in errors {
        let mut shown = format!("{error} {error:?} {error:#?} {:?}", error.explain());
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            write!(shown, " {error} {error:?}").unwrap();
            source = error.source();
        }
        assert_hidden(&shown);
    }
}

#[tokio::test(start_paused = true)]
async fn no_log_shows_it() {
    let log = Log::start();
    let vault = Vault::new();
    let (client, faults) = (&vault.client, vault.emulator.faults());
    faults.next(1).on("PUT", "/secrets/s").status(429);
    faults.next(1).on("GET", "/secrets/s").status(503);
    client.set_secret("s", CANARY).await.unwrap();
    assert_eq!(client.get_secret("s").await.unwrap().value().expose(), CANARY);
    faults.next(1).on("PUT", "/secrets/s").disconnect_after_processing();
    client.set_secret("s", CANARY).await.unwrap_err();
    client.begin_delete_secret("s").await.unwrap().wait().await.unwrap();
    client.begin_recover_deleted_secret("s").await.unwrap().wait().await.unwrap();
    let logged = log.text();
    for event in ["path=/secrets/s", "path=/deletedsecrets/s/recover", "status=429", "not answered"]
    {
        assert!(logged.contains(event), "{event} in {logged}");
    }
    assert_hidden(&logged);
}
