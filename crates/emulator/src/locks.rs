//! Taking a lock without a panic path.
//!
//! A poisoned lock only means that another request panicked; the maps behind our locks are changed by
//! single inserts and removals, so what is there is still whole.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`, poisoned or not.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
