//! Which value of a JSON text is the one that does not fit.
//!
//! The reader says where it stood when it gave up. That is behind this value, before it (when its first byte
//! told that it is of the wrong kind) or behind the comma or bracket that follows it. Which of these is found
//! out by reading again, without the last tokens: without the one that it gave up at, the reader asks for more.
//!
//! `serde_path_to_error` is told by the reader, but for that the code that reads a type is compiled a second
//! time: a program that reads a hundred types was half as large again. Tests compare the two.

use serde_json::Error;

/// A token, as far as paths depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Comma,
    Colon,
    /// A key or a value.
    Word,
}

/// Where in a container the text goes on.
enum Step<'a> {
    Item(usize),
    /// The key as it was sent, once it has come.
    Field(Option<&'a [u8]>),
}

/// The tokens of a text, and the way to the last of them.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    way: Vec<Step<'a>>,
}

/// The path to the value at which reading failed with this error: `inner[1].x`. None for the whole, and where
/// it cannot be told.
///
/// `fails` tells whether the front of the text, read in its place, holds something that does not fit.
pub(super) fn place(bytes: &[u8], error: &Error, fails: impl Fn(usize) -> bool) -> Option<String> {
    let given_up = offset(bytes, error)?;
    // The ends of the last tokens before that, the very last in front.
    let mut ends = [0; 4];
    let mut walk = Walk::new(bytes);
    while walk.token().is_some() && walk.at <= given_up {
        ends.rotate_right(1);
        ends[0] = walk.at;
    }
    if !fails(ends[0]) {
        // It saw what came next.
        let (way, _) = Walk::to(bytes, ends[0]);
        return fails(walk.at).then(|| shown(&way)).flatten();
    }
    let at = ends.windows(2).find(|pair| !fails(pair[1]))?[0];
    let (mut way, last) = Walk::to(bytes, at);
    match last? {
        Token::Open => _ = way.pop(),
        Token::Close | Token::Word => {}
        Token::Comma | Token::Colon => return None,
    }
    shown(&way)
}

/// How many bytes had been read when the reader gave up.
fn offset(bytes: &[u8], error: &Error) -> Option<usize> {
    let lines = error.line().checked_sub(1)?;
    let mut ends = memchr::memchr_iter(b'\n', bytes);
    let begin = if lines == 0 { 0 } else { ends.nth(lines - 1)? + 1 };
    Some(begin + error.column())
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, way: Vec::new() }
    }

    /// The way to the token that ends here, and that token; after an opening bracket it leads to what comes
    /// first.
    fn to(bytes: &'a [u8], end: usize) -> (Vec<Step<'a>>, Option<Token>) {
        let (mut walk, mut last) = (Self::new(&bytes[..end]), None);
        while let Some(token) = walk.token() {
            last = Some(token);
        }
        (walk.way, last)
    }

    /// Goes over the next token. The text has been read as far as it matters, so it is well-formed.
    fn token(&mut self) -> Option<Token> {
        let rest = &self.bytes[self.at..];
        let blanks = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let rest = &rest[blanks..];
        let (len, token) = match rest[0] {
            b'[' | b'{' => (1, Token::Open),
            b']' | b'}' => (1, Token::Close),
            b',' => (1, Token::Comma),
            b':' => (1, Token::Colon),
            b'"' => (string_len(rest), Token::Word),
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b",:[]{}\"".contains(byte);
                (rest.iter().position(ends).unwrap_or(rest.len()), Token::Word)
            }
        };
        match (token, self.way.last_mut()) {
            (Token::Open, _) => {
                let first = if rest[0] == b'[' { Step::Item(0) } else { Step::Field(None) };
                self.way.push(first);
            }
            (Token::Close, _) => _ = self.way.pop(),
            (Token::Comma, Some(Step::Item(index))) => *index += 1,
            (Token::Comma, Some(Step::Field(key))) => *key = None,
            (Token::Word, Some(Step::Field(key @ None))) => *key = Some(&rest[..len]),
            _ => {}
        }
        self.at += blanks + len;
        Some(token)
    }
}

/// How long the string is that these bytes begin with.
fn string_len(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
        at += found + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

fn shown(way: &[Step<'_>]) -> Option<String> {
    let mut path = String::new();
    for step in way {
        match step {
            Step::Item(index) => path.push_str(&format!("[{index}]")),
            Step::Field(None) => {}
            Step::Field(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&serde_json::from_slice::<String>(key).ok()?);
            }
        }
    }
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests;
