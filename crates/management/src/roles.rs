//! Azure roles: who may do what with vaults that go by them.

mod assign;
mod assignments;
mod definitions;
mod ensure;
mod role;
mod scope;

pub use assign::CreateRoleAssignment;
pub use assignments::RoleAssignmentsClient;
pub use definitions::RoleDefinitionsClient;
pub use ensure::EnsureRoleAssignment;
pub use role::KeyVaultRole;
pub use scope::{ObjectCollection, Scope};
