//! The little of OData that clients filter lists by: comparisons and calls, joined by `and` and `or`.

/// What `word` joins, as ` and ` or ` or `; one within quotes belongs to a value.
pub(super) fn joined<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut terms, mut rest, mut searched) = (Vec::new(), text, 0);
    while let Some(found) = rest.get(searched..).and_then(|text| text.find(word)) {
        let at = searched + found;
        let (before, after) = rest.split_at(at);
        if before.matches('\'').count() % 2 == 1 {
            searched = at + 1;
        } else {
            terms.push(before.trim());
            (rest, searched) = (after.strip_prefix(word).unwrap_or(after), 0);
        }
    }
    terms.push(rest.trim());
    terms
}

/// The value of `{property} eq '{value}'`.
pub(super) fn equal(term: &str, property: &str) -> Option<String> {
    compared(term, " eq ").filter(|(name, _)| name.eq_ignore_ascii_case(property)).map(|(_, v)| v)
}

/// The property and the value that an operator, with the spaces around it, stands between.
pub(super) fn compared<'a>(term: &'a str, operator: &str) -> Option<(&'a str, String)> {
    let (name, value) = term.split_once(operator)?;
    Some((name.trim(), quoted(value)?))
}

/// The value of `{function}('{value}')`.
pub(super) fn argument(term: &str, function: &str) -> Option<String> {
    quoted(arguments(term, function)?)
}

/// What is in the parentheses of `{function}(…)`.
pub(super) fn arguments<'a>(term: &'a str, function: &str) -> Option<&'a str> {
    let (name, arguments) = term.split_once('(')?;
    arguments.strip_suffix(')').filter(|_| name.trim().eq_ignore_ascii_case(function))
}

/// A value in quotes; two quotes stand for one.
pub(super) fn quoted(text: &str) -> Option<String> {
    let value = text.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    let alone = value.replace("''", "").contains('\'');
    (!alone).then(|| value.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_within_quotes_join_nothing() {
        assert_eq!(joined("a eq 'x and y' and b", " and "), ["a eq 'x and y'", "b"]);
        assert_eq!(
            joined("a eq 'x or y' or b eq 'é or è'", " or "),
            ["a eq 'x or y'", "b eq 'é or è'"]
        );
        assert_eq!(joined("alone", " and "), ["alone"]);
    }

    #[test]
    fn comparisons_and_calls_are_told_apart() {
        assert_eq!(equal("Name eq 'a''b'", "name").as_deref(), Some("a'b"));
        assert_eq!(equal("name ne 'a'", "name"), None);
        assert_eq!(equal("name eq 'a'b'", "name"), None);
        assert_eq!(compared("name ne 'a eq b'", " ne "), Some(("name", "a eq b".to_owned())));
        assert_eq!(argument("assignedTo('p')", "assignedto").as_deref(), Some("p"));
        assert_eq!(argument("assignedTo(p)", "assignedTo"), None);
        assert_eq!(arguments("substringof('a', name)", "substringof"), Some("'a', name"));
    }
}
