//! What a `Debug` of the emulator's parts must not show, and a log neither.

use azvault_emulator::{Application, Emulator, Principals};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::Vault;

const REDIRECT: &str = "http%3A%2F%2Flocalhost%3A1";

#[tokio::test]
async fn no_debug_shows_what_a_token_is_given_for() {
    let principals = Principals::new().application(Application::new("app").secret("canary-secret"));
    let builder = Emulator::builder()
        .principals(principals.others(true))
        .sign_in_by_hand(true)
        .identity_header("canary-header");
    let mut shown = format!("{builder:?}");
    let vault = Vault::of(builder).await;
    let endpoint = format!("{}/common/oauth2/v2.0", vault.emulator.authority());
    let device = vault
        .send_to("POST", &format!("{endpoint}/devicecode"), "client_id=app&scope=openid", &[])
        .await
        .ok();
    let url = format!(
        "{endpoint}/authorize?client_id=app&redirect_uri={REDIRECT}&response_type=code&scope=openid"
    );
    let answer = vault.send_to("GET", &url, "", &[]).await;
    assert_eq!(answer.status(), 302);
    let location = answer.header("location").unwrap();
    let code = location.rsplit_once("code=").unwrap().1;
    let secrets = [
        code,
        device["device_code"].as_str().unwrap(),
        device["user_code"].as_str().unwrap(),
        "canary-header",
        "canary-secret",
    ];
    let (emulator, transport) = (&vault.emulator, vault.emulator.in_memory_transport());
    shown += &format!("{emulator:?} {:?} {transport:?}", emulator.credential());
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}

#[tokio::test]
async fn a_password_in_a_requests_host_is_not_kept() {
    let emulator = Emulator::builder().proxy_port(0).start().await.unwrap();
    let proxy = emulator.proxy_url().unwrap();
    let mut stream = TcpStream::connect(proxy.strip_prefix("http://").unwrap()).await.unwrap();
    let request = "GET http://user:canary@169.254.169.254/metadata/x HTTP/1.1\r\nHost: a\r\n\
                   Connection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 ") && !answer.contains("canary"), "{answer}");
    let hosts: Vec<_> = emulator.journal().iter().map(|it| it.host().to_owned()).collect();
    assert_eq!(hosts, ["169.254.169.254"]);
}
