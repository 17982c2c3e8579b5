//! What core must know of an operation it does not know: its name and how it may be retried.

use crate::{ErrorKind, retry::Charge};

/// Whether sending a request twice does the same as sending it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Idempotency {
    /// Reading, deleting, updating, and cryptography with a key that exists.
    Idempotent,
    /// Makes a new version each time: create, rotate, import, set. It is sent again only when the
    /// service surely did not process it.
    MakesVersion,
}

/// A service operation, declared once as a `static` by the crate that offers it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Operation {
    pub(crate) name: &'static str,
    pub(crate) idempotency: Idempotency,
    pub(crate) charge: Charge,
    pub(crate) advice: fn(ErrorKind) -> Option<&'static str>,
}

impl Operation {
    /// An idempotent operation by the name of the method that starts it.
    pub const fn idempotent(name: &'static str) -> Self {
        Self::new(name, Idempotency::Idempotent)
    }

    /// An operation that makes a new version each time it is carried out.
    pub const fn makes_version(name: &'static str) -> Self {
        Self::new(name, Idempotency::MakesVersion)
    }

    const fn new(name: &'static str, idempotency: Idempotency) -> Self {
        Self { name, idempotency, charge: Charge::Other, advice: no_advice }
    }

    /// Counts against another of the vault's limits than [`Charge::Other`].
    #[must_use]
    pub const fn charging(self, charge: Charge) -> Self {
        Self { charge, ..self }
    }

    /// Adds what to do about a kind of failure, where this operation knows better than core.
    #[must_use]
    pub const fn with_advice(self, advice: fn(ErrorKind) -> Option<&'static str>) -> Self {
        Self { advice, ..self }
    }

    /// The same under another name.
    #[must_use]
    pub(crate) const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The name of the method that starts it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it may be sent twice.
    pub fn idempotency(&self) -> Idempotency {
        self.idempotency
    }
}

fn no_advice(_: ErrorKind) -> Option<&'static str> {
    None
}
