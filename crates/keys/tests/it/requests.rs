//! What is sent, looked at without a runtime and without sending it.

use azure_core::{http::Body, time::OffsetDateTime};
use azvault_core::{Call, credentials::ClientSecretCredential};
use azvault_keys::{
    EncryptionAlgorithm, KeyClient, KeyCurve, KeyOperation, KeyType, SignatureAlgorithm,
};

const VERSION: &str = "0123456789abcdef0123456789abcdef";

pub(crate) fn client() -> KeyClient {
    let credential = ClientSecretCredential::new("tenant", "client", "secret").unwrap();
    KeyClient::new("https://v.vault.azure.net", credential).unwrap()
}

/// Method, path and body of what would be sent.
pub(crate) fn text<T: 'static>(call: &Call<T>) -> String {
    let request = call.request().unwrap();
    let Body::Bytes(body) = request.body() else { panic!("a body of bytes") };
    let body = String::from_utf8(body.to_vec()).unwrap();
    let path = request.url().as_str().strip_prefix("https://v.vault.azure.net").unwrap();
    format!("{} {path} {body}", request.method()).trim_end().to_owned()
}

#[test]
fn create_sends_only_what_was_set() {
    let call = client().create_rsa_key("k").size(2048).into_call();
    assert_eq!(
        text(&call),
        r#"POST /keys/k/create?api-version=2026-04-01 {"kty":"RSA","key_size":2048}"#
    );
}

#[test]
fn create_sends_all_that_was_set() {
    let call = client()
        .create_key("k", KeyType::Ec)
        .hardware_protected()
        .curve(KeyCurve::P521)
        .key_ops([KeyOperation::Sign])
        .enabled(false)
        .not_before(OffsetDateTime::UNIX_EPOCH)
        .expires_on(OffsetDateTime::from_unix_timestamp(99).unwrap())
        .tag("b", "2")
        .tag("a", "1")
        .into_call();
    assert_eq!(
        text(&call),
        concat!(
            "POST /keys/k/create?api-version=2026-04-01 ",
            r#"{"kty":"EC-HSM","crv":"P-521","key_ops":["sign"],"#,
            r#""attributes":{"enabled":false,"nbf":0,"exp":99},"tags":{"a":"1","b":"2"}}"#
        )
    );
}

#[test]
fn the_latest_version_has_no_segment_of_its_own() {
    let client = client();
    assert_eq!(text(&client.get_key("k").into_call()), "GET /keys/k?api-version=2026-04-01");
    assert_eq!(
        text(&client.get_key("k").version(VERSION).into_call()),
        format!("GET /keys/k/{VERSION}?api-version=2026-04-01")
    );
}

#[test]
fn update_sends_an_empty_set_of_tags_to_remove_them() {
    let call = client().update_key_properties("k").tags::<&str, &str>([]).into_call();
    assert_eq!(text(&call), r#"PATCH /keys/k?api-version=2026-04-01 {"tags":{}}"#);
}

#[test]
fn cryptography_sends_base64url_without_padding() {
    let client = client();
    let sign = client.sign("k", SignatureAlgorithm::ES256, [0xfb; 32]).version(VERSION).into_call();
    assert_eq!(
        text(&sign),
        format!(
            r#"POST /keys/k/{VERSION}/sign?api-version=2026-04-01 {{"alg":"ES256","value":"-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s"}}"#
        )
    );
    let wrap = client.wrap_key("k", EncryptionAlgorithm::RsaOaep256, [1, 2, 3]).into_call();
    assert_eq!(
        text(&wrap),
        r#"POST /keys/k/wrapkey?api-version=2026-04-01 {"alg":"RSA-OAEP-256","value":"AQID"}"#
    );
}

#[test]
fn deleted_keys_have_paths_of_their_own() {
    let client = client();
    assert_eq!(
        text(&client.begin_delete_key("k").into_call()),
        "DELETE /keys/k?api-version=2026-04-01"
    );
    assert_eq!(text(&client.get_deleted_key("k")), "GET /deletedkeys/k?api-version=2026-04-01");
    assert_eq!(
        text(&client.begin_recover_deleted_key("k").into_call()),
        "POST /deletedkeys/k/recover?api-version=2026-04-01"
    );
    assert_eq!(
        text(&client.purge_deleted_key("k")),
        "DELETE /deletedkeys/k?api-version=2026-04-01"
    );
}

#[test]
fn another_api_version_can_be_asked_for() {
    let credential = ClientSecretCredential::new("tenant", "client", "secret").unwrap();
    let client = KeyClient::builder("https://v.vault.azure.net")
        .credential(credential)
        .api_version("7.4")
        .build()
        .unwrap();
    assert_eq!(text(&client.get_key("k").into_call()), "GET /keys/k?api-version=7.4");
}
