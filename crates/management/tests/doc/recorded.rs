// What the examples of managed HSMs run on, so that each can begin with what it shows: answers as
// recorded, by what a request asks for. The examples include this file.

/// A client whose Resource Manager answers as recorded.
fn recorded() -> azvault_management::Result<azvault_management::KeyVaultManagementClient> {
    let emulator = azvault_emulator::Emulator::in_memory();
    azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(azvault_management::Transport::new(std::sync::Arc::new(Recorded)))
        .build()
}

#[derive(Debug)]
struct Recorded;

const HSM: &str = r#"{"id":"/subscriptions/s/resourceGroups/my-rg/providers/Microsoft.KeyVault/managedHSMs/my-hsm","name":"my-hsm","type":"Microsoft.KeyVault/managedHSMs","location":"East Asia","tags":{},"sku":{"family":"B","name":"Standard_B1"},"properties":{"hsmUri":"https://my-hsm.managedhsm.azure.net/","provisioningState":"Succeeded","securityDomainProperties":{"activationStatus":"NotActivated"}}}"#;
const DELETED: &str = r#"{"name":"my-hsm","type":"Microsoft.Keyvault/deletedManagedHSMs","properties":{"location":"westus","deletionDate":"2023-08-23T06:19:16Z","scheduledPurgeDate":"2023-11-01T06:19:16Z"}}"#;
const KEY: &str = r#"{"name":"my-key","properties":{"kty":"EC-HSM","curveName":"P-384"}}"#;
const FREE: &str = r#"{"nameAvailable":true}"#;
const LINK: &str = r#"{"value":[{"name":"managedhsm","properties":{"groupId":"managedhsm"}}]}"#;
const REGIONS: &str = r#"{"value":[{"name":"westus","provisioningState":"Succeeded"}]}"#;

/// The status and the body that answer a request.
fn answer(method: &str, path: &str) -> (u16, String) {
    let last = path.rsplit('/').next().unwrap_or_default();
    let list = |item: &str| (200, format!(r#"{{"value":[{item}]}}"#));
    match (method, last) {
        ("DELETE", _) | ("POST", "purge") => (202, String::new()),
        ("GET", "ended") => (200, String::new()),
        (_, "checkMhsmNameAvailability") => (200, FREE.to_owned()),
        (_, "managedHSMs") => list(HSM),
        (_, "deletedManagedHSMs") => list(DELETED),
        (_, "regions") => (200, REGIONS.to_owned()),
        (_, "privateLinkResources") => (200, LINK.to_owned()),
        _ if path.contains("/deletedManagedHSMs/") => (200, DELETED.to_owned()),
        _ if path.contains("/keys/") => (200, KEY.to_owned()),
        _ => (200, HSM.to_owned()),
    }
}

impl azure_core::http::HttpClient for Recorded {
    fn execute_request<'a, 'b, 'c>(
        &'a self,
        request: &'b azure_core::http::Request,
    ) -> std::pin::Pin<
        Box<
            dyn Future<Output = azure_core::Result<azure_core::http::AsyncRawResponse>> + Send + 'c,
        >,
    >
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        let (status, body) = answer(request.method().as_str(), request.url().path());
        let mut headers = azure_core::http::headers::Headers::new();
        headers.insert("location", "/operationResults/ended");
        let answer = azure_core::http::AsyncRawResponse::from_bytes(status.into(), headers, body);
        Box::pin(std::future::ready(Ok(answer)))
    }
}
