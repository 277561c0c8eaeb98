//! The crates that are weighed: a thousand handlers, with or without their attributes.
//!
//! Two shapes, since what a route costs beside its function depends on the function. With and without
//! differ in the attributes and in what mounts the routes, and in nothing else.

use std::fmt::Write as _;

/// What the handlers are like.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Functions of one line that share one type: little but what the routes add.
    Bare,
    /// As people write them: a list, a look-up, an addition and a removal for each kind of thing, which
    /// has a type for requests and one for answers.
    Resources,
}

impl Shape {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Resources => "resources",
        }
    }

    /// The program with this many handlers.
    pub(super) fn program(self, routes: usize, attributes: bool) -> String {
        let program = match self {
            Self::Bare => bare(routes),
            Self::Resources => resources(routes),
        };
        if attributes {
            return program;
        }
        let is_route = |line: &&str| {
            let line = line.trim_start();
            line.starts_with("#[get(")
                || line.starts_with("#[post(")
                || line.starts_with("#[delete(")
                || line.starts_with(".mount(")
        };
        let kept: Vec<&str> = program.lines().filter(|line| !is_route(line)).collect();
        kept.join("\n")
    }
}

const HEAD: &str = "\
#![allow(dead_code, unused_imports)]
use httpz::prelude::*;
use serde::{Deserialize, Serialize};
";

fn bare(routes: usize) -> String {
    let mut code = HEAD.to_owned();
    code += "
struct Db;

#[derive(Deserialize, Serialize)]
struct Thing {
    id: u64,
    name: String,
}
";
    // Writing to a string cannot fail, here and below.
    for n in 0..routes {
        let _ = match n % 2 {
            0 => write!(
                code,
                "
#[get(\"/t{n}/:id\")]
fn r{n}(_db: &Db, id: u64) -> Json<Thing> {{
    Json(Thing {{ id, name: {n}.to_string() }})
}}
"
            ),
            _ => write!(
                code,
                "
#[post(\"/t{n}\")]
fn r{n}(_db: &Db, Json(thing): Json<Thing>) -> Result<Json<Thing>> {{
    Ok(Json(thing))
}}
"
            ),
        };
    }
    code += "
fn main() -> httpz::Result {
    App::new(Db, |r| {
        r
";
    let names: Vec<String> = (0..routes).map(|n| format!("r{n}")).collect();
    for names in names.chunks(50) {
        let _ = writeln!(code, "            .mount(routes![{}])", names.join(", "));
    }
    code += "    })
    .listen(\"127.0.0.1:0\")
}
";
    code
}

/// Handlers of a kind of thing.
const PER_RESOURCE: usize = 4;

fn resources(routes: usize) -> String {
    let kinds = routes.div_ceil(PER_RESOURCE);
    let mut code = HEAD.to_owned();
    code += "
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
struct Db {
";
    for n in 0..kinds {
        let _ = writeln!(code, "    kind{n}: Mutex<Vec<kind{n}::Thing>>,");
    }
    code += "}

fn lock<T>(table: &Mutex<T>) -> MutexGuard<'_, T> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Deserialize)]
struct Page {
    before: Option<u64>,
    limit: Option<usize>,
}
";
    for n in 0..kinds {
        code += &KIND.replace('#', &n.to_string()).replace('@', "#");
    }
    code += "
fn main() -> httpz::Result {
    App::new(Db::default(), |r| {
        r
";
    // The last kind may have fewer.
    let paths = (0..kinds).flat_map(|n| {
        ["list", "show", "add", "remove"].map(|function| format!("kind{n}::{function}"))
    });
    let paths: Vec<String> = paths.take(routes).collect();
    for paths in paths.chunks(50) {
        let _ = writeln!(code, "            .mount(routes![{}])", paths.join(", "));
    }
    code += "    })
    .listen(\"127.0.0.1:0\")
}
";
    code
}

/// One kind of thing: `#` is its number, `@` stands for the sign of an attribute.
const KIND: &str = r#"
mod kind# {
    use super::*;

    @[derive(Clone, Serialize)]
    pub(super) struct Thing {
        id: u64,
        title: String,
        tags: Vec<String>,
        done: bool,
    }

    @[derive(Deserialize)]
    pub(super) struct New {
        title: String,
        @[serde(default)]
        tags: Vec<String>,
    }

    @[get("/kind#")]
    pub(super) fn list(db: &Db, Query(page): Query<Page>) -> Json<Vec<Thing>> {
        let before = page.before.unwrap_or(u64::MAX);
        let limit = page.limit.unwrap_or(50).min(200);
        let things = lock(&db.kind#);
        let newest = things.iter().rev().filter(|thing| thing.id < before);
        Json(newest.take(limit).cloned().collect())
    }

    @[get("/kind#/:id")]
    pub(super) fn show(db: &Db, id: u64) -> Result<Json<Thing>> {
        let things = lock(&db.kind#);
        let thing = things.iter().find(|thing| thing.id == id);
        match thing {
            Some(thing) => Ok(Json(thing.clone())),
            None => Err(Error::status(404, format!("there is no kind# {id}"))),
        }
    }

    @[post("/kind#")]
    pub(super) fn add(db: &Db, Json(new): Json<New>) -> Result<(Status, Json<Thing>)> {
        let title = new.title.trim();
        if title.is_empty() || title.chars().count() > 200 {
            return Err(Error::status(422, "a title has 1 to 200 characters"));
        }
        let mut things = lock(&db.kind#);
        let id = things.last().map_or(1, |thing| thing.id + 1);
        let thing = Thing { id, title: title.to_owned(), tags: new.tags, done: false };
        things.push(thing.clone());
        Ok((Status::CREATED, Json(thing)))
    }

    @[delete("/kind#/:id")]
    pub(super) fn remove(db: &Db, id: u64) -> Result<Status> {
        let mut things = lock(&db.kind#);
        let before = things.len();
        things.retain(|thing| thing.id != id);
        if things.len() == before {
            return Err(Error::status(404, format!("there is no kind# {id}")));
        }
        Ok(Status::NO_CONTENT)
    }
}
"#;
