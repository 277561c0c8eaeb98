//! The one place that knows how a pattern is written.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::error::PatternError;
use crate::uri;

/// A part of a pattern between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Exactly this text.
    Static(String),
    /// `:name`, perhaps with text around it.
    Param {
        /// The text in front of it.
        prefix: String,
        /// Its name.
        name: String,
        /// The text after it.
        suffix: String,
    },
    /// `*` or `*name` before the end: one segment.
    Glob(Option<String>),
    /// `*` or `*name` at the end: one segment or more.
    Rest(Option<String>),
}

/// How many parameters and globs a pattern has at most.
const MOST_CAPTURED: usize = 255;

impl Segment {
    /// Does a lookup capture what it matches?
    pub(crate) fn captures(&self) -> bool {
        !matches!(self, Self::Static(_))
    }

    /// The name it captures, if it does.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Static(_) => None,
            Self::Param { name, .. } => Some(name),
            Self::Glob(name) | Self::Rest(name) => name.as_deref(),
        }
    }
}

/// A pattern, taken apart.
///
/// ```
/// use httpz_router::Pattern;
///
/// let pattern = Pattern::parse("/users/:id/*rest")?;
/// assert_eq!(pattern.names().collect::<Vec<_>>(), [("id", false), ("rest", true)]);
/// assert_eq!(pattern.shape(), Pattern::parse("/users/:name/*tail")?.shape());
///
/// let error = Pattern::parse("/users/{id}").unwrap_err();
/// assert_eq!(error.to_string(), "`{id}` is another library's spelling: write `:id`");
/// assert_eq!(error.offset(), 7);
/// # Ok::<(), httpz_router::PatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    segments: Vec<Segment>,
}

impl Pattern {
    /// Takes a pattern apart.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and at which byte.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let Some(rest) = text.strip_prefix('/') else {
            let text = match text.split_once("://") {
                Some((_, url)) => format!(
                    "a path starts with `/`, after the host: write \"{}\"",
                    url.find('/').map_or("/", |at| &url[at..])
                ),
                None => format!("a path starts with `/`: write \"/{text}\""),
            };
            return Err(PatternError::new(0, text));
        };
        let mut segments: Vec<Segment> = Vec::new();
        let mut at = 1;
        let mut parts = rest.split('/').peekable();
        while let Some(part) = parts.next() {
            let segment = parse_segment(part, at, parts.peek().is_none())?;
            if let Some(name) = segment.name()
                && segments.iter().any(|other| other.name() == Some(name))
            {
                return Err(PatternError::new(at, format!("`{name}` stands twice in the path")));
            }
            let captured = segments.iter().filter(|segment| segment.captures()).count();
            if segment.captures() && captured == MOST_CAPTURED {
                let text = format!("a path has at most {MOST_CAPTURED} parameters and globs");
                return Err(PatternError::new(at, text));
            }
            segments.push(segment);
            at += part.len() + 1;
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// Takes a pattern for the paths of URIs apart: besides what [`Pattern::parse`] refuses, what would
    /// keep it from ever matching one (RFC 3986 §3.3).
    ///
    /// ```
    /// use httpz_router::Pattern;
    ///
    /// assert!(Pattern::for_uri("/café/:id").is_ok());
    /// let error = Pattern::for_uri("/search?q=:q").unwrap_err();
    /// assert_eq!(error.to_string(), "`?` begins the query, which is no part of a path: leave it out");
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with it, and at which byte.
    pub fn for_uri(text: &str) -> Result<Self, PatternError> {
        let pattern = Self::parse(text)?;
        uri::check(text)?;
        Ok(pattern)
    }

    /// Its parts between the slashes.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The names it captures, in order, each with whether it captures the rest of the path.
    pub fn names(&self) -> impl Iterator<Item = (&str, bool)> {
        let named = |segment| Segment::name(segment).map(|name| (name, is_rest(segment)));
        self.segments.iter().filter_map(named)
    }

    /// The one path that it matches, if it is text alone.
    pub(crate) fn only_path(&self) -> Option<String> {
        let mut path = String::new();
        for segment in &self.segments {
            let Segment::Static(text) = segment else { return None };
            path.push('/');
            path.push_str(text);
        }
        Some(path)
    }

    /// What it matches, names left out: equal for two patterns exactly when they conflict.
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        let literal = |shape: &mut String, text: &str| {
            for letter in text.chars() {
                shape.push(letter);
                if letter == ':' || letter == '*' {
                    shape.push(letter);
                }
            }
        };
        for segment in &self.segments {
            shape.push('/');
            match segment {
                Segment::Static(text) => literal(&mut shape, text),
                Segment::Param { prefix, suffix, .. } => {
                    literal(&mut shape, prefix);
                    shape.push_str(":_");
                    literal(&mut shape, suffix);
                }
                Segment::Glob(_) => shape.push_str("*_"),
                Segment::Rest(_) => shape.push('*'),
            }
        }
        shape
    }
}

fn is_rest(segment: &Segment) -> bool {
    matches!(segment, Segment::Rest(_))
}

fn is_name_letter(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

/// The name at the front of `text`, which may be empty but not begin with a digit.
fn name(text: &str, mark: char, at: usize) -> Result<&str, PatternError> {
    let end = text.find(|letter| !is_name_letter(letter)).unwrap_or(text.len());
    let name = &text[..end];
    if name.starts_with(|letter: char| letter.is_numeric()) {
        let text = format!("`{mark}{name}` is no name: begin it with a letter or `_`");
        return Err(PatternError::new(at, text));
    }
    Ok(name)
}

fn parse_segment(part: &str, at: usize, last: bool) -> Result<Segment, PatternError> {
    if let Some(foreign) = foreign_name(part) {
        let text = format!("`{part}` is another library's spelling: write `{foreign}`");
        return Err(PatternError::new(at, text));
    }
    if part.starts_with('*') && !part.starts_with("**") {
        return parse_glob(part, at, last);
    }
    // Literal text up to the parameter, the parameter, literal text after it.
    let (prefix, taken) = literal(part, at)?;
    let Some(tail) = part[taken..].strip_prefix(':') else { return Ok(Segment::Static(prefix)) };
    let at = at + taken;
    let name = name(tail, ':', at)?;
    if name.is_empty() {
        let text = "`:` without a name: write `:id`, or `::` for a literal colon";
        return Err(PatternError::new(at, text.to_owned()));
    }
    let after = &tail[name.len()..];
    let (suffix, taken) = literal(after, at + 1 + name.len())?;
    if taken < after.len() {
        let text = format!(
            "`{part}` has two parameters in one segment, so where the first ends would be a guess: \
             take one and split it"
        );
        return Err(PatternError::new(at + 1 + name.len() + taken, text));
    }
    Ok(Segment::Param { prefix, name: name.to_owned(), suffix })
}

/// Literal text up to a parameter, with its doubled marks undone, and how many bytes it took.
fn literal(part: &str, at: usize) -> Result<(String, usize), PatternError> {
    let mut text = String::new();
    let mut letters = part.char_indices().peekable();
    while let Some((i, letter)) = letters.next() {
        let is_mark = letter == ':' || letter == '*';
        if is_mark && letters.next_if(|&(_, next)| next == letter).is_none() {
            if letter == ':' {
                return Ok((text, i));
            }
            let text = format!(
                "`*` within `{part}`: a glob is a whole segment; write `**` for a literal `*`"
            );
            return Err(PatternError::new(at + i, text));
        }
        text.push(letter);
    }
    Ok((text, part.len()))
}

fn parse_glob(part: &str, at: usize, last: bool) -> Result<Segment, PatternError> {
    let tail = &part[1..];
    let name = name(tail, '*', at)?;
    if name.len() < tail.len() {
        let text = format!("`{part}`: a glob is a whole segment, `*` or `*name`");
        return Err(PatternError::new(at + 1 + name.len(), text));
    }
    let name = (!name.is_empty()).then(|| name.to_owned());
    Ok(if last { Segment::Rest(name) } else { Segment::Glob(name) })
}

/// How `{id}`, `{*rest}`, `<id>`, `<id..>` and the like are written here.
fn foreign_name(part: &str) -> Option<String> {
    let inner = part
        .strip_prefix('{')
        .and_then(|part| part.strip_suffix('}'))
        .or_else(|| part.strip_prefix('<').and_then(|part| part.strip_suffix('>')))?;
    let rest = inner.starts_with('*') || inner.ends_with("..") || inner.ends_with('*');
    let name: String = inner
        .chars()
        .skip_while(|c| !is_name_letter(*c) || c.is_numeric())
        .take_while(|c| is_name_letter(*c))
        .collect();
    Some(match name.as_str() {
        _ if rest => format!("*{name}"),
        // `{}` and `{0}` have none, and here a parameter has one.
        "" => ":id".to_owned(),
        _ => format!(":{name}"),
    })
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn text(text: &str) -> Segment {
        Segment::Static(text.into())
    }

    fn param(prefix: &str, name: &str, suffix: &str) -> Segment {
        Segment::Param { prefix: prefix.into(), name: name.into(), suffix: suffix.into() }
    }

    #[test]
    fn reads_every_kind_of_segment() {
        for (pattern, segments) in [
            ("/", [text("")].as_slice()),
            ("/a/", &[text("a"), text("")]),
            ("/Über/:id", &[text("Über"), param("", "id", "")]),
            ("/:name.json", &[param("", "name", ".json")]),
            ("/@:user", &[param("@", "user", "")]),
            ("/v:n-beta", &[param("v", "n", "-beta")]),
            ("/a::b/**/c**d", &[text("a:b"), text("*"), text("c*d")]),
            ("/::x:id::y", &[param(":x", "id", ":y")]),
            ("/*/b", &[Segment::Glob(None), text("b")]),
            ("/*kind/b", &[Segment::Glob(Some("kind".into())), text("b")]),
            ("/*", &[Segment::Rest(None)]),
            ("/a/*rest", &[text("a"), Segment::Rest(Some("rest".into()))]),
        ] {
            let parsed = Pattern::parse(pattern).unwrap();
            assert_eq!(parsed.segments(), segments, "{pattern}");
            assert_eq!(parsed.to_string(), pattern);
        }
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for (pattern, offset, text) in [
            ("", 0, "a path starts with `/`: write \"/\""),
            ("a", 0, "a path starts with `/`: write \"/a\""),
            ("http://x.org/a/b", 0, "a path starts with `/`, after the host: write \"/a/b\""),
            ("https://x.org", 0, "a path starts with `/`, after the host: write \"/\""),
            ("/a/:", 3, "`:` without a name: write `:id`, or `::` for a literal colon"),
            ("/:1a", 1, "`:1a` is no name: begin it with a letter or `_`"),
            ("/:id/:id", 5, "`id` stands twice in the path"),
            ("/:id/*id", 5, "`id` stands twice in the path"),
            ("/{id}", 1, "`{id}` is another library's spelling: write `:id`"),
            ("/{*rest}", 1, "`{*rest}` is another library's spelling: write `*rest`"),
            ("/<id>", 1, "`<id>` is another library's spelling: write `:id`"),
            ("/<rest..>", 1, "`<rest..>` is another library's spelling: write `*rest`"),
            ("/a/{}", 3, "`{}` is another library's spelling: write `:id`"),
            ("/{0}", 1, "`{0}` is another library's spelling: write `:id`"),
            ("/{*}", 1, "`{*}` is another library's spelling: write `*`"),
            ("/*a-b", 3, "`*a-b`: a glob is a whole segment, `*` or `*name`"),
            ("/a*", 2, "`*` within `a*`: a glob is a whole segment; write `**` for a literal `*`"),
            (
                "/v:major.:minor",
                9,
                "`v:major.:minor` has two parameters in one segment, so where the first ends \
                 would be a guess: take one and split it",
            ),
        ] {
            let error = Pattern::parse(pattern).unwrap_err();
            assert_eq!((error.to_string().as_str(), error.offset()), (text, offset), "{pattern}");
        }
    }

    #[test]
    fn shapes_are_equal_exactly_when_patterns_conflict() {
        let shape = |pattern: &str| Pattern::parse(pattern).unwrap().shape();
        for (one, two, equal) in [
            ("/:a", "/:b", true),
            ("/*a/x", "/*/x", true),
            ("/*a", "/*", true),
            ("/p:a", "/p:b", true),
            ("/:a", "/*", false),
            ("/:a/x", "/*/x", false),
            ("/**", "/*", false),
            ("/::_", "/:a", false),
            ("/a", "/a/", false),
            ("/p:a", "/:a", false),
        ] {
            assert_eq!(shape(one) == shape(two), equal, "{one} and {two}");
        }
    }
}
