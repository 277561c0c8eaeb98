//! Cases of HTTP on the wire, as data: the bytes of a peer, and what must come back.
//!
//! They lie in `tests/wire`, one file for each topic, and are written like this:
//!
//! ```text
//! # The topic, for people.
//!
//! case a second Host is refused, even the same one
//! rfc 9112 3.2 one-host
//! > GET / HTTP/1.1
//! > Host: a
//! > Host: a
//! >
//! < 400
//! = closes
//! ```
//!
//! | line | means |
//! |---|---|
//! | `case` | a sentence that names the case |
//! | `rfc` | the clause it shows, as `docs/clauses.txt` names it; one line each |
//! | `> text` | a line that the peer sends, with CRLF; without when it ends in `\` |
//! | `~` | the peer goes on once it has been sent something |
//! | `< 200 "text"` | an answer, with its body when one is given; `head` when it has none by nature |
//! | `<  Name: value` | a field of that answer; `<  !Name` for one that is absent |
//! | `= stays`, `closes`, `ends`, `cut`, `silent` | how it ends: the connection would live on; the last answer says `Connection: close`; either, as the cuts have it; it breaks off; nothing is said |
//! | `\| text` | a line of the exact output, in place of `<` and `=`; its `Date` has no value |
//!
//! In what is sent, `\r \n \t \s \0 \\ \xHH` stand for bytes and `{text*n}` for a repetition.

pub mod app;
pub mod run;

use std::path::{Path, PathBuf};

/// One case.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The file it stands in, without ending.
    pub topic: String,
    /// The sentence that names it.
    pub name: String,
    /// What the peer sends, in pieces; before each but the first it waits for an answer.
    pub input: Vec<Vec<u8>>,
    /// The answers it gets.
    pub answers: Vec<Expected>,
    /// How the connection ends.
    pub end: End,
    /// Everything it gets, exactly, in place of the two before.
    pub exact: Option<String>,
}

/// An answer as a case expects it.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Its status.
    pub status: u16,
    /// Its body, when the case cares.
    pub body: Option<String>,
    /// Is it the answer to HEAD?
    pub head_only: bool,
    /// Names in lower case with their values; `None` for those that are absent.
    pub fields: Vec<(String, Option<String>)>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// Not said; a case must.
    #[default]
    Unsaid,
    /// The peer could have gone on.
    Stays,
    /// The last answer says that it is the last.
    Closes,
    /// Said or not, depending on what has arrived by then.
    Ends,
    /// In the middle of an answer.
    Cut,
    /// Without any answer.
    Silent,
}

/// The folder of the cases.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("wire")
}

/// All cases, file by file.
///
/// # Panics
///
/// When a file cannot be read; the place is named.
pub fn all() -> Vec<Case> {
    let entries = std::fs::read_dir(folder()).expect("the folder of cases");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().flat_map(|file| read(file)).collect()
}

fn read(file: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(file).expect("a file of cases");
    let topic = file.file_stem().expect("a name").to_string_lossy().into_owned();
    let mut cases: Vec<Case> = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let place = || format!("{topic}:{}: {line}", i + 1);
        let (sign, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (sign, cases.last_mut()) {
            ("" | "#", _) => {}
            ("case", _) => cases.push(Case {
                topic: topic.clone(),
                name: rest.to_owned(),
                input: vec![Vec::new()],
                ..Case::default()
            }),
            // Whose clauses they show is for `cargo xtask compliance`.
            ("rfc", Some(_)) => {}
            (_, Some(case)) => {
                line_of_case(case, sign, rest).unwrap_or_else(|| panic!("{}", place()))
            }
            _ => panic!("{}", place()),
        }
    }
    for case in &cases {
        let ended = case.end != End::Unsaid || case.exact.is_some();
        assert!(ended, "{topic}: {}: how does it end?", case.name);
    }
    cases
}

/// `None` when the line means nothing.
fn line_of_case(case: &mut Case, sign: &str, rest: &str) -> Option<()> {
    match sign {
        ">" => {
            let (text, end) = match rest.strip_suffix('\\').filter(|text| !text.ends_with('\\')) {
                Some(text) => (text, ""),
                None => (rest, "\r\n"),
            };
            let piece = case.input.last_mut()?;
            piece.extend(bytes_of(text)?);
            piece.extend_from_slice(end.as_bytes());
        }
        "~" => case.input.push(Vec::new()),
        "<" => match rest.strip_prefix(' ') {
            Some(field) => case.answers.last_mut()?.fields.push(match field.strip_prefix('!') {
                Some(name) => (name.to_ascii_lowercase(), None),
                None => {
                    let (name, value) = field.split_once(": ")?;
                    (name.to_ascii_lowercase(), Some(value.to_owned()))
                }
            }),
            None => case.answers.push(answer(rest)?),
        },
        "=" => {
            case.end = match rest {
                "stays" => End::Stays,
                "closes" => End::Closes,
                "ends" => End::Ends,
                "cut" => End::Cut,
                "silent" => End::Silent,
                _ => return None,
            }
        }
        "|" => {
            let (text, end) = match rest.strip_suffix('\\') {
                Some(text) => (text, ""),
                None => (rest, "\r\n"),
            };
            *case.exact.get_or_insert_default() += &format!("{text}{end}");
        }
        _ => return None,
    }
    Some(())
}

fn answer(text: &str) -> Option<Expected> {
    let (status, rest) = text.split_once(' ').unwrap_or((text, ""));
    let body = rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let sound = body.is_some() || rest.is_empty() || rest == "head";
    let body = match body {
        Some(text) => Some(String::from_utf8(bytes_of(text)?).ok()?),
        None => None,
    };
    sound.then_some(Expected {
        status: status.parse().ok()?,
        body,
        head_only: rest == "head",
        fields: Vec::new(),
    })
}

/// Undoes escapes and repetitions.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let escape = rest.chars().next()?;
                rest = &rest[escape.len_utf8()..];
                bytes.push(match escape {
                    'r' => b'\r',
                    'n' => b'\n',
                    't' => b'\t',
                    's' => b' ',
                    '0' => 0,
                    '\\' => b'\\',
                    'x' => {
                        let (digits, behind) = rest.split_at_checked(2)?;
                        rest = behind;
                        u8::from_str_radix(digits, 16).ok()?
                    }
                    _ => return None,
                });
            }
            '{' if rest.contains('*') => {
                let (inside, behind) = rest.split_once('}')?;
                let (unit, times) = inside.rsplit_once('*')?;
                bytes.extend(bytes_of(unit)?.repeat(times.parse().ok()?));
                rest = behind;
            }
            c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Some(bytes)
}
