//! Beginning with what a file says.

use std::{collections::BTreeMap, path::PathBuf};

use azvault_emulator::{Emulator, Principal, Seed};
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use serde_json::{Value, json};

use crate::support::{Answer, Vault, from_base64url};

const CI: &str = "11111111-1111-1111-1111-111111111111";

/// A folder of this test alone.
struct Files(PathBuf);

impl Files {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("azvault-seed-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// A private key in PKCS #8, and a PFX with its certificate.
fn made_elsewhere() -> (String, Vec<u8>) {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["elsewhere.test".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap();
    let chain = PrivateKeyChain::new(
        vec![1],
        PrivateKey::from_der(&key.serialize_der()).unwrap(),
        [Certificate::from_der(certificate.der()).unwrap()],
    );
    let mut store = KeyStore::new();
    store.add_entry("it", KeyStoreEntry::PrivateKeyChain(chain));
    (key.serialize_pem(), store.writer("of-the-file").write().unwrap())
}

async fn of(emulator: &Emulator, vault: &str) -> Vault {
    let base = emulator.vault_url(vault);
    Vault::at(emulator.clone(), base, "https://vault.azure.net/.default").await
}

async fn get(emulator: &Emulator, vault: &str, path: &str, principal: Principal) -> Answer {
    let mut vault = of(emulator, vault).await;
    let scope = "https://vault.azure.net/.default";
    vault.token = Some(crate::support::token(emulator, principal, scope).await);
    vault.get(path).await
}

async fn arm(emulator: &Emulator, path: &str, version: &str) -> Value {
    let base = emulator.management_url();
    let scope = "https://management.azure.com/.default";
    let vault = Vault::at(emulator.clone(), base.clone(), scope).await;
    let subscription = emulator.subscription_id();
    let url = format!("{base}/subscriptions/{subscription}/{path}?api-version={version}");
    vault.send_to("GET", &url, "", &[]).await.json()
}

fn documented() -> String {
    let text = include_str!("../../../../docs/seeding.md");
    let start = text.find("```toml\n").unwrap() + "```toml\n".len();
    text[start..start + text[start..].find("```").unwrap()].to_owned()
}

#[tokio::test]
async fn all_that_is_documented_is_made() {
    let files = Files::new();
    let (pem, pfx) = made_elsewhere();
    files.write("key.pem", &pem);
    files.write("server.pfx", pfx);
    let path = files.write("vaults.toml", documented());
    let seed = Seed::read(&path).unwrap();
    let emulator = Emulator::builder().seed(seed.clone()).in_memory();
    let report = emulator.seed(&seed).await.unwrap();
    assert_eq!(report.left_alone(), [""; 0]);
    assert_eq!(report.made().len(), 10, "{:?}", report.made());

    // By its name.
    let plain = of(&emulator, "plain-vault").await;
    assert_eq!(plain.get("/secrets/greeting").await.ok()["value"], "hello");

    // On roles: the application may read that secret alone.
    let ci = || Principal::for_client_id(CI);
    let secret = get(&emulator, "role-vault", "/secrets/db-password", ci()).await.ok();
    assert_eq!(secret["value"], "new");
    assert_eq!(secret["contentType"], "text/plain");
    assert_eq!(secret["tags"], json!({"env": "dev"}));
    assert_eq!(secret["attributes"]["exp"], 4_070_908_800_u32);
    assert_eq!(secret["attributes"]["nbf"], 1_577_836_800_u32);
    assert_eq!(secret["attributes"]["recoveryLevel"], "CustomizedRecoverable");
    assert_eq!(get(&emulator, "role-vault", "/keys/rsa", ci()).await.status(), 403);
    assert_eq!(
        get(&emulator, "role-vault", "/secrets/db-password", Principal::default()).await.status(),
        403
    );
    let vault = arm(
        &emulator,
        "resourceGroups/rg-1/providers/Microsoft.KeyVault/vaults/role-vault",
        "2023-07-01",
    )
    .await;
    assert_eq!(
        (&vault["location"], &vault["tags"]["team"]),
        (&json!("northeurope"), &json!("payments"))
    );
    assert_eq!(vault["properties"]["enablePurgeProtection"], true);
    assert_eq!(vault["properties"]["softDeleteRetentionInDays"], 7);

    // On policies.
    let ada = || Principal::for_user("ada@contoso.com");
    let imported = get(&emulator, "policy-vault", "/certificates/imported", ada()).await.ok();
    assert_eq!(imported["tags"]["from"], "elsewhere");
    assert_eq!(get(&emulator, "policy-vault", "/keys/imported", ada()).await.status(), 200);
    assert_eq!(get(&emulator, "policy-vault", "/certificates/imported", ci()).await.status(), 403);
    // Who signs in.
    let applications = emulator.credential_for(ci());
    assert!(applications.get_token(&["https://vault.azure.net/.default"], None).await.is_ok());
}

/// What Resource Manager, which needs no rights, and an officer see.
async fn as_officer(seed: &str) -> (Emulator, Vault) {
    let emulator = Emulator::in_memory();
    emulator.seed(&Seed::from_toml(seed).unwrap()).await.unwrap();
    let vault = of(&emulator, "kv-1").await;
    (emulator, vault)
}

#[tokio::test]
async fn keys_are_made_as_they_are_asked_for() {
    let (_emulator, vault) = as_officer(
        r#"
        [[vaults]]
        name = "kv-1"
        keys = [
            { name = "rsa", type = "RSA", size = 3072, operations = ["sign"], tags = { a = "b" }, enabled = false },
            { name = "ec", type = "EC", curve = "P-521", expires = "2099-01-01T00:00:00Z" },
            { name = "hsm", type = "RSA", hsm = true },
        ]
        "#,
    )
    .await;
    let rsa = vault.get("/keys/rsa").await.ok();
    assert_eq!(rsa["key"]["kty"], "RSA");
    assert_eq!(from_base64url(&rsa["key"]["n"]).len() * 8, 3072);
    assert_eq!((&rsa["key"]["key_ops"], &rsa["tags"]), (&json!(["sign"]), &json!({"a": "b"})));
    assert_eq!(rsa["attributes"]["enabled"], false);
    let ec = vault.get("/keys/ec").await.ok();
    assert_eq!(
        (&ec["key"]["crv"], &ec["attributes"]["exp"]),
        (&json!("P-521"), &json!(4_070_908_800_u32))
    );
    assert_eq!(vault.get("/keys/hsm").await.ok()["key"]["kty"], "RSA-HSM");
}

#[tokio::test]
async fn keys_are_brought_along_in_every_form_of_pem_and_as_jwk() {
    let files = Files::new();
    let openssl = |arguments: &[&str]| {
        let output = std::process::Command::new("openssl").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let rsa = files.write("rsa.pem", openssl(&["genpkey", "-algorithm", "RSA", "-quiet"]));
    let rsa = rsa.to_str().unwrap();
    files.write("rsa1.pem", openssl(&["pkey", "-in", rsa, "-traditional"]));
    let curves = [
        ("prime256v1", "P-256"),
        ("secp384r1", "P-384"),
        ("secp521r1", "P-521"),
        ("secp256k1", "P-256K"),
    ];
    let mut names = BTreeMap::from([("rsa".to_owned(), "RSA"), ("rsa1".to_owned(), "RSA")]);
    for (name, curve) in curves {
        let path = files.write(
            &format!("{name}.pem"),
            openssl(&["ecparam", "-name", name, "-genkey", "-noout"]),
        );
        files.write(
            &format!("{name}-8.pem"),
            openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", path.to_str().unwrap()]),
        );
        names.insert(name.to_owned(), curve);
        names.insert(format!("{name}-8"), curve);
    }
    files.write("jwk.json", jwk());
    let mut keys: Vec<Value> =
        names.keys().map(|name| json!({"name": name, "pem_file": format!("{name}.pem")})).collect();
    keys.push(json!({"name": "jwk", "jwk_file": "jwk.json", "operations": ["sign"]}));
    let path =
        files.write("seed.json", json!({"vaults": [{"name": "kv-1", "keys": keys}]}).to_string());
    let emulator = Emulator::in_memory();
    emulator.seed(&Seed::read(path).unwrap()).await.unwrap();
    let vault = of(&emulator, "kv-1").await;
    for (name, expected) in &names {
        let key = vault.get(&format!("/keys/{name}")).await.ok();
        let found = if *expected == "RSA" { &key["key"]["kty"] } else { &key["key"]["crv"] };
        assert_eq!(found, expected, "{name}");
    }
    // The two forms of a key are one key.
    for (one, other, member) in [("rsa", "rsa1", "n"), ("secp521r1", "secp521r1-8", "x")] {
        let (one, other) = (
            vault.get(&format!("/keys/{one}")).await.ok(),
            vault.get(&format!("/keys/{other}")).await.ok(),
        );
        assert_eq!(one["key"][member], other["key"][member]);
    }
    assert_eq!(vault.get("/keys/jwk").await.ok()["key"]["key_ops"], json!(["sign"]));
}

/// The key of RFC 7517, appendix A.2.
fn jwk() -> String {
    json!({
        "kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM", "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
    })
    .to_string()
}

#[tokio::test]
async fn a_certificate_is_made_and_shares_its_key_and_secret() {
    let (_emulator, vault) = as_officer(
        r#"
        [[vaults]]
        name = "kv-1"
        [[vaults.certificates]]
        name = "made"
        dns_names = ["example.com"]
        "#,
    )
    .await;
    let certificate = vault.get("/certificates/made").await.ok();
    assert_eq!(certificate["policy"]["x509_props"]["subject"], "CN=example.com");
    assert_eq!(certificate["policy"]["key_props"]["kty"], "RSA", "the rehearsal's is not kept");
    assert_eq!(vault.get("/keys/made").await.ok()["key"]["kid"], certificate["kid"]);
    assert_eq!(vault.get("/secrets/made").await.ok()["contentType"], "application/x-pkcs12");
}

#[tokio::test]
async fn what_is_there_is_left_alone_and_told() {
    let emulator = Emulator::in_memory();
    let vault = of(&emulator, "kv-1").await;
    let set = vault.set("s", json!({"value": "theirs"})).await;
    vault.set("gone", json!({"value": "theirs"})).await.to_string();
    vault.delete("/secrets/gone").await.ok().to_string();
    let seed = Seed::from_toml(
        r#"
        [[vaults]]
        name = "kv-1"
        secrets = [{ name = "S", value = "mine" }, { name = "gone", value = "mine" }, { name = "new", value = "mine" }]
        "#,
    )
    .unwrap();
    let report = emulator.seed(&seed).await.unwrap();
    assert_eq!(report.left_alone(), ["secret 'S' in 'kv-1'", "secret 'gone' in 'kv-1'"]);
    assert_eq!(report.made(), ["secret 'new' in 'kv-1'"]);
    assert_eq!(vault.get("/secrets/s").await.ok()["id"], set["id"]);
    assert_eq!(vault.get("/secrets/gone").await.status(), 404);
}

#[tokio::test]
async fn a_vault_that_is_there_keeps_its_settings() {
    let seed = |days: u32, role: &str| {
        let text = format!(
            "[[vaults]]\nname = 'kv-1'\nretention_days = {days}\n\
             role_assignments = [{{ role = '{role}', client_id = '{CI}' }}]\n"
        );
        Seed::from_toml(&text).unwrap()
    };
    let emulator = Emulator::in_memory();
    emulator.seed(&seed(7, "Key Vault Reader")).await.unwrap();
    let report = emulator.seed(&seed(30, "Key Vault Reader")).await.unwrap();
    assert_eq!(report.left_alone(), ["vault 'kv-1'", "role 'Key Vault Reader' at 'kv-1'"]);
    let more = emulator.seed(&seed(30, "Key Vault Secrets User")).await.unwrap();
    assert_eq!(more.made(), ["role 'Key Vault Secrets User' at 'kv-1'"]);
    let path = "resourceGroups/azvault/providers/Microsoft.KeyVault/vaults/kv-1";
    let vault = arm(&emulator, path, "2023-07-01").await;
    assert_eq!(vault["properties"]["softDeleteRetentionInDays"], 7);
}

/// What is told of a mistake; nothing is changed by it.
async fn mistake(text: &str) -> String {
    let emulator = Emulator::in_memory();
    let error = match Seed::from_toml(text) {
        Err(error) => error,
        Ok(seed) => emulator.seed(&seed).await.unwrap_err(),
    };
    let vault = of(&emulator, "kv-1").await;
    assert_eq!(vault.get("/secrets").await.ok()["value"], json!([]), "{text}");
    let told = format!("{error:?}");
    assert!(!told.contains("canary"), "{told}");
    std::error::Error::source(&error).unwrap().to_string()
}

#[tokio::test]
async fn a_mistake_is_told_with_its_place_before_anything_is_changed() {
    let first = "[[vaults]]\nname = 'kv-1'\nsecrets = [{ name = 'first', value = 'canary' }";
    for (rest, place, right) in [
        (
            ", { name = 's' }]",
            "vaults[0] 'kv-1', secrets[1] 's'",
            "value, value_from_env, value_file, versions",
        ),
        (
            ", { name = 's', value = 'canary', value_file = 'x' }]",
            "secrets[1]",
            "only one of value,",
        ),
        (", { name = 's', value_file = 'no/such' }]", "secrets[1]", "no/such"),
        (
            ", { name = 's', value_from_env = 'AZVAULT_NO_SUCH' }]",
            "secrets[1]",
            "AZVAULT_NO_SUCH is not set",
        ),
        (
            ", { name = 's', value = 'canary', expires = 'canary' }]",
            "secrets[1]",
            "2030-01-31T00:00:00Z",
        ),
        (", { name = 'FIRST', value = 'canary' }]", "secrets[1] 'FIRST'", "two of that name"),
        (
            ", { name = 'a_b', value = 'canary' }]",
            "secrets[1] 'a_b'",
            "letters, digits and hyphens",
        ),
        (
            "]\nkeys = [{ name = 'k', type = 'RSA', size = 1024 }]",
            "keys[0] 'k'",
            "2048, 3072 or 4096",
        ),
        ("]\nkeys = [{ name = 'k', type = 'EC', curve = 'P-255' }]", "keys[0] 'k'", "P-256, P-384"),
        ("]\nkeys = [{ name = 'k', type = 'oct' }]", "keys[0] 'k'", "RSA, RSA-HSM, EC, EC-HSM"),
        ("]\nkeys = [{ name = 'k', pem = 'canary' }]", "keys[0] 'k'", "no private key"),
        ("]\ncertificates = [{ name = 'c' }]", "certificates[0] 'c'", "a 'subject' such as"),
        ("]\nrbac = true\naccess_policies = []", "vaults[0] 'kv-1'", "heeds no access_policies"),
        (
            "]\nrole_assignments = [{ role = 'Reader' }]",
            "role_assignments[0]",
            "object_id, client_id, user",
        ),
        // The emulator's own rules, found in the rehearsal.
        ("]\nsku = 'golden'", "vault 'kv-1'", "'standard' or 'premium'"),
        ("]\nsku = 'standard'\nkeys = [{ name = 'k', type = 'EC-HSM' }]", "keys[0] 'k'", ""),
        ("]\nkeys = [{ name = 'k', type = 'RSA', operations = ['canary'] }]", "keys[0] 'k'", ""),
        (
            "]\ncertificates = [{ name = 'c', pem = '-----BEGIN canary' }]",
            "certificates[0] 'c'",
            "",
        ),
        (
            "]\nrole_assignments = [{ role = 'Boss', client_id = 'a' }]",
            "role_assignments[0]",
            "Key Vault Reader",
        ),
    ] {
        let told = mistake(&format!("{first}{rest}")).await;
        assert!(told.contains(place) && told.contains(right), "{rest}: {told}");
    }
    let long = "canary".repeat(5000);
    let told = mistake(&format!("{first}, {{ name = 's', value = '{long}' }}]")).await;
    assert!(told.contains("secrets[1] 's'") && told.contains("30000 bytes"), "{told}");
    let told = mistake("[[vaults]]\nname = 'x'").await;
    assert!(told.contains("vaults[0] 'x'") && told.contains("3 to 24"), "{told}");
}

#[tokio::test]
async fn neither_its_debug_nor_its_mistakes_show_a_value() {
    let seed = Seed::from_toml(
        "[[vaults]]\nname = 'kv-1'\nsecrets = [{ name = 's', value = 'canary' }]\n",
    )
    .unwrap();
    let shown = format!("{seed:?} {:?}", Emulator::builder().seed(seed.clone()));
    assert!(!shown.contains("canary"), "{shown}");
    let report = Emulator::in_memory().seed(&seed).await.unwrap();
    assert!(!format!("{report:?}").contains("canary"));
}

#[tokio::test]
async fn neither_limits_nor_faults_stop_it_and_no_journal_has_it() {
    let limits = azvault_emulator::VaultLimits::default()
        .secret_creations(azvault_emulator::RateLimit::new(0, 0));
    let emulator = Emulator::builder().vault_limits(limits).in_memory();
    emulator.faults().next(1).status(503);
    let seed =
        Seed::from_toml("[[vaults]]\nname = 'kv-1'\nsecrets = [{ name = 's', value = 'v' }]");
    assert_eq!(emulator.seed(&seed.unwrap()).await.unwrap().made().len(), 1);
    assert_eq!(emulator.faults().pending(), 1);
    assert_eq!(emulator.journal().len(), 0);
}

#[tokio::test]
async fn what_it_has_is_there_with_the_first_answer() {
    let seed =
        Seed::from_toml("[[vaults]]\nname = 'kv-1'\nsecrets = [{ name = 's', value = 'v' }]");
    let emulator = Emulator::builder().seed(seed.unwrap()).start().await.unwrap();
    assert_eq!(of(&emulator, "kv-1").await.get("/secrets/s").await.ok()["value"], "v");
}
