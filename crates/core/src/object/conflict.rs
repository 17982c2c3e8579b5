//! What a conflict is about, as far as the service's text tells.

use super::ObjectKind;
use crate::{Error, ErrorKind, ResourceId, validate_name};

/// Whether something is in the way of what was asked for.
pub(super) fn is_conflict(error: &Error) -> bool {
    use ErrorKind::{BeingDeleted, BeingRecovered, Conflict, SoftDeleted};
    matches!(error.kind(), SoftDeleted | BeingDeleted | BeingRecovered | Conflict)
}

/// Whether the service asks to wait for the end of something else.
pub(super) fn in_transition(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::BeingDeleted | ErrorKind::BeingRecovered)
}

/// Whether the service itself refused the name, and not a gateway before it.
pub(super) fn is_of_service(error: &Error) -> bool {
    error.status().map(u16::from) == Some(409) && error.code().is_some()
}

/// The name of the one object of `kind` that a conflict is about: the service has its identifier in
/// the message, or says `Key name is currently ...`.
///
/// Which vault the identifier is of does not matter: a conflict is always of the vault that was
/// asked, and an object keeps its name wherever it is restored.
pub(super) fn named(kind: &ObjectKind, message: &str) -> Option<String> {
    let ids = message.split(|c: char| c.is_whitespace() || "'\"`<>(),;".contains(c));
    let names = ids.filter_map(|word| name_in(kind, word.trim_end_matches(['.', ':'])));
    let mut name = None::<String>;
    for next in names {
        match &name {
            // Of two objects, either may be in the way.
            Some(first) if !first.eq_ignore_ascii_case(&next) => return None,
            Some(_) => {}
            None => name = Some(next),
        }
    }
    name.or_else(|| subject(kind, message))
}

/// The name in an identifier, in whatever case it is spelled.
fn name_in(kind: &ObjectKind, word: &str) -> Option<String> {
    let id: ResourceId = word.parse().or_else(|_| word.to_ascii_lowercase().parse()).ok()?;
    (id.collection() == kind.collection).then(|| id.name().to_owned())
}

/// The name in `Key name is currently ...`.
fn subject(kind: &ObjectKind, message: &str) -> Option<String> {
    let (noun, rest) = message.split_once(' ')?;
    let (name, rest) = rest.split_once(' ')?;
    let says = noun.eq_ignore_ascii_case(kind.noun)
        && rest.starts_with("is currently")
        && validate_name(kind.noun, name).is_ok();
    says.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Operation;

    static DELETE: Operation = Operation::idempotent("begin_delete_key");
    const KIND: ObjectKind = ObjectKind::new("key", "keys", "deletedkeys", DELETE, DELETE);
    const ID: &str = "https://v.vault.azure.net/keys/a-1/0123456789abcdef0123456789abcdef";

    #[test]
    fn the_name_that_a_conflict_is_about_is_read_from_either_form_of_message() {
        for message in [
            &format!("There was a conflict restoring the key '{ID}'. This can happen if either: a"),
            &format!("a conflict: {ID}."),
            &format!("\"{ID}\" (once {ID}) is in the way"),
            "<https://v.vault.azure.net/deletedkeys/a-1>",
            "a conflict with https://v.vault.localhost:8443/keys/a-1, try again",
            "Key a-1 is currently in a deleted but recoverable state, and its name",
            "key a-1 is currently being recovered and cannot be re-created; retry later.",
        ] {
            assert_eq!(named(&KIND, message).as_deref(), Some("a-1"), "{message}");
        }
        let upper = ID.to_uppercase();
        assert_eq!(named(&KIND, &upper).as_deref(), Some("a-1"), "{upper}");
    }

    #[test]
    fn a_text_that_names_no_object_or_two_names_none() {
        for message in [
            "",
            "A conflict occurred",
            "Key is currently being deleted.",
            "Key a.1 is currently being deleted.",
            "Secret a-1 is currently being deleted.",
            "A key with the name a-1 already exists in this key vault.",
            "https://v.vault.azure.net/keys/a.1",
            "https://v.vault.azure.net/keys/a-1/the-version",
            "https://v.vault.azure.net/secrets/a-1",
            "http://v.vault.azure.net/keys/a-1",
            "of /keys/a-1/",
            &format!("either {ID} or https://v.vault.azure.net/keys/b"),
        ] {
            assert_eq!(named(&KIND, message), None, "{message}");
        }
    }
}
