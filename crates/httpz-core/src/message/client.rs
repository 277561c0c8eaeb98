//! Who the client is when others pass its requests on.
//!
//! A proxy writes down whom it got a request from, behind what was written down before. Anybody can
//! write anything there, so the list is walked from its end, which the peer itself wrote, and only for
//! as long as whoever wrote the next entry is trusted. The first address that is not trusted is the
//! client; nothing before it means anything.
//!
//! Without trusted proxies nothing of this is read: the client is the peer.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use smallvec::SmallVec;

use super::Request;
use super::proxies::ProxyField;

impl Request {
    /// The address of the client: of the peer, or of whom trusted proxies say that they speak for
    /// ([`Proxies`](crate::Proxies)). `None` over sockets of the machine without a proxy that says it, and in tests.
    ///
    /// ```
    /// # use httpz_core::Request;
    /// # fn example(req: &Request) {
    /// println!("{:?} asks for {}", req.client_ip(), req.path());
    /// # }
    /// ```
    pub fn client_ip(&self) -> Option<IpAddr> {
        let proxies = self.proxies();
        let peer = self.peer_addr().map(|addr| addr.ip().to_canonical());
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

    /// `https` when a trusted proxy says that the client speaks TLS with it, else `http`.
    pub fn scheme(&self) -> &'static str {
        let said = match self.proxies().field {
            ProxyField::XForwarded => self.said_by_proxy("x-forwarded-proto", None),
            ProxyField::Forwarded => self.said_by_proxy("forwarded", Some("proto")),
        };
        if said.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")) {
            "https"
        } else {
            "http"
        }
    }

    /// The host that the client asked for: what a trusted proxy says, else [`Request::host`].
    pub fn public_host(&self) -> Option<&str> {
        let said = match self.proxies().field {
            ProxyField::XForwarded => self.said_by_proxy("x-forwarded-host", None),
            ProxyField::Forwarded => self.said_by_proxy("forwarded", Some("host")),
        };
        said.or_else(|| self.host())
    }

    /// What the peer itself wrote, if it is trusted: the last entry of a field.
    fn said_by_proxy(&self, field: &str, name: Option<&str>) -> Option<&str> {
        let peer = self.peer_addr().map(|addr| addr.ip().to_canonical());
        if !self.proxies().trusts(peer) {
            return None;
        }
        let entry = self.entries_backwards(field).next()?;
        match name {
            Some(name) => parameter(entry, name),
            None => Some(entry).filter(|entry| !entry.is_empty()),
        }
    }

    /// The entries of a list that may be spread over several fields, last one first.
    ///
    /// An entry that is not text is empty, which no reader takes for an address.
    fn entries_backwards(&self, field: &str) -> impl Iterator<Item = &str> {
        let lines: SmallVec<[&[u8]; 4]> = self.headers_all(field).collect();
        lines.into_iter().rev().flat_map(|line| {
            let entries: SmallVec<[&str; 8]> =
                entries(std::str::from_utf8(line).unwrap_or_default()).collect();
            entries.into_iter().rev()
        })
    }
}

/// The entries of a list, without the space around them; a comma in a quoted string is none.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut quoted = false;
        let mut escaped = false;
        let end = text.bytes().position(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b',' => return !quoted,
                _ => {}
            }
            false
        });
        rest = end.map(|end| &text[end + 1..]);
        Some(text[..end.unwrap_or(text.len())].trim_matches([' ', '\t']))
    })
}

/// The value of a parameter of one entry of `Forwarded`, without its quotes.
///
/// Values with escapes in them are left alone: no address, scheme or host has any.
fn parameter<'a>(entry: &'a str, name: &str) -> Option<&'a str> {
    entry.split(';').find_map(|pair| {
        let (other, value) = pair.split_once('=')?;
        let value = value.trim_matches([' ', '\t']);
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
        other.trim_matches([' ', '\t']).eq_ignore_ascii_case(name).then_some(value)
    })
}

/// An address as proxies write it: `192.0.2.7`, `192.0.2.7:80`, `2001:db8::7`, `[2001:db8::7]:80`.
fn node(text: &str) -> Option<IpAddr> {
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

    fn walk(peer: &str, list: &str) -> Option<IpAddr> {
        let proxies = Proxies::trusting(["10.0.0.0/8", "2001:db8::/32"]).unwrap();
        let hops: Vec<_> = entries(list).map(node).collect();
        if !proxies.trusts(ip(peer)) {
            return ip(peer);
        }
        proxies.walk(ip(peer), hops.into_iter().rev())
    }

    #[test]
    fn the_first_untrusted_address_entries_backwards_is_the_client() {
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

    #[test]
    fn commas_in_quotes_separate_nothing() {
        let list = r#"for="a,\"b" ;proto=https, FOR=192.0.2.7;by="[::1]:80""#;
        let entries: Vec<_> = entries(list).collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(parameter(entries[0], "proto"), Some("https"));
        assert_eq!(parameter(entries[1], "for").and_then(node), ip("192.0.2.7"));
        assert_eq!(parameter(entries[1], "by").and_then(node), ip("::1"));
        assert_eq!(parameter(entries[1], "host"), None);
    }
}
