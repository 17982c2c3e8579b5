//! Secrets and keys of a vault, which are found, made and recovered alike.

mod ensure;
mod generate;
mod shelf;

use std::fmt;

pub(crate) use ensure::{Ensured, ensure};
pub(crate) use shelf::{Found, Shelf, from_env};

use crate::model::{DesiredKey, DesiredSecret, Source};

/// What an object of a vault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A secret.
    Secret,
    /// A key.
    Key,
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "secret",
            Self::Key => "key",
        })
    }
}

/// How an object is made, if it is not there.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Secret(DesiredSecret),
    Key(DesiredKey),
}

impl Wanted {
    pub(crate) fn kind(&self) -> ObjectKind {
        match self {
            Self::Secret(_) => ObjectKind::Secret,
            Self::Key(_) => ObjectKind::Key,
        }
    }
}

/// In words, without a value.
impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(secret) => match &secret.source {
                Source::Generated { length, .. } => write!(f, "generated, {length} characters"),
                Source::Environment(variable) => write!(f, "from the environment's {variable}"),
            },
            Self::Key(key) => {
                f.write_str(key.kind.as_str())?;
                if let Some(size) = key.size {
                    write!(f, ", {size} bits")?;
                }
                if let Some(curve) = &key.curve {
                    write!(f, ", {curve}")?;
                }
                Ok(())
            }
        }
    }
}
