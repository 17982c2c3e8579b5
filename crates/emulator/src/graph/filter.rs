//! `$filter`, in the forms that clients send: one property that equals one text.

use super::error::GraphError;
use crate::entra::Entry;

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    property: String,
    value: String,
}

/// How a list of texts is searched.
const NAMES: &str = "servicePrincipalNames";

impl Filter {
    pub(super) fn of_client_id(client_id: &str) -> Self {
        Self { property: "appId".to_owned(), value: client_id.to_owned() }
    }

    /// Reads `name eq 'text'` and `names/any(c:c eq 'text')`.
    pub(super) fn parse(text: &str) -> Result<Self, GraphError> {
        let wrong = || GraphError::unsupported_filter(text);
        let (left, right) = text.trim().split_once(" eq ").ok_or_else(wrong)?;
        let (property, right) = match left.split_once("/any(") {
            None => (left, right),
            Some((property, variables)) => {
                let (one, same) = variables.split_once(':').ok_or_else(wrong)?;
                let right = right.trim_end().strip_suffix(')').ok_or_else(wrong)?;
                if one.trim() != same.trim() {
                    return Err(wrong());
                }
                (property, right)
            }
        };
        let quoted = right.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        let inner = quoted.ok_or_else(wrong)?;
        // A quote in a text is doubled.
        if inner.replace("''", "").contains('\'') {
            return Err(wrong());
        }
        Ok(Self { property: property.trim().to_owned(), value: inner.replace("''", "'") })
    }

    /// The client id that is looked for, if that is what is.
    pub(super) fn client_id(&self) -> Option<&str> {
        matches!(self.property.as_str(), "appId" | NAMES).then_some(self.value.as_str())
    }

    pub(super) fn keeps(&self, entry: &Entry) -> Result<bool, GraphError> {
        let of_service = entry.is_service_principal();
        let property = match self.property.as_str() {
            "id" => &entry.id,
            "displayName" => &entry.display_name,
            "appId" | NAMES if of_service => &entry.name,
            "userPrincipalName" | "mail" if !of_service => &entry.name,
            other => return Err(GraphError::unsupported_filter(other)),
        };
        Ok(property.eq_ignore_ascii_case(&self.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comparison_is_read_with_its_quotes() {
        for (text, property, value) in [
            ("servicePrincipalNames/any(c:c eq 'a-b')", NAMES, "a-b"),
            ("appId eq 'x'", "appId", "x"),
            (
                "userPrincipalName eq 'o''neill@contoso.com'",
                "userPrincipalName",
                "o'neill@contoso.com",
            ),
        ] {
            let filter = Filter::parse(text).unwrap();
            assert_eq!((filter.property.as_str(), filter.value.as_str()), (property, value));
        }
    }

    #[test]
    fn what_is_no_single_comparison_is_refused() {
        for text in [
            "",
            "a ne 'b'",
            "a eq b",
            "a eq 'b' or c eq 'd'",
            "a/any(c:d eq 'x')",
            "a/any(c:c eq 'x'",
        ] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }
}
