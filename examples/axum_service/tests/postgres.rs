//! The service on a PostgreSQL: its own login (SCRAM-SHA-256), its own TLS, and its own restarts.
//!
//! `cargo test --package azvault-examples --example axum_service --features postgres postgres::`
//! runs these where PostgreSQL's server programs are installed, and fails where they are not.
//! Without the feature they are compiled, and none is run.
#![cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "run with the feature alone"))]

mod server;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use azvault_core::{retry::RetryPolicy, time::SystemClock};
use reqwest::StatusCode;

use self::server::Server;
use super::{refusal, serve, spawn, until};
use crate::{config::Config, surroundings::Surroundings, tls, user::User};

/// Of the role and of the secret, at first.
const PASSWORD: &str = "p\u{e4}ssw\u{f6}rd, number 0: '%\\\"";

/// A vault that has the password of the role in that server.
async fn place(server: &Server) -> Surroundings {
    let url = server.url("localhost");
    let config = Config::read(|name| match name {
        "DATABASE_URL" => Some(url.clone()),
        "KEY_VAULT_NAME" => Some("my-vault".to_owned()),
        _ => None,
    });
    let config = config.unwrap();
    let database = config.database.clone().unwrap();
    let clock = SystemClock::shared();
    let place = Surroundings::in_process(config, RetryPolicy::none(), clock).await.unwrap();
    let place = Surroundings { database, tls: server.trusted(), stand_in: None, ..place };
    set_secret(&place, PASSWORD).await;
    place
}

async fn set_secret(place: &Surroundings, password: &str) {
    place.secrets.set_secret("db-password", password).await.unwrap();
}

/// Users who place and see orders all the time, until they are asked what they were answered.
struct Users {
    done: Arc<AtomicBool>,
    answers: Arc<Mutex<Vec<StatusCode>>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Users {
    async fn of(user: &Arc<User>) -> Self {
        let (_, placed) = user.order("tea").await.unwrap();
        let placed = Arc::new(placed);
        let (done, answers) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Vec<_>>>::default());
        let tasks = (0..6).map(|_| {
            let (user, placed, done) = (user.clone(), placed.clone(), done.clone());
            let answers = answers.clone();
            spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    let seen = user.see(&placed).await.unwrap();
                    let ordered = user.order("coffee").await.unwrap().0;
                    answers.lock().unwrap().extend([seen, ordered]);
                }
            })
        });
        Self { tasks: tasks.collect(), done, answers }
    }

    /// Until so many more were answered.
    async fn go_on(&self, more: usize) {
        let answered = || self.answers.lock().unwrap().len();
        let before = answered();
        let ended = || self.tasks.iter().any(tokio::task::JoinHandle::is_finished);
        until(|| answered() >= before + more || ended()).await;
    }

    async fn end(self) -> Vec<StatusCode> {
        self.done.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        self.answers.lock().unwrap().clone()
    }
}

#[cfg_attr(feature = "postgres", tokio::test)]
async fn it_logs_in_by_scram_bound_to_the_channel_and_stays_in_tls() {
    let server = Server::start(PASSWORD);
    let mut place = place(&server).await;
    place.database.channel_binding(tokio_postgres::config::ChannelBinding::Require);
    let (user, _stop, _serving) = serve(&place).await;
    let (status, placed) = user.order("tea").await.unwrap();
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(user.see(&placed).await.unwrap(), StatusCode::OK);

    let kept = server.sql("SELECT left(rolpassword, 14) FROM pg_authid WHERE rolname = 'orders'");
    assert_eq!(kept, "SCRAM-SHA-256$");
    let sessions = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'orders'";
    assert_eq!(server.sql(&format!("SELECT bool_and(ssl), count(*) > 0 {sessions}")), "t|t");
}

#[cfg_attr(feature = "postgres", tokio::test)]
async fn a_wrong_password_is_refused_in_words_that_do_not_repeat_it() {
    let server = Server::start(PASSWORD);
    let place = place(&server).await;
    set_secret(&place, "not the password").await;
    let error = refusal(&place).await;
    assert!(error.contains("does not accept the password"), "{error}");
    assert!(!error.contains("not the password"), "{error}");
    assert!(server.log().contains("password authentication failed"), "{}", server.log());
    assert!(!server.log().contains("not the password"));
}

#[cfg_attr(feature = "postgres", tokio::test(flavor = "multi_thread", worker_threads = 4))]
async fn no_request_fails_while_the_password_rotates() {
    let server = Server::start(PASSWORD);
    let place = place(&server).await;
    let (user, _stop, _serving) = serve(&place).await;
    let users = Users::of(&user).await;
    for round in 1..=6 {
        let password = format!("number {round}");
        // Whichever of the two is told first.
        if round % 2 == 0 {
            server.set_password(&password);
            server.end_sessions();
            set_secret(&place, &password).await;
        } else {
            set_secret(&place, &password).await;
            server.set_password(&password);
            server.end_sessions();
        }
        users.go_on(24).await;
    }
    let answers = users.end().await;
    let good = [StatusCode::OK, StatusCode::CREATED];
    assert!(answers.len() >= 144 && answers.iter().all(|answer| good.contains(answer)));
}

#[cfg_attr(feature = "postgres", tokio::test)]
async fn a_server_that_cannot_show_who_it_is_gets_no_login() {
    let (server, other) = (Server::start(PASSWORD), Server::start(PASSWORD));
    let mut place = place(&server).await;
    place.tls = other.trusted();
    let error = refusal(&place).await;
    assert!(error.contains("UnknownIssuer"), "{error}");

    place.tls = tls::trusting_pem(server.authority().as_bytes()).unwrap();
    place.database = server.url("127.0.0.1").parse().unwrap();
    let error = refusal(&place).await;
    assert!(error.contains("not valid for name \"127.0.0.1\""), "{error}");
    // Not so much as the name of the role.
    assert!(!server.log().contains("orders"), "{}", server.log());

    place.database = server.url("localhost").parse().unwrap();
    place.service().await.unwrap();
    assert!(server.log().contains("authorized: user=orders"), "{}", server.log());
}

#[cfg_attr(feature = "postgres", tokio::test(flavor = "multi_thread", worker_threads = 4))]
async fn it_goes_on_by_itself_after_restarts_and_crashes_of_the_server() {
    let server = Server::start(PASSWORD);
    let place = place(&server).await;
    let (user, _stop, _serving) = serve(&place).await;
    let users = Users::of(&user).await;
    users.go_on(12).await;
    for how in ["fast", "immediate"] {
        server.restart(how);
        // From here on there is no more of the restart to notice.
        let (status, placed) = user.order("milk").await.unwrap();
        assert_eq!(status, StatusCode::CREATED, "{how}");
        assert_eq!(user.see(&placed).await.unwrap(), StatusCode::OK, "{how}");
        users.go_on(12).await;
    }
    // Nothing but "not just now", while there was no server.
    let passing = [StatusCode::OK, StatusCode::CREATED, StatusCode::SERVICE_UNAVAILABLE];
    let answers = users.end().await;
    assert!(answers.iter().all(|answer| passing.contains(answer)), "{answers:?}");
}

#[cfg_attr(feature = "postgres", tokio::test)]
async fn what_the_database_says_of_the_table_is_told() {
    let server = Server::start(PASSWORD);
    let place = place(&server).await;
    server.sql("ALTER ROLE orders SET default_transaction_read_only = on");
    let error = refusal(&place).await;
    assert!(error.contains("the table of orders cannot be had"), "{error}");
    assert!(error.contains("read-only transaction"), "{error}");
}

#[cfg_attr(feature = "postgres", tokio::test)]
async fn a_table_that_somebody_else_is_making_is_not_waited_for_for_good() {
    let server = Server::start(PASSWORD);
    let mut place = place(&server).await;
    let clock = Arc::new(super::steered::Steered::new());
    place.clock = clock.clone();
    let database = place.database.clone().password(PASSWORD).clone();
    let (lock, connection) = database.connect(server.trusted()).await.unwrap();
    spawn(async move { connection.await.unwrap() });
    lock.batch_execute("BEGIN; CREATE TABLE orders (id TEXT)").await.unwrap();
    let start = spawn(async move { refusal(&place).await });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    until(|| server.sql(waits) == "1").await;
    clock.advance(crate::web::LIMIT);
    let error = tokio::time::timeout(super::HANGS, start).await.expect("it waits for good");
    assert!(error.unwrap().contains("waited for in vain"));
}
