//! Who may have a key: `exportable`, and the policy that a release is measured by.
//!
//! The grammar is that of the documentation, "Azure Key Vault secure key release policy grammar".

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::KeySettings;
use crate::{
    attestation::is_reachable,
    vault::{Context, ServiceError},
};

const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// A release policy as it was set, and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReleasePolicy {
    #[serde(rename = "contentType")]
    content_type: String,
    /// JSON, in base64url.
    data: String,
    immutable: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReleasePolicyBody {
    #[serde(rename = "contentType")]
    content_type: Option<String>,
    data: Option<String>,
    immutable: Option<bool>,
}

impl ReleasePolicyBody {
    fn is_empty(&self) -> bool {
        self.content_type.is_none() && self.data.is_none() && self.immutable.is_none()
    }
}

/// What a body says of a key's export.
#[derive(Clone, Debug, Default)]
pub(super) struct ExportChange {
    exportable: Option<bool>,
    policy: Option<ReleasePolicy>,
}

impl ExportChange {
    pub(super) fn parse(
        exportable: Option<bool>,
        policy: Option<ReleasePolicyBody>,
    ) -> Result<Self, ServiceError> {
        // Some clients send an empty object for what is not set.
        let policy = policy.filter(|policy| !policy.is_empty());
        Ok(Self { exportable, policy: policy.map(ReleasePolicy::parse).transpose()? })
    }

    /// Refuses to make a key exportable where none can be.
    pub(super) fn check_tier(&self, context: &Context<'_>) -> Result<(), ServiceError> {
        if self.exportable == Some(true) && !context.can_export() {
            return Err(refusal(
                "AKV.SKR.1001: The exportable attribute is only supported with premium vaults and API version >= \
                 '7.3-preview'.",
            ));
        }
        Ok(())
    }

    /// The settings of a key with a new version: its first, when there are no `old` settings.
    ///
    /// A key that is only unwrapped to attested environments (`secure`) has a policy, but is not exportable.
    pub(super) fn create(
        self,
        old: Option<&KeySettings>,
        hsm: bool,
        secure: bool,
    ) -> Result<KeySettings, ServiceError> {
        let Some(old) = old else {
            return match (self.exportable.unwrap_or(false), &self.policy) {
                (true, None) => {
                    Err(refusal("AKV.SKR.1004: Exportable keys must have release policy."))
                }
                (true, Some(_)) if !hsm => {
                    Err(refusal("AKV.SKR.1006: Exportable keys must be HSM keys."))
                }
                (false, Some(_)) if !secure => Err(non_exportable()),
                (exportable, _) => Ok(KeySettings {
                    exportable,
                    release_policy: self.policy,
                    ..KeySettings::default()
                }),
            };
        };
        self.update(old, false)
    }

    /// The settings of a key that is updated, `of_version` when the path names one.
    pub(super) fn update(
        self,
        old: &KeySettings,
        of_version: bool,
    ) -> Result<KeySettings, ServiceError> {
        if self.exportable.is_some_and(|exportable| exportable != old.exportable) {
            return Err(refusal(
                "AKV.SKR.1003: The exportable attribute of an existing key cannot be changed.",
            ));
        }
        let Some(policy) = self.policy else {
            return Ok(old.clone());
        };
        if of_version {
            return Err(refusal(
                "AKV.SKR.1016: Key Release Policy can only be set on versionless key.",
            ));
        }
        match &old.release_policy {
            None => Err(non_exportable()),
            Some(old) if old.immutable && *old != policy => {
                Err(refusal("AKV.SKR.1020: Immutable Key Release Policy cannot be modified."))
            }
            Some(_) => Ok(KeySettings { release_policy: Some(policy), ..old.clone() }),
        }
    }
}

fn non_exportable() -> ServiceError {
    refusal("AKV.SKR.1005: Non-exportable keys must not have release policy.")
}

fn refusal(message: &'static str) -> ServiceError {
    ServiceError::bad_parameter(message)
}

impl ReleasePolicy {
    fn parse(body: ReleasePolicyBody) -> Result<Self, ServiceError> {
        let data = body.data.ok_or_else(|| ServiceError::required("data"))?;
        let policy = Self {
            content_type: body.content_type.unwrap_or_else(|| CONTENT_TYPE.to_owned()),
            data,
            immutable: body.immutable.unwrap_or(false),
        };
        let rules = policy.rules().ok_or_else(invalid)?;
        for rule in &rules {
            if !is_reachable(&rule.authority) {
                return Err(ServiceError::bad_parameter(format!(
                    "AKV.SKR.1012: The specified attestation service {} cannot be reached.",
                    rule.authority
                )));
            }
        }
        Ok(policy)
    }

    /// Whether what `authority` attests is enough.
    pub(super) fn admits(&self, authority: &str, claims: &Map<String, Value>) -> bool {
        let same =
            |rule: &Rule| rule.authority.trim_end_matches('/') == authority.trim_end_matches('/');
        self.rules().unwrap_or_default().iter().any(|rule| same(rule) && rule.when.holds(claims))
    }

    fn rules(&self) -> Option<Vec<Rule>> {
        let policy: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&self.data).ok()?).ok()?;
        let policy = policy.as_object()?;
        member(policy, "version").and_then(Value::as_str).filter(|version| *version == "1.0.0")?;
        let rules = member(policy, "anyOf")?.as_array()?;
        let rules: Option<Vec<_>> = rules.iter().map(Rule::parse).collect();
        rules.filter(|rules| !rules.is_empty())
    }
}

fn invalid() -> ServiceError {
    refusal("The release policy is not valid.")
}

/// What one authority has to attest.
#[derive(Debug)]
struct Rule {
    authority: String,
    when: Condition,
}

#[derive(Debug)]
enum Condition {
    AnyOf(Vec<Condition>),
    AllOf(Vec<Condition>),
    Claim { path: String, operator: Operator, value: Value },
}

#[derive(Clone, Copy, Debug)]
enum Operator {
    Equals,
    NotEquals,
    Less,
    LessOrEquals,
    Greater,
    GreaterOrEquals,
    Exists,
}

const OPERATORS: [(&str, Operator); 7] = [
    ("equals", Operator::Equals),
    ("notEquals", Operator::NotEquals),
    ("less", Operator::Less),
    ("lessOrEquals", Operator::LessOrEquals),
    ("greater", Operator::Greater),
    ("greaterOrEquals", Operator::GreaterOrEquals),
    ("exists", Operator::Exists),
];

impl Rule {
    fn parse(value: &Value) -> Option<Self> {
        let rule = value.as_object()?;
        let authority = member(rule, "authority")?.as_str()?.to_owned();
        Some(Self { authority, when: Condition::any_or_all(rule)? })
    }
}

impl Condition {
    fn parse(value: &Value) -> Option<Self> {
        let condition = value.as_object()?;
        let Some(path) = member(condition, "claim") else {
            return Self::any_or_all(condition).filter(|_| condition.len() == 1);
        };
        let path = path.as_str()?.to_owned();
        // A second operator would not be looked at, as if it held.
        if condition.len() != 2 {
            return None;
        }
        let (operator, value) = OPERATORS
            .iter()
            .find_map(|(name, operator)| Some((*operator, member(condition, name)?.clone())))?;
        let plain = value.is_string() || value.is_number() || value.is_boolean();
        plain.then_some(Self::Claim { path, operator, value })
    }

    fn any_or_all(condition: &Map<String, Value>) -> Option<Self> {
        let list = |value: &Value| -> Option<Vec<Self>> {
            let parsed: Option<Vec<_>> = value.as_array()?.iter().map(Self::parse).collect();
            parsed.filter(|conditions| !conditions.is_empty())
        };
        match (member(condition, "anyOf"), member(condition, "allOf")) {
            (Some(any), None) => list(any).map(Self::AnyOf),
            (None, Some(all)) => list(all).map(Self::AllOf),
            _ => None,
        }
    }

    fn holds(&self, claims: &Map<String, Value>) -> bool {
        match self {
            Self::AnyOf(conditions) => conditions.iter().any(|condition| condition.holds(claims)),
            Self::AllOf(conditions) => conditions.iter().all(|condition| condition.holds(claims)),
            Self::Claim { path, operator, value } => match find(claims, path) {
                Some(claim) => operator.holds(claim, value),
                None => matches!(operator, Operator::Exists) && text(value) == "false",
            },
        }
    }
}

impl Operator {
    fn holds(self, claim: &Value, value: &Value) -> bool {
        let ordering = claim.as_f64().zip(value.as_f64()).and_then(|(a, b)| a.partial_cmp(&b));
        match self {
            Self::Equals => text(claim) == text(value),
            Self::NotEquals => text(claim) != text(value),
            Self::Less => ordering.is_some_and(std::cmp::Ordering::is_lt),
            Self::LessOrEquals => ordering.is_some_and(std::cmp::Ordering::is_le),
            Self::Greater => ordering.is_some_and(std::cmp::Ordering::is_gt),
            Self::GreaterOrEquals => ordering.is_some_and(std::cmp::Ordering::is_ge),
            Self::Exists => text(value) == "true",
        }
    }
}

/// `true` and `"true"` are the same: the SDKs' policies have either.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The claim of that name, or the one that the dots lead to.
fn find<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    claims.get(path).or_else(|| {
        path.match_indices('.').find_map(|(dot, _)| {
            let (head, tail) = path.split_at(dot);
            find(claims.get(head)?.as_object()?, tail.strip_prefix('.')?)
        })
    })
}

/// Names of members are the same whatever their case: the grammar and its examples differ in it.
fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
