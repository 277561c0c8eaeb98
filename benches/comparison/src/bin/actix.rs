//! The application of `examples/mini_app.rs` with actix-web.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{Data, Json, Path, Query, ServiceConfig, scope};
use actix_web::{
    App, Error, FromRequest, HttpRequest, HttpResponse, HttpServer, Responder, ResponseError,
    delete, get, post, put,
};
use actix_web_lab::sse;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::BroadcastStream;

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

impl FromRequest for Me {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match req.headers().get(AUTHORIZATION) {
            Some(token) if token == "Bearer secret" => Ok(Self("ann")),
            _ => Err(AppError::Unauthorized),
        })
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

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NoName => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
        }
    }
}

impl NewUser {
    fn validate(&self) -> Result<(), AppError> {
        if self.name.is_empty() { Err(AppError::NoName) } else { Ok(()) }
    }
}

async fn auth(
    _: Me,
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    next.call(req).await
}

#[get("/users")]
async fn list(db: Data<Db>, page: Query<Page>) -> Json<Vec<User>> {
    Json(db.users().values().take(page.limit.unwrap_or(20)).cloned().collect())
}

#[get("/users/{id}")]
async fn show(db: Data<Db>, id: Path<u64>) -> Result<Json<User>, AppError> {
    db.users().get(&id).cloned().map(Json).ok_or(AppError::NotFound)
}

#[post("/users")]
async fn create(
    db: Data<Db>,
    me: Me,
    Json(new): Json<NewUser>,
) -> Result<(Json<User>, StatusCode), AppError> {
    new.validate()?;
    let mut users = db.users();
    let id = users.last_key_value().map_or(1, |(last, _)| last + 1);
    let user = User { id, name: new.name };
    users.insert(id, user.clone());
    // That nobody listens is no fault.
    let _ = db.events.send(format!("{} made {id}", me.0));
    Ok((Json(user), StatusCode::CREATED))
}

#[put("/users/{id}")]
async fn update(
    db: Data<Db>,
    id: Path<u64>,
    Json(new): Json<NewUser>,
) -> Result<Json<User>, AppError> {
    new.validate()?;
    let mut users = db.users();
    let user = users.get_mut(&id).ok_or(AppError::NotFound)?;
    user.name = new.name;
    Ok(Json(user.clone()))
}

#[delete("/users/{id}")]
async fn remove(db: Data<Db>, id: Path<u64>) -> Result<HttpResponse, AppError> {
    let removed = db.users().remove(&id);
    removed.map(|_| HttpResponse::NoContent().finish()).ok_or(AppError::NotFound)
}

#[get("/events")]
async fn events(db: Data<Db>) -> impl Responder {
    let texts = BroadcastStream::new(db.events.subscribe()).filter_map(Result::ok);
    sse::Sse::from_infallible_stream(texts.map(|text| sse::Data::new(text).into()))
        .with_keep_alive(std::time::Duration::from_secs(15))
}

fn db() -> Data<Db> {
    Data::new(Db { users: Mutex::default(), events: broadcast::Sender::new(16) })
}

fn routes(config: &mut ServiceConfig) {
    let api = scope("/api").wrap(from_fn(auth));
    let api = api.service(list).service(show).service(create).service(update).service(remove);
    config.service(events).service(api);
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let db = db();
    HttpServer::new(move || App::new().app_data(db.clone()).configure(routes))
        .bind("127.0.0.1:8080")?
        .run()
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::{TestRequest, call_and_read_body_json, init_service, read_body};
    use actix_web::test::{call_service, try_call_service};
    use serde_json::{Value, json};

    #[actix_web::test]
    async fn crud() {
        let app = init_service(App::new().app_data(db()).configure(routes)).await;
        let signed = |req: TestRequest, path: &str| {
            req.uri(path).insert_header((AUTHORIZATION, "Bearer secret"))
        };
        let bo = json!({ "id": 1, "name": "bo" });
        let post = |body: Value| signed(TestRequest::post(), "/api/users").set_json(body);
        let made = call_service(&app, post(json!({ "name": "bo" })).to_request()).await;
        assert_eq!(made.status(), StatusCode::CREATED);
        assert_eq!(actix_web::test::read_body_json::<Value, _>(made).await, bo);
        let found = signed(TestRequest::get(), "/api/users/1").to_request();
        assert_eq!(call_and_read_body_json::<_, _, Value>(&app, found).await, bo);
        let missing = signed(TestRequest::get(), "/api/users/9").to_request();
        let missing = call_service(&app, missing).await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
        assert_eq!(read_body(missing).await, "no such user");
        let nameless = call_service(&app, post(json!({ "name": "" })).to_request()).await;
        assert_eq!(nameless.status(), StatusCode::BAD_REQUEST);
        assert_eq!(read_body(nameless).await, "name is empty");
        let renamed = signed(TestRequest::put(), "/api/users/1").set_json(json!({ "name": "cy" }));
        assert_eq!(call_service(&app, renamed.to_request()).await.status(), StatusCode::OK);
        let all = signed(TestRequest::get(), "/api/users?limit=1").to_request();
        let all: Value = call_and_read_body_json(&app, all).await;
        assert_eq!(all, json!([{ "id": 1, "name": "cy" }]));
        let removed = signed(TestRequest::delete(), "/api/users/1").to_request();
        assert_eq!(call_service(&app, removed).await.status(), StatusCode::NO_CONTENT);
    }

    #[actix_web::test]
    async fn unauthorized() {
        let app = init_service(App::new().app_data(db()).configure(routes)).await;
        let req = TestRequest::get().uri("/api/users").to_request();
        let refused = try_call_service(&app, req).await.err().expect("the guard refuses");
        assert_eq!(refused.as_response_error().status_code(), StatusCode::UNAUTHORIZED);
        assert_eq!(refused.to_string(), "who are you?");
    }
}
