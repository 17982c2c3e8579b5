//! The service over HTTP, on an emulator and a database in this process, by a clock that is steered.

mod steered;

use std::{sync::Arc, time::Duration};

use azvault_core::retry::RetryPolicy;
use azvault_emulator::Emulator;
use reqwest::{Client, StatusCode};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use self::steered::Steered;
use crate::{
    config::Config,
    stand_in::StandIn,
    surroundings::Surroundings,
    user::{Placed, User},
};

mod postgres;
mod rotation;
mod serving;
mod standing;
mod tls;

/// A service that runs, with all that it runs on.
struct Running {
    place: Surroundings,
    clock: Arc<Steered>,
    user: Arc<User>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// A vault and a database that fit together.
async fn place() -> (Surroundings, Arc<Steered>) {
    let clock = Arc::new(Steered::new());
    let config = Config::read(|_| None).unwrap();
    let place = Surroundings::in_process(config, RetryPolicy::none(), clock.clone()).await;
    (place.unwrap(), clock)
}

impl Running {
    async fn start() -> Self {
        let (place, clock) = place().await;
        let (user, stop, serving) = serve(&place).await;
        Self { place, clock, user, stop: Some(stop), serving }
    }

    fn emulator(&self) -> &Emulator {
        self.place.emulator.as_ref().unwrap()
    }

    fn database(&self) -> &StandIn {
        self.place.stand_in.as_ref().unwrap()
    }

    /// Lets time pass, for the vault too.
    fn pass(&self, time: Duration) {
        self.emulator().clock().advance(time);
        self.clock.advance(time);
    }

    async fn set_secret(&self, password: &str) {
        self.place.secrets.set_secret(&self.place.config.password_secret, password).await.unwrap();
    }

    /// Lets the service look at the vault until so many keys are published.
    async fn until_keys_are(&self, count: usize) {
        for _ in 0..10 {
            let looks = self.asked("/keys/tokens/versions");
            self.pass(self.place.config.look_every);
            // The first time it may not have begun to wait for the next look.
            for _ in 0..200 {
                if self.user.keys().await.unwrap() == count {
                    return;
                }
                if self.asked("/keys/tokens/versions") > looks {
                    break;
                }
            }
        }
        panic!("there are {} keys", self.user.keys().await.unwrap());
    }

    /// A request of whom neither password lets in, and which asks the vault for a newer one.
    async fn see_without_password(&self, placed: Placed) -> JoinHandle<StatusCode> {
        let before = self.reads();
        let user = self.user.clone();
        let seen = spawn(async move { user.see(&placed).await.unwrap() });
        until(|| self.reads() > before).await;
        seen
    }

    /// What a request that waits for a new password is answered with, once there is one.
    async fn answered(&self, seen: JoinHandle<StatusCode>) -> StatusCode {
        // Less than it has patience for.
        self.answered_in(30, seen).await
    }

    /// The same with so many quarters of a second, and a request in each: the clock does not run away.
    async fn answered_in<T>(&self, quarters: usize, seen: JoinHandle<T>) -> T {
        for _ in 0..quarters {
            if !seen.is_finished() {
                self.pass(Duration::from_millis(250));
                self.place.secrets.get_secret("db-password").await.unwrap();
            }
        }
        tokio::time::timeout(HANGS, seen).await.expect("it is not answered").unwrap()
    }

    /// Lets the service look at the vault until it says that of its `password` or `signing_key`.
    async fn until_it_says(&self, what: &str, standing: &str) {
        let says = format!(r#""{what}":"{standing}"#);
        for _ in 0..200 {
            if self.user.get("/readyz", None).await.unwrap().1.contains(&says) {
                return;
            }
            self.pass(self.place.config.look_every);
        }
        let (_, ready) = self.user.get("/readyz", None).await.unwrap();
        panic!("the {what} is not said to be {standing}: {ready}");
    }

    /// How often the vault was asked for what is there.
    fn asked(&self, path: &str) -> usize {
        self.emulator().journal().iter().filter(|request| request.path().contains(path)).count()
    }

    /// How often the vault was asked for the password.
    fn reads(&self) -> usize {
        self.asked("/secrets/db-password")
    }

    async fn placed(&self) -> Placed {
        let (status, placed) = self.user.order("tea").await.unwrap();
        assert_eq!(status, StatusCode::CREATED);
        placed
    }

    async fn see(&self, placed: &Placed) -> StatusCode {
        self.user.see(placed).await.unwrap()
    }
}

/// One more instance on the same vault and database.
async fn serve(
    place: &Surroundings,
) -> (Arc<User>, oneshot::Sender<()>, JoinHandle<std::io::Result<()>>) {
    let service = place.service().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = spawn(service.serve(listener, async {
        stopped.await.ok();
    }));
    (Arc::new(User { http: Client::new(), base }), stop, serving)
}

/// Why it does not start there.
async fn refusal(place: &Surroundings) -> String {
    let Err(error) = place.service().await else { panic!("it has started") };
    error.to_string()
}

/// Runs beside the test.
#[expect(clippy::disallowed_methods, reason = "a service runs beside those who use it")]
fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(work)
}

/// Lets the others go on until it holds; fails a test that would hang.
async fn until(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(HANGS, waiting).await.expect("it has not happened");
}

/// More than any of these tests takes, on a machine that is busy with other things.
const HANGS: Duration = Duration::from_secs(120);
