//! Private endpoints, of Microsoft.Network: only what it takes to ask a vault or a managed HSM for a connection.
//!
//! No network is behind them. <https://learn.microsoft.com/rest/api/virtualnetwork/private-endpoints>

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Context,
    error::ArmError,
    names::{GroupId, normalized_location},
    reply::Reply,
    state::State,
    vaults::connections::{NewConnection, Target},
};

/// A private endpoint; its connections are kept by what they lead to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PrivateEndpoint {
    group: GroupId,
    name: String,
    location: String,
    tags: BTreeMap<String, String>,
    links: Vec<Link>,
}

/// What an endpoint connects to.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Link {
    name: String,
    target: Target,
    /// Whether somebody has to approve it.
    manual: bool,
}

#[derive(Deserialize)]
struct Body {
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    private_link_service_connections: Option<Vec<LinkBody>>,
    manual_private_link_service_connections: Option<Vec<LinkBody>>,
}

#[derive(Deserialize)]
struct LinkBody {
    name: String,
    properties: LinkProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkProperties {
    private_link_service_id: String,
    #[serde(default)]
    group_ids: Vec<String>,
    request_message: Option<String>,
}

impl PrivateEndpoint {
    fn is_in(&self, group: &GroupId) -> bool {
        self.group.is(group)
    }

    fn path(&self) -> String {
        format!("{}/providers/Microsoft.Network/privateEndpoints/{}", self.group.path(), self.name)
    }
}

/// Makes an endpoint, whose connections are approved at once unless they are manual; one that is there stays.
pub(super) fn put(context: &Context<'_>, group: &GroupId, name: &str) -> Result<Reply, ArmError> {
    let Body { location, tags, properties } = context.json()?;
    let location = location.filter(|location| !location.is_empty());
    let location = normalized_location(&location.ok_or_else(ArmError::location_required)?);
    let mut state = context.state();
    let group = state.group(group)?.id.clone();
    if let Some(endpoint) = find(&state, &group, name) {
        return Reply::json(StatusCode::OK, &view(&state, endpoint));
    }
    let (tags, links) = (tags.unwrap_or_default(), Vec::new());
    let mut endpoint = PrivateEndpoint { group, name: name.to_owned(), location, tags, links };
    let automatic = properties.private_link_service_connections.unwrap_or_default();
    let manual = properties.manual_private_link_service_connections.unwrap_or_default();
    let bodies = automatic.into_iter().map(|body| (body, false));
    let bodies: Vec<_> = bodies.chain(manual.into_iter().map(|body| (body, true))).collect();
    // All or none: nothing is connected before all can be.
    let mut names = BTreeSet::new();
    for (body, _) in &bodies {
        let target = target(&body.properties)?;
        if !names.insert(body.name.to_lowercase()) {
            return Err(ArmError::bad_request("Each connection has a name of its own."));
        }
        let connections = target.open(&mut state, context.now)?;
        connections.check(&body.name).map_err(ArmError::bad_request)?;
    }
    for (LinkBody { name, properties }, manual) in bodies {
        let target = target(&properties)?;
        let new = NewConnection {
            name: name.clone(),
            endpoint: endpoint.path(),
            approved: !manual,
            description: properties.request_message,
        };
        let connections = target.open(&mut state, context.now)?;
        connections.connect(new).map_err(ArmError::bad_request)?;
        endpoint.links.push(Link { name, target, manual });
    }
    let reply = Reply::json(StatusCode::CREATED, &view(&state, &endpoint));
    state.endpoints.push(endpoint);
    reply
}

pub(super) fn get(context: &Context<'_>, group: &GroupId, name: &str) -> Result<Reply, ArmError> {
    let state = context.state();
    state.group(group)?;
    let endpoint = find(&state, group, name).ok_or_else(|| {
        ArmError::resource_not_found("Microsoft.Network/privateEndpoints", name, group)
    })?;
    Reply::json(StatusCode::OK, &view(&state, endpoint))
}

/// The connections are gone with their endpoint.
pub(super) fn delete(
    context: &Context<'_>,
    group: &GroupId,
    name: &str,
) -> Result<Reply, ArmError> {
    let mut state = context.state();
    state.group(group)?;
    let is_it = |endpoint: &PrivateEndpoint| {
        endpoint.is_in(group) && endpoint.name.eq_ignore_ascii_case(name)
    };
    let gone = state.endpoints.extract(is_it);
    if gone.is_empty() {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    }
    for endpoint in &gone {
        disconnect(&mut state, endpoint);
    }
    Ok(Reply::empty(StatusCode::OK))
}

/// Removes the endpoints of a group that is deleted.
pub(super) fn remove_all(state: &mut State, group: &GroupId) {
    for endpoint in &state.endpoints.extract(|endpoint| endpoint.is_in(group)) {
        disconnect(state, endpoint);
    }
}

fn disconnect(state: &mut State, endpoint: &PrivateEndpoint) {
    for link in &endpoint.links {
        if let Some(connections) = link.target.kept_mut(state) {
            connections.disconnect(&link.name, &endpoint.path());
        }
    }
}

fn find<'a>(state: &'a State, group: &GroupId, name: &str) -> Option<&'a PrivateEndpoint> {
    state
        .endpoints
        .values()
        .find(|endpoint| endpoint.is_in(group) && endpoint.name.eq_ignore_ascii_case(name))
}

/// What a link leads to.
fn target(properties: &LinkProperties) -> Result<Target, ArmError> {
    let LinkProperties { private_link_service_id, group_ids, .. } = properties;
    let target = Target::of_id(private_link_service_id)?.ok_or_else(|| {
        ArmError::bad_request("The privateLinkServiceId must be that of a vault or a managed HSM.")
    })?;
    let known = target.group_id();
    if group_ids.iter().any(|group| !group.eq_ignore_ascii_case(known)) {
        return Err(ArmError::bad_request(format!(
            "The groupIds of a private endpoint to this resource are ['{known}']."
        )));
    }
    Ok(target)
}

fn view(state: &State, endpoint: &PrivateEndpoint) -> Value {
    let links = |manual: bool| -> Vec<Value> {
        let links = endpoint.links.iter().filter(|link| link.manual == manual);
        links
            .map(|Link { name, target, .. }| {
                let connections = target.kept(state);
                json!({
                    "name": name,
                    "properties": {
                        "provisioningState": "Succeeded",
                        "privateLinkServiceId": target.path(),
                        "groupIds": [target.group_id()],
                        "privateLinkServiceConnectionState":
                            connections.and_then(|all| all.state_of(name, &endpoint.path())),
                    },
                })
            })
            .collect()
    };
    json!({
        "id": endpoint.path(),
        "name": endpoint.name,
        "type": "Microsoft.Network/privateEndpoints",
        "location": endpoint.location,
        "tags": endpoint.tags,
        "properties": {
            "provisioningState": "Succeeded",
            "privateLinkServiceConnections": links(false),
            "manualPrivateLinkServiceConnections": links(true),
        },
    })
}
