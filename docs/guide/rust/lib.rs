//! The guide's Rust blocks, as doctests: each chapter of `docs/guide/src` is the documentation of a
//! module here, and each block runs against an emulator in its own process.
//!
//! What the blocks of other languages are run by is in `xtask/src/guide`.

#![allow(rustdoc::invalid_codeblock_attributes, reason = "words such as file=NAME are for xtask")]

/// Names a module for each chapter, in the order of SUMMARY.md.
macro_rules! chapters {
    ($($module:ident = $file:literal;)+) => {
        $(
            #[cfg(doctest)]
            #[doc = include_str!(concat!("../src/", $file))]
            mod $module {}
        )+
    };
}

chapters! {
    introduction = "introduction.md";
    quickstart_secrets = "quickstart-secrets.md";
    quickstart_keys = "quickstart-keys.md";
    credentials = "credentials.md";
    secrets = "secrets.md";
    keys = "keys.md";
    provisioning = "provisioning.md";
    access = "access.md";
    testing = "testing.md";
    retries = "retries.md";
    clouds = "clouds.md";
    errors = "errors.md";
    security = "security.md";
    from_python = "from-python.md";
    from_go_dotnet = "from-go-dotnet.md";
    from_azure_sdk = "from-azure-sdk.md";
}

#[cfg(test)]
mod chapters;
#[cfg(test)]
mod kinds;
