//! Is the answer to be compressed for this client (RFC 9110 §12.5.3)?

use crate::Request;
use crate::ext::accept_encoding::weights;

/// What the client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// It takes gzip, and does not like the plain text better.
    pub(super) gzip: bool,
    /// It does not take the plain text (`identity;q=0`).
    pub(super) nothing_plain: bool,
}

impl Wish {
    /// What this request says. One that says nothing would have to take any coding, but gets none: it is from somebody
    /// who does not know of them.
    pub(super) fn of(req: &Request) -> Self {
        let (mut gzip, mut identity, mut others) = (None, None, None);
        for (name, weight) in weights(req) {
            let place = match name {
                // An old name of it (§8.4.1.3).
                _ if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => {
                    &mut gzip
                }
                _ if name.eq_ignore_ascii_case("identity") => &mut identity,
                "*" => &mut others,
                _ => continue,
            };
            place.get_or_insert(weight);
        }
        let weight = gzip.or(others).unwrap_or(0);
        Self {
            gzip: weight > 0 && identity.is_none_or(|identity| identity <= weight),
            nothing_plain: identity.or(others) == Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(lines: &[&str]) -> Request {
        let fields: Vec<_> = lines.iter().map(|line| ("accept-encoding", *line)).collect();
        Request::build(crate::Method::Get, "/", &fields, b"").expect("it is sound")
    }

    #[test]
    fn the_client_says_what_it_takes() {
        const PLAIN: (bool, bool) = (false, false);
        const GZIP: (bool, bool) = (true, false);
        const ONLY_GZIP: (bool, bool) = (true, true);
        const NEITHER: (bool, bool) = (false, true);
        for (accepts, expected) in [
            ("", PLAIN),
            ("gzip", GZIP),
            ("GZip", GZIP),
            ("x-gzip", GZIP),
            ("gzip, deflate, br, zstd", GZIP),
            ("br, zstd", PLAIN),
            ("deflate", PLAIN),
            ("*", GZIP),
            ("br, *", GZIP),
            ("*;q=0", NEITHER),
            ("gzip, *;q=0", ONLY_GZIP),
            ("gzip;q=0, *", PLAIN),
            ("gzip;q=0", PLAIN),
            ("gzip;q=0.0", PLAIN),
            ("gzip;q=0.000", PLAIN),
            ("gzip;q=0.001", GZIP),
            ("gzip ; Q=1.000", GZIP),
            ("gzip;q=1.001", PLAIN),
            ("gzip;q=0.0001", PLAIN),
            ("gzip;q=.5", PLAIN),
            ("gzip;q=nan", PLAIN),
            ("gzip;q=-1", PLAIN),
            ("gzip;q=", PLAIN),
            ("gzip;level=9;q=0.5", GZIP),
            ("identity", PLAIN),
            ("identity;q=0", NEITHER),
            ("identity;q=0, gzip", ONLY_GZIP),
            ("identity;q=0, *", ONLY_GZIP),
            ("identity;q=0.5, *;q=0", PLAIN),
            ("gzip, identity", GZIP),
            ("gzip;q=0.5, identity", PLAIN),
            ("gzip;q=0.5, identity;q=0.4", GZIP),
            ("*;q=0.5, identity", PLAIN),
            (",, gzip ,", GZIP),
            ("gzipped", PLAIN),
            ("gzip;q=0, gzip", PLAIN),
        ] {
            let wish = Wish::of(&asking(&[accepts]));
            assert_eq!((wish.gzip, wish.nothing_plain), expected, "{accepts:?}");
        }
        assert!(Wish::of(&asking(&["br", "gzip;q=0.5"])).gzip, "in two lines");
        assert!(!Wish::of(&Request::get("/")).gzip, "who does not ask gets none");
    }
}
