//! The parameters of a query string or a form, decoded once and kept.
//!
//! Most values have no escape; they stay where they were received, and only their place is noted. The others are
//! decoded into one string.

use crate::proto::{ProtocolError, Span, percent};

/// Where the decoded form of a name or value stands.
#[derive(Clone, Copy, Debug)]
enum Piece {
    /// In the received bytes, as it is.
    Raw(Span),
    /// In [`PairTable::text`].
    Decoded(Span),
}

/// Decoded parameters, as places.
#[derive(Debug, Default)]
pub(crate) struct PairTable {
    pairs: Vec<(Piece, Piece)>,
    text: String,
}

impl PairTable {
    /// Decodes the bytes of `span` in `buf`, refusing more than `limit` pairs.
    pub(crate) fn parse(buf: &[u8], span: Span, limit: usize) -> Result<Self, ProtocolError> {
        let mut table = Self::default();
        let mut at = span.at as usize;
        for pair in span.of_bytes(buf).split(|&byte| byte == b'&') {
            let begin = at;
            at += pair.len() + 1;
            if pair.is_empty() {
                continue;
            }
            if table.pairs.len() == limit {
                return Err(ProtocolError::TooManyPairs);
            }
            let equals = pair.iter().position(|&byte| byte == b'=');
            let name_len = equals.unwrap_or(pair.len());
            let value_at = equals.map_or(pair.len(), |equals| equals + 1);
            let name = table.piece(buf, Span::new(begin, name_len))?;
            let value = table.piece(buf, Span::new(begin + value_at, pair.len() - value_at))?;
            table.pairs.push((name, value));
        }
        Ok(table)
    }

    fn piece(&mut self, buf: &[u8], span: Span) -> Result<Piece, ProtocolError> {
        let raw = span.of_bytes(buf);
        if !raw.iter().any(|&byte| byte == b'%' || byte == b'+' || !byte.is_ascii()) {
            return Ok(Piece::Raw(span));
        }
        let at = self.text.len();
        percent::decode(raw, true, &mut self.text)?;
        Ok(Piece::Decoded(Span::new(at, self.text.len() - at)))
    }
}

/// The parameters of a query string or a form, in the order they came.
///
/// Names and values keep their casing; `+` and escapes are decoded; `a` without `=` has the empty
/// value.
///
/// ```
/// # use httpz_core::Request;
/// let req = Request::get("/?search=green+tea&tag=a&tag=b");
/// let query = req.query()?;
/// assert_eq!(query.get("search"), Some("green tea"));
/// assert_eq!(query.all("tag").collect::<Vec<_>>(), ["a", "b"]);
/// assert_eq!(query.get("Search"), None);
/// # Ok::<(), httpz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pairs<'a> {
    table: &'a PairTable,
    buf: &'a [u8],
}

impl<'a> Pairs<'a> {
    pub(crate) fn new(table: &'a PairTable, buf: &'a [u8]) -> Self {
        Self { table, buf }
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// Every value of this name, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let Self { table, buf } = *self;
        table
            .pairs
            .iter()
            .map(move |&(name, value)| (text(table, buf, name), text(table, buf, value)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.table.pairs.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.table.pairs.is_empty()
    }
}

fn text<'a>(table: &'a PairTable, buf: &'a [u8], piece: Piece) -> &'a str {
    match piece {
        // A raw piece is ASCII: `PairTable::piece` decodes every other one.
        Piece::Raw(span) => std::str::from_utf8(span.of_bytes(buf)).unwrap_or_default(),
        Piece::Decoded(span) => table.text.get(span.at as usize..span.end()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str, limit: usize) -> Result<Vec<(String, String)>, ProtocolError> {
        let table = PairTable::parse(text.as_bytes(), Span::new(0, text.len()), limit)?;
        let pairs = Pairs::new(&table, text.as_bytes());
        Ok(pairs.iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect())
    }

    #[test]
    fn decodes_pairs_in_order() {
        for (text, expected) in [
            ("", vec![]),
            ("a", vec![("a", "")]),
            ("a=", vec![("a", "")]),
            ("=b", vec![("", "b")]),
            ("&&a=1&", vec![("a", "1")]),
            ("a=1=2", vec![("a", "1=2")]),
            ("a=1&A=2&a=3", vec![("a", "1"), ("A", "2"), ("a", "3")]),
            ("a+b=c%20d&caf%C3%A9=%2B", vec![("a b", "c d"), ("café", "+")]),
        ] {
            let expected: Vec<_> =
                expected.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
            assert_eq!(pairs(text, 32), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn refuses_malformed_escapes_and_too_many_pairs() {
        assert_eq!(pairs("a=%", 32), Err(ProtocolError::BadEscape));
        assert_eq!(pairs("a=%FF", 32), Err(ProtocolError::BadEscape));
        assert_eq!(pairs("a&b&c", 2), Err(ProtocolError::TooManyPairs));
    }
}
