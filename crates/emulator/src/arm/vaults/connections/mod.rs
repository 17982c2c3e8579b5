//! Private endpoint connections of a vault or a managed HSM: asked for by a private endpoint, approved or rejected here.
//!
//! <https://learn.microsoft.com/rest/api/keyvault/keyvault/private-endpoint-connections>

mod operation;
mod owner;
mod view;

use std::time::Duration;

use http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::{Arm, Context, error::ArmError, reply::Reply};
use crate::{
    clock::{Times, after},
    operation as asked,
    vault::Vaults,
};
use operation::Pending;
pub(in crate::arm) use owner::Target;
pub(in crate::arm) use view::ConnectionItem;
use view::ConnectionView;
pub(in crate::arm) use view::{link_resources, list};

const ASYNC_OPERATION: HeaderName = HeaderName::from_static("azure-asyncoperation");
const RETRY_AFTER: &str = "1";

/// The connections of one vault or managed HSM.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::arm) struct Connections {
    /// Whose they are, as a resource id.
    owner: String,
    list: Vec<Connection>,
}

/// A private endpoint's connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Connection {
    name: String,
    /// The resource id of the private endpoint.
    endpoint: String,
    status: Status,
    description: Option<String>,
    /// New with each change; a connection that nobody has changed has none.
    etag: Option<String>,
    change: Option<Change>,
}

/// What a private endpoint asks for.
pub(in crate::arm) struct NewConnection {
    pub(in crate::arm) name: String,
    /// The resource id of the private endpoint.
    pub(in crate::arm) endpoint: String,
    pub(in crate::arm) approved: bool,
    pub(in crate::arm) description: Option<String>,
}

/// A change that is under way until `done`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Change {
    kind: ChangeKind,
    #[serde(with = "crate::moment")]
    done: OffsetDateTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ChangeKind {
    Updating,
    Deleting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Status {
    Pending,
    Approved,
    Rejected,
    Disconnected,
}

#[derive(Deserialize)]
struct Body {
    properties: Option<Properties>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    private_link_service_connection_state: Option<StateBody>,
}

/// What is left out stays.
#[derive(Deserialize)]
struct StateBody {
    status: Option<String>,
    description: Option<String>,
}

impl Status {
    const ALL: [Self; 4] = [Self::Pending, Self::Approved, Self::Rejected, Self::Disconnected];

    fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Disconnected => "Disconnected",
        }
    }

    fn parse(text: &str) -> Result<Self, ArmError> {
        Self::ALL.into_iter().find(|status| status.name().eq_ignore_ascii_case(text)).ok_or_else(
            || {
                ArmError::bad_request(
                    "The status of a private endpoint connection is 'Pending', 'Approved', 'Rejected' or \
                     'Disconnected'.",
                )
            },
        )
    }
}

impl Connection {
    fn is(&self, name: &str, endpoint: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) && self.endpoint.eq_ignore_ascii_case(endpoint)
    }

    fn new_etag() -> String {
        Uuid::new_v4().simple().to_string()
    }

    /// Brings about what is done by `now`; false when the connection is gone.
    fn settle(&mut self, now: OffsetDateTime) -> bool {
        match self.change {
            Some(Change { kind: ChangeKind::Deleting, done }) if done <= now => false,
            Some(Change { kind: ChangeKind::Updating, done }) if done <= now => {
                self.change = None;
                self.etag = Some(Self::new_etag());
                true
            }
            _ => true,
        }
    }

    fn begin(&mut self, kind: ChangeKind, now: OffsetDateTime, lag: Duration) -> String {
        let etag = Self::new_etag();
        self.etag = Some(etag.clone());
        self.change = Some(Change { kind, done: after(now, lag) });
        etag
    }
}

impl Connections {
    /// None yet.
    pub(in crate::arm) fn of(owner: String) -> Self {
        Self { owner, list: Vec::new() }
    }

    /// Brings about what is done by `now`; tells whether there was anything.
    pub(in crate::arm) fn settle(&mut self, now: OffsetDateTime) -> bool {
        let due =
            |connection: &Connection| connection.change.is_some_and(|change| change.done <= now);
        if !self.list.iter().any(due) {
            return false;
        }
        self.list.retain_mut(|connection| connection.settle(now));
        true
    }

    fn get(&self, name: &str) -> Option<&Connection> {
        self.list.iter().find(|connection| connection.name.eq_ignore_ascii_case(name))
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Connection> {
        self.list.iter_mut().find(|connection| connection.name.eq_ignore_ascii_case(name))
    }

    /// With the name as the connection has it.
    fn path(&self, name: &str) -> String {
        let known = self.list.iter().find(|known| known.name.eq_ignore_ascii_case(name));
        let name = known.map_or(name, |known| &known.name);
        format!("{}/privateEndpointConnections/{name}", self.owner)
    }

    /// Refuses a connection whose name is taken.
    pub(in crate::arm) fn check(&self, name: &str) -> Result<(), String> {
        match self.get(name) {
            None => Ok(()),
            Some(_) => Err(format!("There is a private endpoint connection '{name}' already.")),
        }
    }

    /// Takes a connection that a private endpoint asks for; gives its id.
    pub(in crate::arm) fn connect(&mut self, new: NewConnection) -> Result<String, String> {
        self.check(&new.name)?;
        let path = self.path(&new.name);
        self.list.push(Connection {
            name: new.name,
            endpoint: new.endpoint,
            status: if new.approved { Status::Approved } else { Status::Pending },
            description: new.description,
            etag: None,
            change: None,
        });
        Ok(path)
    }

    /// Ends the connection of that private endpoint.
    pub(in crate::arm) fn disconnect(&mut self, name: &str, endpoint: &str) {
        self.list.retain(|connection| !connection.is(name, endpoint));
    }

    /// How the connection of that private endpoint stands, `Disconnected` when it is gone.
    pub(in crate::arm) fn state_of(&self, name: &str, endpoint: &str) -> Option<Value> {
        let found = self.list.iter().find(|connection| connection.is(name, endpoint));
        serde_json::to_value(view::State::of(found)).ok()
    }
}

impl Arm {
    /// Adds a pending connection to the live vault or managed HSM of that resource id; gives the connection's id.
    pub(crate) fn connect_private_endpoint(
        &self,
        id: &str,
        name: &str,
        vaults: &Vaults,
        times: &Times,
    ) -> Result<String, String> {
        let Ok(Some(target)) = Target::of_id(id) else {
            return Err("it is not the resource id of a vault or a managed HSM".to_owned());
        };
        let now = asked::named(id).map_or(times.all(), |owner| times.of(&owner));
        let mut state = self.state(vaults, times);
        let connections =
            target.open(&mut state, now).map_err(|error| error.message.into_owned())?;
        let group = connections.owner.split("/providers/").next().unwrap_or_default().to_owned();
        connections.connect(NewConnection {
            name: name.to_owned(),
            endpoint: format!("{group}/providers/Microsoft.Network/privateEndpoints/{name}"),
            approved: false,
            description: None,
        })
    }
}

/// The connection; or, by a link of an operation on it, how that goes.
pub(in crate::arm) fn get(
    context: &Context<'_>,
    target: &Target,
    name: &str,
) -> Result<Reply, ArmError> {
    let state = context.state();
    let owner = target.live(&state, context.now)?;
    let path = owner.connections.path(name);
    if let Some(token) = &context.query.operation {
        let pending = Pending::parse(token)?;
        return pending.poll(context, &path, owner.connections.get(name));
    }
    match owner.connections.get(name) {
        Some(connection) => {
            let view = ConnectionView::of(connection, path, owner.kind, owner.location);
            Ok(Reply::json(StatusCode::OK, &view)?.by_provider())
        }
        None => Ok(Reply::empty(StatusCode::NO_CONTENT).by_provider()),
    }
}

/// Approves or rejects; the answer says where to ask until that is done.
pub(in crate::arm) fn put(
    context: &Context<'_>,
    target: &Target,
    name: &str,
) -> Result<Reply, ArmError> {
    let Body { properties } = context.json()?;
    let state = properties.and_then(|properties| properties.private_link_service_connection_state);
    let wanted = state.ok_or_else(|| {
        ArmError::bad_request("The property 'privateLinkServiceConnectionState' is not specified.")
    })?;
    let status = wanted.status.as_deref().map(Status::parse).transpose()?;
    let mut state = context.state();
    let owner = target.live_mut(&mut state, context.now)?;
    let path = owner.connections.path(name);
    // Only a private endpoint makes a connection.
    let connection =
        owner.connections.get_mut(name).ok_or_else(|| ArmError::connection_not_found(name))?;
    if connection.change.is_some() {
        return Err(ArmError::connection_is_busy(name));
    }
    connection.status = status.unwrap_or(connection.status);
    connection.description = wanted.description.or(connection.description.take());
    let lag = context.settings().provisioning_lag;
    let etag = connection.begin(ChangeKind::Updating, context.now, lag);
    let code = if connection.status == Status::Approved { "approve" } else { "reject" };
    let link = Pending::new(code, context.now, etag).link(context, &path);
    let view = ConnectionView::of(connection, path, owner.kind, owner.location);
    let mut reply = Reply::json(StatusCode::OK, &view)?.by_provider();
    reply.headers =
        vec![(ASYNC_OPERATION, link), (http::header::RETRY_AFTER, RETRY_AFTER.to_owned())];
    Ok(reply)
}

/// Answers where to ask until the connection is gone; one that is not there is gone already.
pub(in crate::arm) fn delete(
    context: &Context<'_>,
    target: &Target,
    name: &str,
) -> Result<Reply, ArmError> {
    let mut state = context.state();
    let owner = target.live_mut(&mut state, context.now)?;
    let path = owner.connections.path(name);
    let Some(connection) = owner.connections.get_mut(name) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT).by_provider());
    };
    let lag = context.router.vaults.defaults().deletion_lag;
    let etag = connection.begin(ChangeKind::Deleting, context.now, lag);
    let link = Pending::new("delete", context.now, etag).link(context, &path);
    Ok(Reply::accepted(link).by_provider())
}
