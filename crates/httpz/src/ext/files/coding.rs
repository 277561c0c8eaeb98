//! Which compressed variants of a file does the client take (RFC 9110 §12.5.3)?

use crate::Request;

/// A variant that may lie beside a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coding {
    /// What it is called in `Content-Encoding`.
    pub(super) name: &'static str,
    /// What its file has behind its name.
    pub(super) extension: &'static str,
}

/// The smallest first.
const CODINGS: [Coding; 3] = [
    Coding { name: "br", extension: "br" },
    Coding { name: "zstd", extension: "zst" },
    Coding { name: "gzip", extension: "gz" },
];

/// Those that the client takes, in the order in which it likes them and then in ours.
pub(super) fn taken(req: &Request) -> Vec<Coding> {
    let lines =
        req.headers_all("accept-encoding").filter_map(|line| std::str::from_utf8(line).ok());
    let items: Vec<(&str, u16)> = lines.flat_map(|line| line.split(',')).map(item).collect();
    let weight = |name: &str| {
        let named = |wanted: &str| items.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        named(name).or_else(|| named("*")).map_or(0, |(_, weight)| *weight)
    };
    let mut taken: Vec<(u16, Coding)> = CODINGS
        .map(|coding| (weight(coding.name), coding))
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .collect();
    taken.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    taken.into_iter().map(|(_, coding)| coding).collect()
}

/// An item of the list: a name, and its weight in thousandths.
fn item(text: &str) -> (&str, u16) {
    let mut parts = text.split(';');
    let name = parts.next().unwrap_or_default().trim();
    let weight = parts.find_map(|part| part.trim().strip_prefix(['q', 'Q'])?.strip_prefix('='));
    // Whoever writes a weight that is none is given what nobody can misunderstand.
    let thousandths = |text: &str| {
        text.parse().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0_f32) * 1000.0
    };
    (name, weight.map_or(1000, |text| thousandths(text) as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_says_which_it_takes_and_which_it_likes_best() {
        for (accepts, expected) in [
            ("", &[][..]),
            ("gzip", &["gzip"]),
            ("gzip, deflate, br, zstd", &["br", "zstd", "gzip"]),
            ("br;q=0.5, gzip;q=0.8", &["gzip", "br"]),
            ("*", &["br", "zstd", "gzip"]),
            ("*;q=0.1, br;q=0", &["zstd", "gzip"]),
            ("GZIP ; Q=1.0", &["gzip"]),
            ("gzip;q=0", &[]),
            ("gzip;q=nan, br;q=7", &[]),
            ("identity", &[]),
        ] {
            let req = Request::build(crate::Method::Get, "/", &[("Accept-Encoding", accepts)], b"")
                .unwrap();
            let names: Vec<_> = taken(&req).iter().map(|coding| coding.name).collect();
            assert_eq!(names, expected, "{accepts}");
        }
    }
}
