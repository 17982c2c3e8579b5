//! What a `Debug` of the emulator's parts must not show, and a log neither.

use azvault_emulator::{Application, Emulator, Principals};

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
