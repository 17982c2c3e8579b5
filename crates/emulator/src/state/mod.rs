//! What an emulator holds, as records: for a data directory, and for snapshots.
//!
//! Requests read and change memory. What they changed becomes records, each a thing with its whole content, which a
//! [`Ledger`] has written before the answer is given. A [`Table`] knows by itself what changed of it. Nothing here
//! knows what a record is about, and nothing needs a data directory.

#[cfg(feature = "durable")]
pub(crate) mod disk;
mod flag;
mod kind;
#[cfg_attr(
    not(any(test, feature = "durable")),
    expect(dead_code, reason = "a writer needs a data directory")
)]
mod ledger;
mod queue;
mod record;
mod table;

pub(crate) use flag::Flag;
pub(crate) use kind::Kind;
pub(crate) use ledger::{Ledger, NotWritten, Ticket};
pub(crate) use record::{Change, Record, Records, Unreadable};
pub(crate) use table::Table;

#[cfg(test)]
mod tests;
