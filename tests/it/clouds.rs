//! Other clouds than the public one: where requests go, and for whom their tokens are.

use std::sync::Arc;

use azure_core::{cloud::CloudConfiguration, http::ClientOptions};
use azvault::management::KeyVaultManagementClient;
use azvault_core::{ErrorKind, auth::Cloud};
use azvault_tests::{Answer, Clerk, ProbeClient, Script};

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

async fn arm(
    configure: impl FnOnce(
        azvault_core::ClientBuilder<KeyVaultManagementClient>,
    ) -> azvault_core::ClientBuilder<KeyVaultManagementClient>,
) -> (String, String) {
    let (script, clerk) = (Script::always(Answer::status(404)), Clerk::rotating());
    let builder = KeyVaultManagementClient::builder(SUBSCRIPTION);
    let builder = builder.transport(script.transport()).credential(clerk.clone());
    let client = configure(builder).build().unwrap();
    client.vaults().get("rg", "vault").await.unwrap_err();
    let host = script.seen()[0].url.host_str().unwrap().to_owned();
    (host, clerk.asked()[0].scope.clone())
}

fn stack() -> Cloud {
    Cloud::custom("https://login.stack.example", "https://arm.stack.example")
        .resource_manager_audience("https://arm.stack.example/0f9e")
        .vaults("vault.stack.example", "https://vault.stack.example")
        .managed_hsms("hsm.stack.example", "https://hsm.stack.example")
}

#[tokio::test(start_paused = true)]
async fn resource_manager_is_that_of_the_cloud_and_its_token_too() {
    for (cloud, host, scope) in [
        (Cloud::public(), "management.azure.com", "https://management.azure.com/.default"),
        (
            Cloud::us_government(),
            "management.usgovcloudapi.net",
            "https://management.usgovcloudapi.net/.default",
        ),
        (
            Cloud::china(),
            "management.chinacloudapi.cn",
            "https://management.chinacloudapi.cn/.default",
        ),
        (stack(), "arm.stack.example", "https://arm.stack.example/0f9e/.default"),
    ] {
        assert_eq!(arm(|it| it.cloud(cloud)).await, (host.to_owned(), scope.to_owned()));
    }
    assert_eq!(arm(|it| it).await.0, "management.azure.com");
    let options = || {
        let cloud = Some(Arc::new(CloudConfiguration::AzureChina));
        ClientOptions { cloud, ..ClientOptions::default() }
    };
    assert_eq!(arm(|it| it.client_options(options())).await.0, "management.chinacloudapi.cn");
}

#[tokio::test(start_paused = true)]
async fn an_address_of_the_callers_own_is_its_own_audience_in_every_cloud() {
    let own = arm(|it| it.cloud(stack()).endpoint("https://arm.other.example")).await;
    assert_eq!(own.1, "https://arm.other.example/.default");
}

#[tokio::test(start_paused = true)]
async fn vaults_of_every_known_cloud_and_of_ones_own_need_no_challenge() {
    for (vault, audience) in [
        ("https://v.vault.azure.net", "https://vault.azure.net"),
        ("https://v.vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net"),
        ("https://v.vault.azure.cn", "https://vault.azure.cn"),
        ("https://h.managedhsm.azure.net", "https://managedhsm.azure.net"),
        ("https://v.vault.stack.example", "https://vault.stack.example"),
        ("https://h.hsm.stack.example", "https://hsm.stack.example"),
    ] {
        let (script, clerk) = (Script::always(Answer::fine()), Clerk::rotating());
        let builder = ProbeClient::builder(vault, &script, &clerk).cloud(stack());
        builder.build().unwrap().get("k").await.unwrap();
        assert_eq!((script.count(), clerk.count()), (1, 1), "{vault}");
        assert_eq!(clerk.asked()[0].scope, format!("{audience}/.default"));
    }
}

#[tokio::test(start_paused = true)]
async fn names_that_only_look_like_a_clouds_are_asked_first() {
    for vault in [
        "https://v.evilvault.stack.example",
        "https://vault.stack.example",
        "https://a.b.vault.stack.example",
        "https://v.vault.stack.example.evil.example",
    ] {
        let (script, clerk) = (Script::always(Answer::status(404)), Clerk::rotating());
        let builder = ProbeClient::builder(vault, &script, &clerk).cloud(stack());
        builder.build().unwrap().get("k").await.unwrap_err();
        assert_eq!((script.seen()[0].token(), clerk.count()), (None, 0), "{vault}");
    }
}

#[test]
fn a_cloud_whose_resource_manager_is_no_address_is_refused_before_any_request() {
    let builder = KeyVaultManagementClient::builder(SUBSCRIPTION).credential(Clerk::rotating());
    let wrong = Cloud::custom("https://login.example", "http://arm.example");
    assert_eq!(builder.cloud(wrong).build().unwrap_err().kind(), ErrorKind::InvalidInput);
}
