//! Tokens from other programs: absent, logged out, hanging and talkative ones.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azvault_core::credentials::{
    AzureCliCredential, AzureDeveloperCliCredential, AzurePowerShellCredential, Env, Surroundings,
};
use azvault_tests::{Answer, Clerk, KNOWN, Printed, ProbeClient, Programs, Script};
use serde_json::json;

const SCOPE: &[&str] = &["https://vault.azure.net/.default"];

fn around(programs: &Arc<Programs>) -> Surroundings {
    let pairs: [(String, String); 0] = [];
    Surroundings::default().env(Env::from_pairs(pairs)).commands(programs.clone())
}

fn all(programs: &Arc<Programs>) -> [(&'static str, Arc<dyn TokenCredential>); 3] {
    [
        ("az", Arc::new(AzureCliCredential::new(around(programs)))),
        ("azd", Arc::new(AzureDeveloperCliCredential::new(around(programs)))),
        ("PowerShell", Arc::new(AzurePowerShellCredential::new(around(programs)))),
    ]
}

fn ends(code: i32, stdout: &str, stderr: &str) -> Arc<Programs> {
    let printed = Printed::Ends(code, stdout.to_owned(), stderr.to_owned());
    Programs::by(move |_| printed.clone())
}

async fn failure(credential: &Arc<dyn TokenCredential>) -> String {
    let error = credential.get_token(SCOPE, None).await.unwrap_err();
    let mut said = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        said.push_str(&format!(" {inner} {inner:?}"));
        source = inner.source();
    }
    said
}

#[tokio::test(start_paused = true)]
async fn what_a_tool_prints_in_the_place_of_a_token_is_not_repeated() {
    for stdout in [
        "canary",
        r#"{"accessToken": "canary"}"#,
        r#"{"token": "canary"}"#,
        r#"{"token": "canary", "expires": "canary"}"#,
        "<html>canary</html>",
        "",
    ] {
        for (_, credential) in all(&ends(0, stdout, "canary")) {
            let said = failure(&credential).await;
            assert!(said.contains("printed something that is not a token"), "{said}");
            assert!(!said.contains("canary"), "{said}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_each_tool_reaches_the_vault() {
    let azd = json!({"token": "azd", "expiresOn": "2096-10-02T07:06:40Z"});
    let powershell = json!({"token": "powershell", "expires": 4_000_000_000_i64});
    for (n, programs, token) in [
        (0, Programs::logged_in_az("az"), "az"),
        (1, ends(0, &azd.to_string(), "a warning"), "azd"),
        (2, ends(0, &powershell.to_string(), "a warning"), "powershell"),
    ] {
        let credential = all(&programs)[n].1.clone();
        let script = Script::always(Answer::fine());
        let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
        builder.credential(credential).build().unwrap().get("k").await.unwrap();
        assert_eq!(script.seen()[0].token(), Some(token));
        assert_eq!(programs.lines().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_tenant_of_a_challenge_reaches_the_tools() {
    let programs = Programs::logged_in_az("az");
    let script = Script::vault("tenant-7", "https://vault.example:8443");
    let builder = ProbeClient::builder(azvault_tests::LOCAL, &script, &Clerk::rotating());
    let credential = AzureCliCredential::new(around(&programs));
    builder.credential(credential).build().unwrap().get("k").await.unwrap();
    assert!(programs.lines()[0].contains("--tenant tenant-7"), "{:?}", programs.lines());
}
