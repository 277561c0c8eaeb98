//! Where is our reading laxer than hyper's?
//!
//! Both servers get the same bytes. A request that we serve and hyper does not, or reads otherwise,
//! is a finding, unless `excused` says why it is meant to be so. What hyper takes and we refuse is
//! none: we are the stricter on purpose.

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;

use super::connection::serve;

/// Lines of a head or of trailers that hyper takes: more than fit into an input. By itself it takes a
/// hundred, where we take fewer in a head, and count the bytes of trailers.
const MOST_LINES: usize = 1024;

/// A request as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    method: String,
    target: String,
    body: Vec<u8>,
}

/// Serves with both, and compares.
///
/// # Panics
///
/// When we serve a request that hyper does not.
pub fn run(input: &[u8]) {
    let ours = serve(&[input]).0.into_iter().map(|asked| Seen {
        method: asked.method,
        target: asked.target,
        body: asked.body,
    });
    let theirs = hyper_sees(input);
    // hyper ends some connections of HTTP/1.0 that were to be kept alive; that is no other reading.
    let old = input.windows(8).any(|window| window == b"HTTP/1.0");
    for (i, ours) in ours.take(if old { 1 } else { usize::MAX }).enumerate() {
        if excused(&ours) {
            return;
        }
        let theirs = theirs.get(i);
        assert!(
            theirs.is_some_and(|theirs| same(&ours, theirs)),
            "laxer: {ours:?}, not {theirs:?}"
        );
    }
}

/// Why we are laxer here, on purpose.
fn excused(seen: &Seen) -> bool {
    // hyper closes after CONNECT as we do, but takes the rest of the bytes for the tunnel's.
    seen.method == "CONNECT"
}

/// The same request? hyper writes absolute targets in a way of its own.
fn same(ours: &Seen, theirs: &Seen) -> bool {
    ours.method == theirs.method
        && ours.body == theirs.body
        && (ours.target == theirs.target || !ours.target.starts_with('/'))
}

/// The requests that hyper serves, with their bodies read.
fn hyper_sees(input: &[u8]) -> Vec<Seen> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let seen = seen.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = whole(body).await?;
            let (method, target) = (head.method.to_string(), head.uri.to_string());
            seen.lock().expect("nothing panics in here").push(Seen { method, target, body });
            Ok::<_, hyper::Error>(hyper::Response::new(Nothing))
        }
    });
    let pipe = Pipe { input: input.to_vec(), at: 0 };
    let mut builder = http1::Builder::new();
    builder.half_close(true).max_headers(MOST_LINES);
    let mut serving = pin!(builder.serve_connection(pipe, service));
    let cx = &mut Context::from_waker(Waker::noop());
    // Every poll of the pipe is ready, so a connection that makes no progress has ended for us.
    for _ in 0..64 {
        if serving.as_mut().poll(cx).is_ready() {
            break;
        }
    }
    let seen = seen.lock().expect("nothing panics in here");
    seen.clone()
}

async fn whole(body: Incoming) -> hyper::Result<Vec<u8>> {
    let (mut body, mut bytes) = (pin!(body), Vec::new());
    while let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        bytes.extend_from_slice(&frame?.into_data().unwrap_or_default());
    }
    Ok(bytes)
}

/// An empty body.
struct Nothing;

impl Body for Nothing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }
}

/// Gives its input, then the end, and forgets what is written.
struct Pipe {
    input: Vec<u8>,
    at: usize,
}

impl Read for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut room: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let n = room.remaining().min(self.input.len() - self.at);
        room.put_slice(&self.input[self.at..self.at + n]);
        self.at += n;
        Poll::Ready(Ok(()))
    }
}

impl Write for Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
