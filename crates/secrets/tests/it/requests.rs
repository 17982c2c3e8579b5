//! What is sent, looked at without a runtime and without sending it.

use azure_core::{http::Body, time::OffsetDateTime};
use azvault_core::{Call, credentials::ClientSecretCredential};
use azvault_secrets::{ErrorKind, ResourceId, SecretBackup, SecretClient, SecretContentType};

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
fn bytes_are_sent_as_base64_under_a_content_type_that_says_so() {
    let client = client();
    let sent = |content_type: Option<&str>| {
        let set = client.set_secret_bytes("s", [0xfb, 0xff]);
        let set = match content_type {
            Some(content_type) => set.content_type(content_type),
            None => set,
        };
        text(&set.into_call())
    };
    for (content_type, value, expected) in [
        (None, "+/8=", "application/octet-stream"),
        (Some("application/x-pkcs12"), "+/8=", "application/x-pkcs12"),
        (Some("image/png"), "+/8=", "image/png;base64"),
        (Some("image/png;base64url"), "-_8", "image/png;base64url"),
        (Some("text/plain; BASE64"), "+/8=", "text/plain; BASE64"),
    ] {
        let body = format!(r#"{{"value":"{value}","contentType":"{expected}"}}"#);
        assert_eq!(sent(content_type), format!("PUT /secrets/s?api-version=2026-04-01 {body}"));
    }
}

#[test]
fn a_certificates_secret_can_be_asked_for_in_pem() {
    let get = client().get_secret("c").version(VERSION).out_content_type(SecretContentType::Pem);
    assert_eq!(
        text(&get.into_call()),
        format!(
            "GET /secrets/c/{VERSION}?api-version=2026-04-01&outContentType=application%2Fx-pem-file"
        )
    );
}

#[test]
fn a_backup_is_asked_for_and_sent_back_in_base64url() {
    let client = client();
    assert_eq!(text(&client.backup_secret("s")), "POST /secrets/s/backup?api-version=2026-04-01");
    let call = client.restore_secret_backup(&SecretBackup::from_bytes([0xfb, 0xff]));
    assert_eq!(text(&call), r#"POST /secrets/restore?api-version=2026-04-01 {"value":"-_8"}"#);
    assert!(!format!("{call:?}").contains("-_8"));
}

#[test]
fn tags_at_the_services_limits_are_sent_and_those_over_them_are_refused() {
    let client = client();
    let many = |n: usize| (0..n).map(|n| (format!("t{n}"), "v")).collect::<Vec<_>>();
    let longest = "ä".repeat(512);
    let longer = "ä".repeat(513);
    let set = |tags: Vec<(String, &str)>| client.set_secret("s", "v").tags(tags).into_call();
    let update =
        |tags: Vec<(String, &str)>| client.update_secret_properties("s").tags(tags).into_call();
    for fine in [many(15), vec![(longest.clone(), longest.as_str())]] {
        assert!(set(fine.clone()).request().is_ok() && update(fine).request().is_ok());
    }
    for (over, right) in [
        (many(16), "there are 16 tags: at most 15 may be"),
        (
            vec![(longer.clone(), "v")],
            "the name of a tag has 513 characters: it may have at most 512",
        ),
        (vec![("t".to_owned(), longer.as_str())], r#"the tag "t" has 513 characters"#),
    ] {
        for error in [
            set(over.clone()).request().unwrap_err().to_string(),
            update(over.clone()).request().unwrap_err().to_string(),
        ] {
            assert!(error.contains(right) && !error.contains('ä'), "{error}");
        }
    }
}

#[test]
fn an_id_of_another_vault_collection_or_state_builds_no_request() {
    let client = client();
    for (id, right) in [
        ("https://other.vault.azure.net/secrets/s", "is of another vault than"),
        ("https://v.vault.azure.net:8443/secrets/s", "is of another vault than"),
        ("https://v.vault.azure.net.evil.example/secrets/s", "is of another vault than"),
        ("https://v.vault.azure.net/keys/s", "is of keys, not of secrets"),
        ("https://v.vault.azure.net/deletedsecrets/s", "is of a deleted secret"),
        ("http://v.vault.azure.net/secrets/s", "https"),
        ("https://v.vault.azure.net/secrets/s/latest", "32 hexadecimal digits"),
        ("https://v.vault.azure.net/secrets/s?x=1", "query"),
        ("https://user@v.vault.azure.net/secrets/s", "credentials"),
        ("s", "is not an absolute URL"),
    ] {
        let call = client.get_secret_by_id(id);
        let error = call.request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(right), "{id}: {error}");
    }
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
