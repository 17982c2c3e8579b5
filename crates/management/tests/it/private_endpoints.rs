//! Private endpoints that want to be connected to a vault, on the emulator.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_management::{
    ErrorKind, PrivateEndpointProvisioningState, PrivateEndpointStatus, PrivateLinkConnectionState,
};

use crate::support::{GROUP, Subscription};

const LAG: Duration = Duration::from_secs(10);

/// A vault that an endpoint wants to be connected to, on an emulator that takes its time.
async fn with_pending() -> Subscription {
    let emulator = Emulator::builder().provisioning_lag(LAG).deletion_lag(LAG).in_memory();
    let subscription = Subscription::on(emulator).await;
    let vault = subscription.advance_while(subscription.vault("my-vault")).await;
    subscription.emulator.connect_private_endpoint(vault.id(), "pe").unwrap();
    subscription
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_waits_is_seen_in_the_list_and_in_the_vault() {
    let subscription = with_pending().await;
    let connections = subscription.client.private_endpoint_connections();
    let listed = connections.list(GROUP, "my-vault").try_collect().await.unwrap();
    assert_eq!(listed[0].status(), Some(&PrivateEndpointStatus::Pending));
    assert_eq!(connections.get(GROUP, "my-vault", listed[0].name()).await.unwrap(), listed[0]);
    let vault = subscription.client.vaults().get(GROUP, "my-vault").await.unwrap();
    let [seen] = vault.private_endpoint_connections() else { panic!("{vault:?}") };
    assert_eq!((seen.id(), seen.status()), (listed[0].id(), listed[0].status()));
    assert_eq!(seen.private_endpoint_id(), listed[0].private_endpoint_id());
}

#[tokio::test(start_paused = true)]
async fn a_decision_is_waited_for_until_it_holds() {
    let subscription = with_pending().await;
    let connections = subscription.client.private_endpoint_connections();
    let approval = connections.approve(GROUP, "my-vault", "pe");
    let approved = subscription.advance_while(approval.send()).await.unwrap();
    assert_eq!(approved.status(), Some(&PrivateEndpointStatus::Approved));
    let state = approved.provisioning_state();
    assert_eq!(state, Some(&PrivateEndpointProvisioningState::Succeeded));
    let state = PrivateLinkConnectionState::rejected().with_description("not ours after all");
    let rejection = connections.put(GROUP, "my-vault", "pe", state);
    let rejected = subscription.advance_while(rejection.send()).await.unwrap();
    let state = rejected.connection_state().unwrap();
    assert_eq!(state.description(), Some("not ours after all"));
    assert_ne!(rejected.etag(), approved.etag());
}

#[tokio::test(start_paused = true)]
async fn cutting_an_endpoint_off_is_waited_for_and_twice_is_once() {
    let subscription = with_pending().await;
    let connections = subscription.client.private_endpoint_connections();
    let poller = connections.begin_delete(GROUP, "my-vault", "pe").await.unwrap();
    let resumed = connections.resume_delete(&poller.resume_token()).unwrap();
    drop(poller);
    subscription.advance_while(resumed.wait()).await.unwrap();
    let error = connections.get(GROUP, "my-vault", "pe").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    connections.begin_delete(GROUP, "my-vault", "pe").await.unwrap().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_nobody_made_cannot_be_approved() {
    let subscription = with_pending().await;
    let connections = subscription.client.private_endpoint_connections();
    let error = connections.approve(GROUP, "my-vault", "other").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.explain().unwrap().contains("list()"), "{error:?}");
}

#[tokio::test]
async fn what_an_endpoint_connects_to_is_listed() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let resources = subscription.client.private_link_resources();
    let all = resources.list_by_vault(GROUP, "my-vault").try_collect().await.unwrap();
    assert_eq!(all[0].group_id(), Some("vault"));
    assert_eq!(all[0].required_zone_names(), ["privatelink.vaultcore.azure.net"]);
}
