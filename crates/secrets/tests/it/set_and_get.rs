//! Setting secrets, and reading them.

use azure_core::time::OffsetDateTime;
use azvault_secrets::{ErrorKind, SecretValue};

use crate::support::Vault;

#[tokio::test]
async fn a_secret_set_with_a_value_alone_has_the_services_defaults() {
    let vault = Vault::new();
    let secret = vault.client.set_secret("s", "hunter2").await.unwrap();
    assert_eq!(secret.value().expose(), "hunter2");
    assert_eq!((secret.name(), secret.content_type(), secret.key_id()), ("s", None, None));
    let properties = secret.properties();
    assert!(properties.enabled() && !properties.managed());
    assert!(properties.tags().is_empty());
    assert!(properties.created_on().is_some());
    assert_eq!(properties.created_on(), properties.updated_on());
    assert_eq!(properties.recoverable_days(), Some(90));
    assert_eq!(secret.version().map(str::len), Some(32));
    assert_eq!(secret.id().vault_url(), vault.client.vault_url());
    assert_eq!(secret.into_value().expose(), "hunter2");
}

#[tokio::test]
async fn a_secret_set_in_full_is_read_back() {
    let vault = Vault::new();
    let (from, until) = (1_422_864_000, 4_000_000_000);
    let time = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    let set = vault
        .client
        .set_secret("s", SecretValue::new("hunter2"))
        .content_type("password")
        .not_before(time(from))
        .expires_on(time(until))
        .tags([("a", "1")])
        .tag("b", "2")
        .await
        .unwrap();
    let read = vault.client.get_secret("s").await.unwrap();
    assert_eq!(read.properties(), set.properties());
    assert_eq!(read.value().expose(), "hunter2");
    assert_eq!(read.content_type(), Some("password"));
    assert_eq!(read.properties().not_before(), Some(time(from)));
    assert_eq!(read.properties().expires_on(), Some(time(until)));
    assert_eq!(read.properties().tags().len(), 2);
}

#[tokio::test]
async fn any_text_comes_back_as_it_was() {
    let vault = Vault::new();
    for value in
        ["", " ", "line\n", "line\r\n", "\"\\\r\n\t\0", "ä€😀\u{2028}", "{\"value\":1}", "null"]
    {
        vault.client.set_secret("s", value).await.unwrap();
        let read = vault.client.get_secret("s").await.unwrap();
        assert_eq!(read.value().expose(), value);
    }
}

#[tokio::test]
async fn half_a_character_is_an_error_that_does_not_repeat_the_rest() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").await.unwrap();
    let id = format!("{}/secrets/s", vault.client.vault_url());
    let body = format!(r#"{{"value":"canary\ud800","id":"{id}","attributes":{{}}}}"#);
    vault.emulator.faults().next(1).on("GET", "/secrets/s").respond(200, &[], body);
    let error = vault.client.get_secret("s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn any_bytes_come_back_as_they_were() {
    let vault = Vault::new();
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [vec![], vec![0], b"\xff\xfe\r\n".to_vec(), all, vec![0xff; 19_200]] {
        let set = vault.client.set_secret_bytes("s", bytes.as_slice()).await.unwrap();
        assert_eq!(set.content_type(), Some("application/octet-stream"));
        let read = vault.client.get_secret("s").await.unwrap();
        assert_eq!(read.bytes().unwrap().expose(), bytes);
    }
}

#[tokio::test]
async fn a_value_of_25_600_bytes_is_set_and_one_of_a_byte_more_is_not_sent() {
    let vault = Vault::new();
    let longest = "x".repeat(25_600);
    vault.client.set_secret("s", longest.as_str()).await.unwrap();
    assert_eq!(vault.client.get_secret("s").await.unwrap().value().expose(), longest);
    vault.emulator.clear_journal();
    let error = vault.client.set_secret("s", format!("{longest}x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = vault.client.set_secret_bytes("s", [0_u8; 19_201]).await.unwrap_err();
    assert!(error.to_string().contains("has 25604 bytes"), "{error}");
    assert!(vault.emulator.journal().is_empty());
}

#[tokio::test]
async fn a_disabled_latest_version_is_not_passed_over_for_an_older_one() {
    let vault = Vault::new();
    let first = vault.client.set_secret("s", "one").await.unwrap();
    vault.client.set_secret("s", "two").enabled(false).await.unwrap();
    let error = vault.client.get_secret("s").await.unwrap_err();
    assert_eq!((error.kind(), error.status().map(u16::from)), (ErrorKind::Disabled, Some(403)));
    let old = vault.client.get_secret("s").version(first.version().unwrap()).await.unwrap();
    assert_eq!(old.value().expose(), "one");
}

#[tokio::test]
async fn setting_a_name_again_makes_a_new_version_and_keeps_the_old_one() {
    let vault = Vault::new();
    let first = vault.client.set_secret("s", "one").content_type("text").await.unwrap();
    let second = vault.client.set_secret("s", "two").await.unwrap();
    assert_ne!(first.version(), second.version());
    assert_eq!(vault.client.get_secret("s").await.unwrap().value().expose(), "two");
    let old = vault.client.get_secret("s").version(first.version().unwrap()).await.unwrap();
    assert_eq!((old.id(), old.value().expose()), (first.id(), "one"));
    assert_eq!(second.content_type(), None);
}

#[tokio::test]
async fn an_id_names_its_version_or_the_latest() {
    let vault = Vault::new();
    let first = vault.client.set_secret("s", "one").await.unwrap();
    let second = vault.client.set_secret("s", "two").await.unwrap();
    let by_id = |id: &azvault_secrets::ResourceId| vault.client.get_secret_by_id(id);
    assert_eq!(by_id(first.id()).await.unwrap().value().expose(), "one");
    assert_eq!(by_id(second.id()).await.unwrap().value().expose(), "two");
    assert_eq!(by_id(&first.id().without_version()).await.unwrap().id(), second.id());
}

#[tokio::test]
async fn a_secret_can_be_read_outside_the_times_it_is_meant_for() {
    let vault = Vault::new();
    let time = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    vault.client.set_secret("late", "v").expires_on(time(1)).await.unwrap();
    vault.client.set_secret("early", "v").not_before(time(4_000_000_000)).await.unwrap();
    assert_eq!(vault.client.get_secret("late").await.unwrap().value().expose(), "v");
    assert_eq!(vault.client.get_secret("early").await.unwrap().value().expose(), "v");
}

#[tokio::test]
async fn a_disabled_secret_is_refused_with_the_call_that_enables_it() {
    let vault = Vault::new();
    let set = vault.client.set_secret("s", "v").enabled(false).await.unwrap();
    let error = vault.client.get_secret("s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disabled);
    assert_eq!(error.inner_code(), Some("SecretDisabled"));
    let way_out = error.explain().unwrap();
    assert!(way_out.contains("update_secret_properties(name).enabled(true)"), "{way_out}");
    let error = vault.client.get_secret_by_id(set.id()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disabled);
    vault.client.update_secret_properties("s").enabled(true).await.unwrap();
    assert_eq!(vault.client.get_secret("s").await.unwrap().value().expose(), "v");
}

#[tokio::test]
async fn status_and_headers_can_be_looked_at() {
    let vault = Vault::new();
    let answer = vault.client.set_secret("s", "v").into_call().send_for_response().await.unwrap();
    assert_eq!(u16::from(answer.status()), 200);
    let region = answer.headers().iter().any(|(name, _)| name.as_str() == "x-ms-keyvault-region");
    assert!(region, "{:?}", answer.headers());
    assert_eq!(answer.into_model().name(), "s");
}

#[tokio::test]
async fn a_call_can_be_sent_from_another_task() {
    let vault = Vault::new();
    let (a, b) = tokio::join!(
        vault.client.set_secret("a", "1").send(),
        vault.client.set_secret("b", "2").send()
    );
    assert_eq!((a.unwrap().name(), b.unwrap().name()), ("a", "b"));
    fn sendable<T: Send + 'static>(_: &T) {}
    sendable(&vault.client.set_secret("a", "1"));
    sendable(&vault.client.get_secret("a").into_call());
}
