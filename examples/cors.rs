//! Pages of other origins: which may ask, and read what is answered.
//!
//! A policy holds for the whole application or for a group; preflights are answered by it before any
//! guard. Without one, browsers let no page but our own read anything.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use httpz::Cors;
use httpz::prelude::*;

/// For every page of the world: the seconds since 1970.
#[get("/time")]
fn time() -> Result<String> {
    Ok(format!("{}\n", SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs()))
}

/// For the pages of the shop, with the login that their user has here.
#[get("/basket")]
fn basket() -> Json<Vec<&'static str>> {
    Json(vec!["tea"])
}

/// The same, and with a body of JSON: browsers ask before they send such a request.
#[put("/basket")]
fn fill(Json(goods): Json<Vec<String>>) -> String {
    format!("{} things\n", goods.len())
}

fn main() -> Result {
    let shop = Cors::origins(["https://shop.example", "https://test.shop.example"])
        .methods([Method::Get, Method::Put])
        .headers(["content-type"])
        .credentials()
        .max_age(Duration::from_secs(600));

    httpz_examples::serve(App::new((), |r| {
        r.with(|g| g.cors(Cors::any_origin()).mount(routes![time]))
            .with(|g| g.cors(shop).mount(routes![basket, fill]))
    }))
}
