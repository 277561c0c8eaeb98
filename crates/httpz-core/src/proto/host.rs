//! Is this a host, perhaps with a port (RFC 9110 §7.2, RFC 3986 §3.2.2)?
//!
//! `Host` and the authority of a target are read by proxies to choose a site, so what is not exactly
//! `uri-host [ ":" port ]` is refused: two readers could cut `a:80b` or `[::1` in two ways. The plain
//! ones that nearly everybody sends are read by `scan`.

use core::net::Ipv6Addr;

use super::chars;

/// Is this what `Host` may say? It may say nothing: a target without authority has no host.
pub fn is_host(host: &[u8]) -> bool {
    if let Some(inside) = host.strip_prefix(b"[") {
        let Some(end) = memchr::memchr(b']', inside) else { return false };
        let address = std::str::from_utf8(&inside[..end]).ok();
        let is_address = address.is_some_and(|text| text.parse::<Ipv6Addr>().is_ok());
        return is_address
            && match &inside[end + 1..] {
                [] => true,
                [b':', port @ ..] => is_port(port),
                _ => false,
            };
    }
    let (name, port) = match memchr::memchr(b':', host) {
        Some(0) => return false,
        Some(at) => (&host[..at], &host[at + 1..]),
        None => (host, &host[..0]),
    };
    chars::all(name, &chars::HOST) && is_port(port)
}

/// Is this an authority: a host that is not empty, perhaps with a port?
pub fn is_authority(authority: &[u8]) -> bool {
    !authority.is_empty() && is_host(authority)
}

/// `*DIGIT`: a colon with nothing after it is allowed.
fn is_port(port: &[u8]) -> bool {
    port.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_hosts_from_what_two_readers_could_read_differently() {
        for host in [
            "",
            "a",
            "a:80",
            "a:",
            "a.example.",
            "127.0.0.1:8080",
            "a_b.example",
            "xn--caf-dma.example",
            "a-name-that-is-longer-than-a-vector.example:65535",
            "sub!delims$&'()*+,;=",
            "[::1]",
            "[::1]:80",
            "[2001:db8::192.0.2.1]:",
        ] {
            assert!(is_host(host.as_bytes()), "{host:?}");
        }
        for host in [
            ":80",
            ":",
            "a:b",
            "a:80b",
            "a:80:80",
            "a-name-that-is-longer-than-a-vector.example:80b",
            "a:-1",
            "::1",
            "[",
            "[::1",
            "[::1]a",
            "[::1]:a",
            "[]",
            "[:]",
            "[::1%25eth0]",
            "[v1.a]",
            "a]",
            "a b",
            "a,b c",
            "a/b",
            "u@a",
            "a?b",
            "a#b",
            "a\\b",
            "caf%C3%A9",
            "caf\u{e9}",
        ] {
            assert!(!is_host(host.as_bytes()), "{host:?}");
        }
        assert!(!is_authority(b"") && is_authority(b"a"));
    }
}
