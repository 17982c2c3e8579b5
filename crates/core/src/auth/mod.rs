//! What a vault asks for in its challenges, and whom to believe.

mod challenge;
mod cloud;
mod requirement;

pub use challenge::Challenge;
pub use cloud::{Cloud, known_audience};
pub use requirement::Requirement;
