//! A small application whole: users behind a token, a stream of what happens to them, and tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use httpz::prelude::*;
use httpz::sse::{Channel, Event, Subscription};
use serde::{Deserialize, Serialize};

struct Db {
    users: Mutex<BTreeMap<u64, User>>,
    events: Channel,
}

impl Db {
    fn users(&self) -> MutexGuard<'_, BTreeMap<u64, User>> {
        // Nothing is changed half-way under the lock, so a panic leaves it whole.
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Me(&'static str);

#[derive(Context)]
struct Api {
    db: Shared<Db>,
    me: Me,
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

#[derive(HttpError)]
enum AppError {
    #[status(404, "no such user")]
    NotFound,
    #[status(400, "name is empty")]
    NoName,
    #[status(401, "who are you?")]
    Unauthorized,
}

impl NewUser {
    fn validate(&self) -> Result<(), AppError> {
        if self.name.is_empty() { Err(AppError::NoName) } else { Ok(()) }
    }
}

fn auth(db: &mut Shared<Db>, req: &Request) -> Result<Api> {
    match req.header("authorization") {
        Some("Bearer secret") => Ok(Api { db: *db, me: Me("ann") }),
        _ => Err(AppError::Unauthorized.into()),
    }
}

#[get("/users")]
fn list(db: &Db, Query(page): Query<Page>) -> Json<Vec<User>> {
    Json(db.users().values().take(page.limit.unwrap_or(20)).cloned().collect())
}

#[get("/users/:id")]
fn show(db: &Db, id: u64) -> Result<Json<User>, AppError> {
    db.users().get(&id).cloned().map(Json).ok_or(AppError::NotFound)
}

#[post("/users")]
fn create(db: &Db, me: &Me, Json(new): Json<NewUser>) -> Result<(Status, Json<User>)> {
    new.validate()?;
    let mut users = db.users();
    let id = users.last_key_value().map_or(1, |(last, _)| last + 1);
    let user = User { id, name: new.name };
    users.insert(id, user.clone());
    db.events.publish(Event::new(format!("{} made {id}", me.0)));
    Ok((Status::CREATED, Json(user)))
}

#[put("/users/:id")]
fn update(db: &Db, id: u64, Json(new): Json<NewUser>) -> Result<Json<User>> {
    new.validate()?;
    let mut users = db.users();
    let user = users.get_mut(&id).ok_or(AppError::NotFound)?;
    user.name = new.name;
    Ok(Json(user.clone()))
}

#[delete("/users/:id")]
fn remove(db: &Db, id: u64) -> Result<Status, AppError> {
    db.users().remove(&id).map(|_| Status::NO_CONTENT).ok_or(AppError::NotFound)
}

#[get("/events")]
fn events(db: &Db) -> Subscription {
    db.events.subscribe()
}

fn app() -> App<Db> {
    App::new(Db { users: Mutex::default(), events: Channel::new(16) }, |r| {
        r.mount(routes![events])
            .group("/api", |g| g.guard(auth).mount(routes![list, show, create, update, remove]))
    })
}

fn main() -> httpz::Result {
    httpz_examples::serve(app())
}

#[cfg(test)]
mod tests {
    use super::*;
    use httpz::testing::Client;

    #[test]
    fn crud() {
        let client = Client::new(app()).header("authorization", "Bearer secret");
        let bo = json!({ "id": 1, "name": "bo" });
        client.post("/api/users", json!({ "name": "bo" })).status(201).json(bo.clone());
        client.get("/api/users/1").status(200).json(bo);
        client.get("/api/users/9").status(404).text("no such user");
        client.post("/api/users", json!({ "name": "" })).status(400).text("name is empty");
        client.put("/api/users/1", json!({ "name": "cy" })).status(200);
        client.get("/api/users?limit=1").json(json!([{ "id": 1, "name": "cy" }]));
        client.delete("/api/users/1").status(204);
    }

    #[test]
    fn unauthorized() {
        Client::new(app()).get("/api/users").status(401).text("who are you?");
    }
}
