//! The providers as clients list them, and whether a subscription is registered to use that of Key Vault.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types>

use http::{Method, StatusCode};

use serde::Serialize;

use super::{
    Context,
    error::ArmError,
    providers::{self, Provider},
    reply::Reply,
    route::Route,
    state::Registered,
};
use crate::clock::after;

/// As `registrationState` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registration {
    NotRegistered,
    Registering,
    Registered,
}

impl Registration {
    fn of(context: &Context<'_>, subscription: &str) -> Self {
        if context.settings().provider_registered {
            return Self::Registered;
        }
        match context.state().registrations.get(subscription) {
            None => Self::NotRegistered,
            Some(registered) if registered.done > context.now => Self::Registering,
            Some(_) => Self::Registered,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::NotRegistered => "NotRegistered",
            Self::Registering => "Registering",
            Self::Registered => "Registered",
        }
    }
}

/// Refuses a write to the provider's resources until the subscription is registered.
pub(super) fn check(context: &Context<'_>, method: &Method, route: &Route) -> Result<(), ArmError> {
    let subscription = match route {
        _ if method == Method::GET || method == Method::HEAD => return Ok(()),
        Route::Vault(vault)
        | Route::AccessPolicies { vault, .. }
        | Route::InVault { vault, .. } => &vault.group.subscription,
        Route::ManagedHsm(hsm) | Route::InHsm { hsm, .. } => &hsm.group.subscription,
        Route::CheckName { subscription }
        | Route::CheckHsmName { subscription }
        | Route::PurgeVault { subscription, .. }
        | Route::PurgeHsm { subscription, .. } => subscription,
        _ => return Ok(()),
    };
    match Registration::of(context, subscription) {
        Registration::NotRegistered => Err(ArmError::not_registered(
            "The subscription is not registered to use namespace 'Microsoft.KeyVault'. See \
             https://aka.ms/rps-not-found for how to register subscriptions.",
        )),
        Registration::Registering => Err(ArmError::not_registered(
            "The subscription registration is in 'Registering' state. The subscription must be registered to use \
             namespace 'Microsoft.KeyVault'. See https://aka.ms/rps-not-found for how to register subscriptions.",
        )),
        Registration::Registered => Ok(()),
    }
}

/// All providers, as the tenant or a subscription sees them.
pub(super) fn list(context: &Context<'_>, subscription: Option<&str>) -> Result<Reply, ArmError> {
    #[derive(Serialize)]
    struct List {
        value: Vec<providers::View>,
    }
    let value = Provider::all().map(|provider| view(context, provider, subscription)).collect();
    Reply::json(StatusCode::OK, &List { value })
}

/// One provider, as the tenant or a subscription sees it.
pub(super) fn show(
    context: &Context<'_>,
    subscription: Option<&str>,
    provider: &Provider,
) -> Result<Reply, ArmError> {
    Reply::json(StatusCode::OK, &view(context, provider, subscription))
}

fn view(context: &Context<'_>, provider: &Provider, subscription: Option<&str>) -> providers::View {
    let state = match subscription {
        Some(subscription) if provider.is_on_request() => Registration::of(context, subscription),
        // Only a subscription is registered: for the tenant there is nothing to wait for.
        _ => Registration::Registered,
    };
    provider.view(subscription, state.name())
}

/// Begins the registration, once; the answer shows the provider as it is then.
pub(super) fn register(
    context: &Context<'_>,
    subscription: Option<&str>,
    provider: &Provider,
) -> Result<Reply, ArmError> {
    if let Some(subscription) = subscription.filter(|_| provider.is_on_request()) {
        let done = after(context.now, context.settings().registration_lag);
        let mut state = context.state();
        if state.registrations.get(subscription).is_none() {
            state.registrations.insert(subscription.to_owned(), Registered { done });
        }
    }
    show(context, subscription, provider)
}
