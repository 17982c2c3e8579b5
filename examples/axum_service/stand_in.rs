//! A database for where there is no PostgreSQL: SQLite in memory behind PostgreSQL's protocol, with
//! TLS and a login that a wrong password does not pass. The service cannot tell it from a server.

pub(crate) mod door;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use futures::{StreamExt, stream::FuturesUnordered};
use pgwire::{
    api::{
        ClientInfo, PgWireServerHandlers, Type,
        auth::{
            AuthSource, DefaultServerParameterProvider, LoginInfo, Password, StartupHandler,
            md5pass::{Md5PasswordAuthStartupHandler, hash_md5_password},
        },
        portal::{Format, Portal},
        query::{ExtendedQueryHandler, SimpleQueryHandler},
        results::{
            DataRowEncoder, DescribePortalResponse, DescribeStatementResponse, FieldInfo,
            QueryResponse, Response, Tag,
        },
        stmt::{NoopQueryParser, StoredStatement},
    },
    error::{PgWireError, PgWireResult},
};
use rusqlite::{Connection, OptionalExtension, Statement, types::Value};
use tokio::{net::TcpListener, select, sync::Notify, task::JoinHandle};
use uuid::Uuid;

use self::door::Door;

/// The one user.
pub(crate) const USER: &str = "orders";

/// The running database; it ends with this value.
pub(crate) struct StandIn {
    address: SocketAddr,
    authority: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    password: Mutex<String>,
    /// Told to end all sessions.
    end: Notify,
    /// How many were told to log in.
    logins: AtomicUsize,
    tables: Arc<Tables>,
}

impl StandIn {
    /// Starts on a free port of this machine, with one user of that password.
    #[expect(clippy::disallowed_methods, reason = "a server answers beside those who ask it")]
    pub(crate) async fn start(password: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let (authority, door) = Door::for_names(&["127.0.0.1"])?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            password: Mutex::new(password.to_owned()),
            end: Notify::new(),
            logins: AtomicUsize::new(0),
            tables: Arc::new(Tables(Mutex::new(Connection::open_in_memory()?))),
        });
        let server = tokio::spawn(serve(listener, door, Arc::clone(&shared)));
        Ok(Self { address, authority, shared, server })
    }

    /// Where it is, without a password: as `DATABASE_URL` has it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@{}/orders?sslmode=require", self.address)
    }

    /// Whom its certificate is by, in PEM. Nobody else has one of theirs.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Gives the user another password, as `ALTER ROLE` does: who is logged in stays so.
    pub(crate) fn set_password(&self, password: &str) {
        let mut kept = self.shared.password.lock().unwrap_or_else(PoisonError::into_inner);
        password.clone_into(&mut kept);
    }

    /// How many sessions were begun, the refused ones included.
    #[cfg(test)]
    pub(crate) fn logins(&self) -> usize {
        self.shared.logins.load(Ordering::Relaxed)
    }

    /// Ends every session, as a restart does: who comes back has to log in.
    pub(crate) fn end_sessions(&self) {
        self.shared.end.notify_one();
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Accepts and serves. All sessions are part of this one future, and end with it.
async fn serve(listener: TcpListener, door: Door, shared: Arc<Shared>) {
    let mut sessions = FuturesUnordered::new();
    loop {
        select! {
            accepted = listener.accept() => if let Ok((socket, _)) = accepted {
                sessions.push(door.session(socket, Arc::clone(&shared)));
            },
            Some(_ended) = sessions.next() => {}
            () = shared.end.notified() => sessions = FuturesUnordered::new(),
        }
    }
}

impl PgWireServerHandlers for Shared {
    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        Arc::clone(&self.tables)
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        Arc::clone(&self.tables)
    }

    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        self.logins.fetch_add(1, Ordering::Relaxed);
        let password = self.password.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let parameters = DefaultServerParameterProvider::default();
        Arc::new(Md5PasswordAuthStartupHandler::new(
            Arc::new(Login(password)),
            Arc::new(parameters),
        ))
    }
}

/// What a client must answer: a hash of the password with a salt that is new each time.
#[derive(Debug)]
struct Login(String);

#[async_trait]
#[expect(elided_lifetimes_in_paths, reason = "async_trait wants it as the trait has it")]
impl AuthSource for Login {
    async fn get_password(&self, login: &LoginInfo) -> PgWireResult<Password> {
        let salt: Vec<u8> = Uuid::new_v4().into_bytes().into_iter().take(4).collect();
        if login.user() != Some(USER) {
            return Err(PgWireError::InvalidPassword(login.user().unwrap_or_default().to_owned()));
        }
        let hash = hash_md5_password(USER, &self.0, &salt);
        Ok(Password::new(Some(salt), hash.into_bytes()))
    }
}

struct Tables(Mutex<Connection>);

#[async_trait]
impl SimpleQueryHandler for Tables {
    /// Statements without parameters, whose rows nobody wants.
    async fn do_query<C>(&self, _client: &mut C, sql: &str) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        let tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tables.execute_batch(sql).map_err(api)?;
        Ok(vec![Response::Execution(Tag::new("OK"))])
    }
}

#[async_trait]
impl ExtendedQueryHandler for Tables {
    type Statement = String;
    type QueryParser = NoopQueryParser;

    fn query_parser(&self) -> Arc<Self::QueryParser> {
        Arc::new(NoopQueryParser::new())
    }

    async fn do_query<C>(
        &self,
        _client: &mut C,
        portal: &Portal<String>,
        _max_rows: usize,
    ) -> PgWireResult<Response>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        let tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement = tables.prepare(&portal.statement.statement).map_err(api)?;
        let given = (0..portal.parameter_len()).map(|index| parameter(portal, index));
        let given = rusqlite::params_from_iter(given.collect::<PgWireResult<Vec<_>>>()?);
        if statement.column_count() == 0 {
            let changed = statement.execute(given).map_err(api)?;
            return Ok(Response::Execution(Tag::new("OK").with_rows(changed)));
        }
        let fields = Arc::new(fields(&tables, &statement, &portal.result_column_format)?);
        let mut found = statement.query(given).map_err(api)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(api)? {
            let mut encoder = DataRowEncoder::new(Arc::clone(&fields));
            for column in 0..fields.len() {
                match row.get(column).map_err(api)? {
                    Value::Integer(number) => encoder.encode_field(&number)?,
                    Value::Text(text) => encoder.encode_field(&text)?,
                    _ => encoder.encode_field(&None::<i64>)?,
                }
            }
            rows.push(encoder.finish());
        }
        Ok(Response::Query(QueryResponse::new(fields, futures::stream::iter(rows))))
    }

    async fn do_describe_statement<C>(
        &self,
        _client: &mut C,
        stored: &StoredStatement<String>,
    ) -> PgWireResult<DescribeStatementResponse>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        let tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let statement = tables.prepare(&stored.statement).map_err(api)?;
        let types = stored.parameter_types.iter();
        let types = types.map(|known| known.clone().unwrap_or(Type::TEXT)).collect();
        Ok(DescribeStatementResponse::new(
            types,
            fields(&tables, &statement, &Format::UnifiedBinary)?,
        ))
    }

    async fn do_describe_portal<C>(
        &self,
        _client: &mut C,
        portal: &Portal<String>,
    ) -> PgWireResult<DescribePortalResponse>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        let tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let statement = tables.prepare(&portal.statement.statement).map_err(api)?;
        Ok(DescribePortalResponse::new(fields(&tables, &statement, &portal.result_column_format)?))
    }
}

fn parameter(portal: &Portal<String>, index: usize) -> PgWireResult<Value> {
    let known = portal.statement.parameter_types.get(index).and_then(Option::as_ref);
    Ok(match known {
        Some(&Type::INT8) => portal.parameter::<i64>(index, &Type::INT8)?.map(Value::Integer),
        _ => portal.parameter::<String>(index, &Type::TEXT)?.map(Value::Text),
    }
    .unwrap_or(Value::Null))
}

/// The types of PostgreSQL that a statement's columns have: those that its tables were made with.
fn fields(
    tables: &Connection,
    statement: &Statement<'_>,
    format: &Format,
) -> PgWireResult<Vec<FieldInfo>> {
    let mut declared = tables.prepare(DECLARED).map_err(api)?;
    let mut field = |(index, name): (usize, &str)| {
        let declared: Option<String> = declared.query_row([name], |row| row.get(0)).optional()?;
        let kind = if declared.as_deref() == Some("BIGINT") { Type::INT8 } else { Type::TEXT };
        Ok(FieldInfo::new(name.to_owned(), None, None, kind, format.format_for(index)))
    };
    let names = statement.column_names().into_iter().enumerate();
    names.map(&mut field).collect::<rusqlite::Result<_>>().map_err(api)
}

fn api(error: rusqlite::Error) -> PgWireError {
    PgWireError::ApiError(Box::new(error))
}

const DECLARED: &str = "SELECT columns.type FROM sqlite_master, pragma_table_info(sqlite_master.name) AS columns \
     WHERE sqlite_master.type = 'table' AND columns.name = ?1";
