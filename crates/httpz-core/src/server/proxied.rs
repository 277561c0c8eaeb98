//! Connections that begin with a PROXY header, in which a load balancer names the client that it speaks for.
//! Feature `proxy-protocol`.
//!
//! The header (version 1 or 2) is read to its last byte and no further, so that the first request is
//! left where it is. A connection without a header, or with a malformed one, is closed silently: a peer that
//! goes around the load balancer must not be able to choose its own address.

use std::future::poll_fn;
use std::net::SocketAddr;

use proxy_header::{Error, ParseConfig, Protocol, ProxyHeader};

use super::listen::Listen;
use crate::net::{Socket, SocketWire};
use crate::wire::{Wait, Wire};

/// Bytes of a header at most; those of version 2 may carry a certificate's name and the like.
const MOST: usize = 4096;
/// Bytes of a header of version 1 at most, with its line end.
const LONGEST_LINE: usize = 107;
/// Bytes of the shortest header: `PROXY UNKNOWN` and its line end.
const SHORTEST: usize = 15;
/// Bytes of the fixed part of version 2, which ends with the length of the rest.
const PREAMBLE: usize = 16;

impl Listen {
    /// Every connection here begins with a PROXY header. Feature `proxy-protocol`.
    ///
    /// [`Request::peer_addr`](crate::Request::peer_addr) is then the address that the header names. The
    /// header must come within `Config::timeouts.head`.
    ///
    /// ```
    /// # use httpz_core::Listen;
    /// let behind_haproxy = Listen::tcp(([127, 0, 0, 1], 8080)).proxied();
    /// assert_eq!(behind_haproxy.to_string(), "proxy:127.0.0.1:8080");
    /// ```
    #[must_use]
    pub fn proxied(self) -> Self {
        Self::Proxied(Box::new(self))
    }
}

/// Nothing: such places can be opened.
pub(super) const MISSING: Option<&str> = None;

/// Reads the header of a new connection; `false` when the connection is to be closed.
pub(super) async fn enter<S: Socket>(wire: &SocketWire<S>) -> bool {
    wire.wait(Wait::Head);
    let mut header = Vec::new();
    while header.len() < MOST {
        let at = header.len();
        header.resize((at + missing(&header)).min(MOST), 0);
        if !fill(wire, &mut header[at..]).await {
            return false;
        }
        match parse(&header) {
            Ok(source) => {
                source.into_iter().for_each(|source| wire.set_peer_addr(source));
                return true;
            }
            Err(Error::BufferTooShort) => {}
            Err(_) => return false,
        }
    }
    false
}

/// Fills `room`; `false` when the connection ends or is late before that.
async fn fill<S: Socket>(wire: &SocketWire<S>, mut room: &mut [u8]) -> bool {
    while !room.is_empty() {
        match poll_fn(|cx| wire.poll_read(cx, room)).await {
            Ok(n) if n > 0 => room = &mut room[n..],
            _ => return false,
        }
    }
    true
}

/// How many more bytes a header that begins like this has at least.
///
/// Version 2 says its length. Version 1 ends with its line, whose length is unknown until it comes.
fn missing(header: &[u8]) -> usize {
    match header {
        [] => SHORTEST,
        [b'P', ..] => 1,
        [.., high, low] if header.len() == PREAMBLE => {
            usize::from(u16::from_be_bytes([*high, *low])).max(1)
        }
        _ => PREAMBLE.saturating_sub(header.len()).max(1),
    }
}

/// Whom the header names, if anybody. A health check of the balancer names nobody.
fn parse(header: &[u8]) -> Result<Option<SocketAddr>, Error> {
    let config = ParseConfig { include_tlvs: false, ..ParseConfig::default() };
    let (parsed, _) = ProxyHeader::parse(header, config)?;
    if header.starts_with(b"P") && !is_plain(header) {
        return Err(Error::Invalid);
    }
    let address = parsed.proxied_address().filter(|addr| addr.protocol == Protocol::Stream);
    Ok(address.map(|addr| addr.source))
}

/// Is this line of version 1 written as the specification wants it? The parser also takes words that merely
/// begin like the right ones and ports with a sign, and does not bound the length of the line.
fn is_plain(line: &[u8]) -> bool {
    let is_port = |port: &[u8]| port.iter().all(u8::is_ascii_digit);
    let words = line.strip_suffix(b"\r\n").unwrap_or(line);
    let words: Vec<&[u8]> = words.split(|&byte| byte == b' ').collect();
    line.len() <= LONGEST_LINE
        && match words.as_slice() {
            [b"PROXY", b"UNKNOWN", ..] => true,
            [b"PROXY", b"TCP4" | b"TCP6", _, _, from, to] => is_port(from) && is_port(to),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a header as `enter` does; gives what was found and what was left.
    fn enter(mut bytes: &[u8]) -> (Result<Option<SocketAddr>, Error>, &[u8]) {
        let mut header = Vec::new();
        loop {
            let Some((taken, rest)) = bytes.split_at_checked(missing(&header)) else {
                return (Err(Error::BufferTooShort), bytes);
            };
            header.extend_from_slice(taken);
            bytes = rest;
            match parse(&header) {
                Err(Error::BufferTooShort) => {}
                found => return (found, bytes),
            }
        }
    }

    #[test]
    fn reads_both_versions_and_nothing_behind_them() {
        let somebody = || Ok(Some(([192, 0, 2, 7], 4711).into()));
        let v1 = b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 80\r\nGET /";
        assert_eq!(enter(v1), (somebody(), &b"GET /"[..]));
        assert_eq!(enter(b"PROXY UNKNOWN\r\nGET /"), (Ok(None), &b"GET /"[..]));
        let mut v2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0f".to_vec();
        v2.extend([192, 0, 2, 7, 198, 51, 100, 1, 0x12, 0x67, 0, 80, 0x20, 0, 0]);
        v2.extend(b"GET /");
        assert_eq!(enter(&v2), (somebody(), &b"GET /"[..]));
        let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0GET /";
        assert_eq!(enter(local), (Ok(None), &b"GET /"[..]));
    }

    #[test]
    fn refuses_what_is_no_header() {
        for bytes in [
            &b"GET / HTTP/1.1\r\nHost: a\r\n"[..],
            b"PROXY TCP4 nonsense\r\nGET / HTTP",
            b"\r\n\r\nGET / HTTP/1.1\r\n",
            b"PROXYxTCP4 192.0.2.7 198.51.100.1 4711 80\r\n",
            b"PROXY UNKNOWNx 192.0.2.7\r\n",
            b"PROXY TCP4 192.0.2.7 198.51.100.1 +4711 80\r\n",
            b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 80 443\r\n",
            b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 80\nGET / HTTP/1.1\r\n",
        ] {
            assert_eq!(enter(bytes).0, Err(Error::Invalid), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_line_of_version_1_ends_within_107_bytes() {
        let line = |len: usize| [b"PROXY UNKNOWN ", &b"x".repeat(len - 16)[..], b"\r\n"].concat();
        assert_eq!(enter(&line(107)).0, Ok(None));
        assert_eq!(enter(&line(108)).0, Err(Error::Invalid));
        assert_eq!(enter(&line(1000)).0, Err(Error::Invalid));
    }
}
