//! Being killed at any request, and going on by planning again.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, Context, HttpClient, Request, Transport};
use azvault_emulator::Emulator;
use azvault_fleet::{DesiredKey, DesiredSecret, DesiredVault, Fleet, KeyVaultRole};
use tokio::sync::Notify;

use crate::support::{Place, STRANGER};

/// Lets so many requests pass. The next one gets there or does not, but is never answered, and
/// nothing is after it: as if the process had ended.
#[derive(Debug)]
struct Axe {
    inner: Transport,
    /// How many more requests pass.
    left: AtomicUsize,
    /// Whether one more gets there, with its answer lost.
    gets_there: AtomicBool,
    fallen: Notify,
}

#[async_trait]
impl HttpClient for Axe {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        // Others get a turn, as on a network.
        tokio::task::yield_now().await;
        let passes = |left: usize| left.checked_sub(1);
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, passes);
        if left.is_ok() || self.gets_there.swap(false, Ordering::SeqCst) {
            let answer = self.inner.send(&Context::new(), &mut request.clone()).await;
            if left.is_ok() {
                return answer;
            }
        }
        self.fallen.notify_one();
        std::future::pending().await
    }
}

fn fleet(place: &Place) -> Fleet {
    let filled = |vault: DesiredVault| {
        vault
            .secret("db", DesiredSecret::generated(32))
            .secret("api", DesiredSecret::from_env("API_TOKEN"))
            .key("signing", DesiredKey::ec())
    };
    let me = place.emulator.default_principal();
    let roles = DesiredVault::new("pay-roles")
        .role(me.oid(), KeyVaultRole::Administrator)
        .role(STRANGER, KeyVaultRole::SecretsUser);
    place.fleet().vault(filled(place.vault("pay-policies"))).vault(filled(roles))
}

/// Applies until the axe falls; gives whether it did.
async fn cut(place: &Place, at: usize, gets_there: bool) -> bool {
    let axe = Arc::new(Axe {
        inner: place.emulator.in_memory_transport(),
        left: AtomicUsize::new(usize::MAX),
        gets_there: AtomicBool::new(gets_there),
        fallen: Notify::new(),
    });
    let transport = Transport::new(axe.clone());
    let killed = Place::on(place.emulator.clone(), |builder| builder.transport(transport));
    let plan = killed.provisioner.plan(&fleet(place)).await.unwrap();
    axe.left.store(at, Ordering::SeqCst);
    tokio::select! {
        biased;
        () = axe.fallen.notified() => true,
        report = killed.provisioner.apply(plan).finish() => {
            assert!(!report.has_failures(), "{report}");
            false
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_killed_at_any_request_plans_again_loses_nothing_and_does_nothing_twice() {
    for gets_there in [false, true] {
        let mut at = 0;
        loop {
            let place = Place::on(Emulator::in_memory(), |builder| builder);
            let fell = cut(&place, at, gets_there).await;
            place.converge(&fleet(&place)).await;
            for vault in ["pay-policies", "pay-roles"] {
                let (secrets, keys) = (place.secrets(vault), place.keys(vault));
                for name in ["db", "api"] {
                    let versions = secrets.list_secret_properties_versions(name);
                    assert_eq!(versions.try_collect().await.unwrap().len(), 1, "{name} at {at}");
                }
                let versions = keys.list_key_properties_versions("signing").try_collect().await;
                assert_eq!(versions.unwrap().len(), 1, "signing at {at}");
            }
            let roles = place.management().role_assignments().list_for_subscription();
            assert_eq!(roles.try_collect().await.unwrap().len(), 2, "roles at {at}");
            if !fell {
                break;
            }
            at += 1;
        }
        assert!(at > 20, "only {at} requests");
    }
}
