//! A mistake that everything else about the route has to bear.

use httpz::prelude::*;

#[get("/posts/{post}", under = "/users/:user")]
fn show(user: u64, post: u64) -> String {
    format!("{user} {post}")
}

#[get("/")]
fn index() -> Redirect {
    Redirect::to(show::url(1, 2))
}

fn main() {
    App::new((), |r| r.mount(routes![index]).group("/users/:user", |g| g.mount(routes![show])));
}
