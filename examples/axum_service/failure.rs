//! What may go wrong while a request is answered, and what its sender is told.

use std::{error::Error, fmt};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use azvault_core::ErrorKind;
use deadpool_postgres::PoolError;
use serde_json::{Value, json};
use tokio_postgres::error::DbError;

use crate::database::is_end;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no bearer token.
    NoToken,
    /// The token must not be trusted, for this reason.
    BadToken(azvault_core::Error),
    /// The token is that of another order.
    OtherOrder,
    /// There is no such order.
    NoOrder,
    /// What was sent is no order.
    NotAnOrder(&'static str),
    /// The vault was needed and could not help.
    Vault(azvault_core::Error),
    /// The database refused the password, and the vault could not be asked for another.
    Password(azvault_core::Error),
    /// The database refused the password, and the vault has no newer one.
    PasswordRefused,
    /// No connection to the database.
    Pool(PoolError),
    /// The database failed.
    Database(tokio_postgres::Error),
}

impl Failure {
    /// The answer with that body; the cause is logged.
    pub(crate) fn answer(&self, status: StatusCode, body: Value) -> Response {
        // No error of these crates repeats a secret or a token.
        match self.source() {
            Some(source) if status.is_server_error() => {
                tracing::error!(cause = %chain(source), "{self}")
            }
            _ => tracing::debug!("{self}"),
        }
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::BadToken(_) => StatusCode::UNAUTHORIZED,
            Self::OtherOrder => StatusCode::FORBIDDEN,
            Self::NoOrder => StatusCode::NOT_FOUND,
            Self::NotAnOrder(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Vault(error) => match error.kind() {
                // These pass.
                ErrorKind::Service
                | ErrorKind::Transport
                | ErrorKind::Timeout
                | ErrorKind::Throttled
                | ErrorKind::Authentication => StatusCode::SERVICE_UNAVAILABLE,
                // Somebody has to mend these: a permission, a key that is gone.
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
            Self::Password(_) | Self::PasswordRefused | Self::Pool(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Database(error) if is_end(error) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// For people who sent the request: nothing of what is behind the service.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoToken => "send the token that the order was answered with, as a bearer token",
            Self::BadToken(_) => {
                "the token does not hold: it was changed, has expired, or is not ours"
            }
            Self::OtherOrder => "the token is that of another order",
            Self::NoOrder => "there is no such order",
            Self::NotAnOrder(reason) => reason,
            Self::Vault(_) => "tokens cannot be issued just now",
            Self::Password(_) | Self::PasswordRefused | Self::Pool(_) | Self::Database(_) => {
                "the orders cannot be reached just now"
            }
        })
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::BadToken(error) | Self::Vault(error) | Self::Password(error) => Some(error),
            Self::Pool(error) => Some(error),
            Self::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.answer(self.status(), json!({ "error": self.to_string() }))
    }
}

/// An error with those that caused it, in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = said(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = said(error);
        // Some repeat their cause themselves.
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

/// What an error says itself. A database's details may be a row, which is nobody's but its user's.
fn said(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<DbError>() {
        Some(error) => format!("{}: {}", error.severity(), error.message()),
        None => error.to_string(),
    }
}
