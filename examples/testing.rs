//! Tests: a handler by itself, a whole application, a stream step by step; in memory, without a socket,
//! a runtime or a port.
//!
//! `cargo test --example testing` runs them; `cargo run --example testing` serves what they test.

use httpz::prelude::*;
use httpz::sse::{Channel, Event, Subscription};
use httpz::{Cookie, SameSite};

struct Kitchen {
    orders: Channel,
}

/// What is in the pot.
#[get("/tea/:kind")]
fn tea(kind: &str) -> Option<String> {
    ["oolong", "sencha"].contains(&kind).then(|| format!("a pot of {kind}"))
}

/// Finds tea by its taste.
fn search(req: &Request, res: &mut Response) -> Result {
    let Some(taste) = req.query()?.get("taste") else {
        return Err(Error::status(400, "which taste?"));
    };
    res.json(&json!({ "taste": taste, "found": ["sencha"] }))
}

/// Remembers a guest by a cookie.
#[post("/sit/:name")]
fn sit(name: &str, res: &mut Response) -> Result<Status> {
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Error::status(422, "a name has letters and digits"));
    }
    res.cookie(Cookie::new("guest", name).http_only().same_site(SameSite::Lax));
    Ok(Status::NO_CONTENT)
}

/// Orders tea, in the name of the guest.
#[post("/orders/:kind")]
fn order(kitchen: &Kitchen, req: &Request, kind: &str) -> Result<Status> {
    let guest = req.cookie("guest").ok_or_else(|| Error::status(401, "sit down first"))?;
    kitchen.orders.publish(Event::new(format!("{kind} for {guest}")));
    Ok(Status::ACCEPTED)
}

/// What the kitchen hears.
#[get("/orders")]
fn orders(kitchen: &Kitchen) -> Subscription {
    kitchen.orders.subscribe()
}

fn app() -> App<Kitchen> {
    App::new(Kitchen { orders: Channel::new(16) }, |r| {
        r.mount(routes![tea, sit, order, orders]).get("/search", search)
    })
}

fn main() -> Result {
    httpz_examples::serve(app())
}

#[cfg(test)]
mod tests {
    use httpz::testing::{Client, Exchange};

    use super::*;

    #[test]
    fn a_handler_is_a_function() {
        assert_eq!(tea("oolong").as_deref(), Some("a pot of oolong"));
        assert_eq!(tea("coffee"), None);
    }

    #[test]
    fn a_plain_handler_is_called_with_a_request_that_is_built_up() {
        Exchange::new()
            .query("taste", "grassy")
            .call(search)
            .expect_status(200)
            .expect_json(json!({ "taste": "grassy", "found": ["sencha"] }));
        Exchange::new().call(search).expect_status(400).expect_body("which taste?");
    }

    #[test]
    fn an_application_is_asked_by_a_client_that_keeps_cookies() {
        let client = Client::new(app());
        client.get("/tea/sencha").status(200).text("a pot of sencha");
        client.get("/tea/coffee").status(404);
        client.post("/orders/oolong", ()).status(401).text("sit down first");
        client.post("/sit/a%3Bb", ()).status(422).text("a name has letters and digits");
        client.post("/sit/ann", ()).status(204);
        client.post("/orders/oolong", ()).status(202);
    }

    #[test]
    fn a_stream_is_listened_to_step_by_step() {
        let client = Client::new(app());
        let mut kitchen = client.open("/orders").status(200);
        assert!(kitchen.is_quiet());
        client.post("/sit/bo", ()).status(204);
        client.post("/orders/sencha", ()).status(202);
        assert_eq!(kitchen.next_event().expect("an order").data, "sencha for bo");
        assert!(kitchen.is_quiet());
    }
}
