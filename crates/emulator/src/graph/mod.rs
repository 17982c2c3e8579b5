//! Microsoft Graph: the few reads by which clients turn a name into an object id, and back.
//!
//! Source: <https://learn.microsoft.com/graph/api/overview?view=graph-rest-1.0>

mod error;
mod filter;
mod view;

use std::sync::Arc;

use http::{Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;

use self::{error::GraphError, filter::Filter, view::Viewer};
use crate::{
    entra::{Caller, Directory, Entry, Fields, Kind, TokenRefusal, Tokens, tell_of_foreign},
    host::Site,
    message::{Body, Request, Response, bearer, json_response},
};

/// Where Graph is on the emulator's own host.
const LOCAL: &str = "/graph";
const GRAPH: &str = "https://graph.microsoft.com";
/// Graph's application id, which is an audience of it too.
const APPLICATION: &str = "00000003-0000-0000-c000-000000000000";

/// Whether a path of the emulator's own host is one of Graph.
pub(crate) fn is_graph(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.strip_prefix(LOCAL).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a request to Graph's host, or below `/graph` of the emulator's own.
pub(crate) fn answer(tokens: &Tokens, request: &Request) -> Response {
    let is_local = Site::of(&request.host) == Site::Local;
    let base = if is_local {
        format!("https://{}{LOCAL}", request.host)
    } else {
        format!("https://{}", request.host)
    };
    let path = if is_local { request.path.get(LOCAL.len()..) } else { Some(request.path.as_str()) };
    let answered = authenticate(tokens, &base, request).and_then(|caller| {
        Graph { directory: &tokens.directory, caller, viewer: Viewer { base: &base, tokens } }
            .route(path.unwrap_or_default(), request)
    });
    match answered {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => {
            let challenged = error.is_unauthorized();
            let mut response = error.into_response(request);
            if challenged {
                let challenge = format!(
                    "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/{}\"",
                    tokens.tenant_id
                );
                if let Ok(challenge) = challenge.parse() {
                    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                }
            }
            response
        }
    }
}

fn authenticate(tokens: &Tokens, base: &str, request: &Request) -> Result<Arc<Caller>, GraphError> {
    let token = bearer(&request.headers)
        .ok_or_else(|| GraphError::unauthorized("Access token is empty."))?;
    tokens.check(token, &[base, GRAPH, APPLICATION]).map_err(|refusal| {
        tell_of_foreign(&refusal, token, "Microsoft Graph");
        GraphError::unauthorized(match refusal {
            TokenRefusal::Audience { .. } => "Access token validation failure. Invalid audience.",
            TokenRefusal::Expired => "Lifetime validation failed, the token is expired.",
            TokenRefusal::Issuer { .. } => "Access token validation failure. Invalid issuer.",
            TokenRefusal::Malformed | TokenRefusal::Signature | TokenRefusal::NotYetValid => {
                "Access token validation failure. Invalid token."
            }
        })
    })
}

struct Graph<'a> {
    directory: &'a Directory,
    caller: Arc<Caller>,
    viewer: Viewer<'a>,
}

#[derive(Deserialize)]
struct Ids {
    ids: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
}

impl Graph<'_> {
    fn route(&self, path: &str, request: &Request) -> Result<Value, GraphError> {
        let path = percent_decode_str(path).decode_utf8_lossy();
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let version = segments.next().unwrap_or_default();
        if !matches!(version, "v1.0" | "beta") {
            return Err(GraphError::bad(format!("Invalid version: {version}")));
        }
        let segments: Vec<&str> = segments.collect();
        let query = Fields::of_query(request);
        let filter = query.get("$filter").map(Filter::parse).transpose()?;
        match (&request.method, segments.as_slice()) {
            (&Method::GET, ["me"]) => self.me(),
            (&Method::GET, ["servicePrincipals"]) => {
                let found = self.service_principals(filter.as_ref())?;
                Ok(self.viewer.list("servicePrincipals", &found))
            }
            (&Method::GET, ["users"]) => {
                let users = self.directory.entries().into_iter();
                let users = users.filter(|entry| entry.kind == Kind::User);
                Ok(self.viewer.list("users", &filtered(users, filter.as_ref())?))
            }
            (&Method::GET, ["groups"]) => Ok(self.viewer.list("groups", &[])),
            (&Method::GET, ["servicePrincipals", id]) => {
                self.one("servicePrincipals", id, |entry| {
                    entry.is_service_principal() && entry.has_id(id)
                })
            }
            (&Method::GET, ["users", id]) => self.one("users", id, |entry| {
                entry.kind == Kind::User
                    && (entry.has_id(id) || entry.name.eq_ignore_ascii_case(id))
            }),
            (&Method::GET, ["directoryObjects", id]) => {
                self.one("directoryObjects", id, |entry| entry.has_id(id))
            }
            (&Method::GET, ["groups", id]) => Err(GraphError::not_found(id)),
            (&Method::POST, ["directoryObjects", "getByIds"]) => self.by_ids(request),
            (&Method::GET, [one]) => match client_id(one) {
                Some(client_id) => self.by_client_id(client_id),
                None => Err(GraphError::no_segment(one)),
            },
            (method, _) => Err(GraphError::not_served(method, &path)),
        }
    }

    fn me(&self) -> Result<Value, GraphError> {
        if self.caller.upn.is_none() {
            let text = "/me request is only valid with delegated authentication flow.";
            return Err(GraphError::bad(text));
        }
        self.one("users", &self.caller.oid, |entry| entry.has_id(&self.caller.oid))
    }

    fn one(
        &self,
        collection: &str,
        id: &str,
        is: impl Fn(&Entry) -> bool,
    ) -> Result<Value, GraphError> {
        let found = self.directory.entries().into_iter().find(|entry| is(entry));
        let found = found.ok_or_else(|| GraphError::not_found(id))?;
        Ok(self.viewer.one(collection, &found))
    }

    fn by_client_id(&self, client_id: &str) -> Result<Value, GraphError> {
        let filter = Filter::of_client_id(client_id);
        match self.service_principals(Some(&filter))?.first() {
            Some(found) => Ok(self.viewer.one("servicePrincipals", found)),
            None => Err(GraphError::not_found(client_id)),
        }
    }

    /// Those that are known, and, of a client id that nobody has used yet, the one that it stands for.
    fn service_principals(&self, filter: Option<&Filter>) -> Result<Vec<Entry>, GraphError> {
        let known = self.directory.entries().into_iter().filter(Entry::is_service_principal);
        let found = filtered(known, filter)?;
        let asked_for = filter.and_then(Filter::client_id).filter(|_| found.is_empty());
        Ok(match asked_for.and_then(|client_id| self.directory.stands_for(client_id)) {
            Some(entry) => vec![entry],
            None => found,
        })
    }

    fn by_ids(&self, request: &Request) -> Result<Value, GraphError> {
        let parsed = match &request.body {
            Body::Whole(bytes) => serde_json::from_slice::<Ids>(bytes).ok(),
            Body::TooLarge => None,
        };
        let Ids { ids, types } = parsed.ok_or_else(|| {
            GraphError::bad("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
        })?;
        let wanted = |entry: &&Entry| {
            let kind = if entry.is_service_principal() { "servicePrincipal" } else { "user" };
            let any = types.is_empty() || types.iter().any(|one| one == "directoryObject");
            ids.iter().any(|id| entry.has_id(id)) && (any || types.iter().any(|one| one == kind))
        };
        let entries = self.directory.entries();
        let found: Vec<Entry> = entries.iter().filter(wanted).cloned().collect();
        Ok(self.viewer.list("directoryObjects", &found))
    }
}

fn filtered(
    entries: impl Iterator<Item = Entry>,
    filter: Option<&Filter>,
) -> Result<Vec<Entry>, GraphError> {
    match filter {
        None => Ok(entries.collect()),
        Some(filter) => {
            let kept = entries.map(|entry| Ok((filter.keeps(&entry)?, entry)));
            let kept = kept.collect::<Result<Vec<_>, GraphError>>()?;
            Ok(kept.into_iter().filter(|(kept, _)| *kept).map(|(_, entry)| entry).collect())
        }
    }
}

/// The client id of `servicePrincipals(appId='…')`.
fn client_id(segment: &str) -> Option<&str> {
    segment.strip_prefix("servicePrincipals(appId='")?.strip_suffix("')")
}
