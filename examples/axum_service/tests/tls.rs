//! Who is told the password, and who is not.

use std::{net::SocketAddr, str::FromStr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{HANGS, place, refusal, spawn};
use crate::{stand_in::StandIn, surroundings::Surroundings, tls};

/// Has the service look for its database there.
async fn database_at(place: &mut Surroundings) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("postgres://orders@{address}/orders?sslmode=require");
    place.database = tokio_postgres::Config::from_str(&url).unwrap();
    (listener, address)
}

#[tokio::test]
async fn a_database_with_a_certificate_of_another_authority_gets_no_login() {
    let (mut place, _clock) = place().await;
    let other = StandIn::start("any password").await.unwrap();
    place.tls = tls::trusting_pem(other.authority().as_bytes()).unwrap();
    let error = refusal(&place).await;
    assert!(error.contains("UnknownIssuer"), "{error}");
    assert_eq!(place.stand_in.as_ref().unwrap().logins(), 0);
}

#[tokio::test]
async fn a_database_with_a_certificate_for_another_name_gets_no_login() {
    let (mut place, _clock) = place().await;
    let url = place.stand_in.as_ref().unwrap().url().replace("127.0.0.1", "localhost");
    place.database = tokio_postgres::Config::from_str(&url).unwrap();
    let error = refusal(&place).await;
    assert!(error.contains("not valid for name \"localhost\""), "{error}");
    assert_eq!(place.stand_in.as_ref().unwrap().logins(), 0);
}

#[tokio::test]
async fn a_database_without_tls_is_told_nothing() {
    let (mut place, _clock) = place().await;
    let (listener, _) = database_at(&mut place).await;
    let told = spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut told = vec![0; 8];
        socket.read_exact(&mut told).await.unwrap();
        // What PostgreSQL says where `ssl` is off, and what somebody in between may say.
        socket.write_all(b"N").await.unwrap();
        socket.read_to_end(&mut told).await.ok();
        told
    });
    let error = refusal(&place).await;
    assert!(error.contains("server does not support TLS"), "{error}");
    // The question for TLS, and no more.
    assert_eq!(told.await.unwrap(), [0, 0, 0, 8, 4, 210, 22, 47]);
}

#[tokio::test]
async fn a_database_that_says_nothing_is_not_waited_for_for_good() {
    let (mut place, _clock) = place().await;
    // Connections are made by the system, and nobody ever reads from them.
    let (_listener, _) = database_at(&mut place).await;
    place.secrets.get_secret("db-password").await.unwrap();
    tokio::time::pause();
    let error = tokio::time::timeout(HANGS, refusal(&place)).await.expect("it waits for good");
    assert!(error.contains("cannot be reached") && error.contains("Timeout"), "{error}");
}

#[test]
fn a_file_of_authorities_that_is_none_is_named() {
    let none = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let error = tls::trusting(Some(&none)).err().unwrap().to_string();
    assert!(error.contains("Cargo.toml, has no certificates in PEM"), "{error}");
    let error = tls::trusting(Some("no-such-file".as_ref())).err().unwrap().to_string();
    assert!(error.contains("no-such-file, cannot be read"), "{error}");
}
