//! Starts the board: `cargo run --release --example board`, and open the address that it prints.
//!
//! | | |
//! |---|---|
//! | `HTTPZ_PORT`, … | any field of `httpz::Config`; without them, `127.0.0.1:5882` |
//! | `BOARD_DB` | the file to keep everything in; in memory without it |
//! | `BOARD_HTTPS=1` | browsers come by `https://`, through a proxy: cookies are for that alone |
//! | `--routes` | prints the routes and ends |

use std::env;

use httpz::Signals;
use httpz::prelude::*;
use httpz_board::{Board, app};

fn main() -> Result {
    let config = Config::from_env()?;
    let file = env::var("BOARD_DB").ok();
    let https = env::var("BOARD_HTTPS").is_ok_and(|value| value == "1");
    let app = app(Board::open(file.as_deref())?.https(https)).config(config);
    print!("{}", app.routes());
    if env::args().any(|argument| argument == "--routes") {
        return Ok(());
    }
    let signals = Signals::new()?;
    let server = app.start()?;
    println!("listening on http://{}/", server.addr());
    server.wait_for(signals)
}
