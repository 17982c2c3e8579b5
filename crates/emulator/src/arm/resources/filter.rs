//! `$filter` of the list of resources.

use super::{
    super::{
        error::ArmError,
        names::normalized_location,
        odata::{arguments, compared, joined, quoted},
        tags::TagFilter,
    },
    Resource,
};

/// Alternatives, each of which is a number of conditions.
///
/// Source: <https://learn.microsoft.com/rest/api/resources/resources/list#uri-parameters>
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filter(Vec<All>);

/// Conditions that must all hold.
#[derive(Debug, Default, PartialEq, Eq)]
struct All {
    conditions: Vec<Condition>,
    tag: TagFilter,
}

#[derive(Debug, PartialEq, Eq)]
struct Condition {
    property: Property,
    operator: Operator,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Property {
    Type,
    Name,
    Location,
    Group,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Contains,
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, ArmError> {
        let refused = || {
            ArmError::filter(
                "\"eq\" and \"ne\" with resourceType, name, location and resourceGroup, \"substringof('…', name)\", \
                 \"tagName eq '…'\", \"tagValue eq '…'\" and \"startswith(tagName, '…')\"",
            )
        };
        joined(text, " or ")
            .into_iter()
            .map(|terms| All::parse(terms).ok_or_else(refused))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(super) fn takes(&self, resource: &Resource<'_>) -> bool {
        self.0.iter().any(|all| {
            let conditions = &mut all.conditions.iter();
            conditions.all(|condition| condition.takes(resource)) && all.tag.takes(resource.tags)
        })
    }
}

impl All {
    fn parse(text: &str) -> Option<Self> {
        let mut all = Self::default();
        for term in joined(text, " and ") {
            if !all.tag.add(term) {
                all.conditions.push(Condition::parse(term)?);
            }
        }
        Some(all)
    }
}

impl Condition {
    fn parse(term: &str) -> Option<Self> {
        if let Some(arguments) = arguments(term, "substringof") {
            let (value, property) = arguments.rsplit_once(',')?;
            let (property, value) = (Property::parse(property.trim())?, quoted(value)?);
            return Some(Self { property, operator: Operator::Contains, value });
        }
        let ((name, value), operator) = compared(term, " eq ")
            .map(|found| (found, Operator::Equal))
            .or_else(|| compared(term, " ne ").map(|found| (found, Operator::NotEqual)))?;
        Some(Self { property: Property::parse(name)?, operator, value })
    }

    fn takes(&self, resource: &Resource<'_>) -> bool {
        let value = self.property.of(resource);
        let wanted = self.property.comparable(&self.value);
        match self.operator {
            Operator::Equal => value == wanted,
            Operator::NotEqual => value != wanted,
            Operator::Contains => value.contains(&wanted),
        }
    }
}

impl Property {
    fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "resourcetype" => Self::Type,
            "name" => Self::Name,
            "location" => Self::Location,
            "resourcegroup" => Self::Group,
            _ => return None,
        })
    }

    fn of(self, resource: &Resource<'_>) -> String {
        let value = match self {
            Self::Type => resource.kind,
            Self::Name => resource.name,
            Self::Location => resource.location,
            Self::Group => &resource.group.name,
        };
        self.comparable(value)
    }

    /// Case does not matter, nor do the spaces in a region's name.
    fn comparable(self, value: &str) -> String {
        match self {
            Self::Location => normalized_location(value),
            _ => value.to_lowercase(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_filters_are_refused() {
        for text in [
            "",
            "kind eq 'a'",
            "name gt 'a'",
            "name eq a",
            "name eq 'a' or",
            "substringof(name, 'a')",
            "substringof('a', tagName)",
            "name eq 'a' and (name eq 'b')",
        ] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }
}
