//! Nothing secret in any log, `Debug` or error: every operation is run with every log level on, and
//! what was logged and shown is searched for what must not be there, in all its disguises.

use std::{
    error::Error as _,
    fmt::Debug,
    io::Write,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azvault::{
    CallbackCredential, ClientSecretCredential, Credential, Error, KeyVaultClient,
    keys::{EncryptionAlgorithm::RsaOaep256, SignatureAlgorithm::RS256},
    secrets::{SecretCache, SecretClient},
};
use azvault_core::credentials::{Env, Surroundings};
use azvault_emulator::Emulator;
use azvault_management::{KeyVaultManagementClient, VaultCreateOrUpdateParameters};

/// What must be nowhere. No part of it occurs by chance, and JSON must escape one character.
const CANARY: &str = "cAnArY\"7f3e9b1d5a";
const CLIENT_SECRET: &str = "cLiEnT\"c0ffee1234";

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// All that was shown, as people show things.
#[derive(Default)]
struct Shown(String);

impl Shown {
    fn add(&mut self, thing: &impl Debug) {
        self.0 += &format!("{thing:?}\n{thing:#?}\n");
    }

    fn error(&mut self, error: Error) {
        self.add(&error);
        self.0 += &format!("{error} {:?}\n", error.explain());
        let mut source = error.source();
        while let Some(error) = source {
            self.0 += &format!("{error} {error:?}\n");
            source = error.source();
        }
    }
}

/// The text as it may turn up: plain, escaped, in base64 at each offset, hexadecimal, as a list of
/// bytes, and in percents.
fn disguises(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let percent: String = bytes.iter().map(|b| format!("%{b:02X}")).collect();
    let list: Vec<String> = bytes.iter().map(ToString::to_string).collect();
    let mut all = vec![
        text.to_owned(),
        text.replace('"', "\\\""),
        text.replace('"', "%22"),
        hex.to_uppercase(),
        hex,
        percent,
        list.join(", "),
    ];
    for offset in 0..3 {
        let shifted = [vec![b'x'; offset].as_slice(), bytes].concat();
        let coded = azure_core::base64::encode(&shifted);
        // Without the ends, which depend on what stands beside it.
        all.push(coded[4..coded.len() - 4].to_owned());
        all.push(coded[4..coded.len() - 4].replace('+', "-").replace('/', "_"));
    }
    all
}

#[derive(Debug)]
struct Watched(std::sync::Arc<dyn TokenCredential>, std::sync::Arc<Mutex<Vec<String>>>);

#[async_trait::async_trait]
impl TokenCredential for Watched {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let token = self.0.get_token(scopes, options).await?;
        self.1.lock().unwrap().push(token.token.secret().to_owned());
        Ok(token)
    }
}

/// The cache, many secrets at once, bytes and backups.
async fn exercise_more(secrets: &SecretClient, emulator: &Emulator, shown: &mut Shown) {
    let bytes = secrets.set_secret_bytes("b", CANARY).content_type("image/png");
    shown.add(&bytes);
    shown.add(&bytes.clone().recreate());
    shown.add(&bytes.await.unwrap());
    let read = secrets.get_secret("b").await.unwrap();
    assert_eq!(read.bytes().unwrap().expose(), CANARY.as_bytes());
    shown.add(&read.bytes().unwrap());
    let not_base64 = secrets.set_secret("n", CANARY).content_type("application/x-pkcs12");
    shown.error(not_base64.await.unwrap().bytes().unwrap_err());
    shown.add(&secrets.get_many(["b", "n", "absent"]).await);
    shown.add(&secrets.load_all(|_| true).await);

    let cache = SecretCache::builder(secrets.clone()).ttl(Duration::ZERO).build();
    for _ in 0..3 {
        shown.add(&cache.get_secret("n").await.unwrap());
    }
    shown.add(&(&cache, cache.get_secret("n"), cache.watch("n", Duration::from_secs(1))));
    emulator.faults().next(1).on("PUT", "/secrets/n").disconnect_after_processing();
    shown.error(cache.set(secrets.set_secret("n", CANARY)).await.unwrap_err());
    let body = format!("{{\"value\": {CANARY:?}");
    emulator.faults().next(1).on("GET", "/secrets/n").respond(200, &[], body);
    shown.error(cache.refresh_now("n").await.unwrap_err());

    let backup = secrets.backup_secret("n").await.unwrap();
    shown.add(&(&backup, secrets.restore_secret_backup(&backup)));
    shown.error(secrets.restore_secret_backup(&backup).await.unwrap_err());
    for name in ["b", "n"] {
        shown.add(&secrets.begin_delete_secret(name).await.unwrap());
        secrets.purge_and_wait(name).await.unwrap();
    }
}

/// A secret that is set through Resource Manager, which never gives it back.
async fn exercise_management(emulator: &Emulator, credential: Watched, shown: &mut Shown) {
    let credential: std::sync::Arc<dyn TokenCredential> = std::sync::Arc::new(credential);
    let management = KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(credential)
        .transport(emulator.transport())
        .build()
        .unwrap();
    management.resource_groups().create_or_update("rg", "eastus").await.unwrap();
    let parameters = VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    management.vaults().create_or_update("rg", "arm-vault", parameters).await.unwrap();
    let secrets = management.secrets();
    shown.add(&(&management, &secrets));
    let set = || secrets.create_or_update("rg", "arm-vault", "s", CANARY);
    let change = || secrets.update("rg", "arm-vault", "s").value(CANARY);
    shown.add(&(set(), set().into_call(), change(), change().into_call()));
    shown.add(&(set().await.unwrap(), change().await.unwrap()));
    shown.add(&secrets.get("rg", "arm-vault", "s").await.unwrap());
    shown.add(&secrets.list("rg", "arm-vault").try_collect().await.unwrap());
    let path = "/vaults/arm-vault/secrets/s";
    emulator.faults().next(1).on("PUT", path).status(400);
    shown.error(set().await.unwrap_err());
    emulator.faults().next(1).on("PUT", path).disconnect_after_processing();
    shown.error(set().await.unwrap_err());
    // A service that gives the value all the same, and one whose answer breaks off in it.
    let told = format!("{{\"properties\": {{\"value\": {CANARY:?}}}}}");
    emulator.faults().next(1).on("GET", path).respond(200, &[], told.clone());
    shown.add(&secrets.get("rg", "arm-vault", "s").await.unwrap());
    emulator.faults().next(1).on("GET", path).respond(200, &[], told.replace('}', ""));
    shown.error(secrets.get("rg", "arm-vault", "s").await.unwrap_err());
    shown.error(
        secrets.update("rg", "arm-vault", "s").value(CANARY.repeat(2000)).await.unwrap_err(),
    );
}

async fn exercise(vaults: &KeyVaultClient, emulator: &Emulator, url: &str, shown: &mut Shown) {
    shown.add(vaults);
    let (secrets, keys) = (vaults.secrets(url).unwrap(), vaults.keys(url).unwrap());
    shown.add(&secrets);
    shown.add(&secrets.set_secret("s", CANARY).into_call());
    shown.add(&secrets.set_secret("s", CANARY).await.unwrap());
    shown.add(&vaults.get_secret(url, "s", "").await.unwrap());
    shown.add(&secrets.update_secret_properties("s").tag("a", "1").await.unwrap());
    shown.add(&secrets.list_secret_properties().try_collect().await.unwrap());
    // Faults on the way of a value: refused, broken off, not what was expected.
    let faults = emulator.faults();
    faults.next(1).on("PUT", "/secrets/s").status(400);
    shown.error(secrets.set_secret("s", CANARY).await.unwrap_err());
    faults.next(1).on("PUT", "/secrets/s").disconnect_after_processing();
    shown.error(secrets.set_secret("s", CANARY).await.unwrap_err());
    for body in
        [format!("{{\"value\": {CANARY:?}, \"id\": 7}}"), format!("{{\"value\": {CANARY:?}")]
    {
        faults.next(1).on("GET", "/secrets/s").respond(200, &[], body);
        shown.error(secrets.get_secret("s").await.unwrap_err());
    }
    let too_large = CANARY.repeat(2000);
    shown.error(secrets.set_secret("s", too_large).await.unwrap_err());
    shown.add(&secrets.begin_delete_secret("s").await.unwrap().wait().await.unwrap());
    secrets.purge_deleted_secret("s").await.unwrap();
    exercise_more(&secrets, emulator, shown).await;

    shown.add(&keys.create_rsa_key("k").await.unwrap());
    shown.add(&keys.encrypt("k", RsaOaep256, CANARY));
    let encrypted = keys.encrypt("k", RsaOaep256, CANARY).await.unwrap();
    let decrypted = keys.decrypt("k", RsaOaep256, encrypted.ciphertext).await.unwrap();
    assert_eq!(decrypted.plaintext.expose(), CANARY.as_bytes());
    shown.add(&decrypted);
    let wrapped = keys.wrap_key("k", RsaOaep256, CANARY).await.unwrap();
    shown.add(&keys.unwrap_key("k", RsaOaep256, wrapped.encrypted_key).await.unwrap());
    shown.add(&keys.sign("k", RS256, [7; 32]).await.unwrap());
    shown.error(keys.decrypt("k", RsaOaep256, [0; 256]).await.unwrap_err());
    keys.begin_delete_key("k").await.unwrap().wait().await.unwrap();
    keys.purge_deleted_key("k").await.unwrap();
}

#[tokio::test]
async fn no_secret_is_in_any_log_debug_or_error() {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(|| Log)
        .init();
    let emulator = Emulator::start().await.unwrap();
    let url = emulator.vault_url("my-vault");
    let tokens = std::sync::Arc::new(Mutex::new(Vec::new()));
    let mut shown = Shown::default();

    // By a callback, whose tokens are known here.
    let source = std::sync::Arc::new(Watched(emulator.credential(), tokens.clone()));
    let callback = CallbackCredential::new(move |challenge| {
        let source = source.clone();
        async move {
            let token = source.get_token(&[challenge.scope()], None).await?;
            Ok::<_, azure_core::Error>(("Bearer", token.token.secret().to_owned()))
        }
    });
    shown.add(&callback);
    let vaults = KeyVaultClient::builder(callback).transport(emulator.transport()).build().unwrap();
    exercise(&vaults, &emulator, &url, &mut shown).await;

    // By a client secret, which travels to the token endpoint; once it is refused there.
    let around = Surroundings::default()
        .env(Env::from_pairs([
            ("AZURE_AUTHORITY_HOST", emulator.authority()),
            ("AZURE_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ]))
        .transport(emulator.transport());
    shown.add(&around);
    let principal = ClientSecretCredential::with_surroundings(
        emulator.tenant_id(),
        "client",
        CLIENT_SECRET,
        around,
    )
    .unwrap();
    shown.add(&principal);
    let credential = Credential::from(principal);
    shown.add(&credential);
    let vaults =
        KeyVaultClient::builder(credential).transport(emulator.transport()).build().unwrap();
    emulator.faults().next(1).on("POST", "/oauth2/").status(401);
    shown.error(vaults.get_secret(&url, "s", "").await.unwrap_err());
    exercise(&vaults, &emulator, &url, &mut shown).await;

    let managers = std::sync::Arc::new(Mutex::new(Vec::new()));
    let watched = Watched(emulator.credential(), managers.clone());
    exercise_management(&emulator, watched, &mut shown).await;

    let backtraces = std::backtrace::Backtrace::capture().status();
    writeln!(std::io::stdout(), "backtraces: {backtraces:?}").unwrap();
    let log = String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned();
    // The log is on, and goes down to the transport.
    assert!(log.contains("azvault") && log.contains("hyper"), "{} bytes of log", log.len());
    let mut forbidden = [disguises(CANARY), disguises(CLIENT_SECRET)].concat();
    let tokens = tokens.lock().unwrap().clone();
    assert_eq!(tokens.len(), 1);
    let tokens = [tokens, managers.lock().unwrap().clone()].concat();
    assert_eq!(tokens.len(), 2);
    // The signature of a token is enough to use it.
    forbidden.extend(tokens.iter().map(|token| token.rsplit('.').next().unwrap()[..40].to_owned()));
    for text in [&log, &shown.0] {
        for canary in &forbidden {
            let found = text
                .find(canary.as_str())
                .map(|at| text[at.saturating_sub(200)..].chars().take(300).collect::<String>());
            assert_eq!(found, None, "{canary}");
        }
    }
}

/// Errors then carry backtraces, which are shown with them. A process of its own, since a variable of
/// this one cannot be set safely.
#[test]
fn no_secret_is_in_them_with_backtraces_on_either() {
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["leaks::no_secret_is_in_any_log_debug_or_error", "--exact", "--nocapture"]);
    let output = again.env("RUST_BACKTRACE", "full").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("backtraces: Captured") && said.contains("1 passed"), "{said}");
    let all = [output.stdout, output.stderr].concat();
    for canary in [disguises(CANARY), disguises(CLIENT_SECRET)].concat() {
        assert!(!String::from_utf8_lossy(&all).contains(&canary), "{canary} was printed");
    }
}

#[test]
fn a_disguise_is_seen_through() {
    let hidden = |text: String| disguises(CANARY).iter().any(|canary| text.contains(canary));
    let encoded = |prefix: &str| azure_core::base64::encode(format!("{prefix}{CANARY} and more"));
    assert!(hidden(format!("{:?}", Some(CANARY))));
    assert!(hidden(format!("{:?}", CANARY.as_bytes())));
    assert!(["", "a", "ab", "abc"].iter().all(|prefix| hidden(encoded(prefix))));
    assert!(!hidden(String::from("[REDACTED]")));
}
