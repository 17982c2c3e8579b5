//! Access policies, and those before them that still count.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::policy::AccessPolicy;

/// The policies that a vault has, and what counts until they do.
#[derive(Clone, Debug, Default)]
pub(crate) struct PolicyHistory {
    current: Vec<AccessPolicy>,
    /// Earliest first.
    former: Vec<FormerPolicies>,
}

/// Policies that count until `until`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FormerPolicies {
    #[serde(with = "crate::moment")]
    until: OffsetDateTime,
    policies: Vec<AccessPolicy>,
}

impl PolicyHistory {
    /// Policies that count from now on.
    pub(crate) fn new(current: Vec<AccessPolicy>) -> Self {
        Self { current, former: Vec::new() }
    }

    /// Policies with those before them, as they were kept.
    pub(crate) fn of(current: Vec<AccessPolicy>, former: Vec<FormerPolicies>) -> Self {
        Self { current, former }
    }

    /// The policies before these that still count, to be kept.
    pub(crate) fn former(&self) -> &[FormerPolicies] {
        &self.former
    }

    /// These policies in place of `old`: what they change counts from `from` on.
    pub(super) fn after(self, old: &Self, now: OffsetDateTime, from: OffsetDateTime) -> Self {
        let mut former = old.former.clone();
        if self.current != old.current {
            former.push(FormerPolicies { until: from, policies: old.current.clone() });
        }
        former.retain(|former| former.until > now);
        Self { former, ..self }
    }

    /// What counts at that time.
    pub(super) fn at(&self, now: OffsetDateTime) -> &[AccessPolicy] {
        self.former
            .iter()
            .find(|former| former.until > now)
            .map_or(&self.current, |former| &former.policies)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::vault::Permissions;

    fn policies(object_id: &str) -> Vec<AccessPolicy> {
        vec![AccessPolicy {
            tenant_id: "t".to_owned(),
            object_id: object_id.to_owned(),
            application_id: None,
            permissions: Permissions::default(),
        }]
    }

    #[test]
    fn each_change_counts_a_lag_later() {
        let at = |minutes: u32| OffsetDateTime::UNIX_EPOCH + Duration::from_secs(60) * minutes;
        let change = |new: &str, old: &PolicyHistory, now: u32| {
            PolicyHistory::new(policies(new)).after(old, at(now), at(now + 5))
        };
        let first = change("a", &PolicyHistory::default(), 0);
        let same = change("a", &first, 1);
        let second = change("b", &same, 2);
        for (minutes, expected) in
            [(2, None), (4, None), (5, Some("a")), (6, Some("a")), (7, Some("b"))]
        {
            let found = second.at(at(minutes)).first().map(|policy| policy.object_id.as_str());
            assert_eq!(found, expected, "after {minutes} minutes");
        }
        let late = change("c", &second, 30);
        assert_eq!(late.former.len(), 1, "what is long over is forgotten");
    }
}
