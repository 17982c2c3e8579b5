//! In what the vaults of a fleet differ from what they are to be, to look at before it is changed.

mod display;
mod observe;
mod planner;
mod types;

pub(crate) use planner::plan;
pub use types::{
    FleetPlan, ObjectAction, PlannedDeletion, PlannedObject, PlannedResourceGroup, PlannedRole,
    PlannedVault,
};
