//! What is said of a fleet file that is not as it must be.

use azvault_fleet::Fleet;

const HEAD: &str = r#"[defaults]
subscription = "0b1f6471-1bf0-4dda-aec3-cb9272f09590"
tenant = "6819f86e-5d41-47b0-9297-334f33d7922d"
location = "eastus"
resource_group = "payments"

[principals]
ops = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90"
api = { id = "1c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d91", type = "ServicePrincipal" }

"#;

/// The lines of the error for what follows the head, whose lines count from 1 again.
fn errors(body: &str) -> Vec<String> {
    let text = format!("{HEAD}{body}");
    let before = HEAD.matches('\n').count();
    let Err(error) = Fleet::from_toml("fleet.toml", &text) else {
        return Vec::new();
    };
    let line = |problem: &azvault_fleet::Problem| match problem.place() {
        Some(at) => format!("{}:{}: {problem}", at.line as usize - before, at.column),
        None => format!("-: {problem}"),
    };
    error.problems().iter().map(line).collect()
}

fn error(body: &str) -> String {
    let errors = errors(body);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.concat()
}

#[test]
fn a_whole_file_is_read() {
    let body = r#"
[[vault]]
name = "pay-prod"
sku = "premium"
retention_days = 0x1E
purge_protection = true
authorization = "policies"
tags = { tier = "1" }
[[vault.policy]]
principal = "api"
secrets = ["get", "List"]
[[vault.role]]
principal = "ops"
role = "Key Vault Secrets User"
[vault.network]
default_action = "deny"
ip_rules = ["203.0.113.0/24"]
[vault.secrets.db-password]
generate = { length = 1_024, alphabet = "hex" }
[vault.secrets.api-token]
from_env = "API_TOKEN"
[vault.keys.signing]
type = "RSA"
size = 3072

[[vault]]
name = "pay-test"

[[delete]]
name = "pay-old"
"#;
    assert_eq!(errors(body), Vec::<String>::new());
}

#[test]
fn a_vault_that_is_there_twice_is_told_with_both_lines_and_whatever_its_case() {
    let message = error("[[vault]]\nname = \"pay-prod\"\n[[vault]]\nname = \"Pay-Prod\"\n");
    assert!(
        message.starts_with("4:8: vault \"Pay-Prod\": is there twice, first in line 12"),
        "{message}"
    );
}

#[test]
fn a_tag_that_is_there_twice_is_told_whatever_its_case() {
    let message = error("[[vault]]\nname = \"pay\"\ntags = { Team = \"a\", team = \"b\" }\n");
    let says = "3:22: vault \"pay\".tags.team: is there twice, first in line 13";
    assert!(message.starts_with(says), "{message}");
    let vault = azvault_fleet::DesiredVault::new("pay").tag("Team", "a").tag("team", "b");
    let error = Fleet::new().vault(vault).check().unwrap_err();
    assert!(error.to_string().contains("vault \"pay\".tags.team: is there twice"), "{error}");
}

#[test]
fn a_principal_with_two_policies_is_told_with_both_lines() {
    let message = error(
        "[[vault]]\nname = \"pay\"\n[[vault.policy]]\nprincipal = \"api\"\nkeys = [\"get\"]\n[[vault.policy]]\nprincipal = \"1C9A3C4D-6f5e-4c8e-9d3e-2a5b1f7e8d91\"\nkeys = [\"get\"]\n",
    );
    assert!(message.starts_with("7:13: vault \"pay\".policy: the principal"), "{message}");
    assert!(message.contains("first in line 14"), "{message}");
}

#[test]
fn keys_and_words_that_are_not_known_are_refused_with_what_may_be_meant() {
    for (body, says) in [
        ("[[vualt]]\nname = \"a\"", "1:3: vualt: there is no such key; did you mean \"vault\"?"),
        ("[[vault]]\nname = \"pay\"\nretention-days = 30", "did you mean \"retention_days\"?"),
        (
            "[[vault]]\nname = \"pay\"\nsku = \"premum\"",
            "3:7: vault \"pay\".sku: \"premum\" is none of standard, premium; did you mean \"premium\"?",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[[vault.policy]]\nprincipal = \"opps\"\nkeys = [\"get\"]",
            "did you mean \"ops\"?",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[[vault.policy]]\nprincipal = \"ops\"\nkeys = [\"get\", \"lst\"]",
            "5:16: vault \"pay\".policy[0].keys: \"lst\"",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[[vault.role]]\nprincipal = \"ops\"\nrole = \"Key Vault Secret User\"",
            "did you mean \"Key Vault Secrets User\"?",
        ),
    ] {
        let message = error(body);
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_its_line_and_what_is_right() {
    for (body, says) in [
        ("[[vault]]\nname = \"a--b\"", "2:8: vault \"a--b\": is no vault's name: it has 3 to 24"),
        ("[[vault]]\nsku = \"premium\"", "1:1: vault[0]: has no name"),
        (
            "[[vault]]\nname = \"pay\"\nretention_days = 6",
            "3:18: vault \"pay\".retention_days: is 6: it must be 7 to 90",
        ),
        (
            "[[vault]]\nname = \"pay\"\nretention_days = \"30\"",
            "3:18: vault \"pay\".retention_days: is a string: it must be a whole number",
        ),
        (
            "[[vault]]\nname = \"pay\"\ntenant = \"contoso\"",
            "3:10: vault \"pay\".tenant: \"contoso\" is not a GUID",
        ),
        (
            "[[vault]]\nname = \"pay\"\nauthorization = \"roles\"\n[[vault.policy]]\nprincipal = \"ops\"\nkeys = [\"get\"]",
            "5:13: vault \"pay\".policy: the vault goes by roles",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[vault.network]\ndefault_action = \"allow\"\nip_rules = [\"203.0.113.7\"]",
            "vault \"pay\".network: the default action is to allow",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[vault.network]\npublic_access = \"disabled\"\ndefault_action = \"deny\"\nip_rules = [\"203.0.113.7\"]",
            "public access is disabled",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[vault.keys.k]\ntype = \"EC\"\nsize = 2048",
            "3:13: vault \"pay\".keys.k: an EC key has a curve",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[vault.secrets.a_b]\nfrom_env = \"A\"",
            "vault \"pay\".secrets.a_b: is no secret's name",
        ),
        ("[[vault]]\nname = \"pay\"\n[vault.secrets.a]\ngenerate = { length = 4 }", "8 to 25,600"),
        (
            "[[vault]]\nname = \"pay\"\n[[delete]]\nname = \"PAY\"",
            "4:8: delete \"PAY\": is also a vault that must be there, first in line 12",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[vault.keys]\nDB = { type = \"EC\" }\ndb = { type = \"EC\" }",
            "5:1: vault \"pay\".keys.db: is there twice, first in line 14",
        ),
        ("[[vault]]\nname = \"pay\"\nsku = ", "3:7: this is not TOML"),
        (
            "[[vault]]\nname = \"pay\"\n[vault.policy]\nprincipal = \"ops\"",
            "3:1: vault \"pay\".policy: is a table: it must be a list of tables: begin each with [[vault.policy]]",
        ),
        (
            "[[vault]]\nname = \"pay\"\nretention_days = -5",
            "3:18: vault \"pay\".retention_days: is -5: it must be a whole number from 0 to 4,294,967,295",
        ),
        ("[[vault]]\nname = \"pay\"\nretention_days = 5_000_000_000", "is 5000000000: it must be"),
        (
            "[[vault]]\nname = \"pay\"\n[vault.network]\ndefault_action = \"deny\"\nip_rules = [\"203.0.113.0/+24\"]",
            "5:13: vault \"pay\".network.ip_rules: \"203.0.113.0/+24\" is no IPv4",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[vault.network]\ndefault_action = \"deny\"\nip_rules = [\"203.0.113.7\", \"203.0.113.7/32\"]",
            "5:28: vault \"pay\".network: \"203.0.113.7\" is there twice, first in line 15",
        ),
        (
            "[[vault]]\nname = \"pay\"\n[vault.network]\ndefault_action = \"deny\"\nsubnets = [\"/subscriptions//resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/s\"]",
            "5:12: vault \"pay\".network.subnets: \"/subscriptions//",
        ),
    ] {
        let message = error(body);
        assert!(message.contains(says), "{message}\nwanted {says}");
    }
}

#[test]
fn a_value_in_the_file_is_refused_and_not_repeated() {
    for body in [
        "[[vault]]\nname = \"pay\"\n[vault.secrets]\ndb = \"hunter2\"",
        "[[vault]]\nname = \"pay\"\n[vault.secrets.db]\nvalue = \"hunter2\"",
    ] {
        let message = error(body);
        assert!(message.starts_with("4:"), "{message}");
        assert!(message.contains("does not belong in a file") && message.contains("from_env"));
        assert!(!message.contains("hunter2"), "{message}");
    }
    for body in [
        "[[vault]]\nname = \"pay\"\n[vault.secrets]\ndb = \"hunter2",
        "[[vault]]\nname = \"pay\"\n[vault.secrets]\ndb = hunter2",
        "[[vault]]\nname = \"pay\"\n[vault.secrets]\ndb = [\"hunter2\"]",
        "[[vault]]\nname = \"pay\"\n[vault.secrets]\ndb.from_env = \"hunter2!\"",
        "[[vault]]\nname = \"pay\"\n[vault.secrets]\ndb.generate = \"hunter2\"",
    ] {
        let message = errors(body).join("\n");
        assert!(!message.is_empty() && !message.contains("hunter2"), "{message}");
    }
}

#[test]
fn more_policies_than_a_vault_takes_are_refused() {
    let mut body = "[[vault]]\nname = \"pay\"\n".to_owned();
    for n in 0..1025 {
        body += &format!(
            "[[vault.policy]]\nprincipal = \"9c9a3c4d-6f5e-4c8e-9d3e-{n:012x}\"\nkeys = [\"get\"]\n"
        );
    }
    let message = error(&body);
    assert!(message.contains("1025 policies: a vault has 1024 at most"), "{message}");
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let told = errors("[[vault]]\nname = \"pay\"\nskew = 1\nretention_days = \"x\"\n[[vault]]\n");
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(
        told[0].starts_with("3:1") && told[1].starts_with("4:18") && told[2].starts_with("5:1")
    );
}

#[test]
fn what_cannot_be_read_hides_nothing_else_that_is_wrong() {
    let told = errors(
        "[[vault]]\nname = \"pay-a\"\nretention-days = 30\n[[vault]]\nname = \"b\"\nskew = 1\n[[vault]]\nname = \"PAY-A\"\n[[vault]]\nsku = \"basic\"\n[[vault.role]]\nrole = \"x\"\nprincipal = 5\n",
    );
    let says = [
        "3:1: vault \"pay-a\".retention-days: there is no such key",
        "5:8: vault \"b\": is no vault's name",
        "6:1: vault \"b\".skew: there is no such key",
        "8:8: vault \"PAY-A\": is there twice",
        "9:1: vault[3]: has no name",
        "10:7: vault[3].sku: \"basic\" is none of",
        "12:8: vault[3].role[0].role: \"x\" is none of",
        "13:13: vault[3].role[0].principal: is an integer",
    ];
    assert_eq!(told.len(), says.len(), "{told:#?}");
    for (told, says) in told.iter().zip(says) {
        assert!(told.starts_with(says), "{told}");
    }
    // And nothing that follows from it alone.
    let text = format!("{HEAD}[[vault]]\nname = \"pay\"\n[[delete]]\nname = \"pay-old\"\n");
    let problems =
        Fleet::from_toml("f", &text.replace("subscription =", "subscripton =")).unwrap_err();
    assert_eq!(problems.problems().len(), 1, "{problems}");
}

#[test]
fn the_file_of_the_readme_is_right() {
    let readme = include_str!("../../README.md");
    let file = readme.split("```toml\n").nth(1).and_then(|it| it.split("```").next()).unwrap();
    let fleet = Fleet::from_toml("README.md", file).unwrap();
    assert_eq!(fleet.vault_names().collect::<Vec<_>>(), ["pay-prod", "pay-test"]);
}

#[test]
fn a_byte_order_mark_takes_no_column() {
    let error = Fleet::from_toml("fleet.toml", "\u{feff}tenant = 1\n").unwrap_err();
    assert!(error.to_string().starts_with("fleet.toml:1:1: tenant: there is no"), "{error}");
}

const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";

#[test]
fn a_wrong_default_or_principal_is_told_once_and_not_for_each_vault() {
    let body = "[[vault]]\nname = \"pay-a\"\n[[vault]]\nname = \"pay-b\"\n";
    let text = format!("{HEAD}{body}").replace(SUBSCRIPTION, "mine");
    let problems = Fleet::from_toml("fleet.toml", &text).unwrap_err();
    let says = "fleet.toml:2:16: defaults.subscription: \"mine\" is not a GUID like 00000000-0000-0000-0000-000000000000";
    assert_eq!(problems.to_string(), says);

    let body =
        "[[vault]]\nname = \"pay\"\n[[vault.policy]]\nprincipal = \"ops\"\nkeys = [\"get\"]\n";
    let text = format!("{HEAD}{body}").replace("9c9a3c4d-6f5e", "9c9a3c4d");
    let problems = Fleet::from_toml("fleet.toml", &text).unwrap_err();
    assert_eq!(problems.problems().len(), 1, "{problems}");
    assert!(problems.to_string().starts_with("fleet.toml:8:7: principals.ops: "), "{problems}");
}

#[test]
fn whatever_is_cut_off_or_mistyped_every_problem_has_its_place() {
    let text = include_str!("../../../../examples/fleet.toml");
    assert!(text.is_ascii());
    let lines = text.lines().count() as u32;
    let judge = |text: &str| {
        let Err(error) = Fleet::from_toml("fleet.toml", text) else { return 0 };
        for problem in error.problems() {
            let place = problem.place().expect("a place");
            assert!((1..=lines + 1).contains(&place.line) && place.column > 0, "{problem}");
        }
        1
    };
    assert_eq!(judge(text), 0);
    let mut wrong = 0;
    for at in (0..text.len()).step_by(3) {
        wrong += judge(&text[..at]);
        for typo in ["", "x", "\"", "[", "="] {
            wrong += judge(&format!("{}{typo}{}", &text[..at], &text[at + 1..]));
        }
    }
    assert!(wrong > text.len(), "{wrong} of {}", 2 * text.len());
}
