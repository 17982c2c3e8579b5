//! Issuers: who signs the certificates whose policies name them. Behind all of them is the emulator's own authority.

use serde::{Deserialize, Serialize};

use super::CertificateContent;
use crate::{
    locks::lock,
    objects::{Content, json, marker, page},
    vault::{Action, Context, Reply, ServiceError},
};

/// Issuers that need not be made.
const BUILT_IN: [&str; 2] = ["Self", "Unknown"];

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Issuer {
    name: String,
    provider: String,
    account_id: Option<String>,
    organization: Option<Organization>,
    enabled: bool,
    created: i64,
    updated: i64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Organization {
    id: Option<String>,
    admins: Option<Vec<Admin>>,
}

/// The password is not even read.
#[derive(Deserialize)]
struct Body {
    provider: Option<String>,
    credentials: Option<CredentialsBody>,
    org_details: Option<OrganizationBody>,
    attributes: Option<AttributesBody>,
}

#[derive(Deserialize)]
struct CredentialsBody {
    account_id: Option<String>,
}

#[derive(Deserialize)]
struct OrganizationBody {
    id: Option<String>,
    admin_details: Option<Vec<Admin>>,
}

#[derive(Deserialize)]
struct AttributesBody {
    enabled: Option<bool>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Admin {
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

#[derive(Serialize)]
struct View<'a> {
    id: String,
    provider: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<CredentialsView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_details: Option<OrganizationView<'a>>,
    attributes: AttributesView,
}

#[derive(Serialize)]
struct CredentialsView<'a> {
    account_id: &'a str,
}

#[derive(Serialize)]
struct OrganizationView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// Always there and always 0, as recorded.
    zip: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_details: Option<&'a [Admin]>,
}

#[derive(Serialize)]
struct AttributesView {
    enabled: bool,
    created: i64,
    updated: i64,
}

#[derive(Serialize)]
struct Item<'a> {
    id: String,
    provider: &'a str,
}

/// Refuses an issuer that is not there, or is disabled.
pub(super) fn check(context: &Context<'_>, name: &str) -> Result<(), ServiceError> {
    if BUILT_IN.iter().any(|built_in| built_in.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    match lock(&context.vault.certificates.issuers).get(&name.to_ascii_lowercase()) {
        Some(issuer) if issuer.enabled => Ok(()),
        Some(_) => Err(ServiceError::bad_parameter(format!("The issuer {name} is disabled."))),
        None => Err(ServiceError::issuer_not_found()),
    }
}

pub(super) fn list(context: &Context<'_>) -> Result<Reply, ServiceError> {
    authorize(context, Action::ListIssuers)?;
    let after = marker(context)?;
    let issuers = lock(&context.vault.certificates.issuers);
    let items =
        issuers.iter().filter(|(id, _)| id.as_str() > after.as_str()).map(|(id, issuer)| {
            (id.as_str(), Item { id: issuer.id(context), provider: &issuer.provider })
        });
    page(context, "certificates/issuers", items)
}

pub(super) fn get(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    authorize(context, Action::GetIssuers)?;
    let issuers = lock(&context.vault.certificates.issuers);
    let issuer = issuers.get(&name.to_ascii_lowercase());
    issuer.ok_or_else(ServiceError::issuer_not_found)?.reply(context)
}

/// Replaces an issuer; the time of its making stays.
pub(super) fn set(context: &Context<'_>, name: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    authorize(context, Action::SetIssuers)?;
    let mut body: Body = json(body)?;
    let provider = body.provider.take().filter(|provider| !provider.is_empty());
    let provider = provider.ok_or_else(|| ServiceError::required("provider"))?;
    if BUILT_IN.iter().any(|built_in| built_in.eq_ignore_ascii_case(name)) {
        return Err(ServiceError::bad_parameter(format!("The issuer name {name} is reserved.")));
    }
    let now = context.now().unix_timestamp();
    let mut issuers = lock(&context.vault.certificates.issuers);
    let id = name.to_ascii_lowercase();
    let created = issuers.get(&id).map_or(now, |old| old.created);
    let mut issuer = Issuer {
        name: name.to_owned(),
        provider,
        account_id: None,
        organization: None,
        enabled: true,
        created,
        updated: now,
    };
    issuer.apply(body);
    let reply = issuer.reply(context);
    issuers.insert(id, issuer);
    reply
}

/// What the body leaves out stays.
pub(super) fn update(
    context: &Context<'_>,
    name: &str,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    authorize(context, Action::SetIssuers)?;
    let body: Body = json(body)?;
    let now = context.now().unix_timestamp();
    let mut issuers = lock(&context.vault.certificates.issuers);
    let issuer =
        issuers.get_mut(&name.to_ascii_lowercase()).ok_or_else(ServiceError::issuer_not_found)?;
    issuer.apply(body);
    issuer.updated = now;
    issuer.reply(context)
}

/// For good: issuers are not kept once they are deleted.
pub(super) fn delete(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    authorize(context, Action::DeleteIssuers)?;
    let issuer = lock(&context.vault.certificates.issuers).remove(&name.to_ascii_lowercase());
    issuer.ok_or_else(ServiceError::issuer_not_found)?.reply(context)
}

fn authorize(context: &Context<'_>, action: Action) -> Result<(), ServiceError> {
    context.authorize(CertificateContent::KIND, action, None)
}

impl Issuer {
    fn apply(&mut self, body: Body) {
        if let Some(provider) = body.provider.filter(|provider| !provider.is_empty()) {
            self.provider = provider;
        }
        if let Some(credentials) = body.credentials {
            self.account_id = credentials.account_id.or(self.account_id.take());
        }
        if let Some(sent) = body.org_details {
            let old = self.organization.take().unwrap_or_default();
            self.organization = Some(Organization {
                id: sent.id.or(old.id),
                admins: sent.admin_details.or(old.admins),
            });
        }
        if let Some(enabled) = body.attributes.and_then(|attributes| attributes.enabled) {
            self.enabled = enabled;
        }
    }

    fn id(&self, context: &Context<'_>) -> String {
        context.url(&format!("certificates/issuers/{}", self.name))
    }

    fn reply(&self, context: &Context<'_>) -> Result<Reply, ServiceError> {
        let view = View {
            id: self.id(context),
            provider: &self.provider,
            credentials: self
                .account_id
                .as_deref()
                .map(|account_id| CredentialsView { account_id }),
            org_details: self.organization.as_ref().map(|organization| OrganizationView {
                id: organization.id.as_deref(),
                zip: 0,
                admin_details: organization.admins.as_deref(),
            }),
            attributes: AttributesView {
                enabled: self.enabled,
                created: self.created,
                updated: self.updated,
            },
        };
        Reply::json(context.site.kind, &view)
    }
}
