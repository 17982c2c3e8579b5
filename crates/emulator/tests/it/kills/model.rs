//! What a client knows of an object of its own, and what the program tells of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::running::Caller;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Secret,
    Key,
    Certificate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Absent,
    Live,
    Deleted,
}

/// Versions by their ids, with what they hold.
pub(super) type Versions = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) state: State,
    pub(super) versions: Versions,
}

impl Kind {
    pub(super) fn collection(self) -> &'static str {
        match self {
            Self::Secret => "secrets",
            Self::Key => "keys",
            Self::Certificate => "certificates",
        }
    }

    /// What a version holds that its answers tell.
    pub(super) fn content(self, bundle: &Value) -> String {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match self {
            Self::Secret => text(&bundle["value"]),
            Self::Key => text(&bundle["key"]["x"]),
            Self::Certificate => text(&bundle["cer"]),
        }
    }
}

/// The last part of an identifier.
pub(super) fn version(bundle: &Value) -> String {
    let id = bundle.get("kid").or_else(|| bundle["key"].get("kid")).unwrap_or(&bundle["id"]);
    id.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// Asks for an object; the versions of a deleted one cannot be read. What a version that is `known` holds is taken as
/// known.
pub(super) async fn look(
    caller: &Caller,
    kind: Kind,
    name: &str,
    known: &Versions,
) -> (State, Versions) {
    let collection = kind.collection();
    let (deleted, _) = caller.get(&format!("/deleted{collection}/{name}")).await;
    if kind == Kind::Certificate {
        // Has it issued, if that is still to be done.
        caller.get(&format!("/certificates/{name}")).await;
    }
    let (status, list) = caller.get(&format!("/{collection}/{name}/versions")).await;
    assert_eq!(status, 200, "{list}");
    assert!(list["nextLink"].is_null(), "{name} has become too large for this test");
    let mut versions = Versions::new();
    for item in list["value"].as_array().unwrap() {
        let id = version(item);
        let content = match known.get(&id) {
            Some(content) => content.clone(),
            None => {
                let (status, bundle) = caller.get(&format!("/{collection}/{name}/{id}")).await;
                assert_eq!(status, 200, "{bundle}");
                kind.content(&bundle)
            }
        };
        versions.insert(id, content);
    }
    let state = match (versions.is_empty(), deleted) {
        (false, 404) => State::Live,
        (true, 200) => State::Deleted,
        (true, 404) => State::Absent,
        other => panic!("{collection}/{name} is {other:?}"),
    };
    (state, versions)
}
