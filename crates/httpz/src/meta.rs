//! What a route macro knows about a function, as a constant that costs the compiler little.

use std::fmt;

use crate::Method;
use crate::described::Describe;
use crate::http_error::KnownMeaning;

/// What a route macro knows about a function.
///
/// ```
/// use httpz::prelude::*;
///
/// /// Says hello.
/// #[get("/hello/:name", "/hi/:name")]
/// fn hello(name: &str) -> String {
///     format!("Hello {name}")
/// }
///
/// let meta = hello::META;
/// assert_eq!((meta.name(), meta.doc()), ("hello", "Says hello."));
/// assert!(meta.answers().map(|answers| answers.path).eq(["/hello/:name", "/hi/:name"]));
/// assert!(meta.params().eq([("name", "&str")]));
/// ```
///
/// There is one of these for every route, and the compiler evaluates them all: so it is one text with a
/// number, which it need not look into, and not a structure of lists.
#[derive(Clone, Copy)]
pub struct Meta {
    /// Name and answers; parameters; prefix; doc comment: with an empty line between these four. Answers and
    /// parameters have a line each, of two words.
    text: &'static str,
    /// The shape of the first answer: equal for two routes that answer the same requests.
    shape: u64,
    /// The shapes of the other answers.
    more: &'static [u64],
    pub(crate) meaning: Option<KnownMeaning>,
    pub(crate) describe: Option<Describe>,
}

/// The requests that one path of one attribute makes a function answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answers {
    /// Which methods.
    pub verb: Verb,
    /// The pattern, as it was written.
    pub path: &'static str,
}

/// The requests of a path that a route answers, by their method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// Those with this method.
    One(Method),
    /// Those with a method of this name; for methods that have no variant of their own.
    Named(&'static str),
    /// Those that no other route of the path answers.
    All,
}

/// What the macros make it with.
#[doc(hidden)]
impl Meta {
    /// Nothing is known.
    pub const BARE: Self = Self::new(0, "\n\n\n\n\n\n");

    /// The shape of the first answer, and the text.
    pub const fn new(shape: u64, text: &'static str) -> Self {
        Self { text, shape, more: &[], meaning: None, describe: None }
    }

    /// The shapes of the other answers.
    pub const fn more(self, more: &'static [u64]) -> Self {
        Self { more, ..self }
    }

    /// What the error that it returns means, if that knows its status.
    pub const fn meaning(self, meaning: Option<KnownMeaning>) -> Self {
        Self { meaning, ..self }
    }

    /// What describes its types.
    pub const fn describe(self, describe: Option<Describe>) -> Self {
        Self { describe, ..self }
    }
}

impl Meta {
    /// The name of the function, or what `name = "…"` says.
    pub fn name(&self) -> &'static str {
        self.part(0).lines().next().unwrap_or_default()
    }

    /// What it answers: one for each path of each attribute.
    pub fn answers(&self) -> impl Iterator<Item = Answers> + use<> {
        let answers = self.part(0).lines().skip(1);
        answers.map(words).map(|(verb, path)| Answers { verb: Verb::of(verb), path })
    }

    /// Names and types of the path parameters.
    pub fn params(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        self.part(1).lines().map(words)
    }

    /// The prefix of the group that it must stand in, as `under = "…"` says; empty where any will do.
    pub fn under(&self) -> &'static str {
        self.part(2)
    }

    /// The doc comment of the function.
    pub fn doc(&self) -> &'static str {
        self.part(3)
    }

    fn part(&self, index: usize) -> &'static str {
        self.text.splitn(4, "\n\n").nth(index).unwrap_or_default()
    }

    /// How many shapes there are: one for each answer.
    pub(crate) const fn shapes(&self) -> usize {
        1 + self.more.len()
    }

    /// The shape of an answer.
    pub(crate) const fn shape(&self, answer: usize) -> u64 {
        if answer == 0 { self.shape } else { self.more[answer - 1] }
    }

    /// The name and the path of an answer, in a constant.
    pub(crate) const fn name_and_path(&self, answer: usize) -> (&'static str, &'static str) {
        let (name, mut rest) = cut(self.text, b'\n');
        let mut i = 0;
        while i < answer {
            (_, rest) = cut(rest, b'\n');
            i += 1;
        }
        let (line, _) = cut(rest, b'\n');
        (name, cut(line, b' ').1)
    }
}

impl fmt::Debug for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("name", &self.name())
            .field("answers", &self.answers().collect::<Vec<_>>())
            .field("params", &self.params().collect::<Vec<_>>())
            .field("under", &self.under())
            .field("doc", &self.doc())
            .finish_non_exhaustive()
    }
}

impl Verb {
    fn of(name: &'static str) -> Self {
        match Method::from_bytes(name.as_bytes()) {
            _ if name == "*" => Self::All,
            None | Some(Method::Other(_)) => Self::Named(name),
            Some(method) => Self::One(method),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(method) => f.pad(method.as_str()),
            Self::Named(name) => f.pad(name),
            Self::All => f.pad("*"),
        }
    }
}

/// The two words of a line; the second one may have blanks.
fn words(line: &'static str) -> (&'static str, &'static str) {
    line.split_once(' ').unwrap_or((line, ""))
}

/// What stands before and after the first of these bytes, which is ASCII.
const fn cut(text: &'static str, end: u8) -> (&'static str, &'static str) {
    let mut i = 0;
    while i < text.len() {
        if text.as_bytes()[i] == end {
            return (text.split_at(i).0, text.split_at(i + 1).1);
        }
        i += 1;
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: Meta =
        Meta::new(1, "a\nGET /\nPURGE /:b c\n* /d\n\nb Option<u8>\n\n/x\n\nOne.\n\nTwo.")
            .more(&[2, 3]);

    #[test]
    fn finds_everything_in_its_text() {
        assert_eq!((META.name(), META.under(), META.doc()), ("a", "/x", "One.\n\nTwo."));
        let answers =
            [(Verb::One(Method::Get), "/"), (Verb::Named("PURGE"), "/:b c"), (Verb::All, "/d")];
        assert!(META.answers().eq(answers.map(|(verb, path)| Answers { verb, path })));
        assert!(META.params().eq([("b", "Option<u8>")]));
    }

    #[test]
    fn finds_nothing_where_nothing_is_known() {
        let (name, under, doc) = (Meta::BARE.name(), Meta::BARE.under(), Meta::BARE.doc());
        assert_eq!((name, under, doc), ("", "", ""));
        assert_eq!((Meta::BARE.answers().count(), Meta::BARE.params().count()), (0, 0));
        let text = "a\nGET /\n\n\n\n\n\nA doc.";
        assert_eq!((Meta::new(1, text).params().count(), Meta::new(1, text).doc()), (0, "A doc."));
    }

    #[test]
    fn tells_name_and_path_of_each_answer_in_a_constant() {
        const TOLD: [(&str, &str); 3] =
            [META.name_and_path(0), META.name_and_path(1), META.name_and_path(2)];
        assert_eq!(TOLD, [("a", "/"), ("a", "/:b c"), ("a", "/d")]);
        assert_eq!((META.shapes(), META.shape(0), META.shape(2)), (3, 1, 3));
    }
}
