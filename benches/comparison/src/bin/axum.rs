//! The application of `examples/mini_app.rs` with axum.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::from_extractor;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};

struct Db {
    users: Mutex<BTreeMap<u64, User>>,
    events: broadcast::Sender<String>,
}

impl Db {
    fn users(&self) -> MutexGuard<'_, BTreeMap<u64, User>> {
        // Nothing is changed half-way under the lock, so a panic leaves it whole.
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Me(&'static str);

impl<S: Sync> FromRequestParts<S> for Me {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        match parts.headers.get(AUTHORIZATION) {
            Some(token) if token == "Bearer secret" => Ok(Self("ann")),
            _ => Err(AppError::Unauthorized),
        }
    }
}

#[derive(Clone, Serialize)]
struct User {
    id: u64,
    name: String,
}

#[derive(Deserialize)]
struct NewUser {
    name: String,
}

#[derive(Deserialize)]
struct Page {
    limit: Option<usize>,
}

#[derive(Debug, thiserror::Error)]
enum AppError {
    #[error("no such user")]
    NotFound,
    #[error("name is empty")]
    NoName,
    #[error("who are you?")]
    Unauthorized,
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NoName => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
        };
        (status, self.to_string()).into_response()
    }
}

impl NewUser {
    fn validate(&self) -> Result<(), AppError> {
        if self.name.is_empty() { Err(AppError::NoName) } else { Ok(()) }
    }
}

async fn list(State(db): State<Arc<Db>>, Query(page): Query<Page>) -> Json<Vec<User>> {
    Json(db.users().values().take(page.limit.unwrap_or(20)).cloned().collect())
}

async fn show(State(db): State<Arc<Db>>, Path(id): Path<u64>) -> Result<Json<User>, AppError> {
    db.users().get(&id).cloned().map(Json).ok_or(AppError::NotFound)
}

async fn create(
    State(db): State<Arc<Db>>,
    me: Me,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Json<User>), AppError> {
    new.validate()?;
    let mut users = db.users();
    let id = users.last_key_value().map_or(1, |(last, _)| last + 1);
    let user = User { id, name: new.name };
    users.insert(id, user.clone());
    // That nobody listens is no fault.
    let _ = db.events.send(format!("{} made {id}", me.0));
    Ok((StatusCode::CREATED, Json(user)))
}

async fn update(
    State(db): State<Arc<Db>>,
    Path(id): Path<u64>,
    Json(new): Json<NewUser>,
) -> Result<Json<User>, AppError> {
    new.validate()?;
    let mut users = db.users();
    let user = users.get_mut(&id).ok_or(AppError::NotFound)?;
    user.name = new.name;
    Ok(Json(user.clone()))
}

async fn remove(State(db): State<Arc<Db>>, Path(id): Path<u64>) -> Result<StatusCode, AppError> {
    db.users().remove(&id).map(|_| StatusCode::NO_CONTENT).ok_or(AppError::NotFound)
}

async fn events(State(db): State<Arc<Db>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let texts = BroadcastStream::new(db.events.subscribe()).filter_map(Result::ok);
    Sse::new(texts.map(|text| Ok(Event::default().data(text)))).keep_alive(KeepAlive::default())
}

fn app() -> Router {
    let api = Router::new()
        .route("/users", get(list).post(create))
        .route("/users/{id}", get(show).put(update).delete(remove))
        .route_layer(from_extractor::<Me>());
    let db = Db { users: Mutex::default(), events: broadcast::Sender::new(16) };
    Router::new().route("/events", get(events)).nest("/api", api).with_state(Arc::new(db))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, app()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum_test::TestServer;
    use serde_json::json;

    #[tokio::test]
    async fn crud() {
        let mut server = TestServer::new(app());
        server.add_header(AUTHORIZATION, "Bearer secret");
        let bo = json!({ "id": 1, "name": "bo" });
        let made = server.post("/api/users").json(&json!({ "name": "bo" })).await;
        made.assert_status(StatusCode::CREATED).assert_json(&bo);
        server.get("/api/users/1").await.assert_status_ok().assert_json(&bo);
        let missing = server.get("/api/users/9").await;
        missing.assert_status_not_found().assert_text("no such user");
        let nameless = server.post("/api/users").json(&json!({ "name": "" })).await;
        nameless.assert_status_bad_request().assert_text("name is empty");
        server.put("/api/users/1").json(&json!({ "name": "cy" })).await.assert_status_ok();
        let all = server.get("/api/users?limit=1").await;
        all.assert_json(&json!([{ "id": 1, "name": "cy" }]));
        server.delete("/api/users/1").await.assert_status_no_content();
    }

    #[tokio::test]
    async fn unauthorized() {
        let refused = TestServer::new(app()).get("/api/users").await;
        refused.assert_status_unauthorized().assert_text("who are you?");
    }
}
