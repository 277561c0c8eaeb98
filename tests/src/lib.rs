//! What the tests share: a raw client that says exactly the bytes it is told to.

pub mod fuzz;
pub mod tls;
pub mod wire;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use socket2::SockRef;

/// Long enough for a slow machine; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until something holds that another thread or process does in its own time.
///
/// # Panics
///
/// When it does not hold within [`PATIENCE`].
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A connection that is spoken to in raw bytes.
#[derive(Debug)]
pub struct Raw {
    stream: Stream,
    buffered: Vec<u8>,
}

#[derive(Debug)]
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<tls::Tls>),
}

impl Read for Stream {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(room),
            Self::Unix(stream) => stream.read(room),
            Self::Tls(stream) => stream.read(room),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(_) | Self::Unix(_) => Ok(()),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// One answer, taken apart as far as tests need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Status line and fields, as sent.
    pub head: String,
    /// The body, with chunks joined.
    pub body: String,
}

impl Raw {
    /// Connects.
    ///
    /// # Panics
    ///
    /// When nobody listens there.
    pub fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        stream.set_nodelay(true).expect("delays can be switched off");
        Self { stream: Stream::Tcp(stream), buffered: Vec::new() }
    }

    /// Connects to a unix socket.
    ///
    /// # Errors
    ///
    /// When nobody listens there.
    pub fn unix(path: impl AsRef<Path>) -> io::Result<Self> {
        let stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: Stream::Unix(stream), buffered: Vec::new() })
    }

    /// Connects, says what comes before the handshake, if anything does, and shakes hands.
    ///
    /// # Errors
    ///
    /// When either side does not like the other.
    pub fn tls(addr: SocketAddr, before: &[u8], config: rustls::ClientConfig) -> io::Result<Self> {
        let mut stream = TcpStream::connect(addr)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        stream.write_all(before)?;
        let stream = Stream::Tls(Box::new(tls::Tls::shake_hands(stream, config)?));
        Ok(Self { stream, buffered: Vec::new() })
    }

    /// What TLS is below.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn session(&self) -> &tls::Tls {
        match &self.stream {
            Stream::Tls(stream) => stream,
            _ => panic!("it is not encrypted"),
        }
    }

    /// The same connection once more, to send and receive on two threads.
    ///
    /// # Errors
    ///
    /// When the process has no descriptor left.
    pub fn try_clone(&self) -> io::Result<Self> {
        let stream = match &self.stream {
            Stream::Tcp(stream) => Stream::Tcp(stream.try_clone()?),
            Stream::Unix(stream) => Stream::Unix(stream.try_clone()?),
            Stream::Tls(_) => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Self { stream, buffered: Vec::new() })
    }

    /// Our own address; `None` over unix sockets.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match &self.stream {
            Stream::Tcp(stream) => stream.local_addr().ok(),
            Stream::Unix(_) => None,
            Stream::Tls(stream) => stream.socket().local_addr().ok(),
        }
    }

    /// Sends bytes.
    ///
    /// # Panics
    ///
    /// When the server has closed the connection.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.try_send(bytes).expect("the server takes bytes");
        self
    }

    /// Sends bytes, if the server still takes them.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()
    }

    /// Sends a GET request for `target`.
    pub fn get(&mut self, target: &str) -> Answer {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: test\r\n\r\n")).answer()
    }

    /// Ends our side of the connection.
    pub fn finish(&mut self) -> &mut Self {
        let ended = match &mut self.stream {
            Stream::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Stream::Unix(stream) => stream.shutdown(Shutdown::Write),
            Stream::Tls(stream) => stream.finish(),
        };
        ended.expect("our side is open");
        self
    }

    /// Leaves without a word: the connection is reset.
    ///
    /// # Panics
    ///
    /// Over a unix socket, which has no reset.
    pub fn reset(self) {
        let stream = match &self.stream {
            Stream::Tcp(stream) => stream,
            Stream::Tls(stream) => stream.socket(),
            Stream::Unix(_) => panic!("it is a unix socket"),
        };
        let linger = SockRef::from(stream).set_linger(Some(Duration::ZERO));
        linger.expect("it can be set");
    }

    /// Reads one answer to a request that was not HEAD.
    ///
    /// # Panics
    ///
    /// When the connection ends before the answer does.
    pub fn answer(&mut self) -> Answer {
        self.try_answer().expect("a whole answer")
    }

    /// Reads the head of an answer.
    ///
    /// # Panics
    ///
    /// When the connection ends before the head does.
    pub fn head(&mut self) -> String {
        self.try_head().expect("a whole head")
    }

    fn try_head(&mut self) -> io::Result<String> {
        let len = loop {
            match self.buffered.windows(4).position(|window| window == b"\r\n\r\n") {
                Some(at) => break at + 4,
                None => self.more()?,
            }
        };
        Ok(text(self.buffered.drain(..len).collect()))
    }

    /// Reads one chunk of a body; the last one is empty.
    ///
    /// # Panics
    ///
    /// When the connection ends before the chunk does.
    pub fn chunk(&mut self) -> String {
        text(self.try_chunk().expect("a whole chunk"))
    }

    /// Reads one answer, or says why there is none.
    pub fn try_answer(&mut self) -> io::Result<Answer> {
        let head = self.try_head()?;
        let field = |name: &str| {
            head.lines().filter_map(|line| line.split_once(": ")).find_map(|(other, value)| {
                other.eq_ignore_ascii_case(name).then(|| value.to_owned())
            })
        };
        let status = head.get(9..12).and_then(|code| code.parse().ok()).expect("a status line");
        let body = if field("transfer-encoding").is_some() {
            self.chunks()?
        } else if let Some(length) = field("content-length") {
            self.take(length.parse().expect("a length"))?
        } else if status == 204 || status == 304 || status < 200 {
            Vec::new()
        } else {
            while self.more().is_ok() {}
            std::mem::take(&mut self.buffered)
        };
        Ok(Answer { status, head, body: text(body) })
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let data = self.try_chunk()?;
            if data.is_empty() {
                return Ok(body);
            }
            body.extend_from_slice(&data);
        }
    }

    fn try_chunk(&mut self) -> io::Result<Vec<u8>> {
        let line = loop {
            match self.buffered.windows(2).position(|window| window == b"\r\n") {
                Some(at) => break text(self.take(at + 2)?),
                None => self.more()?,
            }
        };
        let size = usize::from_str_radix(line.trim(), 16).expect("a chunk size");
        let mut data = self.take(size + 2)?;
        data.truncate(size);
        Ok(data)
    }

    /// Reads so many bytes.
    ///
    /// # Panics
    ///
    /// When the connection ends before them.
    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        self.take(n).expect("more bytes")
    }

    /// Reads up to and including this text.
    ///
    /// # Panics
    ///
    /// When the connection ends before it.
    pub fn until(&mut self, end: &str) -> String {
        loop {
            let found = self.buffered.windows(end.len()).position(|part| part == end.as_bytes());
            if let Some(at) = found {
                return text(self.take(at + end.len()).expect("it is here"));
            }
            self.more().expect("more bytes");
        }
    }

    fn take(&mut self, n: usize) -> io::Result<Vec<u8>> {
        while self.buffered.len() < n {
            self.more()?;
        }
        Ok(self.buffered.drain(..n).collect())
    }

    fn more(&mut self) -> io::Result<()> {
        let mut room = [0; 64 * 1024];
        match self.stream.read(&mut room)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                self.buffered.extend_from_slice(&room[..n]);
                Ok(())
            }
        }
    }

    /// Reads until the server closes, and returns everything that came.
    ///
    /// # Panics
    ///
    /// When the server keeps the connection open, or resets it.
    pub fn rest(&mut self) -> String {
        loop {
            match self.more() {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => panic!("the server did not close in good order: {error}"),
            }
        }
        text(std::mem::take(&mut self.buffered))
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("tests speak UTF-8")
}

/// Resident memory of this process or another one, in bytes.
///
/// # Panics
///
/// Where there is no `/proc`.
pub fn resident(pid: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a Linux system");
    let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("a VmRSS line");
    let kilobytes = line.split_whitespace().nth(1).and_then(|n| n.parse::<usize>().ok());
    kilobytes.expect("a number of kilobytes") * 1024
}

/// Is this command there? When not, says that the test is skipped for want of it.
pub fn has_command(test: &str, command: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(command).is_file())
    });
    if !found {
        skipped(test, &format!("`{command}`, which is not installed"));
    }
    found
}

/// Says that a test is skipped, and for want of what.
pub fn skipped(test: &str, needs: &str) {
    // Not by `eprintln!`: of that only tests that fail show anything.
    let _ = writeln!(io::stderr(), "skipped: {test} needs {needs}");
}
