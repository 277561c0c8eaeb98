//! What the examples share: they tell what they answer and where, and serve until they are stopped;
//! and what their tests share: starting one as a user would, and talking to it.
//!
//! The examples stand beside this folder, one screen each; `README.md` lists them, `tests/` runs every
//! one. `hello.rs` does by itself what [`serve`] does for the others.

mod answer;
mod server;

use std::env;

use httpz::{App, Listen, Result};

pub use answer::Answer;
pub use server::{Server, example, read_until};

/// Where to listen: `HTTPZ_ADDR`, else `127.0.0.1:5882`.
pub fn addr() -> String {
    env::var("HTTPZ_ADDR").unwrap_or_else(|_| "127.0.0.1:5882".into())
}

/// Prints the routes and the address, and serves until SIGINT or SIGTERM comes.
///
/// # Errors
///
/// Mistakes in the routes, and what the system says to the address.
pub fn serve<G: Send + Sync + 'static>(app: App<G>) -> Result {
    print!("{}", app.routes());
    let server = app.start_on(addr())?;
    announce(server.places());
    server.wait_for_signal()
}

/// Prints the places a server listens at.
pub fn announce(places: &[Listen]) {
    for place in places {
        match place.addr() {
            Some(addr) => println!("listening on http://{addr}/"),
            None => println!("listening on {place}"),
        }
    }
}
