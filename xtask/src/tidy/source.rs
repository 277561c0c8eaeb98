//! What is code in a file, and what only looks like it?
//!
//! A source is read without a grammar, but not naively: comments and the insides of literals are
//! blanked, and so is everything under `#[cfg(test)]`, since tests may name what the code may not.
//! Blanking keeps every byte's place, so a line number in the code is one in the file.

use std::fs;
use std::path::Path;

use crate::command::Outcome;

/// Folders that hold code of ours. The comparison's own workspaces are left out.
const FOLDERS: [&str; 5] = ["crates", "examples", "tests", "benches", "xtask"];
const FOREIGN: [&str; 3] = ["benches/comparison", "benches/peers", "benches/router"];

/// One `.rs` file.
pub struct Source {
    /// From the root of the workspace, with `/` between names.
    pub path: String,
    /// As it stands in the file.
    pub text: String,
    /// Without comments, insides of literals and tests; of the same length as `text`.
    pub code: String,
    /// String literals outside tests: where each begins, and what stands between its quotes.
    pub literals: Vec<(usize, String)>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (mut code, mut literals) = blank(text);
        if is_test(path) {
            code = " ".repeat(code.len());
            literals.clear();
        }
        while let Some((from, to)) = test_module(&code) {
            code.replace_range(from..to, &" ".repeat(to - from));
            literals.retain(|(at, _)| !(from..to).contains(at));
        }
        Self { path: path.to_owned(), text: text.to_owned(), code, literals }
    }

    /// The line, counted from one, that holds the byte at `at`.
    pub fn line(&self, at: usize) -> usize {
        1 + self.text.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count()
    }

    /// The code on that line.
    pub fn code_line(&self, at: usize) -> &str {
        let from = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let to = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        self.code.get(from..to).unwrap_or_default()
    }

    /// Places where `word` stands in the code as a word of its own, `a::b` counting as one.
    pub fn places_of(&self, word: &str) -> Vec<usize> {
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        self.code
            .match_indices(word)
            .map(|(at, _)| at)
            .filter(|&at| {
                !self.code[..at].ends_with(joins)
                    && !self.code[at + word.len()..].starts_with(joins)
            })
            .collect()
    }
}

/// Reads every source of ours, in the order of their paths.
pub fn load(root: &Path) -> Outcome<Vec<Source>> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        collect(root, folder, &mut paths).map_err(|error| format!("{folder}: {error}"))?;
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| match fs::read_to_string(root.join(&path)) {
            Ok(text) => Ok(Source::new(&path, &text)),
            Err(error) => Err(format!("{path}: {error}")),
        })
        .collect()
}

fn collect(root: &Path, folder: &str, paths: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if FOREIGN.contains(&path.as_str()) || path.ends_with("/target") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(root, &path, paths)?;
        } else if path.ends_with(".rs") {
            paths.push(path);
        }
    }
    Ok(())
}

/// Whether the whole file is a test: `<file>/tests.rs`, or in a crate's `tests` folder.
fn is_test(path: &str) -> bool {
    path.starts_with("crates/") && path.split('/').any(|name| name == "tests.rs" || name == "tests")
}

/// The first thing under `#[cfg(test)]`: up to its closing brace, or to its semicolon.
fn test_module(code: &str) -> Option<(usize, usize)> {
    let from = code.find("#[cfg(test)]")?;
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return Some((from, at + 1)),
            b'}' => depth -= 1,
            b';' if depth == 0 => return Some((from, at + 1)),
            _ => {}
        }
    }
    Some((from, code.len()))
}

/// Blanks comments and the insides of literals, and hands the string literals out.
fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut literals = Vec::new();
    let mut at = 0;

    while at < bytes.len() {
        let rest = &bytes[at..];
        let (length, marks) = if rest.starts_with(b"//") {
            (line_comment(rest), None)
        } else if rest.starts_with(b"/*") {
            (block_comment(rest), None)
        } else if let Some((length, marks)) = raw_string(bytes, at) {
            (length, Some(marks))
        } else if rest[0] == b'"' {
            (quoted(rest, b'"'), Some(Marks { opening: 1, closing: 1 }))
        } else if let Some(length) = character(rest) {
            (length, None)
        } else {
            at += 1;
            continue;
        };
        let end = bytes.len().min(at + length);
        // The quotes go as well: nothing that reads the code asks for them.
        for byte in &mut code[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        if let Some(marks) = marks {
            let inside = text.get(at + marks.opening..end.saturating_sub(marks.closing));
            literals.push((at, inside.unwrap_or_default().to_owned()));
        }
        at = end;
    }
    // Blanked spans begin and end with ASCII, so what remains is whole characters.
    (String::from_utf8(code).expect("only whole literals and comments were blanked"), literals)
}

fn line_comment(rest: &[u8]) -> usize {
    rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len())
}

fn block_comment(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// How many bytes of quotes, hashes and letters stand around the inside of a string literal.
struct Marks {
    opening: usize,
    closing: usize,
}

/// `r"…"`, `br#"…"#`, `cr"…"`: no escapes, closed by a quote with as many hashes as opened it.
fn raw_string(bytes: &[u8], at: usize) -> Option<(usize, Marks)> {
    let word_before = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    let rest = &bytes[at..];
    let letters = [&b"r"[..], b"br", b"cr"].into_iter().find(|mark| rest.starts_with(mark))?.len();
    let hashes = rest[letters..].iter().take_while(|&&byte| byte == b'#').count();
    let marks = Marks { opening: letters + hashes + 1, closing: hashes + 1 };
    if word_before || rest.get(letters + hashes) != Some(&b'"') {
        return None;
    }
    let mut end = vec![b'#'; marks.closing];
    end[0] = b'"';
    let inside = rest[marks.opening..].windows(end.len()).position(|bytes| bytes == end);
    let length = inside.map_or(rest.len(), |inside| marks.opening + inside + marks.closing);
    Some((length, marks))
}

/// The length of a literal with escapes, both quotes counted.
fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a character literal; `None` for a lifetime.
fn character(rest: &[u8]) -> Option<usize> {
    if rest[0] != b'\'' {
        return None;
    }
    if rest.get(1) == Some(&b'\\') {
        return Some(quoted(rest, b'\''));
    }
    // One character of up to four bytes, then the quote.
    let end = rest.iter().skip(2).take(4).position(|&byte| byte == b'\'')? + 2;
    let inside = std::str::from_utf8(&rest[1..end]).ok()?;
    (inside.chars().count() == 1).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_insides_of_literals_are_not_code() {
        for (text, code) in [
            ("a // tokio", "a"),
            ("a /* x /* tokio */ y */ b", "a                       b"),
            (r#"f("tokio \" tokio") + 1"#, "f(                ) + 1"),
            (r###"f(br#"to"kio"#)"###, "f(            )"),
            ("x == 'a' && y", "x ==     && y"),
            (r"x == '\'' && y", "x ==      && y"),
            ("fn f<'a>(x: &'a u8)", "fn f<'a>(x: &'a u8)"),
            ("let r = bar(\"é\");", "let r = bar(    );"),
        ] {
            let source = Source::new("crates/x/src/lib.rs", text);
            assert_eq!(source.code.trim_end(), code, "{text}");
            assert_eq!(source.code.len(), text.len(), "{text}");
        }
    }

    #[test]
    fn literals_come_with_their_place_and_their_escapes() {
        let source = Source::new("crates/x/src/lib.rs", "f(b\"a\\r\\n\",\n r#\"b\"#)");
        assert_eq!(source.literals, [(3, "a\\r\\n".to_owned()), (13, "b".to_owned())]);
        assert_eq!(source.line(13), 2);
    }

    #[test]
    fn tests_are_not_code() {
        let text = "use tokio;\n#[cfg(test)]\nmod tests { fn f() { use tokio; } }\nfn g() {}";
        let source = Source::new("crates/x/src/lib.rs", text);
        assert_eq!(source.places_of("tokio"), [4]);
        assert!(source.code.contains("fn g()"));
        assert!(Source::new("crates/x/src/a/tests.rs", "use tokio;").code.trim().is_empty());
        assert!(
            !Source::new("crates/x/src/b.rs", "#[cfg(test)] mod tests; f()").code.trim().is_empty()
        );
    }

    #[test]
    fn a_word_is_found_only_as_a_word() {
        let source = Source::new("crates/x/src/lib.rs", "unsafe_code unsafe { my_unsafe }");
        assert_eq!(source.places_of("unsafe"), [12]);
    }
}
