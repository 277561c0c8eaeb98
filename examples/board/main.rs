//! Starts the board: `cargo run --release --example board`, and open the address that it prints.
//!
//! | | |
//! |---|---|
//! | `HTTPZ_ADDR` | where to listen, default `127.0.0.1:5882` |
//! | `BOARD_DB` | the file to keep everything in; in memory without it |
//! | `BOARD_HTTPS=1` | browsers come by `https://`, through a proxy: cookies are for that alone |
//! | `--routes` | prints the routes and ends |

use std::env;

use httpz_board::{Board, app};

fn main() -> httpz::Result {
    let file = env::var("BOARD_DB").ok();
    let https = env::var("BOARD_HTTPS").is_ok_and(|value| value == "1");
    let app = app(Board::open(file.as_deref())?.https(https));
    print!("{}", app.routes());
    if env::args().any(|argument| argument == "--routes") {
        return Ok(());
    }
    let addr = env::var("HTTPZ_ADDR").unwrap_or_else(|_| "127.0.0.1:5882".into());
    let server = app.start_on(addr)?;
    println!("listening on http://{}/", server.addr());
    server.wait_for_signal()
}
