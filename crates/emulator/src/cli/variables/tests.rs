use std::path::PathBuf;

use super::*;

fn facts() -> Facts {
    Facts {
        process: 1,
        proxy: "http://127.0.0.1:8444".to_owned(),
        authority: "https://localhost:8443".to_owned(),
        tenant: "tenant".to_owned(),
        subscription: "subscription".to_owned(),
        identity_header: "header".to_owned(),
        ca: PathBuf::from("/state dir/ca.pem"),
        trust_store: PathBuf::from("/state dir/ca.p12"),
        azure_config: PathBuf::from("/state dir/azure"),
    }
}

fn present(variables: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    variables.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

/// What becomes of a variable: removed, set, or left alone.
fn of<'a>(changes: &'a [Change], name: &str) -> Option<Option<&'a str>> {
    let change = changes.iter().rev().find(|change| change.name == *name)?;
    Some(change.value.as_ref().map(|value| value.to_str().unwrap()))
}

const PROXY: Way<'static> = Way::Proxy { besides: &[] };

#[test]
fn an_identity_and_a_proxy_of_the_users_own_are_removed() {
    let names = [
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_AUTHORITY_HOST",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_KEYVAULT_CLIENT_SECRET",
        "MSI_ENDPOINT",
        "MSI_SECRET",
        "IDENTITY_SERVER_THUMBPRINT",
        "ALL_PROXY",
        "all_proxy",
        "npm_config_https_proxy",
        "npm_config_noproxy",
        "ARM_CLIENT_SECRET",
        "ARM_CLOUD_METADATA_URL",
        "SSL_CERT_DIR",
    ];
    let variables: Vec<_> = names.iter().map(|name| (*name, "theirs")).collect();
    let changes = changes(&facts(), PROXY, &present(&variables));
    for name in names {
        assert_eq!(of(&changes, name), Some(None), "{name}");
    }
    assert!(changes.iter().all(|change| change.value.as_deref() != Some(OsStr::new("theirs"))));
}

#[test]
fn what_is_no_identity_is_left_alone() {
    let names = ["AZURE_KEYVAULT_URL", "AZURE_KEY_VAULT_NAME", "PATH", "HOME", "MSIX", "ARM_ARCH"];
    let variables: Vec<_> = names.iter().map(|name| (*name, "theirs")).collect();
    let changes = changes(&facts(), PROXY, &present(&variables));
    for name in names {
        assert_eq!(of(&changes, name), None, "{name}");
    }
}

#[test]
fn through_the_proxy_everything_leads_to_it() {
    let besides = ["db.test".to_owned()];
    let theirs = present(&[("NO_PROXY", "*"), ("https_proxy", "http://corporate:1")]);
    let changes = changes(&facts(), Way::Proxy { besides: &besides }, &theirs);
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
        assert_eq!(of(&changes, name), Some(Some("http://127.0.0.1:8444")), "{name}");
    }
    assert_eq!(of(&changes, "NO_PROXY"), Some(Some("localhost,127.0.0.1,::1,db.test")));
    assert_eq!(of(&changes, "no_proxy"), of(&changes, "NO_PROXY"));
    assert_eq!(of(&changes, "SSL_CERT_FILE"), Some(Some("/state dir/ca.pem")));
    assert_eq!(of(&changes, "AZURE_CONFIG_DIR"), Some(Some("/state dir/azure")));
    assert_eq!(of(&changes, "IDENTITY_ENDPOINT"), Some(Some("http://127.0.0.1:8444/msi/token")));
    assert_eq!(of(&changes, "AZURE_AUTHORITY_HOST"), None);
}

#[test]
fn a_proxy_in_other_options_of_java_does_not_have_the_last_word() {
    let before = [("_JAVA_OPTIONS", "-Xmx1g"), ("MAVEN_OPTS", "-Xss1m")];
    let changes_before = changes(&facts(), PROXY, &present(&before));
    assert_eq!(of(&changes_before, "_JAVA_OPTIONS"), None);
    for name in ["_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_OPTS"] {
        let theirs = present(&[(name, "-Dhttp.nonProxyHosts=*.azure.net")]);
        let changes = changes(&facts(), PROXY, &theirs);
        let last = of(&changes, "_JAVA_OPTIONS").flatten().unwrap();
        assert!(last.ends_with(of(&changes, "JAVA_TOOL_OPTIONS").flatten().unwrap()), "{last}");
        assert_eq!(last.starts_with("-Dhttp.nonProxyHosts=*"), name == "_JAVA_OPTIONS", "{last}");
    }
}

#[test]
fn directly_there_is_no_proxy_but_the_authority() {
    let theirs = present(&[("HTTPS_PROXY", "http://corporate:1")]);
    let changes = changes(&facts(), Way::Direct, &theirs);
    assert_eq!(of(&changes, "HTTPS_PROXY"), Some(None));
    assert_eq!(of(&changes, "AZURE_AUTHORITY_HOST"), Some(Some("https://localhost:8443")));
    assert_eq!(of(&changes, "AZURE_CORE_INSTANCE_DISCOVERY"), Some(Some("false")));
    assert!(!of(&changes, "JAVA_TOOL_OPTIONS").unwrap().unwrap().contains("proxy"));
}
