//! Managed HSMs through our clients, on the emulator: a whole life, and what is connected to one.

use std::time::Duration;

use azvault::{
    keys::KeyClient,
    management::{
        ActivationStatus, ErrorKind, GeoReplicatedRegion, KeyCreateParameters, KeyType,
        KeyVaultManagementClient, ManagedHsmCreateOrUpdateParameters, ManagedHsmUpdateParameters,
        NetworkRuleAction, NetworkRuleSet, PollState, PrivateEndpointStatus,
    },
};
use azvault_emulator::{Emulator, Principal};

const GROUP: &str = "my-rg";
const NAME: &str = "my-hsm";
const STRANGER: &str = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
const LAG: Duration = Duration::from_secs(690);

async fn management(emulator: &Emulator) -> KeyVaultManagementClient {
    let management = KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap();
    management.resource_groups().create_or_update(GROUP, "eastus").await.unwrap();
    management
}

fn parameters(emulator: &Emulator) -> ManagedHsmCreateOrUpdateParameters {
    let admin = emulator.default_principal().oid().to_owned();
    ManagedHsmCreateOrUpdateParameters::new("East US", emulator.tenant_id(), [admin])
        .retention_days(7)
}

fn keys(emulator: &Emulator, url: &str, principal: Principal) -> KeyClient {
    KeyClient::builder(url)
        .credential(emulator.credential_for(principal))
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_managed_hsm_is_made_used_changed_deleted_recovered_and_purged() {
    let emulator = Emulator::in_memory();
    let management = management(&emulator).await;
    let hsms = management.managed_hsms();
    assert!(hsms.check_name_availability(NAME).await.unwrap().is_available());
    let made = hsms.create_or_update(GROUP, NAME, parameters(&emulator)).await.unwrap();
    assert_eq!(made.hsm_uri(), emulator.managed_hsm_url(NAME));
    assert_eq!(made.activation_status(), Some(&ActivationStatus::NotActivated));
    assert_eq!((made.retention_days(), made.purge_protection()), (7, false));
    assert!(!hsms.check_name_availability(NAME).await.unwrap().is_available());

    let owner = keys(&emulator, made.hsm_uri(), emulator.default_principal());
    owner.create_ec_key("my-key").await.unwrap();
    let stranger = keys(&emulator, made.hsm_uri(), Principal::new(STRANGER));
    let error = stranger.get_key("my-key").await.unwrap_err();
    assert_eq!(error.status().map(u16::from), Some(403), "{error}");

    let change = ManagedHsmUpdateParameters::new()
        .tag("team", "payments")
        .network_rules(NetworkRuleSet::new(NetworkRuleAction::Deny))
        .regions([GeoReplicatedRegion::new("westus")]);
    let changed = hsms.update(GROUP, NAME, change).await.unwrap();
    assert_eq!(changed.tags().collect::<Vec<_>>(), [("team", "payments")]);
    let regions = hsms.list_regions(GROUP, NAME).try_collect().await.unwrap();
    assert_eq!(regions.iter().map(|region| region.name()).collect::<Vec<_>>(), [Some("westus")]);
    assert!(owner.get_key("my-key").await.is_err(), "the rules let nobody in");
    hsms.create_or_update(GROUP, NAME, parameters(&emulator)).await.unwrap();
    owner.get_key("my-key").await.unwrap();

    let read = hsms.get(GROUP, NAME).await.unwrap();
    let of_group = hsms.list_by_resource_group(GROUP).try_collect().await.unwrap();
    assert_eq!(of_group, std::slice::from_ref(&read));
    assert_eq!(hsms.list_by_subscription().try_collect().await.unwrap(), of_group);

    hsms.delete(GROUP, NAME).await.unwrap();
    assert_eq!(hsms.get(GROUP, NAME).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(owner.get_key("my-key").await.is_err());
    let error = hsms.create_or_update(GROUP, NAME, parameters(&emulator)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let deleted = hsms.get_deleted("East US", NAME).await.unwrap();
    assert_eq!(deleted.managed_hsm_id(), read.id());
    let kept = deleted.scheduled_purge_on().unwrap() - deleted.deleted_on().unwrap();
    assert_eq!(kept, Duration::from_secs(7 * 24 * 3600));
    assert_eq!(hsms.list_deleted().try_collect().await.unwrap(), [deleted]);

    let recovering = ManagedHsmCreateOrUpdateParameters::recovering("eastus", emulator.tenant_id());
    hsms.create_or_update(GROUP, NAME, recovering).await.unwrap();
    owner.get_key("my-key").await.unwrap();

    hsms.delete(GROUP, NAME).await.unwrap();
    hsms.begin_purge_deleted("eastus", NAME).await.unwrap().await.unwrap();
    assert!(hsms.list_deleted().try_collect().await.unwrap().is_empty());
    assert!(hsms.check_name_availability(NAME).await.unwrap().is_available());
}

#[tokio::test(start_paused = true)]
async fn what_takes_minutes_is_waited_for_and_gone_on_with() {
    let builder = Emulator::builder().provisioning_lag(LAG).deletion_lag(LAG).purge_lag(LAG);
    let emulator = builder.in_memory();
    emulator.clock().freeze();
    let hsms = management(&emulator).await.managed_hsms();
    let mut poller = hsms.begin_create_or_update(GROUP, NAME, parameters(&emulator)).await.unwrap();
    assert!(matches!(poller.poll_once().await, Ok(PollState::InProgress)));
    emulator.clock().advance(LAG);
    let made = hsms.resume_create_or_update(&poller.resume_token()).unwrap().await.unwrap();
    assert_eq!(made.name(), NAME);

    let mut poller = hsms.begin_delete(GROUP, NAME).await.unwrap();
    assert!(matches!(poller.poll_once().await, Ok(PollState::InProgress)));
    assert_eq!(hsms.get_deleted("eastus", NAME).await.unwrap_err().kind(), ErrorKind::NotFound);
    emulator.clock().advance(LAG);
    hsms.resume_delete(&poller.resume_token()).unwrap().await.unwrap();

    let mut poller = hsms.begin_purge_deleted("eastus", NAME).await.unwrap();
    assert!(matches!(poller.poll_once().await, Ok(PollState::InProgress)));
    assert!(!hsms.check_name_availability(NAME).await.unwrap().is_available());
    emulator.clock().advance(LAG);
    hsms.resume_purge_deleted(&poller.resume_token()).unwrap().await.unwrap();
    assert!(hsms.check_name_availability(NAME).await.unwrap().is_available());
}

#[tokio::test(start_paused = true)]
async fn a_private_endpoints_connection_to_a_managed_hsm_is_approved_and_deleted() {
    let emulator = Emulator::in_memory();
    let management = management(&emulator).await;
    let hsms = management.managed_hsms();
    let made = hsms.create_or_update(GROUP, NAME, parameters(&emulator)).await.unwrap();
    let id = emulator.connect_private_endpoint(made.id(), "pe").unwrap();
    let connections = management.managed_hsm_private_endpoint_connections();
    let pending = connections.get(GROUP, NAME, "pe").await.unwrap();
    assert_eq!((pending.id(), pending.status()), (&*id, Some(&PrivateEndpointStatus::Pending)));
    let approved = connections.approve(GROUP, NAME, "pe").await.unwrap();
    assert_eq!(approved.status(), Some(&PrivateEndpointStatus::Approved));
    assert_eq!(connections.list(GROUP, NAME).try_collect().await.unwrap(), [approved]);
    connections.begin_delete(GROUP, NAME, "pe").await.unwrap().await.unwrap();
    assert!(connections.list(GROUP, NAME).try_collect().await.unwrap().is_empty());
    let resources = management.private_link_resources().list_by_managed_hsm(GROUP, NAME);
    let resources = resources.try_collect().await.unwrap();
    assert_eq!(resources.len(), 1);
    assert_eq!(resources[0].group_id(), Some("managedhsm"));
}

#[tokio::test(start_paused = true)]
async fn keys_of_a_managed_hsm_are_made_read_and_listed() {
    let emulator = Emulator::in_memory();
    let management = management(&emulator).await;
    let made = management.managed_hsms().create_or_update(GROUP, NAME, parameters(&emulator));
    let url = made.await.unwrap().hsm_uri().to_owned();
    let through_arm = management.managed_hsm_keys();
    let parameters = KeyCreateParameters::new(KeyType::EcHsm);
    let made = through_arm.create_if_not_exist(GROUP, NAME, "my-key", parameters).await.unwrap();
    assert_eq!(made.key_type(), Some(&KeyType::EcHsm));
    assert_eq!(through_arm.get(GROUP, NAME, "my-key").await.unwrap(), made);
    let version = made.version().unwrap();
    let one = through_arm.get_version(GROUP, NAME, "my-key", version).await.unwrap();
    assert_eq!(one.version(), Some(version));
    let listed = through_arm.list(GROUP, NAME).try_collect().await.unwrap();
    assert_eq!(listed.iter().map(|key| key.name()).collect::<Vec<_>>(), ["my-key"]);
    let versions = through_arm.list_versions(GROUP, NAME, "my-key").try_collect().await.unwrap();
    assert_eq!(versions.len(), 1);
    let key = keys(&emulator, &url, emulator.default_principal()).get_key("my-key").await.unwrap();
    assert_eq!(key.version(), Some(version));
}
