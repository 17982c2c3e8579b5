//! A year in the life of the service, in some seconds: what happens to it, and what its users notice.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![expect(
    clippy::disallowed_methods,
    reason = "a program may spawn; the service is beside its user here"
)]

use std::{error::Error, time::Duration};

use azvault_core::{retry::RetryPolicy, time::SystemClock};
use reqwest::Client;
use tokio::{net::TcpListener, sync::oneshot};

use crate::{config::Config, surroundings::Surroundings, user::User};

/// Runs it all, on stand-ins.
pub(crate) async fn run(mut config: Config) -> Result<(), Box<dyn Error>> {
    // A service looks once a minute; nobody wants to wait for that here, nor for retries.
    config.look_every = Duration::from_millis(200);
    let clock = SystemClock::shared();
    let place = Surroundings::in_process(config, RetryPolicy::none(), clock).await?;
    let (Some(emulator), Some(database)) = (&place.emulator, &place.stand_in) else {
        return Err("there are no stand-ins".into());
    };

    // 1. The service reads the password and the key, logs in to the database, and serves.
    let service = place.service().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let user = User { http: Client::new(), base: format!("http://{}", listener.local_addr()?) };
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(service.serve(listener, async {
        stopped.await.ok();
    }));
    println!("Serving\n  ready: {}", user.get("/readyz", None).await?.1);

    // 2. An order is answered with a token, signed by the vault. It opens the order, and no other.
    let (placed, first) = user.order("tea").await?;
    println!("\nAn order\n  placed: {placed}");
    println!("  seen with its token: {}", user.see(&first).await?);
    println!("  seen without: {}", user.get(&first.path, None).await?.0);
    println!("  published keys: {}", user.keys().await?);

    // 3. The password is rotated, and every session ends. The next request finds the old password
    // refused, asks the vault, and goes on with the new one.
    database.set_password("a better password");
    place.secrets.set_secret(&place.config.password_secret, "a better password").await?;
    database.end_sessions();
    println!("\nThe password is rotated\n  the order is seen: {}", user.see(&first).await?);

    // 4. The key is rotated. Soon new tokens are signed by the new version; the old ones hold.
    place.keys.rotate_key(&place.config.signing_key).await?;
    user.until_keys_are(2).await?;
    let (_, second) = user.order("coffee").await?;
    println!("\nThe key is rotated\n  published keys: {}", user.keys().await?);
    println!("  the first order is seen: {}", user.see(&first).await?);
    println!("  so is the second: {}", user.see(&second).await?);

    // 5. The vault is out. Who has a token notices nothing; there are no new ones.
    let outage = emulator.faults().always().vault("my-vault").status(503);
    database.end_sessions();
    println!("\nThe vault is out\n  the first order is seen: {}", user.see(&first).await?);
    println!("  another is placed: {}", user.order("milk").await?.0);
    outage.cancel();
    println!("The vault is back\n  another is placed: {}", user.order("milk").await?.0);

    // 6. Told to stop, it answers what is under way.
    stop.send(()).map_err(|()| "the service has ended by itself")?;
    serving.await??;
    println!("\nStopped");
    Ok(())
}
