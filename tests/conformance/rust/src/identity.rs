//! Signing in, with each credential of the official crate that needs no other program.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::http::ClientMethodOptions;
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientSecretCredential, ManagedIdentityCredential,
    ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use azure_security_keyvault_secrets::{SecretClient, models::SetSecretParameters};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::place::Place;
use crate::suite::{Suite, equal, refused, that, there};

const VAULT: &str = "conf-rust-identity";
const AREA: &str = "identity";

/// Set for the process that signs in as a virtual machine does.
pub const MACHINE_ALONE: &str = "CONFORMANCE_MACHINE_ALONE";

pub async fn check(suite: &mut Suite, at: &Place) {
    suite.check(AREA, "a client secret signs in", by_secret(at)).await;
    suite.check(AREA, "another client is another principal", another_client(at)).await;
    suite.check(AREA, "a client assertion signs in", by_assertion(at)).await;
    suite.check(AREA, "a workload's federated token signs in", by_workload(at)).await;
    suite.check(AREA, "the managed identity of App Service signs in", by_app_service(at)).await;
    suite
        .check(
            AREA,
            "a managed identity that the user assigned is the client that it is named by",
            by_assigned(at),
        )
        .await;
    if at.proxy {
        // This client has the address of IMDS as a constant: nothing but a proxy leads it here.
        suite.check(AREA, "the managed identity of a virtual machine signs in", by_machine()).await;
    }
    suite
        .check(AREA, "of an application that is known, its secret alone signs in", known(at))
        .await;
    suite.check(AREA, "a scope that is none is refused with Entra's code", bad_scope(at)).await;
    suite
        .check(AREA, "a token of another audience is refused by a vault", wrong_audience(at))
        .await;
}

/// The check of [`by_machine`], in the process that it starts.
pub async fn machine(suite: &mut Suite, at: &Place) {
    let accepted = async { accepted(at, ManagedIdentityCredential::new(None)?).await.map(drop) };
    suite.check(AREA, "a virtual machine", accepted).await;
}

/// Expects a token for this tenant that a vault takes; gives its claims.
async fn accepted(at: &Place, credential: Arc<dyn TokenCredential>) -> Result<Value> {
    let scope = at.scope();
    let token = credential.get_token(&[&scope], None).await?;
    let again = credential.get_token(&[&scope], None).await?;
    that(token.token.secret() == again.token.secret(), "the token is kept")?;
    let claims = claims_of(&token)?;
    equal("tid", claims["tid"].as_str(), Some(&*at.tenant))?;
    let audience = there("aud", claims["aud"].as_str())?;
    that(scope.starts_with(audience.trim_end_matches('/')), "aud is that of the vaults")?;
    that(claims["oid"].is_string(), "oid is there")?;

    let secrets = SecretClient::new(&at.vault(VAULT), credential, None)?;
    let parameters =
        SetSecretParameters { value: Some(claims["iat"].to_string()), ..Default::default() };
    secrets.set_secret("signed-in", parameters.try_into()?, None).await?;
    let read = secrets.get_secret("signed-in", None).await?.into_model()?;
    equal("value", read.value, Some(claims["iat"].to_string()))?;
    Ok(claims)
}

fn claims_of(token: &AccessToken) -> Result<Value> {
    let body = token.token.secret().split('.').nth(1).context("the token is no JWT")?;
    Ok(serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(body)?)?)
}

async fn by_secret(at: &Place) -> Result<()> {
    equal("appid", accepted(at, at.credential()?).await?["appid"].as_str(), Some(&*at.client))
}

async fn another_client(at: &Place) -> Result<()> {
    let mine = accepted(at, at.credential()?).await?;
    let client = "22222222-2222-4333-8444-555555555555";
    let other = ClientSecretCredential::new(
        &at.tenant,
        client.to_owned(),
        Secret::new(at.secret.clone()),
        None,
    )?;
    let theirs = accepted(at, other).await?;
    that(mine["oid"] != theirs["oid"], "another oid")
}

/// A statement of some other issuer, in the form of a token.
fn statement() -> String {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"iss": "https://issuer.example", "sub": "a", "aud": "api://AzureADTokenExchange", "exp": 4_000_000_000_u64});
    format!(
        "{}.{}.{}",
        part(json!({"alg": "RS256", "typ": "JWT"})),
        part(claims),
        BASE64_URL_SAFE_NO_PAD.encode("nobody")
    )
}

#[derive(Debug)]
struct Statement;

#[async_trait::async_trait]
impl ClientAssertion for Statement {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(statement())
    }
}

async fn by_assertion(at: &Place) -> Result<()> {
    let credential =
        ClientAssertionCredential::new(at.tenant.clone(), at.client.clone(), Statement, None)?;
    equal("appid", accepted(at, credential).await?["appid"].as_str(), Some(&*at.client))
}

async fn by_workload(at: &Place) -> Result<()> {
    let file = std::env::temp_dir().join(format!("conformance-{}", std::process::id()));
    std::fs::write(&file, statement())?;
    let options = WorkloadIdentityCredentialOptions {
        token_file_path: Some(file.clone()),
        ..Default::default()
    };
    let claims =
        async { accepted(at, WorkloadIdentityCredential::new(Some(options))?).await }.await;
    std::fs::remove_file(file)?;
    equal("appid", claims?["appid"].as_str(), Some(&*at.client))
}

async fn by_app_service(at: &Place) -> Result<()> {
    std::env::var("IDENTITY_ENDPOINT").context("IDENTITY_ENDPOINT")?;
    accepted(at, ManagedIdentityCredential::new(None)?).await.map(drop)
}

async fn by_assigned(at: &Place) -> Result<()> {
    let mine = "77777777-2222-4333-8444-555555555555";
    std::env::var("IDENTITY_ENDPOINT").context("IDENTITY_ENDPOINT")?;
    let options = ManagedIdentityCredentialOptions {
        user_assigned_id: Some(UserAssignedId::ClientId(mine.to_owned())),
        ..Default::default()
    };
    let claims = accepted(at, ManagedIdentityCredential::new(Some(options))?).await?;
    equal("appid", claims["appid"].as_str(), Some(mine))
}

/// In a process of its own, since this one has App Service's variables, and no variable of a process with threads
/// may be taken away.
async fn by_machine() -> Result<()> {
    let program = std::env::current_exe()?;
    let output = tokio::task::spawn_blocking(move || {
        std::process::Command::new(program)
            .env_remove("IDENTITY_ENDPOINT")
            .env_remove("IDENTITY_HEADER")
            .env(MACHINE_ALONE, "1")
            .output()
    })
    .await??;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{text}");
    }
    Ok(())
}

async fn known(at: &Place) -> Result<()> {
    // As principals.toml has it.
    let client = "33333333-3333-4444-8555-666666666666";
    let by = |secret: &str| {
        let secret = Secret::new(secret.to_owned());
        ClientSecretCredential::new(&at.tenant, client.to_owned(), secret, None)
    };
    equal("appid", accepted(at, by("the one secret")?).await?["appid"].as_str(), Some(client))?;
    let Err(error) = by("another secret")?.get_token(&[&at.scope()], None).await else {
        bail!("a token was given")
    };
    that(
        format!("{error:?}").contains("AADSTS7000215"),
        &format!("a wrong secret's code: {error:?}"),
    )
}

async fn bad_scope(at: &Place) -> Result<()> {
    let Err(error) = at.credential()?.get_token(&["not-a-scope"], None).await else {
        bail!("a token was given")
    };
    let text = format!("{error} {error:?}");
    that(text.contains("AADSTS") || text.contains("400"), &format!("Entra's code is told: {text}"))
}

/// Asks for a scope of its own.
#[derive(Debug)]
struct Elsewhere(Arc<dyn TokenCredential>, String);

#[async_trait::async_trait]
impl TokenCredential for Elsewhere {
    async fn get_token(
        &self,
        _: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.0.get_token(&[&self.1], options).await
    }
}

async fn wrong_audience(at: &Place) -> Result<()> {
    let credential = Arc::new(Elsewhere(at.credential()?, format!("{}/.default", at.management)));
    let secrets = SecretClient::new(&at.vault(VAULT), credential, None)?;
    refused(secrets.get_secret("signed-in", None).await, 401, "Unauthorized")
}
