//! The database of a data directory: its form, and reading it.

use std::{fs, io, path::Path};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use rusqlite_migration::{M, Migrations};

use super::{
    Durability,
    folder::{Folder, sync, with_suffix},
    seal::{About, Sealer},
};
use crate::{
    installation::files::{keep_private, lock_file, named},
    state::{Kind, Record},
};

/// "azve": what tells our databases from others'.
const APPLICATION: i32 = 0x617a_7665;
/// Every form that there was, each by what made it of the one before.
pub(super) const FORMS: &[M<'_>] = &[
    M::up(
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE records (
         owner TEXT NOT NULL,
         kind TEXT NOT NULL,
         key TEXT NOT NULL,
         body BLOB NOT NULL,
         PRIMARY KEY (owner, kind, key)
     ) STRICT, WITHOUT ROWID;
     PRAGMA application_id = 0x617a7665;",
    ),
    // Versions have numbers in their records, which only those have that were made since: the older are read as they are.
    M::up("SELECT 1"),
];
/// What a directory's key is known by.
const CHECK: About<'_> = About { kind: "meta", owner: "", key: "check" };

#[derive(Debug)]
pub(super) struct Database {
    pub(super) connection: Connection,
    pub(super) sealer: Sealer,
    damaged: String,
}

impl Database {
    pub(super) fn open(folder: &Folder, durability: Durability) -> io::Result<Self> {
        Self::open_in_form(folder, durability, FORMS)
    }

    /// Opens a database and brings it into the last of these forms, or leaves it as it was.
    pub(super) fn open_in_form(
        folder: &Folder,
        durability: Durability,
        forms: &[M<'_>],
    ) -> io::Result<Self> {
        let form = i64::try_from(forms.len()).map_err(io::Error::other)?;
        let sealer = folder.sealer()?;
        let path = folder.database();
        if !path.try_exists().map_err(|error| named(&path, &error))? {
            make(&path, &sealer).map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("{} could not be made: {error}", path.display()),
                )
            })?;
            sync(folder.path())?;
            tracing::info!(folder = %folder.path().display(), "made a new data directory");
        }
        keep_private(&path)?;
        let open = || -> rusqlite::Result<(Connection, i32, i64)> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&path, flags)?;
            // Nobody else is there, which saves locking each time; and first, which saves a file to do so, that a full
            // disk has no room for.
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            let application =
                connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
            let form = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok((connection, application, form))
        };
        let (mut connection, application, found) =
            open().map_err(|error| refused(folder, &error))?;
        if application != APPLICATION {
            let path = path.display();
            return Err(folder.refused(format!("{path} is no state of an emulator. Put it back")));
        }
        if found > form {
            let path = path.display();
            return Err(newer(&format!(
                "{path} is of form {found}; this emulator knows the forms up to {form}"
            )));
        }
        let prepare = |connection: &mut Connection| -> Result<(), rusqlite_migration::Error> {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", durability.synchronous())?;
            Migrations::from_slice(forms).to_latest(connection)
        };
        prepare(&mut connection).map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "{} of form {found} could not be brought into form {form}, and is as it was: {error}",
                    path.display()
                ),
            )
        })?;
        let read = "SELECT value FROM meta WHERE name = 'check'";
        let check = connection.query_row(read, [], |row| row.get(0));
        let check: Vec<u8> = check.map_err(|error| refused(folder, &error))?;
        if sealer.open(&CHECK, check).is_none() {
            return Err(folder.refused(format!(
                "the key in {} is not that of {}. Put the right one back",
                folder.path().display(),
                path.display()
            )));
        }
        let damaged = folder.refused(damaged(&path)).to_string();
        Ok(Self { connection, sealer, damaged })
    }

    /// Why what is here makes no sense, and what to do.
    pub(super) fn refused(&self, what: &dyn std::fmt::Display) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, format!("{what}: {}", self.damaged))
    }

    /// All records, opened.
    pub(super) fn read(&self) -> io::Result<Vec<Record>> {
        let path = Path::new(self.connection.path().unwrap_or_default());
        let refused = |error: rusqlite::Error| {
            of_system(path, &error).unwrap_or_else(|| self.refused(&error))
        };
        let read = "SELECT kind, owner, key, body FROM records";
        let mut statement = self.connection.prepare(read).map_err(refused)?;
        let mut rows = statement.query([]).map_err(refused)?;
        let mut records = Vec::new();
        while let Some(row) = rows.next().map_err(refused)? {
            let text = |column| row.get::<_, String>(column).map_err(refused);
            let body = row.get(3).map_err(refused)?;
            records.push(self.record(&text(0)?, text(1)?, text(2)?, body)?);
        }
        Ok(records)
    }

    fn record(&self, kind: &str, owner: String, key: String, body: Vec<u8>) -> io::Result<Record> {
        let body = self.sealer.open(&About { kind, owner: &owner, key: &key }, body);
        let body = body.ok_or_else(|| {
            self.refused(&format!("the {kind} '{key}' of '{owner}' was changed by somebody"))
        })?;
        let kind = Kind::of(kind).ok_or_else(|| {
            let path = self.connection.path().unwrap_or_default();
            let what =
                format!("{path} has a record of a kind that this emulator does not know, '{kind}'");
            newer(&what)
        })?;
        Ok(Record { kind, owner, key, body })
    }
}

impl Durability {
    fn synchronous(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Full => "FULL",
        }
    }
}

/// Makes an empty database, which appears as a whole.
fn make(path: &Path, sealer: &Sealer) -> io::Result<()> {
    let new = with_suffix(path, ".new");
    for left in [&new, &with_suffix(&new, "-journal")] {
        match fs::remove_file(left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    // With the rights that SQLite gives its other files, too.
    drop(lock_file(&new)?);
    let check = sealer.seal(&CHECK, b"azvault-emulator");
    let check = check.ok_or_else(|| io::Error::other("there are no random numbers"))?;
    let fill = || -> Result<(), rusqlite_migration::Error> {
        let mut connection = Connection::open(&new)?;
        Migrations::from_slice(FORMS).to_latest(&mut connection)?;
        connection.execute("INSERT INTO meta VALUES ('check', ?1)", [check])?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(())
    };
    fill().map_err(io::Error::other)?;
    fs::rename(&new, path)
}

/// What is whole and sealed by the right key, and yet unknown.
fn newer(what: &str) -> io::Error {
    let words =
        format!("{what}: a newer emulator made it. Use the newer one, or name another directory");
    io::Error::new(io::ErrorKind::InvalidData, words)
}

fn damaged(path: &Path) -> String {
    format!("{} is damaged. Put a copy of the whole directory back", path.display())
}

/// Of the errors of SQLite, some are the file's and others the system's.
pub(super) fn refused(folder: &Folder, error: &rusqlite::Error) -> io::Error {
    let path = folder.database();
    of_system(&path, error)
        .unwrap_or_else(|| folder.refused(format!("{error}: {}", damaged(&path))))
}

/// An error that says nothing of what is in the file: nobody is to remove it for that.
fn of_system(path: &Path, error: &rusqlite::Error) -> Option<io::Error> {
    let path = path.display();
    match error.sqlite_error_code()? {
        ErrorCode::CannotOpen
        | ErrorCode::PermissionDenied
        | ErrorCode::ReadOnly
        | ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::OutOfMemory => Some(io::Error::other(format!("{path}: {error}"))),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(io::Error::new(
            io::ErrorKind::WouldBlock,
            format!("{path} is open in another program: {error}. Close it there"),
        )),
        _ => None,
    }
}
