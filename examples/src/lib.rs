//! What the examples share: they tell what they answer and where, and serve until they are stopped;
//! and what their tests share: starting one as a user would, and talking to it.
//!
//! The examples stand beside this folder, one screen each; `README.md` lists them, `tests/` runs every
//! one. `hello.rs` does by itself what [`serve`] does for the others.

mod answer;
mod server;

use httpz::{App, Config, Listen, Result, Signals};

pub use answer::Answer;
pub use server::{Server, example, read_until};

/// Prints the routes, and the address unless `--routes` asks for nothing else, and serves until SIGINT or
/// SIGTERM comes; configured by the environment, as by `HTTPZ_PORT`.
///
/// # Errors
///
/// Mistakes in the routes or the environment, and what the system says to the address.
pub fn serve<G: Send + Sync + 'static>(app: App<G>) -> Result {
    if only_routes(&app) {
        return Ok(());
    }
    let signals = Signals::new()?;
    let server = app.config(Config::from_env()?).start()?;
    announce(server.places());
    server.wait_for(signals)
}

/// Prints the routes. Was that all that `--routes` asked for?
pub fn only_routes<G: Send + Sync + 'static>(app: &App<G>) -> bool {
    print!("{}", app.routes());
    std::env::args().any(|argument| argument == "--routes")
}

/// Prints the places a server listens at.
pub fn announce(places: &[Listen]) {
    for place in places {
        match place.addr() {
            Some(addr) if place.to_string().starts_with("tls:") => {
                println!("listening on https://{addr}/");
            }
            Some(addr) => println!("listening on http://{addr}/"),
            None => println!("listening on {place}"),
        }
    }
}
