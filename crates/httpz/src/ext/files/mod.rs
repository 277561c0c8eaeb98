//! Files of a folder, as browsers ask for them.
//!
//! ```
//! use httpz::ext::files::Files;
//! use httpz::prelude::*;
//!
//! let page = Files::new("src")?.cache_control("public, max-age=3600");
//! let app = App::new((), |r| r.group("/page", |g| g.get("/", page.clone()).get("/*path", page)));
//! # let client = httpz::testing::Client::new(app);
//! # client.get("/page/handlers.md").status(200).header("content-type", "text/markdown; charset=utf-8");
//! # client.get("/page/none.md").status(404);
//! # Ok::<_, std::io::Error>(())
//! ```
//!
//! A file is sent with its length, `Last-Modified` and an `ETag`, so that a client asks again only for what has
//! changed (304) and goes on with a download that broke off (`Range`, one part at a time). Files are opened and read
//! on other threads than the worker's, in pieces, so that a slow disk holds nobody up.
//!
//! Which file a path means is told in `path.rs`, what the client has already in `validators.rs` and `range.rs`, which
//! of several variants it takes in `coding.rs`, and what the system is asked in `disk.rs`.

mod coding;
mod disk;
mod path;
mod range;
mod validators;

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::{Found, Opened, Reader, Wanted};
use range::Asked;
use validators::Verdict;

use crate::handler::{Endpoint, async_handler};
use crate::router::slash;
use crate::{Error, Handler, Method, Request, Response, Result};

/// Bytes that are read and sent at a time; as many as gather before they leave.
const PIECE: usize = 112 * 1024;

/// The files of a folder.
///
/// It is a handler. The parameter that its route ends with, as a rule a glob of the rest (`/*path`), names the file; a
/// route that ends with none (`/`) gets the index. A handler of your own calls [`Files::send`].
///
/// Only files below the folder are sent, and none that is hidden: whose name, or that of a folder on the way, begins
/// with a dot (except `.well-known`). Symbolic links are followed, wherever they lead: who may write into the folder
/// decides what is in it. Everything else is 404, but for what the process may not read: 403.
///
/// Each download that is not small reads on a thread of the runtime's for such work, of which there are up to 512 for
/// each worker; what they have held stays with the allocator for a while.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
    index: Option<Cow<'static, str>>,
    fallback: Option<Cow<'static, str>>,
    cache_control: Option<Cow<'static, str>>,
    precompressed: bool,
}

impl Files {
    /// The files below this folder; with `index.html` as the one of a folder itself.
    ///
    /// # Errors
    ///
    /// When it is no folder; looked up once, so that a mistake shows before the server starts.
    pub fn new(root: impl AsRef<Path>) -> io::Result<Self> {
        let named = root.as_ref();
        let wrong = |why: &dyn std::fmt::Display| {
            let text = format!("files: `{}` cannot be served: {why}", named.display());
            io::Error::new(io::ErrorKind::InvalidInput, text)
        };
        let root = named.canonicalize().map_err(|error| wrong(&error))?;
        if !root.is_dir() {
            return Err(wrong(&"it is no folder; for a single file there is `send_file`"));
        }
        Ok(Self {
            root,
            index: Some("index.html".into()),
            fallback: None,
            cache_control: None,
            precompressed: false,
        })
    }

    /// Which file is sent for a folder, in place of `index.html`. A folder whose path does not end with a slash is
    /// redirected to the one that does, so that links in the page lead where they should.
    #[must_use]
    pub fn index(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { index: Some(name.into()), ..self }
    }

    /// Sends no file for a folder.
    #[must_use]
    pub fn no_index(self) -> Self {
        Self { index: None, ..self }
    }

    /// The file, named from the root, that a browser gets when it goes to a path for which there is none: the page of
    /// an application that reads the path itself. Whoever asks without `text/html` in `Accept` still gets 404, with
    /// `Vary: Accept`. Caches are told to ask each time (`no-cache`), unless `Cache-Control` has been set before.
    #[must_use]
    pub fn fallback(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { fallback: Some(name.into()), ..self }
    }

    /// The `Cache-Control` of each file, unless a handler or dispatcher has set one. By default there is none, and
    /// clients go by `Last-Modified`.
    #[must_use]
    pub fn cache_control(self, value: impl Into<Cow<'static, str>>) -> Self {
        Self { cache_control: Some(value.into()), ..self }
    }

    /// Sends `app.js.br`, `app.js.zst` or `app.js.gz` in place of `app.js`, if there is such a file beside it and the
    /// client takes it. They are made when the application is built; nothing is compressed here. With
    /// `ext::compression` beside it, only files without such a variant are compressed on their way.
    #[must_use]
    pub fn precompressed(self) -> Self {
        Self { precompressed: true, ..self }
    }

    /// Answers with the file of this path below the folder; empty for the index.
    ///
    /// ```
    /// use httpz::ext::files::Files;
    /// use httpz::prelude::*;
    ///
    /// #[get("/manuals/:name")]
    /// async fn manual(files: &Files, name: &str, req: &Request, res: &mut Response) -> Result {
    ///     files.send(&format!("{name}.md"), req, res).await
    /// }
    ///
    /// let app = App::new(Files::new("src")?, |r| r.mount(routes![manual]));
    /// # let client = httpz::testing::Client::new(app);
    /// # client.get("/manuals/handlers").status(200);
    /// # client.get("/manuals/..%2Fsrc%2Fhandlers").status(404);
    /// # Ok::<_, std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// 404 when there is none; 403 when it may not be read; 412 and 416 when a condition of the request does not hold
    /// or the part that it asks for does not exist; 500 when it cannot be read.
    pub async fn send(&self, path: &str, req: &Request, res: &mut Response) -> Result {
        let found = match path::below(&self.root, path) {
            Some(file) => disk::find(self.wanted(file, path, req)).await?,
            None => Found::Nothing,
        };
        let found = match (found, &self.fallback) {
            (Found::Nothing, Some(fallback)) if navigates(req) => {
                // Who asks otherwise hears 404, and the page is that of a version: no cache may keep it for this path.
                res.vary("Accept");
                if res.find_header("cache-control").is_none() {
                    res.header("Cache-Control", "no-cache");
                }
                disk::find(self.wanted(self.root.join(&**fallback), fallback, req)).await?
            }
            (found, _) => found,
        };
        match found {
            Found::Nothing => Err(self.not_found()),
            Found::Folder => slash::redirect(req, res),
            Found::File(opened) => {
                if let Some(value) = &self.cache_control
                    && res.find_header("cache-control").is_none()
                {
                    res.header("Cache-Control", value.as_bytes());
                }
                if self.precompressed {
                    res.vary("Accept-Encoding");
                }
                answer(opened, self.precompressed, req, res).await
            }
        }
    }

    /// No such file. Where browsers would get a page instead, no cache may keep this for them.
    fn not_found(&self) -> Error {
        let error = Error::status(404, "Not Found");
        match self.fallback {
            Some(_) => error.with_header("Vary", "Accept"),
            None => error,
        }
    }

    fn wanted(&self, file: PathBuf, path: &str, req: &Request) -> Wanted {
        Wanted {
            file,
            within: path.is_empty() || path.ends_with('/'),
            index: self.index.clone(),
            codings: if self.precompressed { coding::taken(req) } else { Vec::new() },
            at_once: !validators::is_conditional(req),
        }
    }
}

/// Answers with this file, as [`Files::send`] does; the path is the application's own.
///
/// ```
/// use httpz::ext::files::send_file;
/// use httpz::prelude::*;
///
/// #[get("/terms")]
/// async fn terms(req: &Request, res: &mut Response) -> Result {
///     res.header("Content-Disposition", "attachment; filename=\"terms.md\"");
///     send_file("src/handlers.md", req, res).await
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![terms])));
/// # client.get("/terms").status(200);
/// ```
///
/// # Errors
///
/// As for [`Files::send`].
pub async fn send_file(path: impl AsRef<Path>, req: &Request, res: &mut Response) -> Result {
    let wanted = Wanted {
        file: path.as_ref().to_owned(),
        within: false,
        index: None,
        codings: Vec::new(),
        at_once: !validators::is_conditional(req),
    };
    match disk::find(wanted).await? {
        Found::File(opened) => answer(opened, false, req, res).await,
        Found::Folder | Found::Nothing => Err(Error::status(404, "Not Found")),
    }
}

/// What tells [`Handler`] that it is one.
#[doc(hidden)]
#[derive(Debug)]
pub struct OfFiles;

#[diagnostic::do_not_recommend]
impl<C: 'static> Handler<C, OfFiles> for Files {
    fn into_endpoint(self) -> Arc<dyn Endpoint<C>> {
        async_handler(async move |req: &Request, res: &mut Response| {
            match req.rest_of_path() {
                Some(path) => self.send(path, req, res).await,
                // What the index links to stands below the slash.
                None if !req.path().ends_with('/') => slash::redirect(req, res),
                None => self.send("", req, res).await,
            }
        })
        .into_endpoint()
    }
}

/// Is it a browser that goes to a page, rather than one that loads a part of it?
fn navigates(req: &Request) -> bool {
    let takes = req.header("accept").unwrap_or_default();
    takes.split(',').any(|kind| kind.trim_start().starts_with("text/html"))
}

async fn answer(opened: Opened, has_variants: bool, req: &Request, res: &mut Response) -> Result {
    let mut validators = opened.validators();
    validators.has_variants = has_variants;
    validators.tell(res);
    match validators.judge(req) {
        Verdict::Changed => {}
        Verdict::NotModified => {
            res.status(304);
            return Ok(());
        }
        Verdict::Failed => return Err(Error::status(412, "Precondition Failed")),
    }
    res.header("Accept-Ranges", "bytes");
    if !res.has_content_type() {
        res.content_type(opened.kind);
    }
    if let Some(coding) = opened.coding {
        res.header("Content-Encoding", coding.name);
    }
    let part = match range::asked(req, opened.len, &validators) {
        Asked::Whole => 0..opened.len,
        Asked::Part(part) => {
            let (first, last) = (part.start, part.end - 1);
            res.status(206).header("Content-Range", format!("bytes {first}-{last}/{}", opened.len));
            part
        }
        Asked::Nothing => {
            let error = Error::status(416, "Range Not Satisfiable");
            return Err(error.with_header("Content-Range", format!("bytes */{}", opened.len)));
        }
    };
    res.content_length(part.end - part.start);
    match opened.whole {
        _ if req.method() == Method::Head => {}
        Some(whole) => _ = res.body(whole),
        None => send_part(opened.file, part, res).await?,
    }
    Ok(())
}

/// Sends these bytes of a file, piece by piece.
async fn send_part(file: File, mut part: Range<u64>, res: &mut Response) -> Result {
    let mut reader = Reader::new(file);
    while !part.is_empty() {
        let most = PIECE.min(usize::try_from(part.end - part.start).unwrap_or(PIECE));
        let piece;
        (reader, piece) = reader.read(part.start, most).await;
        let n = piece?;
        if n == 0 {
            // It has become shorter since it was opened. The connection is cut, so that nobody takes this for all.
            return Err(Error::status(500, "Internal Server Error")
                .with_source("a file became shorter while it was sent"));
        }
        res.chunk(reader.piece(n)).await?;
        part.start += n as u64;
    }
    Ok(())
}
