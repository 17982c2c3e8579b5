//! Secrets: every operation of the client.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use azure_core::time::{Duration, OffsetDateTime};
use azure_security_keyvault_secrets::models::{
    RestoreSecretParameters, Secret, SecretAttributes, SecretClientGetSecretOptions,
    SetSecretParameters, UpdateSecretPropertiesParameters,
};
use azure_security_keyvault_secrets::{ResourceExt, SecretClient};
use futures::TryStreamExt;

use crate::place::Place;
use crate::suite::{Suite, equal, refused, that, there};

const VAULT: &str = "conf-rust-secrets";
const AREA: &str = "secrets";

pub async fn check(suite: &mut Suite, at: &Place) {
    let url = at.vault(VAULT);
    let secrets = match at.secrets(&url) {
        Ok(secrets) => secrets,
        Err(error) => return suite.check(AREA, "a client is made", async { Err(error) }).await,
    };
    suite.check(AREA, "a secret is set with all that it can have", full(&secrets, &url)).await;
    suite
        .check(
            AREA,
            "the latest version is read by the name alone, an older one by its own",
            versions(&secrets),
        )
        .await;
    suite.check(AREA, "properties are updated without the value", updated(&secrets)).await;
    suite.check(AREA, "a disabled secret is not read", disabled(&secrets)).await;
    suite.check(AREA, "a list of more than a page has each secret once", listed(&secrets)).await;
    suite
        .check(
            AREA,
            "a deleted secret is gone, shown as deleted, and recovered",
            deleted(&secrets, &url),
        )
        .await;
    suite
        .check(AREA, "a purged secret cannot be recovered, and its name is free", purged(&secrets))
        .await;
    suite
        .check(
            AREA,
            "a backup has every version and is restored after a purge",
            backed_up(&secrets),
        )
        .await;
    suite.check(AREA, "refusals carry the service's codes", refusals(&secrets)).await;
}

async fn set(secrets: &SecretClient, name: &str, value: &str) -> Result<Secret> {
    let parameters = SetSecretParameters { value: Some(value.to_owned()), ..Default::default() };
    Ok(secrets.set_secret(name, parameters.try_into()?, None).await?.into_model()?)
}

async fn value(secrets: &SecretClient, name: &str, version: Option<String>) -> Result<String> {
    let options = SecretClientGetSecretOptions { secret_version: version, ..Default::default() };
    there("value", secrets.get_secret(name, Some(options)).await?.into_model()?.value)
}

fn version(secret: &Secret) -> Result<String> {
    there("version", secret.resource_id()?.version)
}

async fn full(secrets: &SecretClient, url: &str) -> Result<()> {
    let now = OffsetDateTime::now_utc().replace_nanosecond(0)?;
    let parameters = SetSecretParameters {
        value: Some("höchst geheim".to_owned()),
        content_type: Some("text/plain".to_owned()),
        tags: Some(HashMap::from([("a".to_owned(), "b".to_owned())])),
        secret_attributes: Some(SecretAttributes {
            enabled: Some(true),
            expires: Some(now + Duration::hours(48)),
            not_before: Some(now - Duration::hours(1)),
            ..Default::default()
        }),
    };
    let made = secrets.set_secret("full", parameters.try_into()?, None).await?.into_model()?;
    let id = there("id", made.id.clone())?;
    equal("id", id, format!("{url}/secrets/full/{}", version(&made)?))?;
    equal("length of the version", version(&made)?.len(), 32)?;
    let read = secrets.get_secret("full", None).await?.into_model()?;
    equal("value", read.value.as_deref(), Some("höchst geheim"))?;
    equal("content type", read.content_type.as_deref(), Some("text/plain"))?;
    equal("tag", read.tags.and_then(|tags| tags.get("a").cloned()), Some("b".to_owned()))?;
    let attributes = there("attributes", read.attributes)?;
    equal("exp", attributes.expires, Some(now + Duration::hours(48)))?;
    equal("nbf", attributes.not_before, Some(now - Duration::hours(1)))?;
    equal("days", attributes.recoverable_days, Some(90))?;
    that(
        attributes.created.is_some_and(|created| created - now < Duration::minutes(1)),
        "created just now",
    )
}

async fn versions(secrets: &SecretClient) -> Result<()> {
    let first = version(&set(secrets, "twice", "one").await?)?;
    let second = version(&set(secrets, "twice", "two").await?)?;
    equal("latest", value(secrets, "twice", None).await?, "two")?;
    equal("older", value(secrets, "twice", Some(first.clone())).await?, "one")?;
    let mut listed = BTreeSet::new();
    let mut pager = secrets.list_secret_properties_versions("twice", None)?;
    while let Some(secret) = pager.try_next().await? {
        listed.insert(there("version", secret.resource_id()?.version)?);
    }
    equal("versions", listed, BTreeSet::from([first, second]))
}

async fn change(
    secrets: &SecretClient,
    name: &str,
    parameters: UpdateSecretPropertiesParameters,
) -> Result<Secret> {
    Ok(secrets.update_secret_properties(name, parameters.try_into()?, None).await?.into_model()?)
}

async fn updated(secrets: &SecretClient) -> Result<()> {
    let made = set(secrets, "updated", "stays").await?;
    let parameters = UpdateSecretPropertiesParameters {
        content_type: Some("kind".to_owned()),
        ..Default::default()
    };
    let changed = change(secrets, "updated", parameters).await?;
    that(changed.value.is_none(), "no value in the answer")?;
    let read = secrets.get_secret("updated", None).await?.into_model()?;
    equal("version", version(&read)?, version(&made)?)?;
    equal("content type", read.content_type.as_deref(), Some("kind"))?;
    equal("value", read.value.as_deref(), Some("stays"))
}

async fn disabled(secrets: &SecretClient) -> Result<()> {
    set(secrets, "disabled", "hidden").await?;
    let attributes = SecretAttributes { enabled: Some(false), ..Default::default() };
    let parameters = UpdateSecretPropertiesParameters {
        secret_attributes: Some(attributes),
        ..Default::default()
    };
    change(secrets, "disabled", parameters).await?;
    refused(secrets.get_secret("disabled", None).await, 403, "Forbidden")
}

async fn listed(secrets: &SecretClient) -> Result<()> {
    for number in 0..30 {
        set(secrets, &format!("many-{number:02}"), "v").await?;
    }
    let mut seen = HashMap::<String, usize>::new();
    let (mut count, mut pages) = (0, secrets.list_secret_properties(None)?.into_pages());
    while let Some(page) = pages.try_next().await? {
        count += 1;
        for secret in page.into_model()?.value {
            *seen.entry(secret.resource_id()?.name).or_default() += 1;
        }
    }
    for number in 0..30 {
        equal("listed", seen.get(&format!("many-{number:02}")), Some(&1))?;
    }
    that(count >= 2, "there are pages")
}

async fn deleted(secrets: &SecretClient, url: &str) -> Result<()> {
    set(secrets, "deleted", "back").await?;
    let gone = secrets.delete_secret("deleted", None).await?.into_model()?;
    equal("recovery id", gone.recovery_id, Some(format!("{url}/deletedsecrets/deleted")))?;
    let kept = there("purge date", gone.scheduled_purge_date)?
        - there("deletion date", gone.deleted_date)?;
    equal("retention", kept, Duration::days(90))?;
    refused(secrets.get_secret("deleted", None).await, 404, "SecretNotFound")?;
    let parameters = SetSecretParameters { value: Some("v".to_owned()), ..Default::default() };
    refused(secrets.set_secret("deleted", parameters.try_into()?, None).await, 409, "Conflict")?;
    that(
        secrets.get_deleted_secret("deleted", None).await?.into_model()?.deleted_date.is_some(),
        "shown as deleted",
    )?;
    let all: Vec<_> = secrets.list_deleted_secret_properties(None)?.try_collect().await?;
    let of_it = all
        .iter()
        .filter(|one| one.id.as_deref().is_some_and(|id| id.contains("/secrets/deleted")));
    equal("listed as deleted", of_it.count(), 1)?;
    secrets.recover_deleted_secret("deleted", None).await?.into_model()?;
    equal("value", value(secrets, "deleted", None).await?, "back")
}

async fn remove(secrets: &SecretClient, name: &str) -> Result<()> {
    secrets.delete_secret(name, None).await?;
    secrets.purge_deleted_secret(name, None).await?;
    Ok(())
}

async fn purged(secrets: &SecretClient) -> Result<()> {
    set(secrets, "purged", "first").await?;
    remove(secrets, "purged").await?;
    refused(secrets.recover_deleted_secret("purged", None).await, 404, "SecretNotFound")?;
    set(secrets, "purged", "second").await?;
    equal("value", value(secrets, "purged", None).await?, "second")
}

async fn backed_up(secrets: &SecretClient) -> Result<()> {
    let first = version(&set(secrets, "kept", "one").await?)?;
    set(secrets, "kept", "two").await?;
    let backup = secrets.backup_secret("kept", None).await?.into_model()?.value;
    let parameters = RestoreSecretParameters { secret_backup: backup };
    refused(secrets.restore_secret(parameters.clone().try_into()?, None).await, 409, "Conflict")?;
    remove(secrets, "kept").await?;
    secrets.restore_secret(parameters.try_into()?, None).await?.into_model()?;
    equal("latest", value(secrets, "kept", None).await?, "two")?;
    equal("older", value(secrets, "kept", Some(first)).await?, "one")
}

async fn refusals(secrets: &SecretClient) -> Result<()> {
    refused(secrets.get_secret("nowhere", None).await, 404, "SecretNotFound")?;
    refused(secrets.get_deleted_secret("nowhere", None).await, 404, "SecretNotFound")?;
    let broken = RestoreSecretParameters { secret_backup: Some(b"no backup".to_vec()) };
    refused(secrets.restore_secret(broken.try_into()?, None).await, 400, "Malformed backup blob")?;
    let named = SetSecretParameters { value: Some("v".to_owned()), ..Default::default() };
    refused(secrets.set_secret("bad_name", named.try_into()?, None).await, 400, "BadParameter")?;
    let large = SetSecretParameters { value: Some("x".repeat(25_601)), ..Default::default() };
    refused(secrets.set_secret("large", large.try_into()?, None).await, 400, "BadParameter")
}
