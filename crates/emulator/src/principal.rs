//! Who a token speaks for.

use aws_lc_rs::digest;
use uuid::Uuid;

/// A caller: the claims of its tokens.
///
/// ```
/// use azvault_emulator::Principal;
///
/// let reader = Principal::new("11111111-1111-1111-1111-111111111111").with_appid("reader");
/// assert_eq!(reader.appid(), "reader");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    oid: String,
    appid: String,
    tid: Option<String>,
}

impl Principal {
    /// A principal with an object id; its application id is the same until set.
    pub fn new(oid: impl Into<String>) -> Self {
        let oid = oid.into();
        Self { appid: oid.clone(), oid, tid: None }
    }

    /// The principal that a client id signs in as; the same id gives the same object id in every run.
    pub fn for_client_id(client_id: &str) -> Self {
        let hash = digest::digest(&digest::SHA256, client_id.to_ascii_lowercase().as_bytes());
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
            *to = *from;
        }
        let oid = uuid::Builder::from_random_bytes(bytes).into_uuid();
        Self { oid: oid.to_string(), appid: client_id.to_owned(), tid: None }
    }

    /// Sets the application id (`appid`).
    #[must_use]
    pub fn with_appid(mut self, appid: impl Into<String>) -> Self {
        self.appid = appid.into();
        self
    }

    /// Sets the tenant (`tid`); the emulator's own when not set. A vault refuses any other.
    #[must_use]
    pub fn with_tid(mut self, tid: impl Into<String>) -> Self {
        self.tid = Some(tid.into());
        self
    }

    /// The object id (`oid`).
    pub fn oid(&self) -> &str {
        &self.oid
    }

    /// The application id (`appid`).
    pub fn appid(&self) -> &str {
        &self.appid
    }

    /// The tenant (`tid`), when it is not the emulator's own.
    pub fn tid(&self) -> Option<&str> {
        self.tid.as_deref()
    }
}

impl Default for Principal {
    /// The principal of [`Emulator::credential`](crate::Emulator::credential).
    fn default() -> Self {
        Self::for_client_id(&Uuid::nil().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_always_gives_the_same_object_id() {
        let one = Principal::for_client_id("app-1");
        assert_eq!(one, Principal::for_client_id("app-1"));
        assert_eq!(one.oid(), Principal::for_client_id("APP-1").oid());
        assert_ne!(one.oid(), Principal::for_client_id("app-2").oid());
        assert!(Uuid::parse_str(one.oid()).is_ok());
    }
}
