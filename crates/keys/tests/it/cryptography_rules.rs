//! `key_ops`, enabled, `nbf` and `exp`: what is refused here is what the service refuses.

use azure_core::time::Duration;
use azvault_keys::{
    CryptographyClient, EncryptionAlgorithm as E, ErrorKind, JsonWebKey, KeyOperation as Op,
    SignatureAlgorithm as S,
};

use crate::support::Vault;

/// The outcome of what can be done here and there.
async fn outcomes(crypto: &CryptographyClient) -> [Result<(), ErrorKind>; 3] {
    [
        crypto.encrypt(E::RsaOaep256, *b"plain").await.map(drop).map_err(|error| error.kind()),
        crypto.wrap_key(E::RsaOaep256, [1; 32]).await.map(drop).map_err(|error| error.kind()),
        crypto.verify(S::RS256, [0; 32], [0; 256]).await.map(|_| ()).map_err(|error| error.kind()),
    ]
}

#[tokio::test]
async fn each_state_of_a_key_has_the_same_outcome_here_and_in_the_service() {
    let vault = Vault::new();
    let now = vault.emulator.clock().now();
    let create = |name: &str| vault.client.create_rsa_key(name);
    let hour = Duration::HOUR;
    create("usable").await.unwrap();
    create("disabled").enabled(false).await.unwrap();
    create("expired").expires_on(now - hour).await.unwrap();
    create("not-yet").not_before(now + hour).await.unwrap();
    create("within").not_before(now - hour).expires_on(now + hour).await.unwrap();
    create("verifies").key_ops([Op::Verify]).await.unwrap();
    create("wraps").key_ops([Op::WrapKey, Op::UnwrapKey]).await.unwrap();
    create("signs").key_ops([Op::Sign]).await.unwrap();
    create("nothing").await.unwrap();
    vault.client.update_key_properties("nothing").key_ops([]).await.unwrap();
    let mut refused = 0;
    let states = [
        "usable", "disabled", "expired", "not-yet", "within", "verifies", "wraps", "signs",
        "nothing",
    ];
    for name in states {
        let crypto = vault.client.cryptography_client(name).unwrap();
        let here = outcomes(&crypto.clone().local_only()).await;
        let there = outcomes(&crypto.remote_only().unwrap()).await;
        assert_eq!(here, there, "{name}");
        refused += here.iter().filter(|outcome| outcome.is_err()).count();
    }
    assert_eq!(refused, 14, "two each for what is out of time, ten for key_ops");
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_time_ends_while_it_is_known_is_refused_from_then_on() {
    let vault = Vault::new();
    let end = vault.emulator.clock().now() + Duration::hours(1);
    vault.client.create_rsa_key("k").expires_on(end).await.unwrap();
    let crypto = vault.client.cryptography_client("k").unwrap().local_only();
    crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap();
    tokio::time::advance(std::time::Duration::from_secs(3601)).await;
    let error = crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OperationForbidden);
    assert!(error.to_string().contains("`exp`"), "{error}");
    assert!(!crypto.verify(S::RS256, [0; 32], [0; 256]).await.unwrap().is_valid());
}

#[tokio::test]
async fn what_a_known_key_did_not_permit_is_done_once_the_vault_permits_it() {
    let vault = Vault::new();
    let now = vault.emulator.clock().now();
    let create = vault.client.create_rsa_key("k").key_ops([Op::Verify]);
    create.expires_on(now - Duration::HOUR).await.unwrap();
    let crypto = vault.client.cryptography_client("k").unwrap();
    let encrypt = || crypto.encrypt(E::RsaOaep256, *b"plain");
    for _ in 0..2 {
        assert_eq!(encrypt().await.unwrap_err().kind(), ErrorKind::OperationForbidden);
    }
    let update = vault.client.update_key_properties("k").key_ops([Op::Encrypt, Op::Decrypt]);
    update.expires_on(now + Duration::HOUR).await.unwrap();
    let encrypted = encrypt().await.unwrap();
    let decrypted = crypto.decrypt(E::RsaOaep256, encrypted.ciphertext).await.unwrap();
    assert_eq!(decrypted.plaintext.expose(), b"plain");
}

#[tokio::test]
async fn a_bare_key_obeys_its_key_ops() {
    let key = JsonWebKey::oct([7; 32]).with_key_ops([Op::Encrypt]);
    let crypto = CryptographyClient::from_jwk(&key).unwrap();
    let sealed = crypto.encrypt(E::A256Gcm, *b"plain").await.unwrap();
    let error = crypto
        .decrypt(E::A256Gcm, sealed.ciphertext)
        .iv(sealed.iv.unwrap())
        .authentication_tag(sealed.tag.unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OperationForbidden);
    assert!(error.to_string().contains("decrypt"), "{error}");
}

#[tokio::test]
async fn a_digest_of_another_length_is_refused_before_anything_is_sent() {
    let vault = Vault::new();
    let crypto = vault.client.cryptography_client("k").unwrap();
    for digest in [vec![], vec![0; 20], vec![0; 33]] {
        let error = crypto.sign(S::RS256, digest.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("32 bytes"), "{error}");
        assert!(crypto.verify(S::ES256, digest, [0; 64]).await.is_err());
    }
    assert!(vault.emulator.journal().is_empty());
}

#[tokio::test]
async fn an_algorithm_of_another_kind_of_key_is_refused_with_the_kind_it_needs() {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").await.unwrap();
    let crypto = vault.client.cryptography_client("k").unwrap().local_only();
    let error = crypto.verify(S::ES256, [0; 32], [0; 64]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("ES256"), "{error}");
    let error = crypto.encrypt(E::A256Gcm, *b"plain").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
}

#[tokio::test]
async fn every_failed_decryption_looks_the_same() {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").await.unwrap();
    let crypto = vault.client.cryptography_client("k").unwrap().allowing_rsa1_5();
    let mut texts = Vec::new();
    for algorithm in [E::RsaOaep256, E::RsaOaep, E::Rsa1_5] {
        let good = crypto.encrypt(algorithm.clone(), *b"plain").await.unwrap().ciphertext;
        let foreign = crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap().ciphertext;
        let mut flipped = good.clone();
        flipped[17] ^= 1;
        for bad in [flipped, vec![1; 256], vec![0; 256]] {
            let error = crypto.decrypt(algorithm.clone(), bad).await.unwrap_err();
            texts.push((error.kind(), error.message().to_owned(), error.code().map(str::to_owned)));
        }
        if algorithm != E::RsaOaep256 {
            let error = crypto.decrypt(algorithm.clone(), foreign).await.unwrap_err();
            texts.push((error.kind(), error.message().to_owned(), error.code().map(str::to_owned)));
        }
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "whatever is wrong, and with every padding: {texts:?}");
}

#[tokio::test]
async fn what_an_algorithm_has_no_place_for_is_refused_before_anything_is_sent() {
    let vault = Vault::hsm();
    vault.client.create_oct_key("k").size(256).await.unwrap();
    vault.client.create_rsa_key("rsa").await.unwrap();
    vault.emulator.clear_journal();
    let remote = vault.client.cryptography_client("k").unwrap();
    let rsa = vault.client.cryptography_client("rsa").unwrap().remote_only().unwrap();
    let local = CryptographyClient::from_jwk(&JsonWebKey::oct([7; 32])).unwrap();
    let mut said = Vec::new();
    for crypto in [&remote, &local] {
        // The same nonce twice would give both messages away: none is taken.
        said.push(crypto.encrypt(E::A256Gcm, *b"plain").iv([1; 12]).await.unwrap_err());
        let cbc = || crypto.encrypt(E::A256CbcPad, *b"plain");
        said.push(cbc().additional_authenticated_data(*b"a").await.unwrap_err());
        said.push(cbc().iv([1; 12]).await.unwrap_err());
        let cbc = || crypto.decrypt(E::A256CbcPad, [0; 16]).iv([1; 16]);
        said.push(cbc().additional_authenticated_data(*b"a").await.unwrap_err());
        said.push(cbc().authentication_tag([0; 16]).await.unwrap_err());
        said.push(crypto.decrypt(E::A256CbcPad, [0; 16]).await.unwrap_err());
        let gcm = || crypto.decrypt(E::A256Gcm, [0; 16]);
        said.push(gcm().iv([1; 12]).await.unwrap_err());
        said.push(gcm().authentication_tag([1; 16]).await.unwrap_err());
    }
    said.push(rsa.encrypt(E::RsaOaep256, *b"plain").iv([1; 16]).await.unwrap_err());
    let with_data = rsa.encrypt(E::RsaOaep256, *b"plain").additional_authenticated_data(*b"a");
    said.push(with_data.await.unwrap_err());
    for error in said {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    assert_eq!(vault.requests("POST", "/keys"), 0);
}

#[tokio::test]
async fn a_decryption_that_fails_here_looks_the_same_whatever_is_wrong() {
    let crypto = CryptographyClient::from_jwk(&JsonWebKey::oct([7; 32])).unwrap();
    for algorithm in [E::A256CbcPad, E::A256Gcm] {
        // A byte less than a block: the padding is one byte, 1.
        let sealed = crypto.encrypt(algorithm.clone(), *b"plain, and more").await.unwrap();
        let (iv, tag) = (sealed.iv.unwrap(), sealed.tag);
        let open = |text: &[u8], mask: u8| {
            let mut iv = iv.clone();
            *iv.last_mut().unwrap() ^= mask;
            let work = crypto.decrypt(algorithm.clone(), text).iv(iv);
            match tag.clone() {
                Some(tag) => work.authentication_tag(tag).send(),
                None => work.send(),
            }
        };
        open(&sealed.ciphertext, 0).await.unwrap();
        let mut texts = Vec::new();
        // In CBC: a padding of 0, of 16, longer than a block, and no whole block.
        for (text, mask) in [
            (&sealed.ciphertext[..], 0x01),
            (&sealed.ciphertext, 0x11),
            (&sealed.ciphertext, 0x81),
            (&sealed.ciphertext[1..], 0),
        ] {
            let error = open(text, mask).await.unwrap_err();
            texts.push(format!("{:?} {error} {:?}", error.kind(), error.explain()));
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "{algorithm}: {texts:?}");
    }
}
