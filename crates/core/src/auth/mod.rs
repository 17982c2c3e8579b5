//! What a vault asks for in its challenges, and whom to believe.

mod challenge;
mod cloud;
mod requirement;

pub use challenge::Challenge;
pub use cloud::known_audience;
pub use requirement::Requirement;
