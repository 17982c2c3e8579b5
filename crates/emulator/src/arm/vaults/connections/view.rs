//! Connections as ARM shows them, alone and within their vault, and what a private endpoint can connect to.

use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::{
    super::super::{Context, error::ArmError, reply::Reply},
    ChangeKind, Connection, Connections, Status, Target,
    owner::Kind,
};

#[derive(Serialize)]
pub(super) struct ConnectionView<'a> {
    id: String,
    name: &'a str,
    r#type: String,
    location: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    properties: Properties<'a>,
}

/// A connection within its owner.
#[derive(Serialize)]
pub(in crate::arm) struct ConnectionItem<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    provisioning_state: &'static str,
    private_endpoint: Endpoint<'a>,
    private_link_service_connection_state: State<'a>,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    actions_required: &'static str,
}

#[derive(Serialize)]
struct List<'a> {
    value: Vec<ConnectionView<'a>>,
}

fn properties(connection: &Connection) -> Properties<'_> {
    Properties {
        provisioning_state: match connection.change.map(|change| change.kind) {
            None => "Succeeded",
            Some(ChangeKind::Updating) => "Updating",
            Some(ChangeKind::Deleting) => "Deleting",
        },
        private_endpoint: Endpoint { id: &connection.endpoint },
        private_link_service_connection_state: State::of(Some(connection)),
    }
}

impl<'a> State<'a> {
    /// That of a connection, or of one that is gone.
    pub(super) fn of(connection: Option<&'a Connection>) -> Self {
        Self {
            status: connection.map_or(Status::Disconnected, |connection| connection.status).name(),
            description: connection.and_then(|connection| connection.description.as_deref()),
            actions_required: "None",
        }
    }
}

impl<'a> ConnectionView<'a> {
    pub(super) fn of(
        connection: &'a Connection,
        id: String,
        kind: &Kind,
        location: &'a str,
    ) -> Self {
        Self {
            id,
            name: &connection.name,
            r#type: format!("{}/privateEndpointConnections", kind.name),
            location,
            etag: connection.etag.as_deref(),
            properties: properties(connection),
        }
    }
}

impl<'a> ConnectionItem<'a> {
    /// All connections of an owner.
    pub(in crate::arm) fn all(connections: &'a Connections) -> Vec<Self> {
        let item = |connection: &'a Connection| Self {
            id: connections.path(&connection.name),
            etag: connection.etag.as_deref(),
            properties: properties(connection),
        };
        connections.list.iter().map(item).collect()
    }
}

pub(in crate::arm) fn list(context: &Context<'_>, target: &Target) -> Result<Reply, ArmError> {
    let state = context.state();
    let owner = target.live(&state, context.now)?;
    let connections = owner.connections;
    let mut value = Vec::with_capacity(connections.list.len());
    for connection in &connections.list {
        let path = connections.path(&connection.name);
        value.push(ConnectionView::of(connection, path, owner.kind, owner.location));
    }
    Ok(Reply::json(StatusCode::OK, &List { value })?.by_provider())
}

/// What a private endpoint can ask for: the vault or the managed HSM, and nothing else.
pub(in crate::arm) fn link_resources(
    context: &Context<'_>,
    target: &Target,
) -> Result<Reply, ArmError> {
    let state = context.state();
    let owner = target.live(&state, context.now)?;
    let Kind { name, group_id, zone } = owner.kind;
    let resource = json!({
        "id": format!("{}/privateLinkResources/{group_id}", owner.connections.owner),
        "name": group_id,
        "type": format!("{name}/privateLinkResources"),
        "location": owner.location,
        "properties": {
            "groupId": group_id,
            "requiredMembers": ["default"],
            "requiredZoneNames": [zone],
        },
    });
    Ok(Reply::json(StatusCode::OK, &json!({"value": [resource]}))?.by_provider())
}
