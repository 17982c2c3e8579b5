//! What is wanted, in values; a fleet file is read into the same.

mod key;
mod network;
mod principal;
mod resolved;
mod secret;
mod vault;

pub use key::DesiredKey;
pub use network::DesiredNetwork;
pub(crate) use principal::DesiredRole;
pub use principal::{DesiredPolicy, Principal};
pub(crate) use resolved::Resolved;
pub(crate) use secret::Source;
pub use secret::{Alphabet, DesiredSecret};
pub(crate) use vault::Home;
pub use vault::{Defaults, DesiredVault};

use crate::place::Placed;

/// The desired state of many vaults: what they must be, what must be in them, and which vaults must
/// go. Vaults that are not named are none of a fleet's business.
///
/// # Examples
/// ```
/// use azvault_fleet::{Defaults, DesiredSecret, DesiredVault, Fleet};
///
/// let defaults = Defaults::new()
///     .subscription("0b1f6471-1bf0-4dda-aec3-cb9272f09590")
///     .tenant("6819f86e-5d41-47b0-9297-334f33d7922d")
///     .location("eastus")
///     .resource_group("payments");
/// let fleet = Fleet::new()
///     .defaults(defaults)
///     .vault(DesiredVault::new("pay-prod").secret("db", DesiredSecret::generated(32)))
///     .vault(DesiredVault::new("pay-test").location("westeurope"));
/// fleet.check()?;
/// # Ok::<(), azvault_fleet::InvalidFleet>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Fleet {
    pub(crate) file: Option<String>,
    pub(crate) defaults: Home,
    pub(crate) vaults: Vec<DesiredVault>,
    pub(crate) deletions: Vec<Deletion>,
}

/// A vault that must go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deletion {
    pub(crate) name: Placed<String>,
    pub(crate) subscription: Option<Placed<String>>,
}

impl Fleet {
    /// A fleet of no vaults.
    ///
    /// # Examples
    /// ```
    /// use azvault_fleet::Fleet;
    ///
    /// assert_eq!(Fleet::new().vault_names().count(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// What holds for vaults that say nothing else.
    ///
    /// # Examples
    /// ```
    /// use azvault_fleet::{Defaults, DesiredVault, Fleet};
    ///
    /// let defaults = Defaults::new()
    ///     .subscription("0b1f6471-1bf0-4dda-aec3-cb9272f09590")
    ///     .tenant("6819f86e-5d41-47b0-9297-334f33d7922d")
    ///     .location("eastus")
    ///     .resource_group("payments");
    /// let fleet = Fleet::new().defaults(defaults).vault(DesiredVault::new("pay-prod"));
    /// fleet.check()?;
    /// # Ok::<(), azvault_fleet::InvalidFleet>(())
    /// ```
    pub fn defaults(mut self, defaults: Defaults) -> Self {
        self.defaults = defaults.0;
        self
    }

    /// Adds a vault.
    ///
    /// # Examples
    /// ```
    /// use azvault_fleet::{DesiredVault, Fleet};
    ///
    /// let fleet = Fleet::new().vault(DesiredVault::new("pay-prod")).vault(DesiredVault::new("pay-test"));
    /// assert_eq!(fleet.vault_names().collect::<Vec<_>>(), ["pay-prod", "pay-test"]);
    /// ```
    pub fn vault(mut self, vault: DesiredVault) -> Self {
        self.vaults.push(vault);
        self
    }

    /// Deletes the vault of this name in the default subscription, if it is there. It can be
    /// recovered until its retention ends; nothing is ever purged. A vault is deleted by no other way
    /// than this: one that is left out of the fleet stays.
    ///
    /// # Examples
    /// ```
    /// use azvault_fleet::{Defaults, Fleet};
    ///
    /// let defaults = Defaults::new().subscription("0b1f6471-1bf0-4dda-aec3-cb9272f09590");
    /// let fleet = Fleet::new().defaults(defaults).delete_vault("pay-old");
    /// fleet.check()?;
    /// # Ok::<(), azvault_fleet::InvalidFleet>(())
    /// ```
    pub fn delete_vault(mut self, name: impl Into<String>) -> Self {
        let name = name.into().into();
        self.deletions.push(Deletion { name, subscription: None });
        self
    }

    /// The same in another subscription.
    ///
    /// # Examples
    /// ```
    /// use azvault_fleet::Fleet;
    ///
    /// let fleet = Fleet::new().delete_vault_in("0b1f6471-1bf0-4dda-aec3-cb9272f09590", "pay-old");
    /// fleet.check()?;
    /// # Ok::<(), azvault_fleet::InvalidFleet>(())
    /// ```
    pub fn delete_vault_in(
        mut self,
        subscription: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        let subscription = Some(subscription.into().into());
        self.deletions.push(Deletion { name: name.into().into(), subscription });
        self
    }

    /// The names of the vaults, in their order.
    ///
    /// # Examples
    /// ```
    /// use azvault_fleet::{DesiredVault, Fleet};
    ///
    /// let fleet = Fleet::new().vault(DesiredVault::new("pay-prod"));
    /// assert_eq!(fleet.vault_names().collect::<Vec<_>>(), ["pay-prod"]);
    /// ```
    pub fn vault_names(&self) -> impl Iterator<Item = &str> {
        self.vaults.iter().map(|vault| vault.name.as_str())
    }
}
