//! Who a token speaks for.

use aws_lc_rs::digest;
use uuid::Uuid;

/// The application id of the Azure CLI, the same in every tenant.
const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

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
    upn: Option<String>,
}

impl Principal {
    /// A principal with an object id; its application id is the same until set.
    pub fn new(oid: impl Into<String>) -> Self {
        let oid = oid.into();
        Self { appid: oid.clone(), oid, tid: None, upn: None }
    }

    /// The principal that a client id signs in as; the same id gives the same object id in every run.
    pub fn for_client_id(client_id: &str) -> Self {
        Self { oid: stable_id(client_id), ..Self::new(client_id) }
    }

    /// The user of that name, who signs in by the Azure CLI's application until another is set; the same name gives the
    /// same object id in every run.
    ///
    /// ```
    /// use azvault_emulator::Principal;
    ///
    /// let ada = Principal::for_user("ada@contoso.com");
    /// assert_eq!(ada.upn(), Some("ada@contoso.com"));
    /// ```
    pub fn for_user(upn: &str) -> Self {
        let upn = upn.to_owned();
        Self { upn: Some(upn.clone()), ..Self::new(stable_id(&upn)).with_appid(AZURE_CLI) }
    }

    pub(crate) fn with_oid(mut self, oid: impl Into<String>) -> Self {
        self.oid = oid.into();
        self
    }

    /// The managed identity that belongs to the machine itself.
    pub(crate) fn system_assigned() -> Self {
        Self::for_client_id(&stable_id("system-assigned managed identity"))
    }

    /// The managed identity with that resource id of Resource Manager.
    pub(crate) fn for_resource_id(resource_id: &str) -> Self {
        Self::for_client_id(&stable_id(resource_id))
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

    /// The user principal name (`upn`) of a user; an application has none.
    pub fn upn(&self) -> Option<&str> {
        self.upn.as_deref()
    }
}

/// A GUID that follows from `name`, in whatever case it is written.
fn stable_id(name: &str) -> String {
    let hash = digest::digest(&digest::SHA256, name.to_ascii_lowercase().as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
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
