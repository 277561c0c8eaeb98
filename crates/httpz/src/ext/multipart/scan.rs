//! Where the parts of a form begin and end (RFC 7578, RFC 2046 §5.1), as far as bytes have come.
//!
//! ```text
//!  Start ──delimiter──► Head ──blank line──► Data ──delimiter──► Head …
//!                        └──────────────────────────"--"───────► Done
//! ```
//!
//! What browsers and libraries send is read; preambles, padding, folded lines and what stands twice,
//! which none of them sends, are refused: another reader of the same form may see another one.

use httpz_core::proto::chars::is_token;

use crate::{Error, Result};

/// Bytes of the lines before a part.
const HEAD: usize = 8 * 1024;

/// RFC 9110 §5.6.3.
const BLANKS: [char; 2] = [' ', '\t'];

/// What stands before the data of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

/// What stands at the front of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Too little to tell.
    More,
    /// The beginning of a part.
    Part(Head),
    /// This many bytes of data.
    Data(usize),
    /// The end of a part.
    PartEnd,
    /// The end of the form.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Head,
    Data,
    Done,
}

/// Finds its way through a form.
#[derive(Debug)]
pub(super) struct Scanner {
    /// A line end, two hyphens and the boundary.
    delimiter: Vec<u8>,
    state: State,
}

impl Scanner {
    /// For a form with this `Content-Type`.
    pub(super) fn new(content_type: Option<&str>) -> Result<Self> {
        let content_type = content_type.unwrap_or_default();
        let (kind, params) = content_type.split_once(';').unwrap_or((content_type, ""));
        if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
            return Err(Error::status(415, "a multipart/form-data body is wanted"));
        }
        let boundary = param(params, "boundary", is_boundary).ok().flatten();
        let Some(boundary) = boundary.filter(|text| is_boundary(text)) else {
            return Err(Error::status(400, "multipart: no boundary, or a bad one"));
        };
        // In two pieces: `xtask tidy` takes a whole line end for one that is written, and this one is only looked for.
        let delimiter = [b"\r", b"\n--".as_slice(), boundary.as_bytes()].concat();
        Ok(Self { delimiter, state: State::Start })
    }

    /// What stands at the front of these bytes, and how many of them that is. `at_end` says that no
    /// more will come.
    pub(super) fn step(&mut self, bytes: &[u8], at_end: bool) -> Result<(usize, Step)> {
        let (n, step) = match self.state {
            State::Start => match self.delimiter(bytes, 2)? {
                Some(n) if self.state == State::Head => {
                    let (more, step) = self.head(&bytes[n..])?;
                    (n + more, step)
                }
                Some(n) => (n, Step::Done),
                None => (0, Step::More),
            },
            State::Head => self.head(bytes)?,
            State::Data => self.data(bytes)?,
            State::Done => (bytes.len(), Step::Done),
        };
        if step == Step::More && at_end {
            return Err(Error::status(400, "multipart: the form ended before it was whole"));
        }
        Ok((n, step))
    }

    /// Goes over the delimiter at the front, without its first `skipped` bytes; `None` when it is not
    /// whole.
    fn delimiter(&mut self, bytes: &[u8], skipped: usize) -> Result<Option<usize>> {
        let delimiter = &self.delimiter[skipped..];
        let n = delimiter.len();
        let common = n.min(bytes.len());
        if bytes[..common] != delimiter[..common] {
            return Err(Error::status(400, "multipart: the form does not begin with its boundary"));
        }
        self.state = match bytes.get(n..n + 2) {
            None => return Ok(None),
            Some(b"--") => State::Done,
            Some([b'\r', b'\n']) => State::Head,
            Some(_) => return Err(Error::status(400, "multipart: malformed boundary")),
        };
        Ok(Some(n + 2))
    }

    fn head(&mut self, bytes: &[u8]) -> Result<(usize, Step)> {
        let end = bytes.windows(4).take(HEAD).position(|window| window == b"\r\n\r\n");
        let Some(end) = end else {
            if bytes.len() > HEAD {
                return Err(Error::status(400, "multipart: the head of a part is too large"));
            }
            return Ok((0, Step::More));
        };
        // With the first byte of the blank line's end, so that all lines end alike.
        let text = std::str::from_utf8(&bytes[..=end])
            .map_err(|_| Error::status(400, "multipart: the head of a part is not UTF-8"))?;
        self.state = State::Data;
        Ok((end + 4, Step::Part(Head::read(text)?)))
    }

    fn data(&mut self, bytes: &[u8]) -> Result<(usize, Step)> {
        let mut from = 0;
        while let Some(at) = bytes[from..].iter().position(|&byte| byte == b'\r') {
            let at = from + at;
            let common = self.delimiter.len().min(bytes.len() - at);
            if bytes[at..at + common] != self.delimiter[..common] {
                from = at + 1;
            } else if at > 0 {
                return Ok((at, Step::Data(at)));
            } else if common < self.delimiter.len() {
                return Ok((0, Step::More));
            } else {
                let end = self.delimiter(bytes, 0)?;
                return Ok(end.map_or((0, Step::More), |n| (n, Step::PartEnd)));
            }
        }
        Ok(if bytes.is_empty() { (0, Step::More) } else { (bytes.len(), Step::Data(bytes.len())) })
    }
}

impl Head {
    /// Reads lines that each end in a carriage return, with line feeds between them.
    fn read(text: &str) -> Result<Self> {
        let (mut disposition, mut content_type) = (None, None);
        for line in text.split('\n') {
            let field = line.strip_suffix('\r').and_then(|line| line.split_once(':'));
            let (name, value) = field.filter(|field| is_field(*field)).ok_or_else(malformed)?;
            let value = value.trim_matches(BLANKS);
            let place = if name.eq_ignore_ascii_case("content-disposition") {
                &mut disposition
            } else if name.eq_ignore_ascii_case("content-type") {
                &mut content_type
            } else {
                continue;
            };
            // Of two, one reader would take the first and another the last.
            if place.replace(value).is_some() {
                return Err(malformed());
            }
        }
        let disposition = disposition.unwrap_or_default();
        let (kind, params) = disposition.split_once(';').unwrap_or((disposition, ""));
        let is_form_data = kind.trim().eq_ignore_ascii_case("form-data");
        let name = param(params, "name", is_word)?.filter(|_| is_form_data);
        Ok(Self {
            name: name.ok_or_else(|| Error::status(400, "multipart: a part has no name"))?,
            file_name: param(params, "filename", is_word)?,
            content_type: content_type.map(str::to_owned),
        })
    }
}

fn malformed() -> Error {
    Error::status(400, "multipart: malformed line in the head of a part")
}

/// Could it stand in the head of a message, too?
fn is_field((name, value): (&str, &str)) -> bool {
    is_token(name.as_bytes()) && !value.contains(|c: char| c.is_ascii_control() && c != '\t')
}

/// Is it a token, as a value without quotes has to be?
fn is_word(text: &str) -> bool {
    is_token(text.as_bytes())
}

/// RFC 2046 §5.1.1. Some clients leave out the quotes that most of these characters ask for, `----=_Part_1` is common;
/// no reader takes such a boundary for another one.
fn is_boundary(text: &str) -> bool {
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    (1..=70).contains(&text.len()) && text.bytes().all(may_stand) && !text.ends_with(' ')
}

/// The value of a parameter of `a=b; c="d e"`, if it is there.
///
/// An error where it stands there twice, or where anything else stands among the parameters: what
/// one reader skips, another takes for a part of a name. A semicolon may stand behind the last. What `is_word` says
/// yes to needs no quotes.
fn param(params: &str, name: &str, is_word: fn(&str) -> bool) -> Result<Option<String>> {
    let mut value = None;
    let mut rest = params.trim_start_matches(BLANKS);
    while !rest.is_empty() {
        let (found, text, behind) = first_param(rest, is_word).ok_or_else(malformed)?;
        if found.eq_ignore_ascii_case(name) && value.replace(text).is_some() {
            return Err(malformed());
        }
        rest = behind;
    }
    Ok(value)
}

/// The name and the value of the parameter at the front, and what stands behind its semicolon.
fn first_param(text: &str, is_word: fn(&str) -> bool) -> Option<(&str, String, &str)> {
    let (name, value) = text.split_once('=').filter(|(name, _)| is_token(name.as_bytes()))?;
    let (value, rest) = match value.strip_prefix('"') {
        Some(quoted) => quoted_string(quoted)?,
        None => {
            let (word, rest) = value.split_at(value.find([';', ' ', '\t']).unwrap_or(value.len()));
            (is_word(word).then(|| word.to_owned())?, rest)
        }
    };
    let rest = rest.trim_start_matches(BLANKS);
    let behind = if rest.is_empty() { rest } else { rest.strip_prefix(';')? };
    Some((name, value, behind.trim_start_matches(BLANKS)))
}

/// The text up to the closing quote, and what follows that.
///
/// Browsers write a quote as `%22` and line ends as `%0D%0A`, and nothing else so (WHATWG HTML
/// §4.10.21.8); other clients write `\"`. A backslash before anything else is one: some browsers sent
/// paths of Windows.
fn quoted_string(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((i, letter)) = letters.next() {
        match letter {
            '"' => {
                let value = value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
                return Some((value, &text[i + 1..]));
            }
            '\\' if text[i + 1..].starts_with('"') => {
                letters.next();
                value.push('"');
            }
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=\"X-y\"";

    fn wire(text: &str) -> Vec<u8> {
        text.replace('\n', "\u{d}\n").into_bytes()
    }

    /// Everything that is found, data joined, when the bytes come in pieces of this size.
    fn scan(form: &[u8], piece: usize) -> Result<Vec<(Head, Vec<u8>)>> {
        let mut scanner = Scanner::new(Some(TYPE))?;
        let (mut parts, mut from, mut to) = (Vec::new(), 0, 0);
        loop {
            let (n, step) = scanner.step(&form[from..to], to == form.len())?;
            match step {
                Step::More => to = (to + piece).min(form.len()),
                Step::Part(head) => parts.push((head, Vec::new())),
                Step::Data(len) => {
                    let last: &mut (Head, Vec<u8>) = parts.last_mut().expect("data is of a part");
                    last.1.extend_from_slice(&form[from..from + len]);
                }
                Step::PartEnd => {}
                Step::Done => return Ok(parts),
            }
            from += n;
        }
    }

    #[test]
    fn finds_the_parts_however_the_form_is_cut() {
        let form = wire(
            "--X-y\nContent-Disposition: form-data; name=\"title\"\n\nTea\n--X-y\n\
             content-disposition: form-data; name=file; filename=\"a;b.txt\"\n\
             Content-Type: text/plain\n\nnot --X-y\n--X-\n\n--X-y\n\
             Content-Disposition: form-data; name=\"empty\"\n\n\n--X-y--\nbehind",
        );
        let expected = [
            (Head { name: "title".into(), ..Head::default() }, wire("Tea")),
            (
                Head {
                    name: "file".into(),
                    file_name: Some("a;b.txt".into()),
                    content_type: Some("text/plain".into()),
                },
                wire("not --X-y\n--X-\n"),
            ),
            (Head { name: "empty".into(), ..Head::default() }, vec![]),
        ];
        for piece in 1..=form.len() {
            assert_eq!(scan(&form, piece).unwrap(), expected, "in pieces of {piece}");
        }
        assert_eq!(scan(b"--X-y--", 3).unwrap(), []);
    }

    #[test]
    fn refuses_what_is_no_form() {
        let named = "Content-Disposition: form-data; name=a";
        for form in [
            String::new(),
            "preamble\n--X-y--".into(),
            "--X-z--".into(),
            "--X-y".into(),
            "--X-yz".into(),
            format!("--X-y \n{named}\n\nb\n--X-y--"),
            format!("--X-y\n{named}\n\nb\n--X-y"),
            format!("--X-y\n{named}\n\nb"),
            format!("--X-y\n{named}\n\nb\n--X-yz\n--X-y--"),
            "--X-y\nContent-Type: text/plain\n\nb\n--X-y--".into(),
            "--X-y\nContent-Disposition: attachment; name=a\n\nb\n--X-y--".into(),
            "--X-y\nContent-Disposition: form-data; name=\"a\n\nb\n--X-y--".into(),
            "--X-y\nno colon\n\nb\n--X-y--".into(),
            format!("--X-y\n{named}{}\n\nb\n--X-y--", "x".repeat(HEAD)),
            // What two readers could read in two ways.
            format!("--X-y\n{named}\n{named}\n\nb\n--X-y--"),
            format!("--X-y\n{named}\nContent-Type: a/b\ncontent-type: c/d\n\nb\n--X-y--"),
            format!("--X-y\n{named}; name=b\n\nb\n--X-y--"),
            format!("--X-y\n{named}; filename=a; FileName=b\n\nb\n--X-y--"),
            format!("--X-y\n{named}\n Content-Type: a/b\n\nb\n--X-y--"),
            format!("--X-y\n{named}\nContent-Type : a/b\n\nb\n--X-y--"),
            format!("--X-y\nX: y\r{named}\n\nb\n--X-y--"),
            format!("--X-y\n{named} filename=b\n\nb\n--X-y--"),
            format!("--X-y\n{named}; b\n\nb\n--X-y--"),
        ] {
            for piece in [1, 7, form.len().max(1)] {
                let error = scan(&wire(&form), piece).expect_err(&form);
                assert_eq!(error.code(), 400, "{form}");
            }
        }
    }

    #[test]
    fn refuses_lines_that_end_in_half_a_line_end() {
        for end in ["\n", "\r"] {
            let head = format!("Content-Disposition: form-data; name=a{end}X-Y: z");
            let form = [wire("--X-y\n"), head.into_bytes(), wire("\n\nb\n--X-y--")].concat();
            assert_eq!(scan(&form, form.len()).expect_err("it is refused").code(), 400, "{end:?}");
        }
    }

    #[test]
    fn reads_the_names_that_clients_write() {
        for (params, name) in [
            (r#"name="a\"b""#, Some(r#"a"b"#)),
            (r#"name="a%22b%0D%0Ac%20""#, Some("a\"b\r\nc%20")),
            (r#"filename="x; name=y"; name="C:\dir\z""#, Some(r"C:\dir\z")),
            ("name=\"caffè\"", Some("caffè")),
            (r#" name="a" ; filename*=UTF-8''b%20c"#, Some("a")),
            ("\tx=y;\tNAME=a;", Some("a")),
            ("filename=\"\";name=\"\"", Some("")),
            ("name=\"a", None),
            ("", None),
        ] {
            assert_eq!(param(params, "name", is_word).ok().flatten().as_deref(), name, "{params}");
        }
    }

    #[test]
    fn refuses_parameters_that_two_readers_could_read_in_two_ways() {
        for params in [
            "x; name=a; name=b",
            "x; name=a",
            "name=a; x",
            "name = \"a\"",
            "name =a",
            "name= a",
            "name=",
            "name=a filename=b",
            "name=\"a\" filename=b",
            "name=\"a\"zzz",
            "name=a\"b\"",
            "name=a;; filename=b",
            "; name=a",
            "=a; name=b",
            "na\"me=a",
            r#"name="a\\"; filename="b""#,
        ] {
            assert_eq!(param(params, "name", is_word).expect_err(params).code(), 400, "{params}");
        }
    }

    #[test]
    fn wants_a_boundary() {
        for (content_type, code) in [
            (None, 415),
            (Some("application/json"), 415),
            (Some("multipart/mixed; boundary=a"), 415),
            (Some("multipart/form-data"), 400),
            (Some("multipart/form-data; boundary="), 400),
            (Some("multipart/form-data; boundary=\"a"), 400),
            (Some("multipart/form-data; boundary=a\"b"), 400),
            (Some("multipart/form-data; boundary=a b"), 400),
            (Some("multipart/form-data; boundary=a; boundary=b"), 400),
            (Some("multipart/form-data; boundary=\"a%0D%0Ab\""), 400),
            (Some("multipart/form-data; boundary=\"a \""), 400),
        ] {
            assert_eq!(Scanner::new(content_type).expect_err("it is refused").code(), code);
        }
        for boundary in ["a", "----=_Part_7_1", "\"a b\"", "(a):b/c,?"] {
            let content_type =
                format!("Multipart/Form-Data; charset=utf-8; Boundary={boundary}; x=y");
            assert!(Scanner::new(Some(&content_type)).is_ok(), "{content_type}");
        }
    }
}
