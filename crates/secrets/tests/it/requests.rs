//! What is sent, looked at without a runtime and without sending it.

use azure_core::{http::Body, time::OffsetDateTime};
use azvault_core::{Call, credentials::ClientSecretCredential};
use azvault_secrets::{ResourceId, SecretClient};

const VERSION: &str = "0123456789abcdef0123456789abcdef";

fn client() -> SecretClient {
    let credential = ClientSecretCredential::new("tenant", "client", "secret").unwrap();
    SecretClient::new("https://v.vault.azure.net", credential).unwrap()
}

fn text<T: 'static>(call: &Call<T>) -> String {
    let request = call.request().unwrap();
    let Body::Bytes(body) = request.body() else { panic!("a body of bytes") };
    let body = String::from_utf8(body.to_vec()).unwrap();
    let path = request.url().as_str().strip_prefix("https://v.vault.azure.net").unwrap();
    format!("{} {path} {body}", request.method()).trim_end().to_owned()
}

#[test]
fn set_sends_only_what_was_set() {
    let call = client().set_secret("s", "v\"\n").into_call();
    assert_eq!(text(&call), r#"PUT /secrets/s?api-version=2026-04-01 {"value":"v\"\n"}"#);
}

#[test]
fn set_sends_all_that_was_set() {
    let call = client()
        .set_secret("s", "v")
        .content_type("text/plain")
        .enabled(false)
        .not_before(OffsetDateTime::UNIX_EPOCH)
        .expires_on(OffsetDateTime::from_unix_timestamp(99).unwrap())
        .tag("b", "2")
        .tag("a", "1")
        .into_call();
    assert_eq!(
        text(&call),
        concat!(
            "PUT /secrets/s?api-version=2026-04-01 ",
            r#"{"value":"v","contentType":"text/plain","#,
            r#""attributes":{"enabled":false,"nbf":0,"exp":99},"tags":{"a":"1","b":"2"}}"#
        )
    );
}

#[test]
fn the_latest_version_has_no_segment_of_its_own() {
    let client = client();
    assert_eq!(text(&client.get_secret("s").into_call()), "GET /secrets/s?api-version=2026-04-01");
    assert_eq!(
        text(&client.get_secret("s").version(VERSION).into_call()),
        format!("GET /secrets/s/{VERSION}?api-version=2026-04-01")
    );
}

#[test]
fn an_id_is_taken_as_such_or_as_its_text() {
    let client = client();
    let latest = "https://v.vault.azure.net/secrets/s";
    let version = format!("HTTPS://V.vault.azure.net:443/secrets/s/{VERSION}");
    let id: ResourceId = version.parse().unwrap();
    let expected = format!("GET /secrets/s/{VERSION}?api-version=2026-04-01");
    assert_eq!(text(&client.get_secret_by_id(&id)), expected);
    assert_eq!(text(&client.get_secret_by_id(id)), expected);
    assert_eq!(text(&client.get_secret_by_id(version)), expected);
    assert_eq!(text(&client.get_secret_by_id(latest)), "GET /secrets/s?api-version=2026-04-01");
}

#[test]
fn update_sends_what_was_set_and_never_a_value() {
    let client = client();
    let call = client
        .update_secret_properties("s")
        .version(VERSION)
        .content_type("password")
        .enabled(true)
        .into_call();
    assert_eq!(
        text(&call),
        format!(
            r#"PATCH /secrets/s/{VERSION}?api-version=2026-04-01 {{"contentType":"password","attributes":{{"enabled":true}}}}"#
        )
    );
    let call = client.update_secret_properties("s").tags::<&str, &str>([]).into_call();
    assert_eq!(text(&call), r#"PATCH /secrets/s?api-version=2026-04-01 {"tags":{}}"#);
}

#[test]
fn deleted_secrets_have_paths_of_their_own() {
    let client = client();
    assert_eq!(
        text(&client.begin_delete_secret("s").into_call()),
        "DELETE /secrets/s?api-version=2026-04-01"
    );
    assert_eq!(
        text(&client.get_deleted_secret("s")),
        "GET /deletedsecrets/s?api-version=2026-04-01"
    );
    assert_eq!(
        text(&client.begin_recover_deleted_secret("s").into_call()),
        "POST /deletedsecrets/s/recover?api-version=2026-04-01"
    );
    assert_eq!(
        text(&client.purge_deleted_secret("s")),
        "DELETE /deletedsecrets/s?api-version=2026-04-01"
    );
}

#[test]
fn another_api_version_can_be_asked_for() {
    let credential = ClientSecretCredential::new("tenant", "client", "secret").unwrap();
    let client = SecretClient::builder("https://v.vault.azure.net")
        .credential(credential)
        .api_version("7.4")
        .build()
        .unwrap();
    assert_eq!(text(&client.get_secret("s").into_call()), "GET /secrets/s?api-version=7.4");
}
