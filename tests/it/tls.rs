//! A server that the machine does not trust, over real sockets.

use azvault_core::{ErrorKind, credentials::ClientSecretCredential};
use azvault_emulator::Emulator;
use azvault_keys::KeyClient;

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_told_at_once_and_gets_no_token() {
    let emulator = Emulator::start().await.unwrap();
    let credential = ClientSecretCredential::new("tenant", "client", "secret").unwrap();
    // By its address: no name below localhost resolves everywhere.
    let client = KeyClient::new(&format!("https://127.0.0.1:{}", emulator.port()), credential);
    let error = client.unwrap().get_key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!((error.attempts(), error.may_have_been_sent()), (1, false));
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(emulator.journal().is_empty());
}
