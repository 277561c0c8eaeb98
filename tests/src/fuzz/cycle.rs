//! Whatever handlers do, in whatever order: is what they send always a row of sound answers?
//!
//! The input is a row of requests. Each has a byte that says how it is sent, a byte that says how
//! many operations its handler performs, and those operations, which travel in the target.

use std::future::poll_fn;
use std::sync::Mutex;
use std::task::Poll;

use httpz_core::testing::Loopback;
use httpz_core::{Config, Error, Flow, Method, Request, Response, Result, Service};

use super::{answers, cuts};

/// Inputs to begin with.
pub const SEEDS: &[&[u8]] = &[
    b"\x00\x00\x01\x01\x03\x02\x02\x25\x35",
    b"\x12\x03\x09\x33\x06\x32\x02\x05\x0b\x00\x01\x13",
    b"\x0a\x02\x10\x05\x00\x02\x35\x00",
];

/// Bytes of every request body.
const BODY: &[u8] = b"bbbbb";

/// Does what its request's target says.
#[derive(Default)]
struct Machine(Mutex<Notes>);

/// What the handlers noticed.
#[derive(Default)]
struct Notes {
    /// A handler failed, or ended the connection too late to say so: it may be cut.
    gave_up: bool,
    wrong_body: bool,
    /// Pieces of the answer have been sent, so that a body set now would be lost.
    streams: bool,
    /// The length that was declared, less what has been sent of it.
    left: Option<usize>,
}

impl Service for Machine {
    fn call<'a>(&'a self, req: &'a mut Request, res: &'a mut Response) -> Flow<'a> {
        let req: &Request = req;
        let ops: Vec<u8> = req.path()[1..].bytes().map(|byte| byte - b'@').collect();
        let ops: Vec<u8> = ops.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        Flow::later(async move {
            (self.notes().streams, self.notes().left) = (false, None);
            for op in ops {
                let done = self.perform(op, req, res).await;
                if done.is_err() {
                    self.notes().gave_up = true;
                    return done;
                }
            }
            let mut notes = self.notes();
            // An answer that falls short of what was declared is cut.
            let falls_short = notes.streams && notes.left.is_some_and(|left| left > 0);
            notes.gave_up |= falls_short && req.method() != Method::Head;
            Ok(())
        })
    }

    fn refuse(&self, _: &Request, res: &mut Response, error: Error) {
        self.notes().gave_up = true;
        res.status(error.code()).text(error.message());
    }
}

impl Machine {
    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.0.lock().expect("nothing panics in here")
    }

    /// The low half chooses what is done, the high half with what.
    async fn perform(&self, op: u8, req: &Request, res: &mut Response) -> Result {
        let with = usize::from(op >> 4);
        match op & 15 {
            0 => drop(res.status([200, 204, 304, 404, 500, 201, 99, 1000, 101, 100][with % 10])),
            1 => drop(res.set_header(["X-A", "Date", "Set-Cookie"][with % 3], "value")),
            2 => {
                let (name, value) = [
                    ("X-A", "a\r\nX-B: b"),
                    ("X A", "a"),
                    ("Transfer-Encoding", "chunked"),
                    ("Connection", "upgrade"),
                    ("Content-Length", "x"),
                    ("", "a"),
                ][with % 6];
                res.header(name, value);
            }
            3 => drop(self.set_body(with > 0, res).bytes(&[b'x'; 16][..with])),
            4 => drop(self.set_body(with > 0, res).body(vec![b'x'; with * 3000])),
            5 => {
                self.notes().streams |= !res.written();
                res.chunk(&[b'x'; 16][..with]).await?;
                let left = self.notes().left;
                self.notes().left = left.map(|left| left.saturating_sub(with));
            }
            6 => res.write().await?,
            7 => {
                // Too late to be said in the head.
                self.notes().gave_up |= res.written();
                res.close();
            }
            8 => {
                res.clear();
                self.forget_length(res);
            }
            9 => {
                req.read_body().await?;
                let body = req.body().unwrap_or_default();
                self.notes().wrong_body |= !body.is_empty() && body != BODY;
            }
            10 => poll_once().await,
            11 => return Err(Error::status([418, 500, 204, 200, 100][with % 5], "failed")),
            12 => {
                if !res.written() {
                    self.notes().left = Some(with);
                }
                res.header("Content-Length", with.to_string());
            }
            13 => {
                res.mark_written();
                self.notes().gave_up = true;
            }
            14 => {
                res.remove_header(["X-A", "Content-Length", "Date"][with % 3]);
                if with % 3 == 1 {
                    self.forget_length(res);
                }
            }
            _ => drop(self.set_body(true, res).text("xxx")),
        }
        Ok(())
    }

    /// What was declared counts no more, if nothing has been sent yet.
    fn forget_length(&self, res: &Response) {
        if !res.written() {
            self.notes().left = None;
        }
    }

    /// An answer that would lose a body is cut.
    fn set_body<'r>(&self, some: bool, res: &'r mut Response) -> &'r mut Response {
        let mut notes = self.notes();
        notes.gave_up |= some && notes.streams;
        res
    }
}

/// Waits once, as for something that is ready the next time.
async fn poll_once() {
    let mut asked = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut asked, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

thread_local! {
    static SERVER: Loopback<Machine> = Loopback::new(Machine::default(), &Config::default());
}

/// Serves, and looks at the answers.
///
/// # Panics
///
/// When a client could not make sense of them.
pub fn run(input: &[u8]) {
    let (requests, heads) = requests(input);
    let bytes: Vec<u8> = requests.concat();
    for pieces in cuts::plans(&bytes) {
        let (output, notes) = SERVER.with(|server| {
            let output = server.send_pieces(&pieces);
            (output, std::mem::take(&mut *server.service().notes()))
        });
        judge(&output, &heads, &notes);
    }
}

fn judge(output: &[u8], heads: &[bool], notes: &Notes) {
    let answers = answers::read(output, |i| heads.get(i).copied().unwrap_or_default());
    assert!(!notes.wrong_body, "a handler got another body than was sent");
    let finals: Vec<_> = answers.iter().filter(|answer| answer.status >= 200).collect();
    assert!(finals.len() <= heads.len(), "more answers than requests: {finals:?}");
    let last = finals.last().is_some_and(|answer| answer.last);
    assert!(
        finals.len() == heads.len() || last || notes.gave_up,
        "no answer, no reason: {finals:?}"
    );
    for (i, answer) in finals.iter().enumerate() {
        let ended = i + 1 == finals.len() && notes.gave_up;
        assert!(answer.whole || ended, "a part that nobody gave up: {answer:?}");
        assert!(answer.fields("date").count() == 1 || notes.gave_up, "no date, or two: {answer:?}");
        let from_handler = answer.body.iter().all(|byte| *byte == b'x');
        assert!(from_handler || notes.gave_up, "a body from nowhere: {answer:?}");
    }
}

/// The requests that `input` describes, and which of them are HEAD.
fn requests(input: &[u8]) -> (Vec<Vec<u8>>, Vec<bool>) {
    let (mut requests, mut heads, mut rest) = (Vec::new(), Vec::new(), input);
    while let [how, count, behind @ ..] = rest {
        let (ops, behind) = behind.split_at(behind.len().min(usize::from(*count & 15)));
        rest = behind;
        heads.push(how & 3 == 1);
        requests.push(request(*how, ops));
        if requests.len() == 8 {
            break;
        }
    }
    (requests, heads)
}

fn request(how: u8, ops: &[u8]) -> Vec<u8> {
    let method = ["GET", "HEAD", "POST", "PUT"][usize::from(how & 3)];
    let (version, connection) = [
        ("1.1", ""),
        ("1.1", "Connection: close\r\n"),
        ("1.0", "Connection: keep-alive\r\n"),
        ("1.0", ""),
    ][usize::from(how >> 2 & 3)];
    let (framing, body) = [
        ("", ""),
        ("Content-Length: 5\r\n", "bbbbb"),
        ("Content-Length: 5\r\nExpect: 100-continue\r\n", "bbbbb"),
        ("Transfer-Encoding: chunked\r\n", "2\r\nbb\r\n3\r\nbbb\r\n0\r\n\r\n"),
    ][usize::from(how >> 4 & 3)];
    // A transfer coding in HTTP/1.0 is refused before any handler.
    let (framing, body) =
        if version == "1.0" && body.len() > 5 { ("", "") } else { (framing, body) };
    let letters = ops.iter().flat_map(|op| [b'@' + (op >> 4), b'@' + (op & 15)]);
    let target: String = letters.map(char::from).collect();
    format!("{method} /{target} HTTP/{version}\r\nHost: a\r\n{connection}{framing}\r\n{body}")
        .into()
}
