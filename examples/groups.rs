//! Groups: routes that share a prefix, and data of their own in place of the application's.
//!
//! The same handlers serve two shops here; each group lends them its own `Shop`.

use httpz::prelude::*;

struct Shop {
    name: &'static str,
    goods: &'static [(&'static str, u32)],
}

/// What this shop is called.
#[get("/about")]
fn about(shop: &Shop) -> String {
    format!("Welcome to {}\n", shop.name)
}

/// What one thing costs here.
#[get("/price/:good")]
fn price(shop: &Shop, good: &str) -> Result<String> {
    let found = shop.goods.iter().find(|(name, _)| *name == good);
    let (_, price) =
        found.ok_or_else(|| Error::status(404, format!("{} sells no {good}", shop.name)))?;
    Ok(format!("{price}\n"))
}

/// Arguments come from the prefix of the group too, where the attribute names it.
#[get("/hello/:name", under = "/in/:language")]
fn hello(language: &str, name: &str) -> String {
    match language {
        "fr" => format!("Bonjour {name}\n"),
        "de" => format!("Guten Tag {name}\n"),
        _ => format!("Hello {name}\n"),
    }
}

fn main() -> Result {
    let tea = Shop { name: "the tea house", goods: &[("oolong", 12), ("sencha", 9)] };
    let books = Shop { name: "the book shop", goods: &[("atlas", 40)] };
    httpz_examples::serve(App::new((), |r| {
        r.group("/shops", |shops| {
            shops
                .group("/tea", |g| g.data(tea).mount(routes![about, price]))
                .group("/books", |g| g.data(books).mount(routes![about, price]))
        })
        .group("/in/:language", |g| g.mount(routes![hello]))
    }))
}
