//! A JSON API: typed bodies in and out, statuses, errors of one's own.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use httpz::prelude::*;
use serde::{Deserialize, Serialize};

/// A task as clients see it.
#[derive(Clone, Serialize)]
struct Task {
    id: u64,
    title: String,
    done: bool,
}

#[derive(Deserialize)]
struct NewTask {
    title: String,
}

#[derive(Deserialize)]
struct Change {
    title: Option<String>,
    done: Option<bool>,
}

#[derive(HttpError)]
enum TaskError {
    #[status(404, "no such task")]
    NotFound,
    #[status(422, "a task needs a title")]
    NoTitle,
}

/// Refuses a title that nobody could read.
fn checked(title: String) -> Result<String, TaskError> {
    if title.trim().is_empty() { Err(TaskError::NoTitle) } else { Ok(title) }
}

#[derive(Default)]
struct Tasks(Mutex<BTreeMap<u64, Task>>);

impl Tasks {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Task>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All tasks.
#[get("/tasks")]
fn list(tasks: &Tasks) -> Json<Vec<Task>> {
    Json(tasks.lock().values().cloned().collect())
}

/// One task.
#[get("/tasks/:id")]
fn show(tasks: &Tasks, id: u64) -> Result<Json<Task>, TaskError> {
    tasks.lock().get(&id).cloned().map(Json).ok_or(TaskError::NotFound)
}

/// Adds a task, and says where it is.
#[post("/tasks")]
fn create(
    tasks: &Tasks,
    Json(new): Json<NewTask>,
    res: &mut Response,
) -> Result<(Status, Json<Task>), TaskError> {
    let title = checked(new.title)?;
    let mut tasks = tasks.lock();
    let id = tasks.last_key_value().map_or(1, |(last, _)| last + 1);
    let task = Task { id, title, done: false };
    tasks.insert(id, task.clone());
    res.header("Location", show::url(id));
    Ok((Status::CREATED, Json(task)))
}

/// Changes what is given.
#[patch("/tasks/:id")]
fn change(tasks: &Tasks, id: u64, Json(change): Json<Change>) -> Result<Json<Task>, TaskError> {
    let title = change.title.map(checked).transpose()?;
    let mut tasks = tasks.lock();
    let task = tasks.get_mut(&id).ok_or(TaskError::NotFound)?;
    task.done = change.done.unwrap_or(task.done);
    if let Some(title) = title {
        task.title = title;
    }
    Ok(Json(task.clone()))
}

/// Takes a task away.
#[delete("/tasks/:id")]
fn remove(tasks: &Tasks, id: u64) -> Result<Status, TaskError> {
    tasks.lock().remove(&id).map(|_| Status::NO_CONTENT).ok_or(TaskError::NotFound)
}

fn main() -> Result {
    let routes = routes![list, show, create, change, remove];
    httpz_examples::serve(App::new(Tasks::default(), |r| r.mount(routes)))
}
