//! An answer that comes bit by bit, listened to step by step.

use std::cell::RefCell;
use std::rc::Rc;

use httpz_core::testing::Dialog;

use super::jar::Jar;
use super::parse::{self, Ends, Head};
use super::reply::Reply;
use super::{Draft, PATIENCE};
use crate::Method;

/// A request that has been sent, over a connection that stays open while the answer comes.
///
/// The application goes on only while it is listened to, on the thread of the test, so a test says
/// what happens in which order:
///
/// ```
/// use httpz::prelude::*;
/// use httpz::sse::{Channel, Event};
/// use httpz::testing::Client;
///
/// async fn live(news: &Channel, _: &Request, res: &mut Response) -> Result {
///     let mut events = res.events().await?;
///     events.forward(news.subscribe()).await
/// }
///
/// let news = Channel::new(8);
/// let client = Client::new(App::new(news.clone(), |r| r.get("/live", live)));
///
/// let mut live = client.open("/live").status(200).header("content-type", "text/event-stream");
/// assert!(live.is_quiet());
/// news.publish(Event::new("hello").id(1));
/// let event = live.next_event().expect("an event");
/// assert_eq!((&*event.data, event.id.as_deref()), ("hello", Some("1")));
/// news.close();
/// assert_eq!(live.next_event(), None);
/// ```
///
/// Dropping it is a peer that is gone; [`Live::leave`] one that says good-bye.
#[derive(Debug)]
pub struct Live {
    dialog: Dialog,
    /// What was asked, for messages.
    request: String,
    target: String,
    jar: Rc<RefCell<Jar>>,
    head_only: bool,
    /// Once it has come.
    head: Option<Reply>,
    /// How the body ends; `None` when it has.
    ends: Option<Ends>,
    /// What has come and has not been read.
    heard: Vec<u8>,
    /// What has been read of an event that is not whole.
    lines: String,
}

/// An event as a browser would hear it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Heard {
    /// Its kind; `message` when it has none.
    pub name: String,
    /// Its text.
    pub data: String,
    /// Its id, if it has one.
    pub id: Option<String>,
}

impl Live {
    pub(super) fn begin(draft: &Draft<'_>, dialog: Dialog) -> Self {
        let mut live = Self {
            dialog,
            request: draft.name(),
            target: draft.target.clone(),
            jar: draft.client.jar.clone(),
            head_only: draft.method == Method::Head,
            head: None,
            ends: None,
            heard: Vec::new(),
            lines: String::new(),
        };
        live.send(draft.bytes());
        live.heard = live.dialog.listen();
        live
    }

    /// Demands this status.
    ///
    /// # Panics
    ///
    /// When it is another.
    #[track_caller]
    pub fn status(mut self, expected: u16) -> Self {
        self.head().clone().status(expected);
        self
    }

    /// Demands a field with this value.
    ///
    /// # Panics
    ///
    /// When no field of this name has it.
    #[track_caller]
    pub fn header(mut self, name: &str, expected: &str) -> Self {
        self.head().clone().header(name, expected);
        self
    }

    /// Status and fields, as a reply without a body; waits for them.
    ///
    /// # Panics
    ///
    /// When no answer begins within ten seconds.
    #[track_caller]
    pub fn head(&mut self) -> &Reply {
        while self.head.is_none() && !self.read_head() {
            let more = self.dialog.wait(PATIENCE);
            if more.is_empty() {
                let (request, got) = (&self.request, String::from_utf8_lossy(&self.heard));
                panic!("{request}: no answer has begun within {PATIENCE:?}; got {got:?}");
            }
            self.heard.extend_from_slice(&more);
        }
        self.head.as_ref().expect("the loop ends with a head")
    }

    /// Reads the head, if it has come.
    fn read_head(&mut self) -> bool {
        while let Some((head, rest)) = Head::read(&self.heard) {
            let (raw, rest) = (self.heard[..self.heard.len() - rest.len()].to_vec(), rest.to_vec());
            self.heard = rest;
            if !head.is_interim() {
                self.ends = head.ends(self.head_only);
                let head = Reply::beginning(self.request.clone(), head, raw);
                self.jar.borrow_mut().take_in_all(&self.target, &head);
                self.head = Some(head);
                return true;
            }
        }
        false
    }

    /// Sends more bytes, as they are: the rest of a body, or whatever follows an upgrade.
    pub fn send(&self, bytes: impl AsRef<[u8]>) {
        self.dialog.send(bytes.as_ref());
    }

    /// Lets the application go on; `true` when nothing of the answer is there to be read, and it has
    /// not ended.
    pub fn is_quiet(&mut self) -> bool {
        let more = self.dialog.listen();
        self.heard.extend_from_slice(&more);
        if self.head.is_none() {
            self.read_head();
        }
        let waits = self.head.is_none() || self.ends.is_some();
        self.heard.is_empty() && waits && !self.dialog.is_over()
    }

    /// The next piece of the body: a chunk as the application sent it, or whatever has come of a body
    /// that is not in chunks; waits for it. `None` when the body has ended.
    ///
    /// # Panics
    ///
    /// When nothing comes for ten seconds, or the connection ends before the body does.
    #[track_caller]
    pub fn next_chunk(&mut self) -> Option<Vec<u8>> {
        self.head();
        loop {
            let piece = match self.ends? {
                Ends::After(0) => None,
                Ends::WithChunk => self.take_chunk(),
                Ends::WithConnection if self.heard.is_empty() && self.dialog.is_over() => None,
                _ if self.heard.is_empty() => Some(Vec::new()),
                Ends::WithConnection => Some(std::mem::take(&mut self.heard)),
                Ends::After(n) => {
                    let piece: Vec<u8> = self.heard.drain(..n.min(self.heard.len())).collect();
                    self.ends = Some(Ends::After(n - piece.len()));
                    Some(piece)
                }
            };
            match piece {
                Some(piece) if !piece.is_empty() => return Some(piece),
                Some(_) => self.listen(),
                None => self.ends = None,
            }
        }
    }

    /// The next piece of the body as text.
    ///
    /// # Panics
    ///
    /// As [`Live::next_chunk`], and when it is not UTF-8.
    #[track_caller]
    pub fn next_text(&mut self) -> Option<String> {
        let chunk = self.next_chunk()?;
        match String::from_utf8(chunk) {
            Ok(text) => Some(text),
            Err(error) => panic!("{}: a piece of the body is no text: {error}", self.request),
        }
    }

    /// The next event of an event stream; waits for it, and leaves comments and pings out. `None` when
    /// the stream has ended.
    ///
    /// # Panics
    ///
    /// As [`Live::next_text`].
    #[track_caller]
    pub fn next_event(&mut self) -> Option<Heard> {
        loop {
            while let Some((event, rest)) = self.lines.split_once("\n\n") {
                let (event, rest) = (Heard::read(event), rest.to_owned());
                self.lines = rest;
                if event.is_some() {
                    return event;
                }
            }
            let text = self.next_text()?;
            self.lines += &text;
        }
    }

    /// Ends our side and lets the application finish; gives what else has come of the body.
    ///
    /// # Panics
    ///
    /// When the application does not finish within ten seconds.
    #[track_caller]
    pub fn leave(mut self) -> Vec<u8> {
        self.dialog.end();
        while !self.dialog.is_over() {
            let more = self.dialog.wait(PATIENCE);
            if more.is_empty() && !self.dialog.is_over() {
                panic!("{}: the application goes on without its peer", self.request);
            }
            self.heard.extend_from_slice(&more);
        }
        if self.head.is_none() {
            self.read_head();
        }
        let mut rest = Vec::new();
        while let Some(Ends::WithChunk) = self.ends {
            match parse::chunk(&self.heard) {
                Some((data, after)) if !data.is_empty() => {
                    rest.extend_from_slice(data);
                    self.heard = after.to_vec();
                }
                _ => return rest,
            }
        }
        self.heard
    }

    /// A whole chunk, nothing when none is whole yet, `None` when it was the last.
    fn take_chunk(&mut self) -> Option<Vec<u8>> {
        let Some((data, rest)) = parse::chunk(&self.heard) else { return Some(Vec::new()) };
        let (data, rest) = (data.to_vec(), rest.to_vec());
        self.heard = rest;
        (!data.is_empty()).then_some(data)
    }

    #[track_caller]
    fn listen(&mut self) {
        let more = self.dialog.wait(PATIENCE);
        self.heard.extend_from_slice(&more);
        let ends_with_connection = self.ends == Some(Ends::WithConnection);
        if more.is_empty() && !(self.dialog.is_over() && ends_with_connection) {
            let request = &self.request;
            match self.dialog.is_over() {
                true => panic!("{request}: the connection ended within the body of the answer"),
                false => panic!("{request}: nothing more has come within {PATIENCE:?}"),
            }
        }
    }
}

impl Heard {
    /// Reads the lines of an event; `None` when it has no data.
    fn read(text: &str) -> Option<Self> {
        let mut event = Self { name: "message".to_owned(), data: String::new(), id: None };
        let mut data: Option<Vec<&str>> = None;
        for line in text.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "data" => data.get_or_insert_default().push(value),
                "event" => event.name = value.to_owned(),
                "id" => event.id = Some(value.to_owned()),
                _ => {}
            }
        }
        event.data = data?.join("\n");
        Some(event)
    }
}
