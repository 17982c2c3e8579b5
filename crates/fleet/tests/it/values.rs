//! Values from the environment, and what a secret is told beside its value.

use azvault_emulator::Emulator;
use azvault_fleet::{DesiredSecret, Env, ErrorKind, Fleet};

use crate::support::Place;

fn with_value(value: &str) -> Place {
    let env = Env::from_pairs([("API_TOKEN", value)]);
    Place::on(Emulator::in_memory(), |builder| builder.env(env))
}

/// What is said of a fleet with this secret before anything is sent.
async fn refusal(place: &Place, secret: DesiredSecret) -> String {
    let fleet = place.fleet().vault(place.vault("pay-prod").secret("api", secret));
    let error = place.provisioner.plan(&fleet).await.unwrap_err();
    assert_eq!((error.kind(), place.emulator.journal().len()), (ErrorKind::InvalidInput, 0));
    error.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_no_text_is_refused_and_not_changed() {
    // As a variable is read whose bytes are not UTF-8: what is no text becomes U+FFFD.
    let place = with_value("hunter2-\u{fffd}\u{fffd}");
    let message = refusal(&place, DesiredSecret::from_env("API_TOKEN")).await;
    assert!(message.contains("the environment variable API_TOKEN is no text"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn values_of_the_largest_size_are_set_and_larger_or_empty_ones_refused() {
    for value in ["x".repeat(25_601), "ä".repeat(12_801)] {
        let place = with_value(&value);
        let message = refusal(&place, DesiredSecret::from_env("API_TOKEN")).await;
        assert!(message.contains("has more than 25,600 bytes"), "{message}");
    }
    let message = refusal(&with_value(""), DesiredSecret::from_env("API_TOKEN")).await;
    assert!(message.contains("API_TOKEN is not set, or is empty"), "{message}");
    // What ends with a newline is no less a value, and set as it is.
    for value in ["ä".repeat(12_800), "token\n".to_owned()] {
        let place = with_value(&value);
        let vault = place.vault("pay-prod").secret("api", DesiredSecret::from_env("API_TOKEN"));
        place.converge(&place.fleet().vault(vault)).await;
        let secret = place.secrets("pay-prod").get_secret("api").await.unwrap();
        assert_eq!(secret.value().expose(), value);
    }
}

#[tokio::test(start_paused = true)]
async fn tags_and_content_types_that_a_secret_cannot_have_are_refused_before_a_request() {
    let place = Place::new();
    let secret = || DesiredSecret::generated(32);
    let tags = (0..16).fold(secret(), |secret, n| secret.tag(format!("t{n}"), ""));
    for (secret, says) in [
        (tags, "16 tags are too many: a secret has 15 at most"),
        (secret().tag("t", "x".repeat(513)), "512 at most"),
        (secret().content_type("x".repeat(256)), "256 characters: it may have at most 255"),
    ] {
        let message = refusal(&place, secret).await;
        assert!(message.contains("vault \"pay-prod\".secrets.api: "), "{message}");
        assert!(message.contains(says), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_plan_refuses_of_the_environment_names_the_files_line() {
    let text = "[[vault]]\nname = \"pay\"\nsubscription = \"0b1f6471-1bf0-4dda-aec3-cb9272f09590\"\ntenant = \"6819f86e-5d41-47b0-9297-334f33d7922d\"\nlocation = \"eastus\"\nresource_group = \"payments\"\nsecrets.a.from_env = \"NOT_SET\"\n";
    let fleet = Fleet::from_toml("fleet.toml", text).unwrap();
    let error = Place::new().provisioner.plan(&fleet).await.unwrap_err();
    assert!(error.to_string().contains("fleet.toml:7:9: vault \"pay\".secrets.a: the "), "{error}");
}

#[tokio::test(start_paused = true)]
async fn more_secrets_and_keys_than_a_page_has_are_found() {
    let place = Place::new();
    let mut vault = place.vault("pay-prod");
    for n in 0..60 {
        vault = vault.secret(format!("s-{n}"), DesiredSecret::generated(8));
        vault = vault.key(format!("k-{n}"), azvault_fleet::DesiredKey::ec());
    }
    place.advance_while(place.converge(&place.fleet().vault(vault))).await;
}
