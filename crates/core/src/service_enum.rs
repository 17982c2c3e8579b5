//! Enums of the service, which may grow: a value that is not known yet is kept as text.

/// Declares an enum whose variants are words on the wire. Reading never fails: a word that is not
/// known becomes `Unknown`, and is written as it was read. `pub enum Name ignoring case { … }` knows
/// its words in any case, as Resource Manager does, and writes them in its own.
///
/// # Examples
/// ```
/// azvault_core::service_enum! {
///     /// The shape of a thing.
///     pub enum Shape {
///         /// Round.
///         Round = "round",
///         /// With corners.
///         Square = "square",
///     }
/// }
///
/// assert_eq!(Shape::from("round"), Shape::Round);
/// assert_eq!(Shape::from("oval").as_str(), "oval");
/// assert_eq!(Shape::from("Round").as_str(), "Round");
///
/// azvault_core::service_enum! {
///     /// The tone of a thing.
///     pub enum Tone ignoring case {
///         /// Without light.
///         Dark = "dark",
///     }
/// }
///
/// assert_eq!(Tone::from("Dark"), Tone::Dark);
/// assert_eq!(Tone::from("Pale").as_str(), "Pale");
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! service_enum {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $($(#[$variant_attribute:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $crate::service_enum! {
            @declare
            $(#[$attribute])*
            pub enum $name {
                $($(#[$variant_attribute])* $variant = $word,)+
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }
    };
    (
        $(#[$attribute:meta])*
        pub enum $name:ident ignoring case {
            $($(#[$variant_attribute:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $crate::service_enum! {
            @declare
            $(#[$attribute])*
            pub enum $name {
                $($(#[$variant_attribute])* $variant = $word,)+
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(word: &str) -> Self {
                $(if word.eq_ignore_ascii_case($word) {
                    return Self::$variant;
                })+
                Self::Unknown(word.to_owned())
            }
        }
    };
    (
        @declare
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $($(#[$variant_attribute:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_attribute])* $variant,)+
            /// A value that this version does not know, as the service wrote it.
            Unknown(String),
        }

        impl $name {
            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown(word) => word,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::__private::Serialize for $name {
            fn serialize<S: $crate::__private::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let word: ::std::borrow::Cow<'de, str> =
                    $crate::__private::Deserialize::deserialize(deserializer)?;
                ::std::result::Result::Ok(Self::from(&*word))
            }
        }
    };
}
