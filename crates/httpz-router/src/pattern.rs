//! The one place that knows how a pattern is written.

use std::fmt;

use crate::PatternError;

/// A part of a pattern between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// These bytes.
    Static(String),
    /// `:name`, with literal text around it.
    Param {
        /// What stands before it.
        prefix: String,
        /// Its name.
        name: String,
        /// What stands behind it.
        suffix: String,
    },
    /// `*` or `*name` before the end: one segment.
    Glob(Option<String>),
    /// `*` or `*name` at the end: one segment or more.
    Rest(Option<String>),
}

/// A pattern, taken apart.
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
        let wrong = |offset: usize, text: String| Err(PatternError { offset, text });
        let Some(rest) = text.strip_prefix('/') else {
            return wrong(0, format!("a path starts with `/`: write \"/{text}\""));
        };
        let mut segments: Vec<Segment> = Vec::new();
        let mut at = 1;
        let count = rest.split('/').count();
        for (i, part) in rest.split('/').enumerate() {
            let segment =
                segment(part, i + 1 == count).map_err(|text| PatternError { offset: at, text })?;
            if let Some(name) = segment.name()
                && segments.iter().any(|other| other.name() == Some(name))
            {
                return wrong(at, format!("`{name}` stands twice in the path"));
            }
            segments.push(segment);
            at += part.len() + 1;
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// Its parts between the slashes.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The names it captures, in order, each with whether it captures the rest of the path.
    pub fn names(&self) -> impl Iterator<Item = (&str, bool)> {
        self.segments
            .iter()
            .filter_map(|segment| Some((segment.name()?, matches!(segment, Segment::Rest(_)))))
    }

    /// What it matches, without the names: equal for patterns that conflict.
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        for segment in &self.segments {
            shape.push('/');
            match segment {
                Segment::Static(text) => {
                    shape.push_str(&text.replace(':', "\\:").replace('*', "\\*"))
                }
                Segment::Param { prefix, suffix, .. } => {
                    shape.push_str(prefix);
                    shape.push(':');
                    shape.push_str(suffix);
                }
                Segment::Glob(_) => shape.push('*'),
                Segment::Rest(_) => shape.push_str("**"),
            }
        }
        shape
    }
}

impl Segment {
    /// The name it captures.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Static(_) => None,
            Self::Param { name, .. } => Some(name),
            Self::Glob(name) | Self::Rest(name) => name.as_deref(),
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

fn segment(part: &str, last: bool) -> Result<Segment, String> {
    if let (Some('{' | '<'), Some('}' | '>')) = (part.chars().next(), part.chars().last()) {
        let name = &part[1..part.len() - 1];
        return Err(format!("`{part}` is another library's spelling: write `:{name}`"));
    }
    if let Some(name) = part.strip_prefix('*') {
        if !name.is_empty() && !is_name(name) {
            return Err(format!("`*{name}` is no name: use letters, digits and `_`"));
        }
        let name = (!name.is_empty()).then(|| name.to_owned());
        return Ok(if last { Segment::Rest(name) } else { Segment::Glob(name) });
    }
    let Some(colon) = part.find(':') else { return Ok(Segment::Static(part.to_owned())) };
    let (prefix, tail) = (&part[..colon], &part[colon + 1..]);
    let end = tail.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(tail.len());
    let (name, suffix) = tail.split_at(end);
    if name.is_empty() {
        return Err("`:` without a name: write `:id`".to_owned());
    }
    if !is_name(name) {
        return Err(format!("`:{name}` cannot be a name: begin with a letter or `_`"));
    }
    if suffix.contains([':', '*']) {
        return Err(format!("`{part}` has two parameters in one segment"));
    }
    Ok(Segment::Param {
        prefix: prefix.to_owned(),
        name: name.to_owned(),
        suffix: suffix.to_owned(),
    })
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
