//! Answers compressed on their way, for clients that say that they take gzip.
//!
//! ```
//! use httpz::ext::compression::Compression;
//! use httpz::prelude::*;
//!
//! let app = App::new((), |r| r.get("/", handler(|_, _| "hello ".repeat(1000))))
//!     .compress(Compression::new());
//! # let client = httpz::testing::Client::new(app);
//! # client.get("/").no_header("content-encoding").header("vary", "Accept-Encoding");
//! # let packed = client.header("accept-encoding", "gzip").get("/");
//! # assert!(packed.header("content-encoding", "gzip").body().len() < 200);
//! ```
//!
//! What an answer says is weighed when its head is about to leave, so it does not matter who has made it, a handler,
//! a dispatcher further out, or the one who shapes errors. Bodies of up to 64 KiB are compressed at once and sent with
//! their length; larger ones in pieces, between which other connections have their turns, and without it. What a
//! handler sends piece by piece is compressed on the way, and what it has given leaves when it waits for anything, as
//! it does otherwise. Each piece is compressed at once, so whoever has megabytes gives them bit by bit.
//!
//! Compressed are only those kinds of content for which it pays ([`is_compressible`]), and nothing that is below
//! [`Compression::min_size`], has a `Content-Encoding` already (as the variants that `ext::files` sends do), is a part
//! (206), has a digest of its bytes among its fields, or says `Cache-Control: no-transform`. A strong `ETag` becomes a
//! weak one, as the bytes are others; with `If-None-Match`, where weak tags are equal to strong ones, nothing changes.
//! With `If-Match` they are not, so that a client that writes back what it has read with its tag needs answers that
//! say `no-transform`.
//!
//! # When not to compress
//!
//! The size of a compressed answer tells how much in it repeats: where it has a secret and beside it text that an
//! attacker chooses, a search term that the page shows again, say, whoever can see the size of many such answers can
//! guess the secret piece by piece, in spite of TLS (the attack is called BREACH). Such answers say `no-transform`,
//! or their group is left out:
//!
//! ```
//! use httpz::ext::compression::Compression;
//! use httpz::prelude::*;
//!
//! let page = handler(|_, _| "hello ".repeat(1000));
//! let app = App::new((), |r| {
//!     r.get("/", page).group("/account", |g| g.dispatch(Compression::off()).get("/", page))
//! })
//! .compress(Compression::new());
//! # let client = httpz::testing::Client::new(app).header("accept-encoding", "gzip");
//! # client.get("/").header("content-encoding", "gzip");
//! # client.get("/account/").no_header("content-encoding");
//! ```
//!
//! # Memory
//!
//! An encoder takes 371 KiB. Each worker keeps one; every body that is compressed piece by piece has one of its own
//! from its first piece to its end. There are at most [`Compression::max_streams`] of those for each worker.
//!
//! What the client says is read in `accept.rs`, what is compressed is decided in `plan.rs`, and done in `gzip.rs`.

mod accept;
mod gzip;
mod plan;

use crate::{App, Dispatch, Flow, Next, Request, Response};
use plan::Plan;

/// How answers are compressed: for a whole application ([`App::compress`]), or as a dispatcher of a group. Where
/// several are nested, the innermost counts.
///
/// ```
/// use httpz::ext::compression::Compression;
/// use httpz::prelude::*;
///
/// let packed = Compression::new().min_size(200).level(9);
/// let app = App::new((), |r| {
///     r.group("/docs", |g| g.dispatch(packed).get("/", handler(|_, _| "hello ".repeat(50))))
/// });
/// # let client = httpz::testing::Client::new(app).header("accept-encoding", "gzip");
/// # client.get("/docs/").header("content-encoding", "gzip");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Compression {
    min_size: u64,
    level: u8,
    types: fn(&str) -> bool,
    event_streams: bool,
    max_streams: usize,
}

impl Default for Compression {
    fn default() -> Self {
        Self::new()
    }
}

impl Compression {
    /// Compresses what is worth it: from 1 KiB on, with level 5, the kinds of content that [`is_compressible`] names.
    pub fn new() -> Self {
        Self {
            min_size: 1024,
            level: 5,
            types: is_compressible,
            event_streams: false,
            max_streams: 64,
        }
    }

    /// Compresses nothing, for a group within what is compressed otherwise.
    pub fn off() -> Self {
        Self::new().types(|_| false)
    }

    /// The smallest body, in bytes, that is compressed; default 1,024. Less gains nothing on a network, whose packets
    /// hold about so much. A body that is sent in pieces counts as large, unless its length was declared; and for a
    /// client that takes nothing plain (`identity;q=0`) everything does.
    #[must_use]
    pub fn min_size(self, bytes: u64) -> Self {
        Self { min_size: bytes, ..self }
    }

    /// How hard to try, from 1 to 9; default 5. Of texts like this one 5 leaves 35 %. 1 takes two fifths of its time
    /// and leaves half; more than 5 takes up to twice the time and gains one percent of what is left.
    #[must_use]
    pub fn level(self, level: u8) -> Self {
        Self { level: level.clamp(1, 9), ..self }
    }

    /// Which kinds of content are compressed, in place of those that [`is_compressible`] names. The kind comes in lower
    /// case and without parameters: `text/html`. An answer without `Content-Type` is never compressed.
    ///
    /// ```
    /// use httpz::ext::compression::{Compression, is_compressible};
    ///
    /// let with_fonts = Compression::new().types(|kind| kind == "font/sfnt" || is_compressible(kind));
    /// ```
    #[must_use]
    pub fn types(self, types: fn(&str) -> bool) -> Self {
        Self { types, ..self }
    }

    /// Compresses event streams (`text/event-stream`) as well. Each listener then holds an encoder for as long as it
    /// listens: 371 KiB, which is many times what it takes otherwise. So many as [`Compression::max_streams`] says.
    #[must_use]
    pub fn event_streams(self) -> Self {
        Self { event_streams: true, ..self }
    }

    /// How many bodies each worker compresses piece by piece at the same time; default 64, for which it may need 24 MB.
    /// Those beyond are sent as they are.
    #[must_use]
    pub fn max_streams(self, n: usize) -> Self {
        Self { max_streams: n, ..self }
    }

    fn plan(self, req: &Request, res: &mut Response) {
        res.recode(Box::new(Plan::of(self, req)));
    }
}

/// Are contents of this kind worth being compressed? Texts, JSON, JavaScript, XML, SVG and whatever else is written in
/// them, WebAssembly, bitmaps and the fonts that are not compressed by themselves.
pub fn is_compressible(kind: &str) -> bool {
    const OTHERS: [&str; 16] = [
        "application/ecmascript",
        "application/graphql",
        "application/javascript",
        "application/json",
        "application/rtf",
        "application/vnd.ms-fontobject",
        "application/wasm",
        "application/x-javascript",
        "application/x-ndjson",
        "application/xml",
        "application/yaml",
        "font/otf",
        "font/ttf",
        "image/bmp",
        "image/vnd.microsoft.icon",
        "image/x-icon",
    ];
    kind.starts_with("text/")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || OTHERS.contains(&kind)
}

impl<C: 'static> Dispatch<C, C> for Compression {
    fn dispatch<'a>(
        &'a self,
        next: Next<'a, C>,
        cx: &'a mut C,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Flow<'a> {
        self.plan(req, res);
        next.flow(cx, req, res)
    }
}

impl<G: Send + Sync + 'static> App<G> {
    /// Compresses the answers of the application for clients that take gzip, those to errors and to paths without a
    /// route included; see [`ext::compression`](crate::ext::compression), also for when not to.
    ///
    /// It is a look at every request [before routing](App::before_routing): what one that was added before this one
    /// refuses is not compressed.
    pub fn compress(self, compression: Compression) -> Self {
        self.before_routing(move |req, res| {
            compression.plan(req, res);
            Ok(())
        })
    }
}
