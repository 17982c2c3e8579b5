//! Which foreign types and traits the public items of a published crate name: those of the standard library,
//! of azure_core, and the traits of futures and serde; others only behind a feature of their library's name,
//! or with a reason here.
//!
//! What is read of rustdoc's JSON are items' `inner`, paths by `id`, and external crates. It is read without
//! types of its own: those are for one version of the format, and the format's version is the compiler's.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::rustdoc;
use crate::tree::{Member, Tree};

/// Crates whose types may be named anywhere. The two of typespec are where azure_core's own come from,
/// and the parts of futures and serde are where those have theirs from.
const ANYWHERE: [&str; 11] = [
    "std",
    "core",
    "alloc",
    "azure_core",
    "typespec",
    "typespec_client_core",
    "futures_core",
    "futures_util",
    "futures",
    "serde_core",
    "serde",
];

/// Types of other crates that may be named, by crate of ours (`*` is any), with the reason.
const REASONED: [(&str, &str, &str); 3] = [
    (
        "*",
        "time::offset_date_time::OffsetDateTime",
        "azure_core::time::OffsetDateTime is this type",
    ),
    ("*", "url::Url", "azure_core::http::Url is this type"),
    (
        "azvault-emulator",
        "reqwest::async_impl::client::Client",
        "Emulator::http_client gives a client that resolves and trusts the emulator's names",
    ),
];

/// A foreign item, and who names it.
type Foreign = BTreeMap<String, BTreeSet<String>>;

/// Foreign types that must not be there, and reasons that are for none.
pub(super) fn check(tree: &Tree) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for member in tree.members().iter().filter(|member| member.published()) {
        if !tree.exists(&member.path("src/lib.rs")) {
            continue;
        }
        let json = rustdoc::json(&member.name)?;
        let found = foreign(&json).with_context(|| format!("the items of {}", member.name))?;
        println!("{}: {} foreign types and traits", member.name, found.len());
        problems.extend(problems_of(member, &found, &mut used));
    }
    for (of, path, _) in REASONED {
        if !used.contains(&(of, path)) {
            problems.push(format!("promises/surface.rs: nobody names {path} ({of}) any more"));
        }
    }
    Ok(problems)
}

fn problems_of<'a>(
    member: &Member,
    found: &Foreign,
    used: &mut BTreeSet<(&'a str, &'a str)>,
) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, places) in found {
        let library = path.split("::").next().unwrap_or(path);
        let reasoned = REASONED
            .iter()
            .find(|(of, reasoned, _)| (*of == "*" || *of == member.name) && reasoned == path);
        if let Some((of, reasoned, _)) = reasoned {
            used.insert((of, reasoned));
        }
        let feature = member.field(&["features", &library.replace('_', "-")]).is_some();
        if !ANYWHERE.contains(&library) && reasoned.is_none() && !feature {
            let places: Vec<&str> = places.iter().map(String::as_str).take(3).collect();
            problems.push(format!("{}: names {path}, in {}", member.name, places.join(", ")));
        }
    }
    problems
}

/// Every foreign path that a public item names.
fn foreign(json: &Value) -> Result<Foreign> {
    let table = |name: &str| {
        json.get(name).and_then(Value::as_object).with_context(|| format!("there is no `{name}`"))
    };
    let (index, paths) = (table("index")?, table("paths")?);
    // Proof that the format is still what is read here.
    ensure!(!index.is_empty() && !paths.is_empty(), "the JSON names nothing");
    let mut found = Foreign::new();
    for item in index.values().filter(|item| item.get("crate_id") == Some(&Value::from(0))) {
        let inner = item.get("inner").context("an item without `inner`")?;
        if by_itself(inner) {
            continue;
        }
        let mut ids = Vec::new();
        named(inner, &mut ids);
        for id in ids {
            let Some(path) = paths.get(&id.to_string()).filter(|path| is_foreign(path)) else {
                continue;
            };
            let segments = path.get("path").and_then(Value::as_array).context("no `path`")?;
            let segments: Vec<&str> = segments.iter().filter_map(Value::as_str).collect();
            found.entry(segments.join("::")).or_default().insert(place(item));
        }
    }
    Ok(found)
}

/// What is implemented for every type alike is not ours to say, nor is what the compiler implements.
fn by_itself(inner: &Value) -> bool {
    let blanket = inner.pointer("/impl/blanket_impl").is_some_and(|of| !of.is_null());
    blanket || inner.pointer("/impl/is_synthetic") == Some(&Value::Bool(true))
}

fn is_foreign(path: &Value) -> bool {
    path.get("crate_id").and_then(Value::as_u64).is_some_and(|of| of != 0)
}

/// The identifiers of what is named: paths have them, and `use`.
fn named(value: &Value, ids: &mut Vec<u64>) {
    match value {
        Value::Object(members) => {
            let names = members.contains_key("path") || members.contains_key("is_glob");
            if let Some(id) = members.get("id").and_then(Value::as_u64).filter(|_| names) {
                ids.push(id);
            }
            members.values().for_each(|member| named(member, ids));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, ids)),
        _ => {}
    }
}

fn place(item: &Value) -> String {
    let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let line = item.pointer("/span/begin/0").and_then(Value::as_u64).unwrap_or_default();
    format!("{} ({}:{line})", text("/name"), text("/span/filename"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate with a function that names `path`, and what is implemented for all.
    fn named_by(path: &[&str], features: &str) -> Vec<String> {
        let json = serde_json::json!({
            "index": {
                "1": { "crate_id": 0, "name": "f", "span": { "filename": "a.rs", "begin": [7, 1] },
                    "inner": { "function": { "sig": { "output": { "resolved_path":
                        { "path": "X", "id": 9, "args": null } } } } } },
                "2": { "crate_id": 0, "name": null, "inner": { "impl": { "blanket_impl": {},
                    "trait": { "path": "Y", "id": 8 } } } },
            },
            "paths": {
                "8": { "crate_id": 5, "path": ["tracing", "Instrument"] },
                "9": { "crate_id": 6, "path": path },
            },
        });
        let manifest = format!("[package]\nname = \"a\"\n{features}");
        let tree = Tree::of(&[("crates/a/Cargo.toml", &manifest)]);
        let found = foreign(&json).unwrap();
        problems_of(tree.members().first().unwrap(), &found, &mut BTreeSet::new())
    }

    #[test]
    fn a_foreign_type_that_is_not_allowed_fails_with_its_place() {
        let problems = named_by(&["reqwest", "Client"], "");
        assert_eq!(problems, ["a: names reqwest::Client, in f (a.rs:7)"]);
        assert_eq!(named_by(&["url", "Host"], "").len(), 1, "one type is allowed, not its crate");
    }

    #[test]
    fn allowed_and_reasoned_types_pass_and_those_behind_their_feature() {
        for path in [["azure_core", "Error"], ["std", "Vec"], ["url", "Url"]] {
            assert!(named_by(&path, "").is_empty(), "{path:?}");
        }
        let features = "[features]\nsignature = [\"dep:signature\"]";
        assert!(named_by(&["signature", "Signer"], features).is_empty());
    }

    #[test]
    fn a_reexport_names_what_it_exports() {
        let json = serde_json::json!({
            "index": { "1": { "crate_id": 0, "name": null,
                "inner": { "use": { "source": "hyper::Body", "id": 3, "is_glob": false } } } },
            "paths": { "3": { "crate_id": 4, "path": ["hyper", "Body"] } },
        });
        assert_eq!(foreign(&json).unwrap().len(), 1);
    }

    #[test]
    fn another_format_is_an_error_and_not_silence() {
        for json in [serde_json::json!({}), serde_json::json!({ "index": {}, "paths": {} })] {
            assert!(foreign(&json).is_err());
        }
    }
}
