//! What the service answers. An order is answered with a token; who has the token may see the order.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{MatchedPath, Path, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_postgres::types::{ToSql, Type};
use tower_http::timeout::TimeoutLayer;
use uuid::Uuid;

use crate::{failure::Failure, service::Service};

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    item: String,
    quantity: i64,
}

/// The routes.
pub(crate) fn router(service: Arc<Service>) -> Router {
    let limit = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LIMIT);
    Router::new()
        .route("/orders", post(place_order))
        .route("/orders/{id}", get(see_order))
        .route("/.well-known/jwks.json", get(keys))
        .route("/healthz", get(async || "alive"))
        .route("/readyz", get(ready))
        .layer(limit)
        .route_layer(middleware::from_fn(log))
        .with_state(service)
}

/// Signs first: an order whose token cannot be issued is not placed.
async fn place_order(
    State(service): State<Arc<Service>>,
    Json(order): Json<Order>,
) -> Result<impl IntoResponse, Failure> {
    if order.item.is_empty() || order.item.len() > 200 {
        return Err(Failure::NotAnOrder("an item has 1 to 200 bytes"));
    }
    // PostgreSQL has no text with a zero byte, for one.
    if order.item.contains(char::is_control) {
        return Err(Failure::NotAnOrder("an item has no control characters"));
    }
    if !(1..=1000).contains(&order.quantity) {
        return Err(Failure::NotAnOrder("a quantity is 1 to 1000"));
    }
    let id = Uuid::new_v4().to_string();
    let token = service.keyring.issue(&id).await?;
    let values: [(&(dyn ToSql + Sync), Type); 3] =
        [(&id, Type::TEXT), (&order.item, Type::TEXT), (&order.quantity, Type::INT8)];
    service.database.run(INSERT, &values).await?;
    let answer = Json(json!({ "id": id, "token": token }));
    Ok((StatusCode::CREATED, FOR_THE_SENDER, answer))
}

async fn see_order(
    State(service): State<Arc<Service>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Failure> {
    let claims = service.keyring.verify(bearer(&headers).ok_or(Failure::NoToken)?).await?;
    if claims.sub != id {
        return Err(Failure::OtherOrder);
    }
    let rows = service.database.run(SELECT, &[(&id, Type::TEXT)]).await?;
    let row = rows.first().ok_or(Failure::NoOrder)?;
    let item = row.try_get("item").map_err(Failure::Database)?;
    let quantity = row.try_get("quantity").map_err(Failure::Database)?;
    Ok((FOR_THE_SENDER, Json(Order { item, quantity })))
}

/// For whoever else verifies our tokens, who may keep it for a while.
async fn keys(State(service): State<Arc<Service>>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "public, max-age=60")], Json(service.keyring.published()))
}

/// Whether requests can be served, and what somebody has to mend. What is wrong in the vault is no
/// reason to take requests elsewhere: all instances have the same one, and most requests do not need it.
async fn ready(State(service): State<Arc<Service>>) -> Response {
    let reached = service.database.run("SELECT 1", &[]).await;
    let (password, key) = (service.database.password.latest(), service.keyring.standing());
    let said =
        |database: &str| json!({ "database": database, "password": password, "signing_key": key });
    match reached {
        Ok(_) => Json(said("reached")).into_response(),
        Err(failure) => failure.answer(StatusCode::SERVICE_UNAVAILABLE, said(&failure.to_string())),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// One line a request: the route, not the path, and nothing of headers and bodies.
async fn log(route: MatchedPath, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let response = next.run(request).await;
    tracing::info!(%method, route = route.as_str(), status = response.status().as_u16(), "answered");
    response
}

/// The table of orders, made at the start.
pub(crate) const TABLE: &str = "CREATE TABLE IF NOT EXISTS orders \
     (id TEXT PRIMARY KEY, item TEXT NOT NULL, quantity BIGINT NOT NULL)";
/// Of an id that nobody else has, so that once more changes nothing.
const INSERT: &str =
    "INSERT INTO orders (id, item, quantity) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
const SELECT: &str = "SELECT item, quantity FROM orders WHERE id = $1";
/// No cache in between keeps a token, nor what one opens.
const FOR_THE_SENDER: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];
/// The longest that a request may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);
