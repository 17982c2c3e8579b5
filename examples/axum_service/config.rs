//! What the service is told by its environment.

use std::{error::Error, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use tokio_postgres::config::SslMode;

/// The settings. None of them is a secret: those are in the vault.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// `LISTEN`: the address to serve on.
    pub(crate) listen: SocketAddr,
    /// `KEY_VAULT_NAME`: the vault in Azure; without one, an emulator in this process.
    pub(crate) vault: Option<String>,
    /// `DATABASE_URL`: a PostgreSQL without its password; without one, a stand-in in this process.
    /// In TLS, unless it says `sslmode=disable`.
    pub(crate) database: Option<tokio_postgres::Config>,
    /// `DATABASE_CA`: a file of the authorities, in PEM, that the database's certificate may be by;
    /// without one, those that this machine believes.
    pub(crate) database_ca: Option<PathBuf>,
    /// `DATABASE_PASSWORD_SECRET`: the secret that is the database's password.
    pub(crate) password_secret: String,
    /// `SIGNING_KEY`: the key that signs tokens, on the curve P-256.
    pub(crate) signing_key: String,
    /// `ISSUER`: who tokens are from, and for.
    pub(crate) issuer: String,
    /// `TOKEN_LIFETIME`: in seconds.
    pub(crate) token_lifetime: Duration,
    /// `LOOK_EVERY`: within how many seconds a rotation is seen.
    pub(crate) look_every: Duration,
}

impl Config {
    /// Reads the settings by `variable`, which is the environment but in tests.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Box<dyn Error>> {
        let text = |name: &str, default: &str| variable(name).unwrap_or_else(|| default.to_owned());
        let config = Self {
            listen: parsed("LISTEN", &text("LISTEN", "127.0.0.1:8080"))?,
            vault: variable("KEY_VAULT_NAME"),
            database: variable("DATABASE_URL").as_deref().map(database).transpose()?,
            database_ca: variable("DATABASE_CA").map(PathBuf::from),
            password_secret: text("DATABASE_PASSWORD_SECRET", "db-password"),
            signing_key: text("SIGNING_KEY", "tokens"),
            issuer: text("ISSUER", "https://orders.example"),
            token_lifetime: seconds("TOKEN_LIFETIME", &text("TOKEN_LIFETIME", "3600"))?,
            look_every: seconds("LOOK_EVERY", &text("LOOK_EVERY", "60"))?,
        };
        if config.vault.is_none() && config.database.is_some() {
            return Err("DATABASE_URL is set: KEY_VAULT_NAME must name the vault that has that \
                        database's password"
                .into());
        }
        if config.vault.is_some() && config.database.is_none() {
            return Err(
                "KEY_VAULT_NAME is set: DATABASE_URL must name the database whose password \
                        is in that vault"
                    .into(),
            );
        }
        Ok(config)
    }
}

/// A database's address. Its password has no place there: whoever sees the environment would.
fn database(url: &str) -> Result<tokio_postgres::Config, Box<dyn Error>> {
    // Its own word for what `require` is here: the name in the certificate is looked at, too.
    let url = url.replace("sslmode=verify-full", "sslmode=require");
    // The parser's error may repeat what it read.
    let mut config = tokio_postgres::Config::from_str(&url).map_err(|_| {
        let mode = ", or its sslmode is none of disable, require and verify-full";
        let mode = if url.contains("sslmode=") { mode } else { "" };
        format!("DATABASE_URL is not an address such as postgres://user@host/database{mode}")
    })?;
    if config.get_password().is_some() {
        return Err(
            "DATABASE_URL has a password: take it out, the service reads it from the vault".into(),
        );
    }
    // What may go without TLS may go to anybody who says that there is none, the password with it.
    if config.get_ssl_mode() == SslMode::Prefer {
        config.ssl_mode(SslMode::Require);
    }
    Ok(config)
}

fn seconds(name: &str, text: &str) -> Result<Duration, Box<dyn Error>> {
    let seconds: u64 = parsed(name, text)?;
    // For longer than a day nothing should be believed that somebody has withdrawn.
    if !(1..=DAY).contains(&seconds) {
        Err(format!("{name} must be 1 to {DAY} seconds").into())
    } else {
        Ok(Duration::from_secs(seconds))
    }
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(name: &str, text: &str) -> Result<T, Box<dyn Error>> {
    text.parse().map_err(|error| format!("{name} is '{text}': {error}").into())
}

const DAY: u64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Config, String> {
        let find = |name: &str| set.iter().find(|(known, _)| *known == name);
        Config::read(|name| find(name).map(|(_, value)| (*value).to_owned()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_need_be_set() {
        let config = read(&[]).unwrap();
        assert_eq!(config.listen.port(), 8080);
        assert_eq!(config.look_every, Duration::from_secs(60));
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let error = read(&[("DATABASE_URL", "postgres://orders:hunter2@db/orders")]).unwrap_err();
        assert!(error.contains("has a password") && !error.contains("hunter2"), "{error}");
        let error = read(&[("DATABASE_URL", "postgres://orders:hunter2@db:port")]).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn the_database_is_asked_for_in_tls_unless_that_is_disabled() {
        for (query, mode) in [
            ("", SslMode::Require),
            ("?sslmode=prefer", SslMode::Require),
            ("?sslmode=require", SslMode::Require),
            ("?sslmode=verify-full", SslMode::Require),
            ("?sslmode=disable", SslMode::Disable),
        ] {
            let url = format!("postgres://orders@db/orders{query}");
            let config = read(&[("DATABASE_URL", &url), ("KEY_VAULT_NAME", "my-vault")]).unwrap();
            assert_eq!(config.database.unwrap().get_ssl_mode(), mode, "{query}");
        }
    }

    #[test]
    fn a_vault_wants_a_database_and_a_database_a_vault() {
        let error = read(&[("KEY_VAULT_NAME", "my-vault")]).unwrap_err();
        assert!(error.contains("DATABASE_URL must"), "{error}");
        let error = read(&[("DATABASE_URL", "postgres://orders@db/orders")]).unwrap_err();
        assert!(error.contains("KEY_VAULT_NAME must"), "{error}");
    }

    #[test]
    fn what_is_no_number_is_said_by_name() {
        let error = read(&[("LOOK_EVERY", "often")]).unwrap_err();
        assert!(error.starts_with("LOOK_EVERY is 'often'"), "{error}");
        for lifetime in ["0", "86401", "18446744073709551615"] {
            let error = read(&[("TOKEN_LIFETIME", lifetime)]).unwrap_err();
            assert_eq!(error, "TOKEN_LIFETIME must be 1 to 86400 seconds");
        }
    }
}
