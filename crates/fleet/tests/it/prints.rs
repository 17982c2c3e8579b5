//! What a printed plan and report say to whoever decides on them.

use azvault_fleet::DesiredVault;

use crate::support::Place;

const ELSEWHERE: &str = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";

#[tokio::test(start_paused = true)]
async fn a_plan_of_several_subscriptions_says_which_each_change_is_in() {
    let place = Place::new();
    let here = place.emulator.subscription_id();
    let old = place.vault("pay-old").subscription(ELSEWHERE);
    place.converge(&place.fleet().vault(old)).await;
    let fleet = place
        .fleet()
        .vault(place.vault("pay-a"))
        .vault(place.vault("pay-b").resource_group("more").subscription(ELSEWHERE.to_uppercase()))
        .delete_vault_in(ELSEWHERE, "pay-old");
    let plan = place.provisioner.plan(&fleet).await.unwrap().to_string();
    let marks = |line: &&str| line.starts_with("subscription ") || !line.starts_with(' ');
    let lines: Vec<&str> = plan.lines().filter(marks).collect();
    let (one, other) = (format!("subscription {here}"), format!("subscription {ELSEWHERE}"));
    let told = |line: &str| lines.iter().position(|it| it.starts_with(line)).expect(line);
    let within = |line: &str| {
        let before = lines[..told(line)].iter().rev();
        before
            .copied()
            .find(|line| line.starts_with("subscription "))
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(within("+ create resource group: payments"), one, "{plan}");
    assert_eq!(within("+ create resource group: more"), other, "{plan}");
    assert_eq!(within("+ create: payments/pay-a"), one, "{plan}");
    assert_eq!(within("+ create: more/pay-b"), other, "{plan}");
    assert_eq!(within("- delete: payments/pay-old"), other, "{plan}");

    // One alone goes without saying.
    let fleet = place.fleet().vault(place.vault("pay-a"));
    let plan = place.provisioner.plan(&fleet).await.unwrap().to_string();
    assert!(!plan.contains("subscription "), "{plan}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_what_would_be_right_in_a_file() {
    let place = Place::new();
    let by_roles = DesiredVault::new("by-roles");
    let protected = place.vault("protected").purge_protection();
    place.converge(&place.fleet().vault(by_roles).vault(protected)).await;
    let fleet = place
        .fleet()
        .vault(place.vault("by-roles"))
        .vault(place.vault("protected").without_purge_protection());
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert_eq!(plan.refused().count(), 2, "{plan}");
    let text = plan.to_string();
    for says in [
        "in a file: [[vault.role]], or authorization = \"policies\"",
        "in a file: leave out purge_protection = false",
    ] {
        assert!(text.contains(says), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_notes_what_a_change_takes_away_or_cannot_be_undone() {
    let place = Place::new();
    place.converge(&place.fleet().vault(place.vault("pay-a"))).await;
    place.converge(&place.fleet().vault(DesiredVault::new("pay-b"))).await;
    let to_roles = DesiredVault::new("pay-a").rbac_authorization(true).purge_protection();
    let to_policies = place.vault("pay-b").rbac_authorization(false);
    let plan = place.provisioner.plan(&place.fleet().vault(to_roles).vault(to_policies)).await;
    let text = plan.unwrap().to_string();
    for says in [
        "note: its access policies have no effect from then on",
        "note: purge protection cannot be taken away again",
        "note: roles do not open what is in it from then on",
    ] {
        assert_eq!(text.matches(says).count(), 1, "{says}\n{text}");
    }
    // What is only made loses nothing.
    let new = DesiredVault::new("pay-c").rbac_authorization(true).purge_protection();
    let plan = place.provisioner.plan(&place.fleet().vault(new)).await.unwrap();
    assert!(!plan.to_string().contains("note:"), "{plan}");
}
