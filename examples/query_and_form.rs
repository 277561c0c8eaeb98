//! Query strings and forms, read as structs or one by one.

use httpz::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Search<'a> {
    /// Must be there.
    text: &'a str,
    /// May be absent or empty.
    limit: Option<usize>,
    /// May be repeated: `tag=a&tag=b`.
    #[serde(borrow, default)]
    tag: Vec<&'a str>,
}

/// What a search would look for.
#[get("/search")]
fn search(Query(search): Query<Search<'_>>) -> String {
    let Search { text, limit, tag } = search;
    format!("{} of {text:?} with {tag:?}\n", limit.unwrap_or(10))
}

/// The parameters one by one, decoded.
#[get("/raw")]
fn raw(req: &Request, res: &mut Response) -> Result {
    // Said to be text, so that no browser takes what somebody sent for a page.
    res.content_type(ContentType::Text);
    for (name, value) in req.query()?.iter() {
        use std::io::Write;
        writeln!(res.writer(), "{name} is {value:?}")?;
    }
    Ok(())
}

/// A form; it comes back to this address with POST.
#[get("/")]
fn form() -> Html<&'static str> {
    Html(
        "<!doctype html><meta charset=utf-8><title>Order</title>\
         <form method=post><label>Name <input name=name required></label>\
         <label>Cups <input name=cups type=number min=1 value=1></label>\
         <label><input type=checkbox name=milk value=true> Milk</label><button>Order</button></form>",
    )
}

#[derive(Deserialize)]
struct Order<'a> {
    name: &'a str,
    cups: u8,
    #[serde(default)]
    milk: bool,
}

/// Takes the order, and sends the browser on, so that reloading does not order twice.
#[post("/")]
fn order(Form(order): Form<Order<'_>>) -> Redirect {
    let Order { name, cups, milk } = order;
    Redirect::to(thanks::url(name, cups, if milk { "white" } else { "black" }))
}

/// Where the browser is sent.
#[get("/thanks/:name/:cups/:colour")]
fn thanks(name: &str, cups: u8, colour: &str) -> String {
    format!("{cups} {colour} for {name}\n")
}

fn main() -> Result {
    httpz_examples::serve(App::new((), |r| r.mount(routes![form, order, thanks, search, raw])))
}
