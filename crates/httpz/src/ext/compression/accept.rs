//! What does the client say about codings (RFC 9110 §12.5.3)?

use crate::Request;

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
        let lines = req.headers_all("accept-encoding");
        Self::read(lines.filter_map(|line| std::str::from_utf8(line).ok()))
    }

    fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let (mut gzip, mut identity, mut others) = (None, None, None);
        for (name, weight) in lines.flat_map(|line| line.split(',')).map(item) {
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

/// An item of the list: a name, and its weight in thousandths. One with a weight that is none is not taken.
fn item(text: &str) -> (&str, u16) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight =
        parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('='));
    (name, weight.map_or(1000, |text| thousandths(text.trim()).unwrap_or(0)))
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let rest = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "0" => Some(rest),
        "1" if rest == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let wish = Wish::read([accepts].into_iter());
            assert_eq!((wish.gzip, wish.nothing_plain), expected, "{accepts:?}");
        }
        let in_two_lines = Wish::read(["br", "gzip;q=0.5"].into_iter());
        assert!(in_two_lines.gzip);
        assert!(!Wish::of(&Request::get("/")).gzip, "who does not ask gets none");
    }
}
