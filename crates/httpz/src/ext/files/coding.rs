//! Which compressed variants of a file does the client take?

use crate::Request;
use crate::ext::accept_encoding::weights;

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
    let items: Vec<(&str, u16)> = weights(req).collect();
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
