//! Somebody who writes until nobody answers, and knows what was promised.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Fuse,
    chance::Chance,
    model::{Kind, Object, State, Versions, look, version},
    running::Caller,
};

/// One object of a client.
struct Own {
    kind: Kind,
    name: String,
    object: Object,
    /// What was sent, and not answered.
    open: Option<Open>,
    changed: bool,
    /// What was read after a kill.
    read: Versions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// A version, whose content is not known.
    Version,
    /// A certificate that was promised.
    Promised,
    Into(State),
}

pub(super) struct Client {
    number: usize,
    chance: Chance,
    own: Vec<Own>,
    /// Values are never the same twice.
    values: usize,
    pub(super) acknowledged: usize,
}

impl Client {
    pub(super) fn new(number: usize, chance: Chance) -> Self {
        let own = |kind: Kind, prefix: &str| {
            let object = Object { state: State::Absent, versions: Versions::new() };
            Own {
                kind,
                name: format!("{prefix}-{number}"),
                object,
                open: None,
                changed: false,
                read: Versions::new(),
            }
        };
        let own = vec![
            own(Kind::Secret, "secret-a"),
            own(Kind::Secret, "secret-b"),
            own(Kind::Key, "key"),
            own(Kind::Certificate, "cert"),
        ];
        Self { number, chance, own, values: 0, acknowledged: 0 }
    }

    /// Writes until there is no answer.
    pub(super) async fn work(mut self, caller: Caller, fuse: Arc<Fuse>) -> Self {
        loop {
            let index = self.chance.below(self.own.len());
            let step = self.chance.below(6);
            self.values += 1;
            let value = format!("{}-{}", self.number, self.values);
            let wire = Wire { caller: &caller, fuse: &fuse };
            let own = &mut self.own[index];
            own.changed = true;
            let before = own.object.versions.len();
            match own.step(&wire, step, &value).await {
                Some(answers) => self.acknowledged += answers,
                None => return self,
            }
            assert!(own.object.versions.len() <= before + 1);
        }
    }

    /// Compares what the program tells with what was promised, and goes on from there; gives how many requests had
    /// been under way. Unless `all` is to be read, what versions hold is read once.
    pub(super) async fn settle(&mut self, caller: &Caller, all: bool) -> usize {
        let mut open = 0;
        for own in &mut self.own {
            if std::mem::take(&mut own.changed) || all {
                open += usize::from(own.open.is_some());
                own.settle(caller, all).await;
            }
        }
        open
    }
}

/// Sends, and counts for the fuse.
struct Wire<'a> {
    caller: &'a Caller,
    fuse: &'a Fuse,
}

impl Wire<'_> {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Option<(u16, Value)> {
        self.fuse.burn(true);
        let answer = self.caller.send(method, path, body.as_ref()).await?;
        self.fuse.burn(false);
        Some(answer)
    }

    /// An answer that must be good.
    async fn good(&self, method: Method, path: &str, body: Option<Value>) -> Option<Value> {
        let (status, answer) = self.send(method, path, body).await?;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        Some(answer)
    }
}

impl Own {
    /// One step of its life; `None` when no answer came.
    async fn step(&mut self, wire: &Wire<'_>, step: usize, value: &str) -> Option<usize> {
        let (collection, name) = (self.kind.collection(), self.name.clone());
        match (self.object.state, step) {
            (State::Live, 0) => {
                self.open = Some(Open::Into(State::Deleted));
                wire.good(Method::DELETE, &format!("/{collection}/{name}"), None).await?;
                self.object.state = State::Deleted;
            }
            (State::Deleted, 0..=3) => {
                self.open = Some(Open::Into(State::Live));
                let path = format!("/deleted{collection}/{name}/recover");
                wire.good(Method::POST, &path, None).await?;
                self.object.state = State::Live;
            }
            (State::Deleted, _) => {
                self.open = Some(Open::Into(State::Absent));
                let path = format!("/deleted{collection}/{name}");
                wire.good(Method::DELETE, &path, None).await?;
                self.object = Object { state: State::Absent, versions: Versions::new() };
            }
            (State::Absent | State::Live, _) => return self.make(wire, step, value).await,
        }
        self.open = None;
        Some(1)
    }

    /// A new version.
    async fn make(&mut self, wire: &Wire<'_>, step: usize, value: &str) -> Option<usize> {
        let (kind, name) = (self.kind, self.name.clone());
        self.open = Some(Open::Version);
        let bundle = match kind {
            Kind::Secret => {
                let body = json!({"value": value, "tags": {"value": value}});
                wire.good(Method::PUT, &format!("/secrets/{name}"), Some(body)).await?
            }
            Kind::Key if self.object.state == State::Live && step > 3 => {
                wire.good(Method::POST, &format!("/keys/{name}/rotate"), None).await?
            }
            Kind::Key => {
                let body = json!({"kty": "EC", "crv": "P-256"});
                wire.good(Method::POST, &format!("/keys/{name}/create"), Some(body)).await?
            }
            Kind::Certificate => {
                let body = json!({"policy": {
                    "issuer": {"name": "Self"},
                    "key_props": {"kty": "EC", "crv": "P-256", "exportable": true},
                    "secret_props": {"contentType": "application/x-pem-file"},
                    "x509_props": {"subject": "CN=killed", "validity_months": 12},
                }});
                let path = format!("/certificates/{name}/create");
                wire.good(Method::POST, &path, Some(body)).await?;
                self.open = Some(Open::Promised);
                let pending = format!("/certificates/{name}/pending");
                let operation = wire.good(Method::GET, &pending, None).await?;
                assert_eq!(operation["status"], "completed", "{operation}");
                wire.good(Method::GET, &format!("/certificates/{name}"), None).await?
            }
        };
        self.object.state = State::Live;
        self.object.versions.insert(version(&bundle), kind.content(&bundle));
        self.open = None;
        Some(1)
    }

    async fn settle(&mut self, caller: &Caller, all: bool) {
        let known = if all { &Versions::new() } else { &self.read };
        let (state, versions) = look(caller, self.kind, &self.name, known).await;
        let told =
            format!("{}: {:?} {:?}, now {state:?} {versions:?}", self.name, self.object, self.open);
        let old = &self.object.versions;
        let new: Vec<&String> = versions.keys().filter(|id| !old.contains_key(*id)).collect();
        let as_before = state == self.object.state && (state != State::Live || versions == *old);
        let with_one_more = state == State::Live
            && new.len() == 1
            && old.iter().all(|(id, content)| versions.get(id) == Some(content));
        match self.open.take() {
            None => assert!(as_before, "{told}"),
            Some(Open::Version) => assert!(as_before || with_one_more, "{told}"),
            Some(Open::Promised) => assert!(with_one_more, "{told}"),
            Some(Open::Into(next)) => {
                let done = state == next && (state != State::Live || versions == *old);
                assert!(as_before || done, "{told}");
            }
        }
        if self.kind == Kind::Certificate {
            self.check_beside(caller, state, &versions, known).await;
        }
        self.read = versions.clone();
        self.object.state = state;
        match state {
            State::Live => self.object.versions = versions,
            State::Absent => self.object.versions = Versions::new(),
            State::Deleted => {}
        }
    }

    /// A certificate, its key and its secret are there with the same versions, or none is.
    async fn check_beside(
        &self,
        caller: &Caller,
        state: State,
        versions: &Versions,
        read: &Versions,
    ) {
        let ids = |versions: &Versions| versions.keys().cloned().collect::<Vec<_>>();
        let (of_key, keys) = look(caller, Kind::Key, &self.name, read).await;
        let (of_secret, secrets) = look(caller, Kind::Secret, &self.name, read).await;
        assert_eq!((of_key, of_secret), (state, state), "{}", self.name);
        assert_eq!(ids(&keys), ids(versions));
        assert_eq!(ids(&secrets), ids(versions));
        // Those that are new.
        let new = |id: &String| !read.contains_key(id);
        assert!(keys.iter().all(|(id, x)| !new(id) || x.len() == 43));
        assert!(secrets.iter().all(|(id, pem)| !new(id) || pem.contains("PRIVATE KEY")));
    }
}
