//! Forms with files in them (`multipart/form-data`, RFC 7578): whole, or part by part as they come.
//!
//! `scan` finds the parts; here they are given out. [`Multipart`] is for forms that memory is meant to
//! hold: it borrows from the body, which the limit of the route bounds. [`Parts`] is for the others: a
//! file passes by in pieces, and a handler that is slow slows the client down.

mod scan;

use crate::extract::Takes;
use crate::{Body, Error, FromRequest, Request, Result};

use scan::{Head, Scanner, Step};

/// Parts that one form may have.
const PARTS: usize = 256;

/// A form whose parts are all in memory.
///
/// ```
/// use httpz::ext::multipart::Multipart;
/// use httpz::prelude::*;
///
/// #[post("/avatar")]
/// fn avatar(form: Multipart<'_>) -> Result<String> {
///     let name = form.text("name")?.unwrap_or("nobody");
///     let picture = form.get("picture").ok_or_else(|| Error::status(400, "no picture"))?;
///     Ok(format!("{name} sent {} bytes of {:?}", picture.bytes().len(), picture.file_name()))
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![avatar])));
/// # let form = "--x\nContent-Disposition: form-data; name=name\n\nTeg\n--x\nContent-Disposition: \
/// #     form-data; name=picture; filename=\"a.png\"\n\n1234\n--x--".replace('\n', "\r\n");
/// # let draft = client.request(Method::Post, "/avatar").body(form);
/// # draft.header("content-type", "multipart/form-data; boundary=x").send()
/// #     .text("Teg sent 4 bytes of Some(\"a.png\")");
/// ```
///
/// # Errors
///
/// 415 when the body is said to be something else, 400 when it is malformed or has more than 256 parts.
#[derive(Clone, Debug)]
pub struct Multipart<'b> {
    parts: Vec<Part<'b>>,
}

/// A part of a form.
#[derive(Clone, Debug)]
pub struct Part<'b> {
    head: Head,
    bytes: &'b [u8],
}

impl<'b> Multipart<'b> {
    /// The form in the body of this request, which has been read.
    ///
    /// # Errors
    ///
    /// See [`Multipart`].
    pub fn of(req: &'b Request) -> Result<Self> {
        let mut scanner = Scanner::new(req.header("content-type"))?;
        let mut rest = req.body().unwrap_or_default();
        let mut parts: Vec<Part<'b>> = Vec::new();
        loop {
            let (n, step) = scanner.step(rest, true)?;
            match step {
                Step::Done => return Ok(Self { parts }),
                Step::Part(_) if parts.len() == PARTS => return Err(too_many()),
                Step::Part(head) => parts.push(Part { head, bytes: &[] }),
                // All of it is here, so data comes in one piece, right after its head.
                Step::Data(len) => {
                    if let Some(part) = parts.last_mut() {
                        part.bytes = &rest[..len];
                    }
                }
                Step::PartEnd | Step::More => {}
            }
            rest = &rest[n..];
        }
    }

    /// The first part of this name.
    pub fn get(&self, name: &str) -> Option<&Part<'b>> {
        self.get_all(name).next()
    }

    /// Every part of this name, in order: a field for several files gives one for each.
    pub fn get_all(&self, name: &str) -> impl Iterator<Item = &Part<'b>> {
        self.parts.iter().filter(move |part| part.name() == name)
    }

    /// The text of the first part of this name.
    ///
    /// # Errors
    ///
    /// 400 when it is not UTF-8.
    pub fn text(&self, name: &str) -> Result<Option<&'b str>> {
        self.get(name).map(Part::text).transpose()
    }

    /// All parts, in order.
    pub fn parts(&self) -> &[Part<'b>] {
        &self.parts
    }
}

impl<'b> Part<'b> {
    /// The name of the form's field.
    pub fn name(&self) -> &str {
        &self.head.name
    }

    /// How the file is called where it comes from, folders left out; `None` when it is no file.
    ///
    /// The client says so: use it to show, not to open.
    pub fn file_name(&self) -> Option<&str> {
        self.head.file_name()
    }

    /// The type that the client says it has.
    pub fn content_type(&self) -> Option<&str> {
        self.head.content_type.as_deref()
    }

    /// Its data.
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Its data as text.
    ///
    /// # Errors
    ///
    /// 400 when it is not UTF-8.
    pub fn text(&self) -> Result<&'b str> {
        std::str::from_utf8(self.bytes).map_err(|_| not_text(self.name()))
    }
}

impl<'b> FromRequest<'b> for Multipart<'b> {
    const TAKES: Takes = Takes::Whole;

    fn from_request(req: &'b Request) -> Result<Self> {
        Self::of(req)
    }
}

/// That it is a form with files is all that types say of it.
#[cfg(feature = "openapi")]
macro_rules! describe {
    ($($ty:ty),*) => {$(
        impl crate::described::Of<$ty> {
            /// A body that is a form, perhaps with files in it.
            pub fn input(describer: &mut crate::described::Describer) {
                describer.body("multipart/form-data", &crate::json!({ "type": "object" }));
            }
        }
    )*};
}

#[cfg(feature = "openapi")]
describe! { Multipart<'_>, Parts<'_> }

/// A form whose parts pass by as they come.
///
/// ```
/// use httpz::ext::multipart::Parts;
/// use httpz::prelude::*;
///
/// #[post("/upload")]
/// async fn upload(form: Parts<'_>) -> Result<String> {
///     let mut form = form.limit(1024 * 1024 * 1024); // instead of `request.max_body_size`
///     let mut said = String::new();
///     while let Some(mut part) = form.next().await? {
///         let mut size = 0;
///         while let Some(piece) = part.chunk().await? {
///             size += piece.len(); // and to the disk
///         }
///         said += &format!("{}: {size} bytes\n", part.name());
///     }
///     Ok(said)
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![upload])));
/// # let form = "--x\nContent-Disposition: form-data; name=a\n\n123\n--x--".replace('\n', "\r\n");
/// # let draft = client.request(Method::Post, "/upload").body(form);
/// # draft.header("content-type", "multipart/form-data; boundary=x").send().text("a: 3 bytes\n");
/// ```
///
/// # Errors
///
/// As for [`Multipart`] and [`Body`].
///
/// # Cancel safety
///
/// Nothing is lost when a read is dropped before it is done, except by [`Incoming::bytes`] and [`Incoming::text`]: what
/// they have gathered by then is gone with them.
#[derive(Debug)]
pub struct Parts<'b> {
    body: Body<'b>,
    scanner: Scanner,
    /// What has come, and how much of it has been dealt with.
    buf: Vec<u8>,
    seen: usize,
    at_end: bool,
    /// Has the data of a part not been read to its end?
    within: bool,
    count: usize,
}

/// A part of a form that is coming in.
#[derive(Debug)]
pub struct Incoming<'p, 'b> {
    head: Head,
    form: &'p mut Parts<'b>,
}

impl<'b> Parts<'b> {
    /// The form in the body of this request, which has not been read.
    ///
    /// # Errors
    ///
    /// As for [`Multipart`].
    pub fn of(req: &'b Request) -> Result<Self> {
        Ok(Self {
            body: Body::of(req),
            scanner: Scanner::new(req.header("content-type"))?,
            buf: Vec::new(),
            seen: 0,
            at_end: false,
            within: false,
            count: 0,
        })
    }

    /// Allows this many bytes for the whole body, in place of `request.max_body_size` or the limit of the
    /// group. It only has an effect before the first read.
    #[must_use]
    pub fn limit(mut self, bytes: u64) -> Self {
        self.body = self.body.limit(bytes);
        self
    }

    /// The next part; `None` at the end of the form. What has not been read of the one before is
    /// passed over.
    ///
    /// # Errors
    ///
    /// See [`Parts`].
    pub async fn next(&mut self) -> Result<Option<Incoming<'_, 'b>>> {
        while self.within {
            self.step().await?;
        }
        match self.step().await? {
            Step::Part(_) if self.count == PARTS => Err(too_many()),
            Step::Part(head) => {
                self.count += 1;
                Ok(Some(Incoming { head, form: self }))
            }
            _ => Ok(None),
        }
    }

    /// What comes next; waits until there is enough to tell.
    async fn step(&mut self) -> Result<Step> {
        loop {
            let (n, step) = self.scanner.step(&self.buf[self.seen..], self.at_end)?;
            self.seen += n;
            match step {
                Step::More => {}
                step => {
                    self.within = matches!(step, Step::Part(_) | Step::Data(_));
                    return Ok(step);
                }
            }
            match self.body.read_chunk().await? {
                Some(piece) => {
                    self.buf.drain(..self.seen);
                    self.seen = 0;
                    self.buf.extend_from_slice(piece);
                }
                None => self.at_end = true,
            }
        }
    }
}

impl Incoming<'_, '_> {
    /// The name of the form's field.
    pub fn name(&self) -> &str {
        &self.head.name
    }

    /// As [`Part::file_name`].
    pub fn file_name(&self) -> Option<&str> {
        self.head.file_name()
    }

    /// The type that the client says it has.
    pub fn content_type(&self) -> Option<&str> {
        self.head.content_type.as_deref()
    }

    /// The next piece of its data; `None` at its end.
    ///
    /// # Errors
    ///
    /// See [`Parts`].
    pub async fn chunk(&mut self) -> Result<Option<&[u8]>> {
        if !self.form.within {
            return Ok(None);
        }
        Ok(match self.form.step().await? {
            Step::Data(n) => Some(&self.form.buf[self.form.seen - n..self.form.seen]),
            _ => None,
        })
    }

    /// All its data that has not been read, if that is at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// 413 when there is more; otherwise as for [`Parts`].
    pub async fn bytes(&mut self, limit: usize) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(piece) = self.chunk().await? {
            if piece.len() > limit - all.len() {
                let text = format!("the part `{}` is larger than {limit} bytes", self.name());
                return Err(Error::status(413, text));
            }
            all.extend_from_slice(piece);
        }
        Ok(all)
    }

    /// All its data that has not been read, as text, if that is at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// As for [`Incoming::bytes`]; 400 when it is not UTF-8.
    pub async fn text(&mut self, limit: usize) -> Result<String> {
        String::from_utf8(self.bytes(limit).await?).map_err(|_| not_text(self.name()))
    }
}

impl<'b> FromRequest<'b> for Parts<'b> {
    const TAKES: Takes = Takes::OnDemand;

    fn from_request(req: &'b Request) -> Result<Self> {
        Self::of(req)
    }
}

impl Head {
    fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref().and_then(|name| name.rsplit(['/', '\\']).next())
    }
}

fn too_many() -> Error {
    Error::status(400, format!("multipart: more than {PARTS} parts"))
}

fn not_text(name: &str) -> Error {
    Error::status(400, format!("the part `{name}` is not UTF-8"))
}
