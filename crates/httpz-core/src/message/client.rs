//! Who the client is when others pass its requests on.
//!
//! A proxy appends the address that it got a request from to a list in a field. Anybody can send such a list,
//! so it is walked from its end, which the peer itself wrote, and only as long as whoever wrote the next entry
//! is trusted. The first address that is not trusted is the client; nothing before it means anything.
//!
//! Without trusted proxies nothing of this is read: the client is the peer.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use smallvec::SmallVec;

use super::Request;
use super::proxies::ProxyField;
use crate::proto::host;

impl Request {
    /// The address of the client: that of the peer, or the one that trusted proxies name
    /// ([`Proxies`](crate::Proxies)). `None` in tests, and over a unix socket whose proxy names none.
    ///
    /// ```
    /// # use httpz_core::Request;
    /// # fn example(req: &Request) {
    /// println!("{:?} asks for {}", req.client_ip(), req.path());
    /// # }
    /// ```
    pub fn client_ip(&self) -> Option<IpAddr> {
        let proxies = self.proxies();
        let peer = self.peer_ip();
        if !proxies.trusts(peer) {
            return peer;
        }
        match proxies.field {
            ProxyField::XForwarded => {
                proxies.walk(peer, self.entries_backwards("x-forwarded-for").map(node))
            }
            ProxyField::Forwarded => {
                let elements = self.entries_backwards("forwarded");
                proxies.walk(peer, elements.map(|element| node(parameter(element, "for")?)))
            }
        }
    }

    /// `https` when a trusted proxy says that the client speaks TLS with it, or when it says nothing and the connection
    /// itself is TLS (feature `tls`); else `http`.
    pub fn scheme(&self) -> &'static str {
        let said = match self.proxies().field {
            ProxyField::XForwarded => self.said_by_proxy("x-forwarded-proto", None),
            ProxyField::Forwarded => self.said_by_proxy("forwarded", Some("proto")),
        };
        let is_https = match said {
            Some(scheme) => scheme.eq_ignore_ascii_case("https"),
            None => self.comes_encrypted(),
        };
        if is_https { "https" } else { "http" }
    }

    /// The host that the client asked for: what a trusted proxy says, else [`Request::host`].
    ///
    /// A proxy may merely pass on what the client sent, so a value that is no host does not count.
    pub fn public_host(&self) -> Option<&str> {
        let said = match self.proxies().field {
            ProxyField::XForwarded => self.said_by_proxy("x-forwarded-host", None),
            ProxyField::Forwarded => self.said_by_proxy("forwarded", Some("host")),
        };
        said.filter(|said| host::is_authority(said.as_bytes())).or_else(|| self.host())
    }

    /// Is the peer a trusted proxy ([`Proxies`](crate::Proxies)), so that what it says about a request can be
    /// believed?
    pub fn is_from_proxy(&self) -> bool {
        self.proxies().trusts(self.peer_ip())
    }

    fn peer_ip(&self) -> Option<IpAddr> {
        self.peer_addr().map(|addr| addr.ip().to_canonical())
    }

    /// What the peer itself wrote, if it is trusted: the last entry of a field.
    fn said_by_proxy(&self, field: &str, name: Option<&str>) -> Option<&str> {
        if !self.is_from_proxy() {
            return None;
        }
        let entry = self.entries_backwards(field).next()?;
        let said = match name {
            Some(name) => parameter(entry, name)?,
            None => entry,
        };
        std::str::from_utf8(said).ok().filter(|said| !said.is_empty())
    }

    /// The entries of a list that may be spread over several fields, last one first.
    fn entries_backwards(&self, field: &str) -> impl Iterator<Item = &[u8]> {
        let lines: SmallVec<[&[u8]; 4]> = self.headers_all(field).collect();
        lines.into_iter().rev().flat_map(|line| backwards(line, b','))
    }
}

/// The parts of a list, last one first, without the space around them; a separator in a quoted string
/// is none.
///
/// Quotes are paired from the end, too, and entries are only read as text once they are apart. So what a proxy
/// appended is read alike whatever the client wrote in front of it, an open quote for example.
fn backwards(list: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let list = rest?;
        let mut quoted = false;
        let at = (0..list.len()).rev().find(|&at| {
            if list[at] == b'"' && !(quoted && is_escaped(list, at)) {
                quoted = !quoted;
            }
            list[at] == separator && !quoted
        });
        rest = at.map(|at| &list[..at]);
        Some(list[at.map_or(0, |at| at + 1)..].trim_ascii())
    })
}

/// Is the byte at this place of a quoted string escaped by a backslash?
fn is_escaped(text: &[u8], at: usize) -> bool {
    text[..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

/// The value of a parameter of one entry of `Forwarded`, without its quotes.
///
/// Values with escapes in them are left alone: no address, scheme or host has any.
fn parameter<'a>(entry: &'a [u8], name: &str) -> Option<&'a [u8]> {
    backwards(entry, b';').find_map(|pair| {
        let equals = pair.iter().position(|&byte| byte == b'=')?;
        let value = pair[equals + 1..].trim_ascii();
        let value = value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value);
        pair[..equals].trim_ascii().eq_ignore_ascii_case(name.as_bytes()).then_some(value)
    })
}

/// An address as proxies write it: `192.0.2.7`, `192.0.2.7:80`, `2001:db8::7`, `[2001:db8::7]:80`.
fn node(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?;
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let addr = IpAddr::from_str(bare).ok();
    let addr = addr.or_else(|| SocketAddr::from_str(text).ok().map(|addr| addr.ip()));
    addr.map(|addr| addr.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Proxies;

    fn ip(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    fn walk(peer: &str, list: impl AsRef<[u8]>) -> Option<IpAddr> {
        let proxies = Proxies::trusting(["10.0.0.0/8", "2001:db8::/32"]).unwrap();
        if !proxies.trusts(ip(peer)) {
            return ip(peer);
        }
        proxies.walk(ip(peer), backwards(list.as_ref(), b',').map(node))
    }

    #[test]
    fn the_first_untrusted_address_from_the_end_is_the_client() {
        for (peer, list, client) in [
            ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("10.0.0.1", "203.0.113.9, nonsense, 10.0.0.2", "10.0.0.2"),
            ("10.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
            ("10.0.0.1", "2001:db9::7", "2001:db9::7"),
            ("2001:db8::1", "[2001:db9::7]:80", "2001:db9::7"),
            ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ] {
            assert_eq!(walk(peer, list), ip(client), "{peer} says {list:?}");
        }
    }

    /// The client became the proxy: one quote, or one byte that is no text, hid what the proxy appended.
    #[test]
    fn nothing_a_client_writes_hides_what_the_proxy_appended() {
        for written in
            [&b"\""[..], b"for=\"", b"\"a\\", b"\"a\\\"", b"\xff", b"\"\"\"", b"10.0.0.9, \""]
        {
            let list = [written, b", 203.0.113.9"].concat();
            assert_eq!(walk("10.0.0.1", &list), ip("203.0.113.9"), "{}", list.escape_ascii());
            let list = [written, b", by=_x;for=\"[2001:db9::7]:80\""].concat();
            let last = backwards(&list, b',').next().unwrap();
            let client = parameter(last, "for").and_then(node);
            assert_eq!(client, ip("2001:db9::7"), "{}", list.escape_ascii());
        }
    }

    #[test]
    fn separators_in_quotes_separate_nothing() {
        let list =
            br#"for="a,\"b" ;proto=https, FOR=192.0.2.7;host="a;for=10.0.0.9";by="[::1]:80""#;
        let entries: Vec<_> = backwards(list, b',').collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(parameter(entries[1], "proto"), Some(&b"https"[..]));
        assert_eq!(parameter(entries[0], "for").and_then(node), ip("192.0.2.7"));
        assert_eq!(parameter(entries[0], "by").and_then(node), ip("::1"));
        assert_eq!(parameter(entries[0], "proto"), None);
    }
}
