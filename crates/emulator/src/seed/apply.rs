//! Making what a plan asks for, by the emulator's own operations.

use std::sync::Arc;

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Seed,
    plan::{Kind, Planned, PlannedRole, PlannedVault, Resource, Who},
    report::SeedReport,
};
use crate::{
    builder::EmulatorBuilder,
    error::Error,
    host::Site,
    message::{Body, Request, Response},
    principal::Principal,
    router::Router,
    vault::Found,
};

const SOW: &str = "make what its seed asks for";
const MANAGEMENT: &str = "management.azure.com";
/// Every property that a seed sets is known from here on.
const ARM_VERSION: &str = "2023-07-01";
const GROUP_VERSION: &str = "2021-04-01";
const ROLE_VERSION: &str = "2022-04-01";
const VAULT_VERSION: &str = "7.6";

/// Makes what is not there; all of it is rehearsed before, on an emulator that is thrown away.
///
/// # Errors
/// When something cannot be made as it is asked for; found in the rehearsal, nothing is changed.
pub(crate) async fn sow(router: &Router, seed: &Seed) -> Result<SeedReport, Error> {
    let stage = stage(router);
    Sower { router: &stage, rehearses: true }.all(&seed.plan.vaults).await?;
    Sower { router, rehearses: false }.all(&seed.plan.vaults).await
}

/// An emulator of the same tenant, people, settings of vaults and time, without anything in it.
fn stage(of: &Router) -> Router {
    let settings = &of.arm.settings;
    let mut builder = EmulatorBuilder::default()
        .tenant_id(&of.tokens.tenant_id)
        .subscription_id(&settings.subscription_id)
        .provider_registered(settings.provider_registered);
    builder.properties = of.vaults.defaults().clone();
    let mut router = builder.router(of.tokens.signing_key.clone());
    router.tokens.directory = Arc::clone(&of.tokens.directory);
    router.clock = of.clock.clone();
    router
}

struct Sower<'a> {
    router: &'a Router,
    rehearses: bool,
}

impl Sower<'_> {
    async fn all(&self, vaults: &[PlannedVault]) -> Result<SeedReport, Error> {
        let mut report = SeedReport::default();
        for vault in vaults {
            if let Some(resource) = &vault.resource {
                self.resource(&vault.name, resource, &mut report).await?;
            }
            for object in &vault.objects {
                self.object(&vault.name, object, &mut report).await?;
            }
            if let Some(resource) = &vault.resource {
                for role in &resource.roles {
                    self.role(&vault.name, resource, role, &mut report).await?;
                }
            }
        }
        Ok(report)
    }

    async fn resource(
        &self,
        name: &str,
        resource: &Resource,
        report: &mut SeedReport,
    ) -> Result<(), Error> {
        let what = format!("vault '{name}'");
        let group = self.group(resource);
        let vault = self.vault(name, resource);
        let there = self.manage(Method::GET, &vault, ARM_VERSION, None).await;
        if there.status().is_success() || self.is_deleted(name, resource).await {
            report.left_alone.push(what);
            return Ok(());
        }
        if !self.manage(Method::GET, &group, GROUP_VERSION, None).await.status().is_success() {
            let body = json!({"location": resource.location});
            let made = self.manage(Method::PUT, &group, GROUP_VERSION, Some(&body)).await;
            done(&format!("resource group '{}'", resource.group), &made)?;
        }
        let mut properties = resource.properties.clone();
        let tenant = &self.router.tokens.tenant_id;
        let policies: Vec<Value> = resource
            .policies
            .iter()
            .map(|policy| {
                let id = self.object_id(&policy.who);
                json!({"tenantId": tenant, "objectId": id, "permissions": policy.permissions})
            })
            .collect();
        if let Some(properties) = properties.as_object_mut() {
            properties.insert("tenantId".to_owned(), json!(tenant));
            properties.insert("accessPolicies".to_owned(), json!(policies));
        }
        let body =
            json!({"location": resource.location, "tags": resource.tags, "properties": properties});
        done(&what, &self.manage(Method::PUT, &vault, ARM_VERSION, Some(&body)).await)?;
        report.made.push(what);
        Ok(())
    }

    async fn is_deleted(&self, name: &str, resource: &Resource) -> bool {
        let location = resource.location.to_lowercase().replace(' ', "");
        let subscription = &self.router.arm.settings.subscription_id;
        let path = format!(
            "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}"
        );
        self.manage(Method::GET, &path, ARM_VERSION, None).await.status().is_success()
    }

    async fn object(
        &self,
        vault: &str,
        object: &Planned,
        report: &mut SeedReport,
    ) -> Result<(), Error> {
        let Planned { place, kind, name, steps } = object;
        let what = format!("{kind} '{name}' in '{vault}'");
        if self.is_there(vault, *kind, name).await {
            report.left_alone.push(what);
            return Ok(());
        }
        for step in steps {
            let rehearsed = step.rehearsed.as_ref().filter(|_| self.rehearses);
            let body = rehearsed.unwrap_or(&step.body);
            done(place, &self.ask(vault, step.method.clone(), &step.path, Some(body)).await)?;
        }
        if *kind == Kind::Certificate {
            // One that takes no time is issued when somebody looks.
            self.ask(vault, Method::GET, &format!("certificates/{name}/versions"), None).await;
        }
        report.made.push(what);
        Ok(())
    }

    /// Whether there is one of that name, deleted or not yet issued ones too, or its vault is deleted.
    async fn is_there(&self, vault: &str, kind: Kind, name: &str) -> bool {
        let collection = kind.collection();
        let path = format!("{collection}/{name}/versions");
        let versions = self.ask(vault, Method::GET, &path, None).await;
        let listed: Value = serde_json::from_slice(versions.body()).unwrap_or_default();
        let has_some =
            listed.get("value").and_then(Value::as_array).is_some_and(|it| !it.is_empty());
        if has_some || versions.status() == StatusCode::NOT_FOUND && self.is_gone(vault) {
            return true;
        }
        let found = async |path: String| {
            self.ask(vault, Method::GET, &path, None).await.status().is_success()
        };
        found(format!("deleted{collection}/{name}")).await
            || (kind == Kind::Certificate && found(format!("certificates/{name}/pending")).await)
    }

    fn is_gone(&self, vault: &str) -> bool {
        match Site::of(&host(vault)) {
            Site::Vault(site) => matches!(self.router.vaults.find(&site), Found::Gone),
            _ => false,
        }
    }

    async fn role(
        &self,
        vault: &str,
        resource: &Resource,
        role: &PlannedRole,
        report: &mut SeedReport,
    ) -> Result<(), Error> {
        let what = format!("role '{}' at '{vault}{}'", role.role, role.scope);
        let definitions = self.router.roles.definitions();
        let known = definitions.iter().find(|it| {
            it.name.eq_ignore_ascii_case(&role.role)
                || it.id.to_string().eq_ignore_ascii_case(&role.role)
        });
        let Some(definition) = known else {
            let names: Vec<&str> = definitions.iter().map(|it| it.name.as_str()).collect();
            let text = format!(
                "{}: no role is called '{}'; there are {}",
                role.place,
                role.role,
                names.join(", ")
            );
            return Err(Error::new(SOW, text));
        };
        let subscription = &self.router.arm.settings.subscription_id;
        let roles = "providers/Microsoft.Authorization";
        let path = format!(
            "{}{}/{roles}/roleAssignments/{}",
            self.vault(vault, resource),
            role.scope,
            Uuid::new_v4()
        );
        let body = json!({"properties": {
            "roleDefinitionId": format!("/subscriptions/{subscription}/{roles}/roleDefinitions/{}", definition.id),
            "principalId": self.object_id(&role.who),
            "principalType": if matches!(role.who, Who::User(_)) { "User" } else { "ServicePrincipal" },
        }});
        let answer = self.manage(Method::PUT, &path, ROLE_VERSION, Some(&body)).await;
        if answer.status() == StatusCode::CONFLICT {
            report.left_alone.push(what);
            return Ok(());
        }
        done(&role.place, &answer)?;
        report.made.push(what);
        Ok(())
    }

    fn object_id(&self, who: &Who) -> String {
        let directory = &self.router.tokens.directory;
        match who {
            Who::ObjectId(id) => id.clone(),
            Who::ClientId(id) => match directory.application(id) {
                Some(application) => application.principal.oid().to_owned(),
                None => Principal::for_client_id(id).oid().to_owned(),
            },
            Who::User(name) => match directory.user(name) {
                Some(user) => user.principal.oid().to_owned(),
                None => Principal::for_user(name).oid().to_owned(),
            },
        }
    }

    fn group(&self, resource: &Resource) -> String {
        let subscription = &self.router.arm.settings.subscription_id;
        format!("/subscriptions/{subscription}/resourceGroups/{}", resource.group)
    }

    fn vault(&self, name: &str, resource: &Resource) -> String {
        format!("{}/providers/Microsoft.KeyVault/vaults/{name}", self.group(resource))
    }

    async fn manage(
        &self,
        method: Method,
        path: &str,
        version: &str,
        body: Option<&Value>,
    ) -> Response {
        self.router.operate(request(method, MANAGEMENT, path, version, body)).await
    }

    async fn ask(&self, vault: &str, method: Method, path: &str, body: Option<&Value>) -> Response {
        let path = format!("/{path}");
        self.router.operate(request(method, &host(vault), &path, VAULT_VERSION, body)).await
    }
}

fn host(vault: &str) -> String {
    format!("{}.vault.localhost", vault.to_ascii_lowercase())
}

fn request(method: Method, host: &str, path: &str, version: &str, body: Option<&Value>) -> Request {
    let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    Request {
        method,
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
        // No change of somebody else comes in between: it is the operator's.
        begun: u64::MAX,
        host: host.to_owned(),
        path: path.to_owned(),
        query: Some(format!("api-version={version}")),
        headers: HeaderMap::new(),
        body: Body::Whole(body.into()),
        notes: Arc::default(),
    }
}

/// The emulator's own words of why something cannot be made, with its place in the seed.
fn done(place: &str, response: &Response) -> Result<(), Error> {
    if response.status().is_success() {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let message = body.pointer("/error/message").and_then(Value::as_str).unwrap_or("refused");
    Err(Error::new(SOW, format!("{place}: {message}")))
}
