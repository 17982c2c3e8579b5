//! A user.

use super::secret::Secret;
use crate::principal::Principal;

/// A user, for [`Principals`](crate::Principals).
///
/// ```
/// let ada = azvault_emulator::User::new("ada@contoso.com").name("Ada Lovelace").password("p4ssword");
/// assert!(!format!("{ada:?}").contains("p4ssword"));
/// ```
#[derive(Clone, Debug)]
pub struct User {
    pub(crate) upn: String,
    pub(crate) principal: Principal,
    pub(crate) name: Option<String>,
    password: Option<Secret>,
}

impl User {
    /// The user with that principal name, such as `ada@contoso.com`; the object id follows from it until set.
    pub fn new(upn: impl Into<String>) -> Self {
        let upn = upn.into();
        Self { principal: Principal::for_user(&upn), upn, name: None, password: None }
    }

    /// The object id, a GUID.
    #[must_use]
    pub fn object_id(mut self, object_id: impl Into<String>) -> Self {
        self.principal = self.principal.with_oid(object_id);
        self
    }

    /// The display name; what is before the `@` when not set.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The password; any is right when not set.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Secret::new(password.into()));
        self
    }

    pub(crate) fn is(&self, upn: &str) -> bool {
        self.upn.eq_ignore_ascii_case(upn)
    }

    pub(crate) fn knows_password(&self, sent: &str) -> bool {
        self.password.as_ref().is_none_or(|password| password.is(sent))
    }
}
