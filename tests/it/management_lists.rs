//! Resource Manager's own list of vaults, and the operations of the resource provider.

use std::sync::Arc;

use azvault::management::{ErrorKind, KeyVaultManagementClient};
use azvault_tests::{Answer, Clerk, Script};
use futures::TryStreamExt;
use serde_json::json;

const SUBSCRIPTION: &str = "7f1c7e1a-1111-4c4c-9d9d-0123456789ab";

fn client(script: &Arc<Script>) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(SUBSCRIPTION)
        .api_version("2023-07-01")
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
}

fn query(script: &Script, n: usize) -> Vec<(String, String)> {
    let url = script.seen()[n].url.clone();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn resource_managers_own_list_of_vaults_keeps_its_one_api_version() {
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/my-rg/providers/Microsoft.KeyVault/vaults/my-vault"
    );
    let vault = json!({"id": id, "name": "my-vault", "type": "Microsoft.KeyVault/vaults",
        "location": "eastus", "tags": {"a": "1"}});
    let next = format!(
        "https://management.azure.com/subscriptions/{SUBSCRIPTION}/resources?api-version=2015-11-01&$skiptoken=x"
    );
    let script = Script::of([
        Answer::ok(&json!({"value": [vault], "nextLink": next})),
        Answer::ok(&json!({"value": []})),
    ]);
    let vaults = client(&script).vaults().list().page_size(1).try_collect().await.unwrap();
    let [vault] = vaults.as_slice() else { panic!("{vaults:?}") };
    assert_eq!((vault.id(), vault.resource_group().unwrap()), (id.as_str(), "my-rg"));
    assert_eq!(vault.tags().collect::<Vec<_>>(), [("a", "1")]);
    assert_eq!(script.seen()[0].url.path(), format!("/subscriptions/{SUBSCRIPTION}/resources"));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        query(&script, 0),
        [
            pair("api-version", "2015-11-01"),
            pair("$filter", "resourceType eq 'Microsoft.KeyVault/vaults'"),
            pair("$top", "1"),
        ]
    );
    // As the service wrote it, to the letter.
    assert_eq!(script.seen()[1].url.as_str(), next);
}

#[tokio::test(start_paused = true)]
async fn the_list_goes_on_in_another_process() {
    let next = "https://management.azure.com/subscriptions/s/resources?$skiptoken=x";
    let script = Script::by(move |seen| match seen.url.as_str() == next {
        false => Answer::ok(&json!({"value": [{"name": "a"}, {"name": "b"}], "nextLink": next})),
        true => Answer::ok(&json!({"value": [{"name": "c"}]})),
    });
    let vaults = client(&script).vaults();
    let mut list = vaults.list();
    for name in ["a", "b"] {
        assert_eq!(list.try_next().await.unwrap().unwrap().name(), name);
    }
    let kept = list.continuation().unwrap();
    drop(list);
    let rest = vaults.list().continue_from(kept).try_collect().await.unwrap();
    assert_eq!(rest[0].name(), "c");
}

#[tokio::test(start_paused = true)]
async fn a_page_size_beyond_a_thousand_is_refused() {
    let script = Script::always(Answer::ok(&json!({"value": []})));
    let vaults = client(&script).vaults();
    for size in [0, 1001] {
        let error = vaults.list().page_size(size).try_collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(script.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_providers_operations_tell_all_there_is() {
    let read = json!({
        "name": "Microsoft.KeyVault/vaults/read",
        "display": {"provider": "Microsoft Key Vault", "resource": "Key Vault",
            "operation": "View Key Vault", "description": "View its properties"},
        "origin": "user,system", "isDataAction": null,
        "properties": {"serviceSpecification": {
            "logSpecifications": [
                {"name": "AuditEvent", "displayName": "Audit Logs", "blobDuration": "PT1H"}],
            "metricSpecifications": [{
                "name": "ServiceApiHit", "displayName": "Hits", "displayDescription": "Number of hits",
                "unit": "Count", "aggregationType": "Count",
                "supportedAggregationTypes": ["Count"], "supportedTimeGrainTypes": ["PT1M", "PT1H"],
                "lockAggregationType": "Count", "fillGapWithZero": true,
                "internalMetricName": "Hits", "dimensions": [{
                    "name": "ActivityType", "displayName": "Activity", "toBeExportedForShoebox": true}],
            }],
        }},
    });
    let secret = json!({"name": "Microsoft.KeyVault/vaults/secrets/getSecret/action",
        "isDataAction": true, "properties": null, "new": 1});
    let script = Script::of([Answer::ok(&json!({"value": [read, secret, {}]}))]);
    let operations = client(&script).operations().list().try_collect().await.unwrap();
    let [read, secret, bare] = operations.as_slice() else { panic!("{operations:?}") };
    assert_eq!(read.display().unwrap().operation(), Some("View Key Vault"));
    assert!(!read.is_data_action() && secret.is_data_action());
    assert_eq!(bare.name(), None);
    let specification = read.service_specification().unwrap();
    assert_eq!(specification.log_specifications()[0].blob_duration(), Some("PT1H"));
    let metric = &specification.metric_specifications()[0];
    assert_eq!((metric.unit(), metric.fill_gap_with_zero()), (Some("Count"), Some(true)));
    assert_eq!(metric.supported_time_grain_types(), ["PT1M", "PT1H"]);
    assert_eq!(metric.dimensions()[0].to_be_exported_for_shoebox(), Some(true));
    let sent = script.seen()[0].url.to_string();
    assert_eq!(
        sent,
        "https://management.azure.com/providers/Microsoft.KeyVault/operations?api-version=2023-07-01"
    );
}
