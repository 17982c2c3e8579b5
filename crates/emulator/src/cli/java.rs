//! The options of Java machines, which read no certificate file and heed no proxy variable.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

/// Read by every machine, which says so on its standard error.
pub(super) const VARIABLE: &str = "JAVA_TOOL_OPTIONS";
/// The same, and goes before what is on the command line.
pub(super) const LAST_WORD: &str = "_JAVA_OPTIONS";

/// Whether options of a variable such as `MAVEN_OPTS` or `JDK_JAVA_OPTIONS`, which go before those of [`VARIABLE`], would
/// lead elsewhere.
pub(super) fn contradicts(name: &str, value: &str) -> bool {
    const PROPERTIES: [&str; 5] =
        ["-Dhttp.", "-Dhttps.", "-DsocksProxy", "-Djava.net.", "-Djavax.net.ssl."];
    let name = name.to_ascii_uppercase();
    let of_java = name.ends_with("_OPTS") || name.ends_with("_OPTIONS");
    // A file of options may hold anything.
    let has_file = value.split_whitespace().any(|option| option.starts_with('@'));
    let leads_elsewhere = has_file || PROPERTIES.iter().any(|property| value.contains(property));
    of_java && name != VARIABLE && leads_elsewhere
}

/// Trust in that PKCS #12 file alone.
pub(super) fn trust(store: &Path, password: &str) -> Vec<OsString> {
    let mut file = OsString::from("-Djavax.net.ssl.trustStore=");
    file.push(store);
    vec![
        file,
        format!("-Djavax.net.ssl.trustStorePassword={password}").into(),
        "-Djavax.net.ssl.trustStoreType=PKCS12".into(),
    ]
}

/// The proxy at `url`, `http://HOST:PORT`, for everything but `besides`.
pub(super) fn proxy(url: &str, besides: &[&str]) -> Vec<OsString> {
    let authority = url.strip_prefix("http://").unwrap_or(url);
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    let besides: Vec<String> = besides.iter().map(|host| pattern(host)).collect();
    let mut options: Vec<OsString> = Vec::new();
    for scheme in ["https", "http"] {
        options.push(format!("-D{scheme}.proxyHost={}", host.trim_matches(['[', ']'])).into());
        options.push(format!("-D{scheme}.proxyPort={port}").into());
    }
    // That of https, too.
    options.push(format!("-Dhttp.nonProxyHosts={}", besides.join("|")).into());
    // The Azure SDK heeds proxy variables only where this is set.
    options.push("-Djava.net.useSystemProxies=true".into());
    options
}

/// A host as `http.nonProxyHosts` has it.
fn pattern(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else if host.starts_with('.') {
        format!("*{host}")
    } else {
        host.to_owned()
    }
}

/// `present` and `options` after it, where later ones win; the same when they are there already.
pub(super) fn added(present: Option<&OsStr>, options: &[OsString]) -> OsString {
    let mut ours = OsString::new();
    for option in options {
        if !ours.is_empty() {
            ours.push(" ");
        }
        ours.push(quoted(option));
    }
    let Some(present) = present.filter(|present| !present.is_empty()) else {
        return ours;
    };
    let there = present.to_str().zip(ours.to_str()).is_some_and(|(it, ours)| it.ends_with(ours));
    let mut all = present.to_owned();
    if !there {
        all.push(" ");
        all.push(ours);
    }
    all
}

/// The machine splits at white space and takes quotes of either kind away, wherever they are.
fn quoted(option: &OsStr) -> OsString {
    let Some(text) = option.to_str() else {
        return option.to_owned();
    };
    let needs = |c: char| c.is_whitespace() || c == '\'' || c == '"';
    if !text.contains(needs) {
        return option.to_owned();
    }
    let mut quoted = String::new();
    for part in text.split_inclusive('\'') {
        let (plain, quote) = part.strip_suffix('\'').map_or((part, false), |part| (part, true));
        if !plain.is_empty() {
            quoted.push_str(&format!("'{plain}'"));
        }
        if quote {
            quoted.push_str("\"'\"");
        }
    }
    quoted.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_follow_those_that_are_there_and_are_not_added_twice() {
        let options = trust(Path::new("/a b/it's.p12"), "changeit");
        let first = added(Some(OsStr::new("-Xmx1g")), &options);
        let text = first.to_str().unwrap();
        assert!(
            text.starts_with("-Xmx1g '-Djavax.net.ssl.trustStore=/a b/it'\"'\"'s.p12' "),
            "{text}"
        );
        assert_eq!(added(Some(&first), &options), first);
        assert!(added(None, &options).to_str().unwrap().starts_with("'-Djavax"));
    }

    #[test]
    fn options_of_proxies_and_trust_are_seen_where_they_would_win() {
        let proxy = "-Xmx1g -Dhttps.proxyHost=corporate";
        for name in ["_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "MAVEN_OPTS", "GRADLE_OPTS", "SBT_OPTS"] {
            assert!(contradicts(name, proxy), "{name}");
            assert!(!contradicts(name, "-Xmx1g"), "{name}");
        }
        assert!(contradicts("JDK_JAVA_OPTIONS", "-Xmx1g @/etc/java.options"));
        // Ours come after these.
        assert!(!contradicts(VARIABLE, proxy));
        assert!(!contradicts("NOTES", proxy));
    }

    #[test]
    fn hosts_besides_the_proxy_are_patterns() {
        let options = proxy("http://127.0.0.1:8444", &["localhost", "::1", ".test"]);
        let has = |option: &str| options.iter().any(|it| it == option);
        assert!(has("-Dhttps.proxyHost=127.0.0.1") && has("-Dhttps.proxyPort=8444"));
        assert!(has("-Dhttp.nonProxyHosts=localhost|[::1]|*.test"));
    }
}
