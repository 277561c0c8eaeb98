//! A board of notes: people sign up, pin notes, and everybody who looks sees them at once.
//!
//! A whole application in a few files, each of which answers one question:
//!
//! ```text
//! lib.rs        what is there?
//! main.rs       how is it started?
//! users.rs      who is asking? sign up, sign in, sessions, the guard
//! passwords.rs  is this their password? hashed on a thread of its own, guessed slowly
//! notes.rs      what is on the board? list, add, change, remove
//! live.rs       what has just happened? the event stream
//! page.rs       what does a person see? one page, its style and its script
//! db.rs         where is it kept? SQLite, and its migrations
//! tests/        the API as a client sees it, the page as a person does, in a browser
//! ```

mod db;
mod live;
mod notes;
mod page;
mod passwords;
mod users;

use httpz::ext::openapi::OpenApi;
use httpz::health;
use httpz::prelude::*;

use db::Db;
use live::Live;
use passwords::Passwords;

/// What all requests share.
pub struct Board {
    db: Db,
    live: Live,
    passwords: Passwords,
    https: bool,
}

impl Board {
    /// A board that is kept in this file, or in memory.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, or was written by a newer version.
    pub fn open(file: Option<&str>) -> Result<Self> {
        let (db, passwords) = (Db::open(file)?, Passwords::start()?);
        Ok(Self { db, live: Live::default(), passwords, https: false })
    }

    /// Sets whether cookies are for encrypted connections only.
    #[must_use]
    pub fn https(self, https: bool) -> Self {
        Self { https, ..self }
    }
}

/// The longest body, in bytes: a note, and then some.
const LIMIT: u64 = 8 * 1024;

/// The application.
pub fn app(board: Board) -> App<Board> {
    App::new(board, |r| {
        r.mount(routes![page::index, page::style, page::script])
            .get("/readyz", health::ready)
            .group("/api", |api| {
                api.limit(LIMIT)
                    .check(users::from_our_page)
                    .mount(routes![users::sign_up, users::sign_in, users::token, users::me])
                    .mount(routes![notes::list, live::live])
                    .guard(users::signed_in)
                    .mount(routes![users::sign_out, notes::add, notes::change, notes::remove])
            })
    })
    .error(db::meaning)
    .openapi(OpenApi::new("Board", env!("CARGO_PKG_VERSION")))
}
