//! Examples live beside this package file, one a task; README.md is their index.

/// The workspace's README, whose code must compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
