//! Private parts, backups and tokens are in no text that a program may print.

use azvault_keys::{ErrorKind, JsonWebKey, KeyBackup, KeyCurve, KeyWrapAlgorithm};

use crate::{
    requests::{client, text},
    support::Vault,
};

const CANARY: &str = "canary-in-a-coal-mine-32-bytes!!";

/// The forms that the canary could get out in.
fn assert_absent(text: &str) {
    // Base64url of the canary, and its bytes as a list of numbers.
    for form in [CANARY, "Y2FuYXJ5LWluLWEtY29hbC1taW5l", "99, 97, 110, 97, 114, 121"] {
        assert!(!text.contains(form), "{form} is in: {text}");
    }
}

fn key() -> JsonWebKey {
    let key = JsonWebKey::ec(KeyCurve::P256, [1; 32], [2; 32]).unwrap();
    key.with_d(CANARY.as_bytes())
}

#[test]
fn private_keys_tokens_and_backups_are_in_no_debug_text() {
    let client = client();
    let import = client.import_key("k", key());
    let backup = KeyBackup::from_bytes(CANARY);
    let release = client.release_key("k", CANARY);
    let unwrap = client.secure_unwrap_key("k", KeyWrapAlgorithm::A128Kw, [1], CANARY);
    for text in [
        format!("{import:?} {import:#?}"),
        format!("{:?}", import.clone().into_call()),
        format!("{:?}", import.clone().recreate()),
        format!("{backup:?} {:?}", client.restore_key_backup(&backup)),
        format!("{:?}", client.restore_replace("k", &backup)),
        format!("{release:?} {:?}", release.clone().into_call()),
        format!("{unwrap:?} {:?}", unwrap.clone().into_call()),
    ] {
        assert_absent(&text);
    }
    // What is sent does have it, in the form that is looked for.
    assert!(text(&import.into_call()).contains("Y2FuYXJ5LWluLWEtY29hbC1taW5l"));
    assert!(text(&release.into_call()).contains(CANARY));
}

#[tokio::test]
async fn an_import_that_fails_does_not_repeat_the_private_key() {
    let vault = Vault::new();
    vault.emulator.faults().next(1).on("PUT", "/keys/k").respond(400, &[], "no");
    let error = vault.client.import_key("k", key()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert_absent(&format!("{error} {error:?}"));
}
