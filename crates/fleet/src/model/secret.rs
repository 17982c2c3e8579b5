//! Secrets that must exist, and where their values come from.

use std::collections::BTreeMap;

use crate::Place;

/// A secret that must exist. It is made if there is none of its name, and recovered if that one is
/// deleted; the value of one that exists is never read, compared or changed.
///
/// # Examples
/// ```
/// use azvault_fleet::DesiredSecret;
///
/// let password = DesiredSecret::generated(32);
/// let token = DesiredSecret::from_env("API_TOKEN").content_type("text/plain");
/// # let _ = (password, token);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct DesiredSecret {
    pub(crate) source: Source,
    pub(crate) content_type: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) place: Option<Place>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Generated { length: u32, alphabet: Alphabet },
    Environment(String),
}

/// The characters that a generated value is made of, each as likely as any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alphabet {
    /// `A` to `Z`, `a` to `z` and `0` to `9`: 5.95 bits a character.
    #[default]
    Alphanumeric,
    /// All printable ASCII but the space: 6.55 bits a character.
    Ascii,
    /// `0` to `9` and `a` to `f`: 4 bits a character.
    Hex,
}

impl Alphabet {
    /// Its word in a fleet file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alphanumeric => "alphanumeric",
            Self::Ascii => "ascii",
            Self::Hex => "hex",
        }
    }

    pub(crate) const ALL: [Self; 3] = [Self::Alphanumeric, Self::Ascii, Self::Hex];

    pub(crate) fn characters(self) -> Vec<u8> {
        let printable = (b'!'..=b'~').collect::<Vec<u8>>();
        let wanted = |byte: &u8| match self {
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Ascii => true,
            Self::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
        };
        printable.into_iter().filter(wanted).collect()
    }
}

impl DesiredSecret {
    /// A secret whose value is made up once, of `length` random letters and digits, by the
    /// cryptographic generator of aws-lc-rs. It is kept by the vault alone and never shown.
    pub fn generated(length: u32) -> Self {
        Self::of(Source::Generated { length, alphabet: Alphabet::default() })
    }

    /// A secret whose value is that of an environment variable at the time of apply, as it is: a
    /// newline at its end is part of it. The variable must be set for a plan, too, also of a secret
    /// that exists.
    pub fn from_env(variable: impl Into<String>) -> Self {
        Self::of(Source::Environment(variable.into()))
    }

    pub(crate) fn of(source: Source) -> Self {
        Self { source, content_type: None, tags: BTreeMap::new(), place: None }
    }

    /// What a generated value is made of: letters and digits unless set.
    pub fn alphabet(mut self, of: Alphabet) -> Self {
        if let Source::Generated { alphabet, .. } = &mut self.source {
            *alphabet = of;
        }
        self
    }

    /// The content type of the secret when it is made.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Adds a tag to the secret when it is made.
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(name.into(), value.into());
        self
    }
}
