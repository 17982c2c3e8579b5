//! The fuzz targets, for as long as CI can spare.

use anyhow::Result;

/// Runs each target for 20 s.
pub(super) fn run() -> Result<()> {
    crate::fuzz::briefly()
}
