//! What outlives a restart and goes into a snapshot: everything. One of each is made, and every answer compared.

mod look;
mod snapshots;
mod world;
