//! People signing in: the codes of browsers and devices, the pages, and the tokens that only users get.

mod authorize;
mod codes;
mod device;
mod page;
mod tokens;

pub(super) use authorize::answer as authorize;
pub(crate) use codes::SignIns;
pub(super) use codes::{Polled, Redemption};
pub(super) use device::{approve, begin as begin_device};
pub(super) use tokens::{IdToken, RefreshRefusal, RefreshToken};
