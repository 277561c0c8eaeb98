//! The same thousand functions of one line, written for other libraries.
//!
//! What their users write: a path parameter and an answer in JSON, a body and an answer in JSON, and
//! state for both. With and without differ in what makes routes of the functions, and in nothing else.

use std::fmt::Write as _;

/// A library whose routes are weighed beside ours.
pub(super) struct Peer {
    pub(super) name: &'static str,
    /// Its lines in the manifest.
    pub(super) dependencies: &'static str,
    /// What stands above the functions.
    head: &'static str,
    /// A function that shows, and one that takes: `%` is their number.
    show: Handler,
    take: Handler,
    /// The program around the routes, which stand where `@` is.
    main: &'static str,
    /// So many routes are given over at once, between these two; the routes themselves are joined by
    /// commas where they are a list.
    batch: (&'static str, &'static str),
}

/// A function as it is without a route, what makes a route of it, and how it is named where it is mounted.
struct Handler {
    attribute: &'static str,
    function: &'static str,
    mounted: &'static str,
}

/// How many routes stand in one list.
const BATCH: usize = 50;

impl Peer {
    /// The program with this many functions.
    pub(super) fn program(&self, routes: usize, mounted: bool) -> String {
        let mut code = format!("#![allow(dead_code, unused_imports)]\n{}{THING}", self.head);
        let handlers =
            || (0..routes).map(|n| (n, if n % 2 == 0 { &self.show } else { &self.take }));
        for (n, handler) in handlers() {
            let attribute = if mounted { handler.attribute } else { "" };
            code += &format!("\n{attribute}\n{}", handler.function).replace('%', &n.to_string());
        }
        let mut list = String::new();
        let names: Vec<String> =
            handlers().map(|(n, handler)| handler.mounted.replace('%', &n.to_string())).collect();
        for names in names.chunks(BATCH).filter(|_| mounted) {
            let (open, close) = self.batch;
            // Writing to a string cannot fail.
            let _ = writeln!(list, "        {open}{}{close}", names.concat());
        }
        code + &self.main.replace('@', &list)
    }
}

const THING: &str = "
struct Db;

#[derive(serde::Deserialize, serde::Serialize)]
struct Thing {
    id: u64,
    name: String,
}
";

pub(super) const PEERS: [Peer; 3] = [
    Peer {
        name: "axum",
        dependencies: r#"axum = "0.8"
tokio = { version = "1", features = ["full"] }"#,
        head: "use std::sync::Arc;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
",
        show: Handler {
            attribute: "",
            function:
                "async fn r%(State(_db): State<Arc<Db>>, Path(id): Path<u64>) -> Json<Thing> {
    Json(Thing { id, name: %.to_string() })
}
",
            mounted: r#".route("/t%/{id}", get(r%))"#,
        },
        take: Handler {
            attribute: "",
            function: "async fn r%(
    State(_db): State<Arc<Db>>,
    Json(thing): Json<Thing>,
) -> Result<Json<Thing>, String> {
    Ok(Json(thing))
}
",
            mounted: r#".route("/t%", post(r%))"#,
        },
        main: r#"
#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app: Router = Router::new()
@        .with_state(Arc::new(Db));
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:0").await?, app).await
}
"#,
        batch: (".merge(Router::new()", ")"),
    },
    Peer {
        name: "actix-web",
        dependencies: r#"actix-web = { version = "4", default-features = false, features = ["macros"] }"#,
        head: "use actix_web::web::{Data, Json, Path};
use actix_web::{App, HttpServer, Result, get, post};
",
        show: Handler {
            attribute: r#"#[get("/t%/{id}")]"#,
            function: "async fn r%(_db: Data<Db>, id: Path<u64>) -> Json<Thing> {
    Json(Thing { id: *id, name: %.to_string() })
}
",
            mounted: ".service(r%)",
        },
        take: Handler {
            attribute: r#"#[post("/t%")]"#,
            function: "async fn r%(_db: Data<Db>, thing: Json<Thing>) -> Result<Json<Thing>> {
    Ok(thing)
}
",
            mounted: ".service(r%)",
        },
        main: r#"
#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let routes = |app: &mut actix_web::web::ServiceConfig| {
@        let _ = app;
    };
    HttpServer::new(move || App::new().app_data(Data::new(Db)).configure(routes))
        .bind("127.0.0.1:0")?
        .run()
        .await
}
"#,
        batch: ("app", ";"),
    },
    Peer {
        name: "rocket",
        dependencies: r#"rocket = { version = "0.5", features = ["json"] }"#,
        head: "use rocket::serde::json::Json;
use rocket::{State, get, post, routes};
",
        show: Handler {
            attribute: r#"#[get("/t%/<id>")]"#,
            function: "fn r%(_db: &State<Db>, id: u64) -> Json<Thing> {
    Json(Thing { id, name: %.to_string() })
}
",
            mounted: "r%, ",
        },
        take: Handler {
            attribute: r#"#[post("/t%", data = "<thing>")]"#,
            function: "fn r%(_db: &State<Db>, thing: Json<Thing>) -> Result<Json<Thing>, String> {
    Ok(thing)
}
",
            mounted: "r%, ",
        },
        main: "
#[rocket::launch]
fn rocket() -> _ {
    rocket::build()
        .manage(Db)
@}
",
        batch: (r#".mount("/", routes!["#, "])"),
    },
];
