//! Who is in the directory, when that is told: applications, users and managed identities.

mod application;
mod certificate;
mod file;
mod managed_identity;
mod secret;
mod user;

pub use application::Application;
pub use managed_identity::ManagedIdentity;
pub use user::User;

pub(super) use certificate::Certificate;
pub(crate) use file::Listed as ListedPrincipals;
pub(crate) use secret::Secret;

/// Who may sign in: what [`EmulatorBuilder::principals`](crate::EmulatorBuilder::principals) takes.
///
/// Without it anybody is let in: any client id with any secret, any user with any password. With it, those who are not
/// in it are refused as Entra does, unless [`others`](Self::others) lets them in.
///
/// ```
/// use azvault_emulator::{Application, Emulator, Principals, User};
///
/// let principals = Principals::new()
///     .application(Application::new("11111111-1111-1111-1111-111111111111").secret("s3cret"))
///     .user(User::new("ada@contoso.com").password("p4ssword"));
/// let emulator = Emulator::builder().principals(principals).in_memory();
/// # drop(emulator);
/// ```
///
/// From a file, by [`read`](Self::read):
///
/// ```
/// let principals = azvault_emulator::Principals::from_toml(
///     r#"
///     others = false                      # the default
///
///     [[applications]]
///     client_id = "11111111-1111-1111-1111-111111111111"
///     name = "ci"
///     secrets = ["s3cret"]                # or secret_files = ["ci.secret"]
///     ## certificates = ["-----BEGIN …"]   # or certificate_files = ["ci.pem"]
///     ## [[applications.federated]]
///     ## issuer = "https://token.actions.githubusercontent.com"
///     ## subject = "repo:contoso/app:ref:refs/heads/main"
///
///     [[users]]
///     upn = "ada@contoso.com"
///     password = "p4ssword"               # or password_file = "ada.password"
///
///     [[managed_identities]]              # the machine's own, without a client_id
///
///     [[managed_identities]]
///     client_id = "22222222-2222-2222-2222-222222222222"
///     "#,
/// )?;
/// # drop(principals);
/// # Ok::<(), azvault_emulator::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Principals {
    pub(crate) applications: Vec<Application>,
    pub(crate) users: Vec<User>,
    pub(crate) managed_identities: Vec<ManagedIdentity>,
    pub(crate) others: bool,
}

impl Principals {
    /// Nobody, yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an application; the first one of a client id counts.
    #[must_use]
    pub fn application(mut self, application: Application) -> Self {
        self.applications.push(application);
        self
    }

    /// Adds a user; the first is the one that signs in where nobody is asked for a name.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds a managed identity.
    #[must_use]
    pub fn managed_identity(mut self, identity: ManagedIdentity) -> Self {
        self.managed_identities.push(identity);
        self
    }

    /// Whether those who are not listed are let in too, with any secret; not so when not set.
    #[must_use]
    pub fn others(mut self, others: bool) -> Self {
        self.others = others;
        self
    }
}
