//! The application of `examples/mini_app.rs` with Rocket.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::status::NoContent;
use rocket::response::stream::{Event, EventStream};
use rocket::response::{self, Responder};
use rocket::serde::json::Json;
use rocket::{Request, State, catch, catchers, delete, get, launch, post, put, routes};
use serde::{Deserialize, Serialize};
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

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Me {
    type Error = AppError;

    async fn from_request(req: &'r Request<'_>) -> Outcome<Self, AppError> {
        match req.headers().get_one("authorization") {
            Some("Bearer secret") => Outcome::Success(Self("ann")),
            _ => Outcome::Error((Status::Unauthorized, AppError::Unauthorized)),
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

#[derive(Debug, thiserror::Error)]
enum AppError {
    #[error("no such user")]
    NotFound,
    #[error("name is empty")]
    NoName,
    #[error("who are you?")]
    Unauthorized,
}

impl<'r> Responder<'r, 'static> for AppError {
    fn respond_to(self, req: &'r Request<'_>) -> response::Result<'static> {
        let status = match self {
            Self::NotFound => Status::NotFound,
            Self::NoName => Status::BadRequest,
            Self::Unauthorized => Status::Unauthorized,
        };
        (status, self.to_string()).respond_to(req)
    }
}

impl NewUser {
    fn validate(&self) -> Result<(), AppError> {
        if self.name.is_empty() { Err(AppError::NoName) } else { Ok(()) }
    }
}

#[catch(401)]
fn unauthorized() -> AppError {
    AppError::Unauthorized
}

#[get("/users?<limit>")]
fn list(db: &State<Db>, _me: Me, limit: Option<usize>) -> Json<Vec<User>> {
    Json(db.users().values().take(limit.unwrap_or(20)).cloned().collect())
}

#[get("/users/<id>")]
fn show(db: &State<Db>, _me: Me, id: u64) -> Result<Json<User>, AppError> {
    db.users().get(&id).cloned().map(Json).ok_or(AppError::NotFound)
}

#[post("/users", data = "<new>")]
fn create(db: &State<Db>, me: Me, new: Json<NewUser>) -> Result<(Status, Json<User>), AppError> {
    new.validate()?;
    let mut users = db.users();
    let id = users.last_key_value().map_or(1, |(last, _)| last + 1);
    let user = User { id, name: new.into_inner().name };
    users.insert(id, user.clone());
    // That nobody listens is no fault.
    let _ = db.events.send(format!("{} made {id}", me.0));
    Ok((Status::Created, Json(user)))
}

#[put("/users/<id>", data = "<new>")]
fn update(db: &State<Db>, _me: Me, id: u64, new: Json<NewUser>) -> Result<Json<User>, AppError> {
    new.validate()?;
    let mut users = db.users();
    let user = users.get_mut(&id).ok_or(AppError::NotFound)?;
    user.name = new.into_inner().name;
    Ok(Json(user.clone()))
}

#[delete("/users/<id>")]
fn remove(db: &State<Db>, _me: Me, id: u64) -> Result<NoContent, AppError> {
    db.users().remove(&id).map(|_| NoContent).ok_or(AppError::NotFound)
}

#[get("/events")]
fn events(db: &State<Db>) -> EventStream<impl Stream<Item = Event> + use<>> {
    let texts = BroadcastStream::new(db.events.subscribe()).filter_map(Result::ok);
    EventStream::from(texts.map(Event::data))
}

#[launch]
fn app() -> _ {
    rocket::build()
        .manage(Db { users: Mutex::default(), events: broadcast::Sender::new(16) })
        .mount("/", routes![events])
        .mount("/api", routes![list, show, create, update, remove])
        .register("/api", catchers![unauthorized])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rocket::http::Header;
    use rocket::local::blocking::{Client, LocalRequest, LocalResponse};
    use serde_json::{Value, json};

    fn send(req: LocalRequest<'_>) -> LocalResponse<'_> {
        req.header(Header::new("authorization", "Bearer secret")).dispatch()
    }

    #[test]
    fn crud() {
        let client = Client::untracked(app()).unwrap();
        let bo = json!({ "id": 1, "name": "bo" });
        let made = send(client.post("/api/users").json(&json!({ "name": "bo" })));
        assert_eq!(made.status(), Status::Created);
        assert_eq!(made.into_json::<Value>().unwrap(), bo);
        let found = send(client.get("/api/users/1"));
        assert_eq!(found.status(), Status::Ok);
        assert_eq!(found.into_json::<Value>().unwrap(), bo);
        let missing = send(client.get("/api/users/9"));
        assert_eq!(missing.status(), Status::NotFound);
        assert_eq!(missing.into_string().unwrap(), "no such user");
        let nameless = send(client.post("/api/users").json(&json!({ "name": "" })));
        assert_eq!(nameless.status(), Status::BadRequest);
        assert_eq!(nameless.into_string().unwrap(), "name is empty");
        let renamed = send(client.put("/api/users/1").json(&json!({ "name": "cy" })));
        assert_eq!(renamed.status(), Status::Ok);
        let all = send(client.get("/api/users?limit=1")).into_json::<Value>();
        assert_eq!(all.unwrap(), json!([{ "id": 1, "name": "cy" }]));
        assert_eq!(send(client.delete("/api/users/1")).status(), Status::NoContent);
    }

    #[test]
    fn unauthorized() {
        let client = Client::untracked(app()).unwrap();
        let refused = client.get("/api/users").dispatch();
        assert_eq!(refused.status(), Status::Unauthorized);
        assert_eq!(refused.into_string().unwrap(), "who are you?");
    }
}
