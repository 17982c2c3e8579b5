//! What must hold of what we parse whatever the network says: one function a fuzz target, each with its
//! properties. `cargo xtask fuzz` runs them; the seeds in `seeds/` are recorded answers of the
//! service and known attacks.

pub mod challenge;
pub mod error_body;
pub mod key;
pub mod next_link;
pub mod resource_id;
pub mod retry_after;
mod service;
pub mod token;
