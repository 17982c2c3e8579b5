//! Many secrets at once: by name, or all that a filter picks from the vault's list.

mod load_all;
mod many;
mod read;
mod report;

pub use load_all::LoadAll;
pub use many::GetMany;
pub use report::SecretsReport;

/// How many secrets are got at a time unless set otherwise: enough to hide the latency, and far from
/// the service's limit of 4,000 in 10 s.
const CONCURRENCY: usize = 8;
