//! The operations of the REST specification, and which of them a method and a path name.

use anyhow::{Context, Result};
use serde::Deserialize;

/// One operation of the specification.
#[derive(Debug, Deserialize)]
pub(super) struct Operation {
    pub(super) area: String,
    #[serde(rename = "operation")]
    pub(super) name: String,
    method: String,
    path: String,
    #[serde(default)]
    preview: bool,
}

impl Operation {
    /// Whether it can be meant at that host. Resource Manager, too, has operations on roles, by paths
    /// that would fit those of managed HSMs.
    fn may_be_at(&self, host: &str) -> bool {
        self.area != "administration" || host.contains(HSM)
    }
}

/// What the names of managed HSMs hold.
const HSM: &str = ".managedhsm.";

/// All operations that a stable version has.
#[derive(Debug)]
pub(super) struct Catalogue(Vec<Operation>);

impl Catalogue {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut operations: Vec<Operation> =
            serde_json::from_str(text).context("the catalogue is not what xtask reads")?;
        operations.retain(|operation| !operation.preview);
        Ok(Self(operations))
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.0.iter()
    }

    /// The places of the operations that a request to `host` may be: of the templates that fit, those
    /// with the most words in common, since `versions` is no version.
    pub(super) fn named_by(&self, method: &str, host: &str, path: &str) -> Vec<usize> {
        let segments = segments(path);
        let fits = |operation: &Operation| {
            let same = operation.method.eq_ignore_ascii_case(method);
            (same && operation.may_be_at(host))
                .then(|| score(&self::segments(&operation.path), &segments))
                .flatten()
        };
        let scored: Vec<(usize, usize)> = self
            .0
            .iter()
            .enumerate()
            .filter_map(|(place, operation)| Some((place, fits(operation)?)))
            .collect();
        let best = scored.iter().map(|(_, score)| *score).max();
        scored.iter().filter(|(_, score)| Some(*score) == best).map(|(place, _)| *place).collect()
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// How many words a path shares with a template; `None` if it does not fit. A version may be left
/// out, and a scope may be any number of segments.
fn score(template: &[&str], path: &[&str]) -> Option<usize> {
    let Some((first, rest)) = template.split_first() else {
        return path.is_empty().then_some(0);
    };
    if *first == "{scope}" {
        return (0..=path.len()).filter_map(|taken| score(rest, path.get(taken..)?)).max();
    }
    let with = || {
        let (segment, others) = path.split_first()?;
        if first.starts_with('{') {
            score(rest, others)
        } else if first.eq_ignore_ascii_case(segment) {
            Some(score(rest, others)? + 1)
        } else {
            None
        }
    };
    let without = || first.ends_with("-version}").then(|| score(rest, path)).flatten();
    with().max(without())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(method: &str, path: &str) -> Vec<String> {
        names_at("pool.managedhsm.localhost:8443", method, path)
    }

    fn names_at(host: &str, method: &str, path: &str) -> Vec<String> {
        let catalogue = Catalogue::parse(include_str!("../../coverage/operations.json")).unwrap();
        let places = catalogue.named_by(method, host, path);
        places.iter().map(|place| catalogue.0[*place].name.clone()).collect()
    }

    #[test]
    fn words_go_before_versions() {
        assert_eq!(names("GET", "/keys/k/versions"), ["GetKeyVersions"]);
        assert_eq!(names("GET", "/keys/k/rotationpolicy"), ["GetKeyRotationPolicy"]);
        assert_eq!(names("GET", "/keys/k/0123"), ["GetKey"]);
        assert_eq!(names("POST", "/keys/restore"), ["RestoreKey"]);
    }

    #[test]
    fn a_version_may_be_left_out() {
        assert_eq!(names("GET", "/keys/k"), ["GetKey"]);
        assert_eq!(names("POST", "/keys/k/sign"), ["sign"]);
        assert_eq!(names("POST", "/keys/k/0123/wrapKey"), ["wrapKey"]);
        assert_eq!(names("PATCH", "/secrets/s/"), ["UpdateSecret"]);
    }

    #[test]
    fn a_scope_may_be_empty_or_long() {
        let roles = "providers/Microsoft.Authorization/roleAssignments";
        assert_eq!(names("GET", &format!("/{roles}")), ["RoleAssignments_ListForScope"]);
        assert_eq!(names("PUT", &format!("//keys/k/{roles}/1")), ["RoleAssignments_Create"]);
    }

    #[test]
    fn roles_in_resource_manager_are_not_those_of_managed_hsms() {
        for scope in ["", "/subscriptions/s/resourceGroups/g"] {
            let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions");
            assert!(names_at("localhost:8443", "GET", &path).is_empty());
        }
    }

    #[test]
    fn a_path_of_nobody_is_nothing() {
        assert!(names("GET", "/tenant/oauth2/v2.0/token").is_empty());
        assert!(names("TRACE", "/keys/k").is_empty());
    }

    #[test]
    fn every_template_names_itself() {
        let catalogue = Catalogue::parse(include_str!("../../coverage/operations.json")).unwrap();
        for (place, operation) in catalogue.0.iter().enumerate() {
            let path = operation.path.replace(['{', '}'], "");
            let named = catalogue.named_by(&operation.method, HSM, &path);
            assert!(named.contains(&place), "{operation:?}: {named:?}");
        }
    }
}
