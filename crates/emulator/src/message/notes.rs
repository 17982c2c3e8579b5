//! What is found out about a request on the way to its answer, for the journal and for faults.

use std::sync::{Arc, OnceLock};

use crate::{entra::Caller, faults::Strike};

/// Written once each, by whoever finds it out.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    caller: OnceLock<Arc<Caller>>,
    strike: OnceLock<Strike>,
}

impl Notes {
    /// The caller's token was good.
    pub(crate) fn knows(&self, caller: &Arc<Caller>) {
        self.caller.get_or_init(|| Arc::clone(caller));
    }

    pub(crate) fn caller(&self) -> Option<&Arc<Caller>> {
        self.caller.get()
    }

    /// Notes what struck the request, and gives it back.
    pub(crate) fn struck(&self, strike: Strike) -> &Strike {
        self.strike.get_or_init(|| strike)
    }

    pub(crate) fn strike(&self) -> Option<&Strike> {
        self.strike.get()
    }
}
