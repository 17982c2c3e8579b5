//! What is found out about a request on the way to its answer, for the journal and for faults.

use std::sync::OnceLock;

use crate::{entra::Caller, faults::Strike};

/// Written once each, by whoever finds it out.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    principal: OnceLock<(Box<str>, Box<str>)>,
    strike: OnceLock<Strike>,
}

impl Notes {
    /// The caller's token was good.
    pub(crate) fn knows(&self, caller: &Caller) {
        self.principal.get_or_init(|| (caller.oid.as_str().into(), caller.appid.as_str().into()));
    }

    /// The caller's `oid` and `appid`.
    pub(crate) fn principal(&self) -> Option<&(Box<str>, Box<str>)> {
        self.principal.get()
    }

    /// Notes what struck the request, and gives it back.
    pub(crate) fn struck(&self, strike: Strike) -> &Strike {
        self.strike.get_or_init(|| strike)
    }

    pub(crate) fn strike(&self) -> Option<&Strike> {
        self.strike.get()
    }
}
