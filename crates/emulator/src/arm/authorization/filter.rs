//! `$filter` of the two lists: what clients ask for, and nothing else.

use super::{
    super::{
        error::ArmError,
        odata::{argument, equal, joined},
    },
    refusals,
};
use crate::roles::{Assignment, Definition, Scope};

/// Which assignments a list shows; without a filter those at the scope, above it and below it.
///
/// Source: <https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest>
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct AssignmentFilter {
    /// None of those below.
    at_scope: bool,
    principal: Option<String>,
}

/// Which definitions a list shows; without a filter those that can be assigned at the scope.
///
/// Source: <https://learn.microsoft.com/azure/role-based-access-control/role-definitions-list>
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DefinitionFilter {
    /// Those that can be assigned below it, too.
    below: bool,
    name: Option<String>,
    /// `BuiltInRole` or `CustomRole`.
    kind: Option<String>,
}

impl AssignmentFilter {
    pub(super) fn parse(text: Option<&str>) -> Result<Self, ArmError> {
        let unknown =
            || refusals::filter("\"atScope()\", \"assignedTo('…')\" and \"principalId eq '…'\"");
        let mut filter = Self::default();
        for term in text.into_iter().flat_map(|text| joined(text, " and ")) {
            if term.eq_ignore_ascii_case("atScope()") {
                filter.at_scope = true;
            } else if let Some(principal) =
                argument(term, "assignedTo").or_else(|| equal(term, "principalId"))
            {
                filter.principal = Some(principal);
            } else {
                return Err(unknown());
            }
        }
        Ok(filter)
    }

    pub(super) fn takes(&self, assignment: &Assignment, at: &Scope) -> bool {
        let scope = &assignment.details.scope;
        let principal = &assignment.details.principal;
        (scope.covers(at) || (!self.at_scope && at.covers(scope)))
            && self.principal.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(principal))
    }
}

impl DefinitionFilter {
    pub(super) fn parse(text: Option<&str>) -> Result<Self, ArmError> {
        let unknown = || {
            refusals::filter(
                "\"roleName eq '…'\", \"type eq '…'\", \"atScope()\" and \"atScopeAndBelow()\"",
            )
        };
        let mut filter = Self::default();
        for term in text.into_iter().flat_map(|text| joined(text, " and ")) {
            if term.eq_ignore_ascii_case("atScopeAndBelow()") {
                filter.below = true;
            } else if let Some(name) = equal(term, "roleName") {
                filter.name = Some(name);
            } else if let Some(kind) = equal(term, "type") {
                filter.kind = Some(kind);
            } else if !term.eq_ignore_ascii_case("atScope()") {
                return Err(unknown());
            }
        }
        Ok(filter)
    }

    pub(super) fn takes(&self, definition: &Definition, kind: &str, at: &Scope) -> bool {
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
        };
        let below = || {
            let mut scopes = definition.assignable_scopes.iter();
            scopes.any(|scope| at.covers(&Scope::new(scope.as_str())))
        };
        (definition.is_assignable_at(at) || (self.below && below()))
            && is(&self.name, &definition.name)
            && is(&self.kind, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_the_clients_are_understood() {
        let filter = AssignmentFilter::parse(Some("atScope() and assignedTo('p')")).unwrap();
        let expected = AssignmentFilter { at_scope: true, principal: Some("p".to_owned()) };
        assert_eq!(filter, expected);
        let filter = AssignmentFilter::parse(Some("principalId eq 'p'")).unwrap();
        assert_eq!(filter, AssignmentFilter { at_scope: false, ..expected });
        let filter =
            DefinitionFilter::parse(Some("atScopeAndBelow() and roleName eq 'R'")).unwrap();
        assert!(filter.below && filter.name.as_deref() == Some("R"));
    }

    #[test]
    fn a_name_may_have_the_words_and_the_quotes_of_filters() {
        for (text, name) in [
            ("roleName eq 'Setters and listers'", "Setters and listers"),
            ("atScope() and roleName eq 'A and B and C' and type eq 'CustomRole'", "A and B and C"),
            ("roleName eq 'Ann''s and Bob''s'", "Ann's and Bob's"),
            ("roleName eq 'a eq b'", "a eq b"),
        ] {
            let filter = DefinitionFilter::parse(Some(text)).unwrap();
            assert_eq!(filter.name.as_deref(), Some(name), "{text}");
        }
        let text = "roleName eq 'é and è' and type eq 'BuiltInRole'";
        let filter = DefinitionFilter::parse(Some(text)).unwrap();
        assert_eq!(filter.kind.as_deref(), Some("BuiltInRole"));
    }

    #[test]
    fn other_filters_are_refused() {
        for text in [
            "",
            "atScope() or atScope()",
            "assignedTo(p)",
            "principalId ne 'p'",
            "roleName eq 'a'b'",
            "principalId eq ''' and atScope()",
        ] {
            assert!(AssignmentFilter::parse(Some(text)).is_err(), "{text}");
            assert!(DefinitionFilter::parse(Some(text)).is_err(), "{text}");
        }
    }
}
