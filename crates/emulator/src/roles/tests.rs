use super::*;

const READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";
const CRYPTO_USER: &str = "12338af0-0e69-4776-bea7-57ae8d297424";
const VAULT: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv";
const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

fn details(role: Uuid, scope: &str) -> AssignmentDetails {
    AssignmentDetails {
        scope: Scope::new(scope),
        role,
        principal: "P".to_owned(),
        principal_type: "User".to_owned(),
        description: None,
        condition: None,
        condition_version: None,
        delegated_managed_identity: None,
    }
}

fn role(id: &str) -> Uuid {
    Uuid::parse_str(id).unwrap()
}

fn allows(id: &str, action: &str) -> bool {
    built_in::definition(role(id))
        .unwrap()
        .allows_data_action(&format!("Microsoft.KeyVault/vaults/{action}"))
}

#[test]
fn a_reader_reads_everything_but_values() {
    for action in ["keys/read", "keyrotationpolicies/read", "secrets/readMetadata/action"] {
        assert!(allows(READER, action), "{action}");
    }
    for action in ["secrets/getSecret/action", "keys/sign/action", "keyrotationpolicies/write"] {
        assert!(!allows(READER, action), "{action}");
    }
}

#[test]
fn a_crypto_user_uses_keys_and_makes_none() {
    assert!(allows(CRYPTO_USER, "keys/sign/action"));
    for action in ["keys/create/action", "keys/delete", "keys/release/action"] {
        assert!(!allows(CRYPTO_USER, action), "{action}");
    }
}

#[test]
fn what_a_permission_excepts_another_may_still_allow() {
    let permission = |data: &str, not_data: &[&str]| RolePermission {
        data_actions: vec![data.to_owned()],
        not_data_actions: not_data.iter().map(|text| (*text).to_owned()).collect(),
        ..RolePermission::default()
    };
    let mut definition = built_in::definition(role(READER)).unwrap().clone();
    definition.permissions = vec![permission("*", &["*/secrets/*"])];
    assert!(definition.allows_data_action("Microsoft.KeyVault/vaults/keys/read"));
    let get = "Microsoft.KeyVault/vaults/secrets/getSecret/action";
    assert!(!definition.allows_data_action(get));
    definition.permissions.push(permission("*/getSecret/action", &[]));
    assert!(definition.allows_data_action(get));
}

#[test]
fn an_assignment_counts_a_lag_after_it_is_made_and_a_lag_after_it_is_removed() {
    let roles = Roles::new(MINUTE);
    let start = OffsetDateTime::UNIX_EPOCH;
    let name = Uuid::from_u128(1);
    let (_, new) = roles.assign(name, details(role(READER), VAULT), "me", start).unwrap();
    assert!(new);
    let at = |minutes: u32| {
        let key = Scope::new(format!("{}/keys/k", VAULT.to_lowercase()));
        let action = "Microsoft.KeyVault/vaults/keys/read";
        roles.granting("p", &key, action, start + MINUTE * minutes)
    };
    assert_eq!(at(0), None);
    assert_eq!(at(1), Some(name));
    let later = start + MINUTE * 5;
    assert!(roles.unassign(name, &Scope::new(VAULT), later).is_some());
    assert!(roles.assignment(name, &Scope::new(VAULT)).is_none(), "it is not listed any more");
    assert_eq!(at(5), Some(name));
    assert_eq!(at(6), None);
    assert!(roles.unassign(name, &Scope::new(VAULT), later).is_none());
}

#[test]
fn what_is_deleted_takes_its_assignments_along() {
    let roles = Roles::default();
    let now = OffsetDateTime::UNIX_EPOCH;
    let secret = format!("{VAULT}/secrets/s");
    let neighbour = format!("{VAULT}2");
    for (name, scope) in [(1, "/subscriptions/s"), (2, VAULT), (3, &secret), (4, &neighbour)] {
        roles.assign(Uuid::from_u128(name), details(role(READER), scope), "me", now).unwrap();
    }
    roles.forget(&Scope::new(VAULT));
    let left: Vec<_> = roles.assignments(|_| true).iter().map(|left| left.name.as_u128()).collect();
    assert_eq!(left, [1, 4]);
}
