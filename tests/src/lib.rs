//! Doubles for tests of azvault without a network: a transport that answers from a script, a
//! credential that keeps count, programs that are not run, files that are on no disk, and a client small enough to test core
//! without a service crate.

mod answer;
mod clerk;
mod disk;
mod probe;
mod programs;
mod script;
mod skewed;
mod tracer;

pub use answer::Answer;
pub use clerk::{Asked, Clerk, Grant};
pub use disk::{Disk, Paper};
pub use probe::{KNOWN, LOCAL, ProbeClient};
pub use programs::{Printed, Programs};
pub use script::{Script, Seen};
pub use skewed::SkewedClock;
pub use tracer::{Told, Tracing};

/// The line that the program `apply_fleet` prints when it has done what it can.
pub const APPLIED: &str = "-- applied --";
