//! Whether anything is to be written at all, and whether anything new is.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Raised by whoever changes what is kept, under the lock of what was changed. The default stands for nothing being kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flag(Option<Arc<AtomicBool>>);

impl Flag {
    /// A flag of something that is kept, not raised.
    pub(crate) fn new() -> Self {
        Self(Some(Arc::default()))
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn raise(&self) {
        if let Some(flag) = &self.0 {
            flag.store(true, Ordering::Release);
        }
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.as_ref().is_some_and(|flag| flag.load(Ordering::Acquire))
    }

    /// To be called last, under all the locks that it is raised under.
    pub(crate) fn lower(&self) {
        if let Some(flag) = &self.0 {
            flag.store(false, Ordering::Release);
        }
    }
}
