//! A PostgreSQL in a folder of its own, on a free port, with a certificate for `localhost`.

use std::{fs, net::TcpListener, path::PathBuf, process::Command, thread};

use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

use crate::{stand_in::door::certificate, tls};

/// It ends with this value.
pub(super) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    authority: String,
}

impl Server {
    /// With a role `orders` of that password, by SCRAM-SHA-256 and in TLS alone.
    pub(super) fn start(password: &str) -> Self {
        let found = run("sh", &["-c", FIND]);
        assert!(!found.is_empty(), "PostgreSQL's server is not installed: there is no `initdb`");
        let initdb = fs::canonicalize(found).unwrap();
        let folder = std::env::temp_dir().join(format!("azvault-postgres-{}", Uuid::new_v4()));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (authority, certificate, key) = certificate(&["localhost"]).unwrap();
        let programs = initdb.parent().unwrap().to_owned();
        let server = Self { programs, folder, port, authority };
        fs::create_dir(&server.folder).unwrap();
        server.own();
        let data = server.data();
        server
            .run("initdb", &["-D", &data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        for (name, text) in [
            ("postgresql.conf", &*server.settings()),
            ("pg_hba.conf", "local all admin trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n"),
            ("server.crt", &certificate.pem()),
            ("server.key", &key.serialize_pem()),
        ] {
            fs::write(format!("{data}/{name}"), text).unwrap();
        }
        server.own();
        server.control("start", "fast");
        server.sql(&format!("CREATE ROLE orders LOGIN PASSWORD {}", quoted(password)));
        server.sql("CREATE DATABASE orders OWNER orders");
        server
    }

    /// As `DATABASE_URL` has it.
    pub(super) fn url(&self, host: &str) -> String {
        format!("postgres://orders@{host}:{}/orders?sslmode=require", self.port)
    }

    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    pub(super) fn trusted(&self) -> MakeRustlsConnect {
        tls::trusting_pem(self.authority.as_bytes()).unwrap()
    }

    pub(super) fn set_password(&self, password: &str) {
        self.sql(&format!("ALTER ROLE orders PASSWORD {}", quoted(password)));
    }

    pub(super) fn end_sessions(&self) {
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orders'");
    }

    /// Ends by that mode of `pg_ctl`, and starts again.
    pub(super) fn restart(&self, mode: &str) {
        self.control("restart", mode);
    }

    /// What a statement of the administrator's is answered with.
    pub(super) fn sql(&self, sql: &str) -> String {
        let (folder, port) = (self.folder.display().to_string(), self.port.to_string());
        let to = ["-h", &folder, "-p", &port, "-U", "admin", "-d", "postgres"];
        self.run(
            "psql",
            &[&to[..], &["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]].concat(),
        )
    }

    /// What the server has logged.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }

    fn settings(&self) -> String {
        format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = '{}'\n\
             ssl = on\npassword_encryption = 'scram-sha-256'\nlog_connections = on\nfsync = off\n",
            self.port,
            self.folder.display()
        )
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    fn control(&self, what: &str, mode: &str) {
        let log = self.folder.join("log").display().to_string();
        self.run("pg_ctl", &["-D", &self.data(), "-l", &log, "-m", mode, "-s", "-w", what]);
    }

    /// The server does not run as root, so for root all is done as Debian's user of its name.
    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let program = self.programs.join(program).display().to_string();
        if root() {
            let program = ["-u", "postgres", "--", &program];
            run("runuser", &[&program[..], arguments].concat())
        } else {
            run(&program, arguments)
        }
    }

    /// Gives the folder to whom the server runs as. It refuses a key that others may read.
    fn own(&self) {
        let folder = self.folder.display().to_string();
        run("chmod", &["-R", "go=", &folder]);
        if root() {
            run("chown", &["-R", "postgres", &folder]);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may not have come so far as to run.
        if !thread::panicking() {
            self.control("stop", "immediate");
        }
        let removed = fs::remove_dir_all(&self.folder);
        assert!(removed.is_ok() || thread::panicking());
    }
}

fn root() -> bool {
    run("id", &["-u"]) == "0"
}

fn run(program: &str, arguments: &[&str]) -> String {
    let ended = Command::new(program).args(arguments).current_dir("/").output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8(ended.stdout).unwrap().trim().to_owned()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Debian keeps the server's programs out of the path.
const FIND: &str =
    "command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1";
