//! Errors: those of one's own, those of others, and one place that shapes them all.
//!
//! A handler returns any error with `?`. What it says of itself with a status is meant for the
//! client; anything else is a 500 whose cause goes to the log and to nobody else.

use httpz::prelude::*;

#[derive(HttpError)]
enum ShopError {
    #[status(404, "we do not have that")]
    Unknown,
    #[status(409)]
    SoldOut(String),
}

/// Buys something, if it is there.
#[post("/buy/:thing")]
fn buy(thing: &str) -> Result<String, ShopError> {
    match thing {
        "tea" => Ok(format!("here is your {thing}\n")),
        "cake" => Err(ShopError::SoldOut("the last cake was sold at noon".into())),
        _ => Err(ShopError::Unknown),
    }
}

/// Fails with an error of the standard library.
#[get("/stock")]
fn stock() -> Result<String> {
    Ok(std::fs::read_to_string("/no/such/file")?)
}

/// Fails with a panic: that is an error as well, and the worker lives on.
#[get("/bug")]
fn bug() -> &'static str {
    panic!("this is a bug")
}

/// The shape of every error, of whoever's making: handlers, extractors, the parser, panics.
fn shape(req: &Request, res: &mut Response, error: &Error) {
    let wants_html = req.header("accept").is_some_and(|accept| accept.contains("text/html"));
    if wants_html {
        res.content_type(ContentType::Html);
        res.body(format!("<h1>{}</h1><p>{}</p>\n", error.code(), escape(error.message())));
    } else {
        res.text(&format!("{}: {}\n", error.code(), error.message()));
    }
}

/// What is said may hold what was sent.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Where there is no route there is a way back.
fn not_found(req: &Request, _: &mut Response) -> String {
    format!("404: there is no {}; try /stock or /bug\n", req.path())
}

fn main() -> Result {
    let app = App::new((), |r| r.mount(routes![buy, stock, bug]));
    httpz_examples::serve(app.on_error(shape).not_found(not_found))
}
