//! What clients ask before they come to vaults: the cloud's endpoints, tenants and subscriptions.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Context, error::ArmError, query::Query, reply::Reply, site::ArmSite};

/// The endpoints of this cloud; the oldest form is a list of clouds.
pub(super) fn metadata_endpoints(site: &ArmSite, query: &Query) -> Result<Reply, ArmError> {
    let endpoints = json!({
        "portal": site.portal,
        "authentication": {
            "loginEndpoint": site.login,
            "audiences": site.told_audiences(),
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graphAudience": site.graph,
        "graph": site.graph,
        "name": site.cloud,
        "suffixes": {"keyVaultDns": site.vault_suffix, "mhsmDns": site.hsm_suffix},
        "resourceManager": site.resource_manager(),
        "microsoftGraphResourceId": site.graph,
        "gallery": site.portal,
    });
    let body = if query.is_since("2022-09-01") { endpoints } else { json!([endpoints]) };
    Reply::json(StatusCode::OK, &body)
}

pub(super) fn tenants(context: &Context<'_>) -> Result<Reply, ArmError> {
    let tenant = &context.router.tokens.tenant_id;
    let tenant = json!({
        "id": format!("/tenants/{tenant}"), "tenantId": tenant, "displayName": "Emulator",
        "tenantCategory": "Home",
    });
    Reply::json(StatusCode::OK, &json!({"value": [tenant]}))
}

pub(super) fn subscriptions(context: &Context<'_>) -> Result<Reply, ArmError> {
    let subscription = subscription_view(context, &context.settings().subscription_id);
    Reply::json(StatusCode::OK, &json!({"value": [subscription]}))
}

/// Any GUID is a subscription.
pub(super) fn subscription(context: &Context<'_>, id: &str) -> Result<Reply, ArmError> {
    Reply::json(StatusCode::OK, &subscription_view(context, id))
}

fn subscription_view(context: &Context<'_>, id: &str) -> Value {
    json!({
        "id": format!("/subscriptions/{id}"),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": id,
        "tenantId": context.router.tokens.tenant_id,
        "displayName": "Emulator",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    })
}
