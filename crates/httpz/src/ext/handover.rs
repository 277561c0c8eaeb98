//! A restart that loses no request: the new process takes the listening sockets over from the old
//! one. Feature `handover`.
//!
//! The two meet at a unix socket, whose path both know. The new process asks for the sockets,
//! starts to serve from them and says so; only then does the old one end, answering what it has. Should
//! the new one fail before that, the old one serves on. Nobody has to signal anybody, and it does not
//! matter who starts the new process.
//!
//! ```text
//!  old   serves ─────────────────────────┬──► answers what it has ──► ends
//!  new        take! ◄─ sockets ─ serving! ┘    serves ─────────────────►
//! ```
//!
//! ```no_run
//! use httpz::prelude::*;
//! use httpz::ext::handover::Handover;
//!
//! fn main() -> httpz::Result {
//!     let handover = Handover::at("/run/app.handover")?;
//!     let server = App::new((), |r| r.get("/", handler(|_, _| "hello")))
//!         .start_on(handover.places("127.0.0.1:5882")?)?;
//!     handover.serve(&server)?;
//!     server.wait_for_signal()
//! }
//! ```
//!
//! The path should lie where only the user of the server can create files: whoever can connect there
//! can take the server's place.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use httpz_core::net::unix::{self, SocketFile};

use httpz_core::log;

use crate::{Error, Handle, Listen, Places, Result};

/// How many sockets Linux passes in one message.
const MAX_SOCKETS: usize = 253;
/// How long one side waits for the other's next message; a new process may have much to prepare.
const REPLY_TIMEOUT: Duration = Duration::from_secs(60);
/// How long to wait for the first message, which a process sends at once: one that connects and says nothing
/// must not keep out the next.
const FIRST_MESSAGE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a server without a successor checks whether it is ending.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

const TAKE: &[u8] = b"take";
const SERVING: &[u8] = b"serving";
const GONE: &[u8] = b"gone";

/// One side of a restart: first that of the new process, later, when that is the old one, that of the
/// predecessor.
#[derive(Debug)]
pub struct Handover {
    path: PathBuf,
    predecessor: Option<UnixStream>,
    taken: Vec<Listen>,
}

impl Handover {
    /// Takes over the listening sockets of the process that waits at `path`; nothing when there is none.
    ///
    /// # Errors
    ///
    /// When there is one and it does not hand its sockets over.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let Ok(predecessor) = UnixStream::connect(&path) else {
            return Ok(Self { path, predecessor: None, taken: Vec::new() });
        };
        let taken = take_sockets(&predecessor).map_err(|error| handover_error(&path, &error))?;
        Ok(Self { path, predecessor: Some(predecessor), taken })
    }

    /// Was there somebody to take over from?
    ///
    /// ```
    /// let handover = httpz::ext::handover::Handover::at("/nowhere/handover")?;
    /// if !handover.took_over() {
    ///     println!("a fresh start"); // the moment to warm up what a predecessor would have
    /// }
    /// # assert!(!handover.took_over());
    /// # Ok::<(), httpz::Error>(())
    /// ```
    pub fn took_over(&self) -> bool {
        self.predecessor.is_some()
    }

    /// Where to listen: `wanted`, with the predecessor's sockets where it had the same place.
    ///
    /// Port 0 stands for the port that the predecessor had.
    ///
    /// # Errors
    ///
    /// When `wanted` is malformed.
    pub fn places(&self, wanted: impl Places) -> Result<Vec<Listen>> {
        let had = |place: Listen| {
            let taken = self.taken.iter().find(|taken| is_same_place(&place, taken));
            taken.cloned().unwrap_or(place)
        };
        Ok(wanted.places()?.into_iter().map(|place| place.with_sockets_of(had)).collect())
    }

    /// Lets the predecessor end, and waits from now on, on a thread of its own, for a successor.
    ///
    /// # Errors
    ///
    /// When the path cannot be listened at. The server serves all the same.
    pub fn serve(mut self, server: &Handle) -> Result {
        if let Some(mut predecessor) = self.predecessor.take() {
            let told =
                predecessor.write_all(SERVING).and_then(|()| expect_message(&predecessor, GONE));
            if let Err(error) = told {
                // It died just now; what it had to do is done.
                log::trouble(format_args!("the predecessor left without a word: {error}"));
            }
        }
        // For this user alone.
        let listener = unix::bind(&self.path, Some(0o600), 1);
        let listener = listener.map_err(|error| handover_error(&self.path, &error))?;
        let file = SocketFile::new(self.path);
        server.on_shutdown(move || drop(file));
        let server = server.clone();
        thread::Builder::new()
            .name("httpz-handover".into())
            .spawn(move || wait_for_successor(&listener, &server))?;
        Ok(())
    }
}

fn handover_error(path: &Path, error: &io::Error) -> Error {
    Error::status(500, format!("handover at {}: {error}", path.display()))
}

/// Is `taken` what `wanted` would open?
fn is_same_place(wanted: &Listen, taken: &Listen) -> bool {
    match (wanted, taken.addr()) {
        (Listen::Tcp(wanted) | Listen::Shared(wanted), Some(had)) => {
            wanted.ip() == had.ip() && [0, had.port()].contains(&wanted.port())
        }
        (Listen::Unix { path, .. }, None) => Listen::unix(path).to_string() == taken.to_string(),
        _ => false,
    }
}

/// The successor's first half: asks for the sockets.
///
/// They come in one message for each place, its text one byte; the last has no socket.
fn take_sockets(predecessor: &UnixStream) -> io::Result<Vec<Listen>> {
    predecessor.set_read_timeout(Some(REPLY_TIMEOUT))?;
    (&*predecessor).write_all(TAKE)?;
    let mut taken = Vec::new();
    loop {
        let sockets = receive_sockets(predecessor)?;
        if sockets.is_empty() {
            return Ok(taken);
        }
        taken.push(
            Listen::taken_over(sockets).map_err(|error| io::Error::other(error.to_string()))?,
        );
    }
}

/// The predecessor's half: gives its sockets to whoever asks, until one of them serves.
fn wait_for_successor(listener: &UnixListener, server: &Handle) {
    while !server.is_ending() {
        let Ok((mut successor, _)) = listener.accept() else {
            thread::sleep(POLL_INTERVAL);
            continue;
        };
        match give_sockets(&successor, server) {
            Ok(()) => {
                // This frees the path, too.
                server.hand_over();
                // It serves whether it hears this or not.
                let _ = successor.write_all(GONE);
            }
            Err(error) => {
                log::trouble(format_args!("a successor came and failed, so we serve on: {error}"))
            }
        }
    }
}

fn give_sockets(successor: &UnixStream, server: &Handle) -> io::Result<()> {
    successor.set_nonblocking(false)?;
    successor.set_read_timeout(Some(FIRST_MESSAGE_TIMEOUT))?;
    expect_message(successor, TAKE)?;
    successor.set_read_timeout(Some(REPLY_TIMEOUT))?;
    let sockets = server.sockets().map_err(|error| io::Error::other(error.to_string()))?;
    for (_, sockets) in &sockets {
        let sockets: Vec<_> = sockets.iter().take(MAX_SOCKETS).map(AsFd::as_fd).collect();
        send_sockets(successor, &sockets)?;
    }
    send_sockets(successor, &[])?;
    expect_message(successor, SERVING)
}

/// Waits for this message; another is an error.
fn expect_message(mut peer: &UnixStream, message: &[u8]) -> io::Result<()> {
    let mut came = vec![0; message.len()];
    peer.read_exact(&mut came).map_err(explain_timeout)?;
    match came == message {
        true => Ok(()),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "unexpected message on the handover socket",
        )),
    }
}

/// What the system says of a deadline is "temporarily unavailable".
fn explain_timeout(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => {
            io::Error::new(io::ErrorKind::TimedOut, "the other side said nothing for too long")
        }
        _ => error,
    }
}

fn send_sockets(peer: &UnixStream, sockets: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_SOCKETS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !sockets.is_empty() && !control.push(SendAncillaryMessage::ScmRights(sockets)) {
        return Err(io::Error::other("too many sockets for one message"));
    }
    let text = [u8::from(!sockets.is_empty())];
    sendmsg(peer, &[IoSlice::new(&text)], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

fn receive_sockets(peer: &UnixStream) -> io::Result<Vec<OwnedFd>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_SOCKETS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut text = [0];
    let mut room = [IoSliceMut::new(&mut text)];
    let got = recvmsg(peer, &mut room, &mut control, RecvFlags::CMSG_CLOEXEC)
        .map_err(|error| explain_timeout(error.into()))?;
    if got.bytes == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let passed = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(sockets) => Some(sockets),
        _ => None,
    });
    Ok(passed.flatten().collect())
}
