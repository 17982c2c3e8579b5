//! Limits of the service that are told before a request, and those that it tells itself.

use azure_core::time::OffsetDateTime;
use azvault_keys::{
    EncryptionAlgorithm, Error, ErrorKind, JsonWebKey, KeyBackup, KeyClient,
    KeyExportEncryptionAlgorithm, KeyRotationPolicy, KeyWrapAlgorithm, SignatureAlgorithm,
};

use crate::{
    requests::{client, text},
    support::Vault,
};

const VERSION: &str = "0123456789abcdef0123456789abcdef";

fn assert_refused(error: &Error, right: &str) {
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert_eq!((error.attempts(), error.may_have_been_sent()), (0, false));
    assert!(error.to_string().contains(right), "{error}");
}

#[tokio::test]
async fn a_name_that_cannot_be_one_reaches_no_request_of_a_rarer_operation() {
    let vault = Vault::new();
    let client = &vault.client;
    let backup = KeyBackup::from_bytes([1]);
    let long = "k".repeat(128);
    let names = ["", "../x", "a/b", "%2f", "?", "#", "\0", "a b", "..", "ä", "k/../../secrets/s"];
    for name in names.into_iter().chain([long.as_str()]) {
        let alg = KeyWrapAlgorithm::A256Kw;
        let errors = [
            client.import_key(name, JsonWebKey::oct([7; 32])).await.unwrap_err(),
            client.import_key(name, JsonWebKey::oct([7; 32])).recreate().await.unwrap_err(),
            client.create_ec_key(name).recreate().await.unwrap_err(),
            client.backup_key(name).await.unwrap_err(),
            client.restore_replace(name, &backup).await.unwrap_err(),
            client.purge_and_wait(name).await.unwrap_err(),
            client.rotate_key(name).await.unwrap_err(),
            client.get_key_rotation_policy(name).await.unwrap_err(),
            client.update_key_rotation_policy(name, &KeyRotationPolicy::new()).await.unwrap_err(),
            client.get_key_attestation(name).await.unwrap_err(),
            client.release_key(name, "token").await.unwrap_err(),
            client.secure_wrap_key(name, alg.clone()).await.unwrap_err(),
            client.secure_unwrap_key(name, alg, [1], "token").await.unwrap_err(),
        ];
        for error in errors {
            assert_refused(&error, "1 to 127 letters a-z or A-Z, digits and hyphens");
        }
    }
    assert!(vault.emulator.journal().is_empty());
}

#[tokio::test]
async fn a_name_of_127_characters_is_one_and_case_does_not_tell_names_apart() {
    let vault = Vault::new();
    let long = "K".repeat(127);
    vault.client.create_ec_key(&long).await.unwrap();
    assert_eq!(vault.client.get_key(long.to_lowercase()).await.unwrap().name(), long);
}

#[test]
fn spellings_of_a_vaults_address_are_one_address() {
    let spellings = ["https://V.VAULT.azure.NET", "https://v.vault.azure.net:443/"];
    for url in spellings {
        let credential = azvault_core::credentials::DefaultAzureCredential::new().unwrap();
        let spelled = KeyClient::new(url, credential).unwrap();
        assert_eq!(spelled.vault_url(), client().vault_url(), "{url}");
        assert_eq!(text(&spelled.backup_key("k")), text(&client().backup_key("k")));
    }
}

#[tokio::test]
async fn an_identifier_of_anything_but_this_vaults_keys_is_refused() {
    let client = client();
    for (id, why) in [
        (format!("https://other.vault.azure.net/keys/k/{VERSION}"), "is of another vault"),
        (format!("https://v.vault.azure.net:8443/keys/k/{VERSION}"), "is of another vault"),
        (format!("https://v.vault.azure.net/secrets/k/{VERSION}"), "is of secrets, not of keys"),
        (format!("https://v.vault.azure.net/certificates/k/{VERSION}"), "not of keys"),
        ("https://v.vault.azure.net/deletedkeys/k".to_owned(), "get_deleted_key(name)"),
        ("https://v.vault.azure.net/keys/k/latest".to_owned(), "32 hexadecimal digits"),
        ("k".to_owned(), "is not an absolute URL"),
    ] {
        assert_refused(&client.get_key_by_id(&id).await.unwrap_err(), why);
    }
}

#[tokio::test]
async fn tags_over_the_limits_are_refused_and_those_at_them_are_kept() {
    let vault = Vault::new();
    let tags = |n: usize| (0..n).map(|n| (format!("tag-{n}"), String::new()));
    let create = vault.client.create_ec_key("k");
    assert_refused(&create.tags(tags(16)).await.unwrap_err(), "16 tags are too many: a key has 15");
    let long = "ä".repeat(257);
    for (name, value) in [(long.clone(), String::new()), ("a".to_owned(), long)] {
        let update = vault.client.update_key_properties("k").tag(&name, &value);
        assert_refused(&update.await.unwrap_err(), "has 257 characters: a key's has 256 at most");
        let import = vault.client.import_key("k", JsonWebKey::oct([7; 32])).tag(name, value);
        assert_refused(&import.await.unwrap_err(), "has 257 characters");
    }
    assert!(vault.emulator.journal().is_empty());

    let most = "x".repeat(256);
    let key = vault.client.create_ec_key("k").tags(tags(14)).tag(&most, &most).await.unwrap();
    assert_eq!(key.properties().tags().len(), 15);
    assert_eq!(key.properties().tags()[&most], most);
}

#[tokio::test]
async fn a_size_that_no_key_of_the_kind_has_is_refused() {
    let client = client();
    for bits in [0, 1024, 2047, 8192] {
        let error = client.create_rsa_key("k").size(bits).await.unwrap_err();
        assert_refused(&error, "it has one of [2048, 3072, 4096]");
    }
    let error = client.create_oct_key("k").size(512).await.unwrap_err();
    assert_refused(&error, "it has one of [128, 192, 256]");
}

#[tokio::test]
async fn counts_of_random_bytes_out_of_range_are_refused() {
    for count in [0, 129, u32::MAX] {
        let error = client().get_random_bytes(count).await.unwrap_err();
        assert_refused(&error, "a call gives 1 to 128");
    }
}

#[tokio::test]
async fn a_public_key_cannot_be_imported() {
    let public = JsonWebKey::rsa([0xff; 256], [1, 0, 1]);
    let error = client().import_key("k", public).await.unwrap_err();
    assert_refused(&error, "has no private part");
}

#[tokio::test]
async fn an_empty_attestation_token_or_a_wrong_external_key_is_refused() {
    let client = client();
    let release = client.release_key("k", "").enc(KeyExportEncryptionAlgorithm::CkmRsaAesKeyWrap);
    assert_refused(&release.await.unwrap_err(), "the target is empty");
    let unwrap = client.secure_unwrap_key("k", KeyWrapAlgorithm::A128Kw, [1], "");
    assert_refused(&unwrap.await.unwrap_err(), "the target is empty");
    for id in ["", "a b", "a/b", &"x".repeat(65)] {
        let error = client.create_oct_key("k").external_key(id).await.unwrap_err();
        assert_refused(&error, "1 to 64 letters");
    }
}

#[tokio::test]
async fn a_key_outside_its_times_decrypts_and_verifies_and_does_nothing_else() {
    let vault = Vault::new();
    let client = &vault.client;
    let key = client.create_rsa_key("k").await.unwrap();
    let (oaep, rs256) = (EncryptionAlgorithm::RsaOaep256, SignatureAlgorithm::RS256);
    let encrypted = client.encrypt("k", oaep.clone(), *b"text").await.unwrap();
    let signed = client.sign("k", rs256.clone(), [7; 32]).await.unwrap();
    let now = vault.emulator.clock().now();
    let hour = std::time::Duration::from_secs(3600);
    let at =
        |time: OffsetDateTime| OffsetDateTime::from_unix_timestamp(time.unix_timestamp()).unwrap();
    for (not_before, expires_on) in [(now - 3 * hour, now - hour), (now + hour, now + 3 * hour)] {
        let update = client.update_key_properties("k").not_before(at(not_before));
        let updated = update.expires_on(at(expires_on)).await.unwrap();
        assert_eq!(updated.properties().expires_on(), Some(at(expires_on)));
        let errors = [
            client.sign("k", rs256.clone(), [7; 32]).await.unwrap_err(),
            client.encrypt("k", oaep.clone(), *b"text").await.unwrap_err(),
            client.wrap_key("k", oaep.clone(), [1; 16]).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.status().map(u16::from), Some(403), "{error}");
        }
        let ciphertext = encrypted.ciphertext.clone();
        let plain = client.decrypt("k", oaep.clone(), ciphertext).await.unwrap();
        assert_eq!(plain.plaintext.expose(), b"text");
        let signature = signed.signature.clone();
        let verified = client.verify("k", rs256.clone(), [7; 32], signature).await.unwrap();
        assert!(verified.is_valid());
        assert_eq!(client.get_key("k").await.unwrap().id(), key.id());
    }
}

#[tokio::test]
async fn an_enabled_older_version_serves_while_the_latest_is_disabled() {
    let vault = Vault::new();
    let client = &vault.client;
    let old = client.create_ec_key("k").await.unwrap();
    client.create_ec_key("k").enabled(false).await.unwrap();
    let es256 = || SignatureAlgorithm::ES256;
    let error = client.sign("k", es256(), [7; 32]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disabled);
    assert!(error.explain().unwrap().contains("use another version"), "{error:?}");
    let version = old.version().unwrap();
    let signed = client.sign("k", es256(), [7; 32]).version(version).await.unwrap();
    assert_eq!(signed.key_id.as_ref(), Some(old.id()));
}
