//! Making a vault be what is wanted, whatever it is now, and losing nothing on the way.
//!
//! Looking (`observe.rs`) and acting (`apply.rs`) are apart from deciding, which is pure:
//! `changes.rs` says what differs, `decide.rs` what to do about it, or why it cannot be done.

mod apply;
mod builder;
mod changes;
mod decide;
mod difference;
mod display;
mod observe;
mod plan;
mod refusal;

pub use builder::EnsureVault;
pub use difference::{Difference, PermissionKind, VaultField};
pub use observe::Observed;
pub use plan::{VaultAction, VaultPlan};
pub use refusal::{Refusal, RefusalReason};
