//! What is sent to import, back up, restore, rotate and release keys, without sending it.

use azvault_keys::{
    EncryptionAlgorithm, JsonWebKey, KeyBackup, KeyCurve, KeyExportEncryptionAlgorithm,
    KeyOperation, KeyReleasePolicy, KeyRotationPolicy, KeyWrapAlgorithm, LifetimeAction, Period,
};

use crate::requests::{client, text};

const API: &str = "?api-version=2026-04-01";
const VERSION: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn import_sends_the_private_members_and_hsm_with_a_capital() {
    let key = JsonWebKey::ec(KeyCurve::P256, [1; 32], [2; 32]).unwrap().with_d([3; 32]);
    let import = client().import_key("k", key).hardware_protected().enabled(false).tag("a", "1");
    let (x, y, d) = ("AQ".to_owned(), "Ag".to_owned(), "Aw".to_owned());
    let text = text(&import.key_ops([KeyOperation::Sign]).into_call());
    let start =
        format!(r#"PUT /keys/k{API} {{"key":{{"kty":"EC","key_ops":["sign"],"crv":"P-256","#);
    assert!(text.starts_with(&start), "{text}");
    for (member, value) in [("x", x), ("y", y), ("d", d)] {
        assert!(text.contains(&format!(r#""{member}":"{value}"#)), "{member}: {text}");
    }
    let end = r#"},"Hsm":true,"attributes":{"enabled":false},"tags":{"a":"1"}}"#;
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn an_import_of_a_symmetric_key_can_be_exportable() {
    let import = client()
        .import_key("k", JsonWebKey::oct([0xfb; 16]))
        .exportable(true)
        .release_policy(KeyReleasePolicy::new("{}").immutable());
    assert_eq!(
        text(&import.into_call()),
        format!(
            r#"PUT /keys/k{API} {{"key":{{"kty":"oct","k":"-_v7-_v7-_v7-_v7-_v7-w"}},"attributes":{{"exportable":true}},"release_policy":{{"immutable":true,"data":"e30"}}}}"#
        )
    );
}

#[test]
fn create_and_update_send_what_a_release_needs() {
    let policy = || KeyReleasePolicy::new("{}").with_content_type("application/json");
    let create = client().create_oct_key("k").size(256).exportable(true).release_policy(policy());
    assert_eq!(
        text(&create.external_key("ext-1").into_call()),
        format!(
            r#"POST /keys/k/create{API} {{"kty":"oct-HSM","key_size":256,"attributes":{{"exportable":true,"external_key":{{"id":"ext-1"}}}},"release_policy":{{"contentType":"application/json","data":"e30"}}}}"#
        )
    );
    let update = client().update_key_properties("k").release_policy(policy()).into_call();
    assert_eq!(
        text(&update),
        format!(
            r#"PATCH /keys/k{API} {{"release_policy":{{"contentType":"application/json","data":"e30"}}}}"#
        )
    );
}

#[test]
fn backup_and_restore_send_the_blob_as_base64url() {
    let client = client();
    assert_eq!(text(&client.backup_key("k")), format!("POST /keys/k/backup{API}"));
    let backup = KeyBackup::from_bytes([0xfb, 0xff]);
    assert_eq!(
        text(&client.restore_key_backup(&backup)),
        format!(r#"POST /keys/restore{API} {{"value":"-_8"}}"#)
    );
}

#[test]
fn rotation_has_no_body_and_its_policy_the_periods_as_they_were_written() {
    let client = client();
    assert_eq!(text(&client.rotate_key("k")), format!("POST /keys/k/rotate{API}"));
    let get = client.get_key_rotation_policy("k");
    assert_eq!(text(&get), format!("GET /keys/k/rotationpolicy{API}"));
    let policy = KeyRotationPolicy::new()
        .expires_after("P1Y6M".parse().unwrap())
        .lifetime_action(LifetimeAction::rotate_before_expiry(Period::days(30)))
        .lifetime_action(LifetimeAction::notify_before_expiry(Period::months(2)));
    assert_eq!(
        text(&client.update_key_rotation_policy("k", &policy)),
        format!(
            r#"PUT /keys/k/rotationpolicy{API} {{"lifetimeActions":[{{"trigger":{{"timeBeforeExpiry":"P30D"}},"action":{{"type":"Rotate"}}}},{{"trigger":{{"timeBeforeExpiry":"P2M"}},"action":{{"type":"Notify"}}}}],"attributes":{{"expiryTime":"P1Y6M"}}}}"#
        )
    );
}

#[test]
fn hardware_has_paths_of_its_own() {
    let client = client();
    assert_eq!(text(&client.get_random_bytes(128)), format!(r#"POST /rng{API} {{"count":128}}"#));
    assert_eq!(
        text(&client.get_key_attestation("k").version(VERSION).into_call()),
        format!("GET /keys/k/{VERSION}/attestation{API}")
    );
    let release = client.release_key("k", "ey.J.w").nonce("n");
    let release = release.enc(KeyExportEncryptionAlgorithm::RsaAesKeyWrap384);
    assert_eq!(
        text(&release.version(VERSION).into_call()),
        format!(
            r#"POST /keys/k/{VERSION}/release{API} {{"target":"ey.J.w","nonce":"n","enc":"RSA_AES_KEY_WRAP_384"}}"#
        )
    );
    let wrap = client.secure_wrap_key("k", KeyWrapAlgorithm::A256KwPad).into_call();
    assert_eq!(text(&wrap), format!(r#"POST /keys/k/securewrapkey{API} {{"alg":"A256KWPAD"}}"#));
    let unwrap = client.secure_unwrap_key("k", KeyWrapAlgorithm::RsaOaep256, [1, 2, 3], "ey.J.w");
    assert_eq!(
        text(&unwrap.into_call()),
        format!(
            r#"POST /keys/k/secureunwrapkey{API} {{"alg":"RSA-OAEP-256","value":"AQID","target":"ey.J.w"}}"#
        )
    );
}

#[test]
fn wrapping_sends_what_a_symmetric_algorithm_needs() {
    let client = client();
    let gcm = || EncryptionAlgorithm::A256Gcm;
    let wrap = client.wrap_key("k", gcm(), [1]).iv([2]).additional_authenticated_data([3]);
    assert_eq!(
        text(&wrap.into_call()),
        format!(
            r#"POST /keys/k/wrapkey{API} {{"alg":"A256GCM","value":"AQ","iv":"Ag","aad":"Aw"}}"#
        )
    );
    let unwrap = client.unwrap_key("k", gcm(), [1]).iv([2]).additional_authenticated_data([3]);
    assert_eq!(
        text(&unwrap.authentication_tag([4]).into_call()),
        format!(
            r#"POST /keys/k/unwrapkey{API} {{"alg":"A256GCM","value":"AQ","iv":"Ag","aad":"Aw","tag":"BA"}}"#
        )
    );
}

#[test]
fn a_key_is_asked_for_by_its_identifier() {
    let client = client();
    for id in [
        format!("https://v.vault.azure.net/keys/k/{VERSION}"),
        format!("https://V.VAULT.azure.net:443/keys/k/{VERSION}"),
    ] {
        assert_eq!(text(&client.get_key_by_id(id)), format!("GET /keys/k/{VERSION}{API}"));
    }
    let latest = client.get_key_by_id("https://v.vault.azure.net/keys/k");
    assert_eq!(text(&latest), format!("GET /keys/k{API}"));
}
