//! Which method a route attribute means.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Token};

/// Attributes, and their methods.
const KNOWN: [(&str, &str); 10] = [
    ("get", "GET"),
    ("head", "HEAD"),
    ("post", "POST"),
    ("put", "PUT"),
    ("delete", "DELETE"),
    ("connect", "CONNECT"),
    ("options", "OPTIONS"),
    ("trace", "TRACE"),
    ("patch", "PATCH"),
    ("query", "QUERY"),
];

/// A route attribute, by its name.
#[derive(Clone, Copy)]
pub(crate) enum Verb {
    /// `#[get]` and its like: the name is the method. A place in `KNOWN`.
    Named(usize),
    /// `#[route(PURGE, …)]`: the method stands in the parentheses.
    Route,
    /// `#[all]`
    All,
}

impl Verb {
    /// The route attribute of this name, if there is one.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name {
            "route" => Some(Self::Route),
            "all" => Some(Self::All),
            name => KNOWN.iter().position(|(known, _)| *known == name).map(Self::Named),
        }
    }

    /// How the attribute begins, for examples.
    pub(crate) fn opening(self) -> String {
        match self {
            Self::Named(index) => format!("{}(", KNOWN[index].0),
            Self::Route => "route(PURGE, ".to_owned(),
            Self::All => "all(".to_owned(),
        }
    }
}

/// The method of an attribute, as it stands in a request; `*` for all. `#[route(…)]` has it as its first
/// argument.
pub(crate) fn of(verb: Verb, span: Span, input: ParseStream<'_>) -> Result<String> {
    match verb {
        Verb::Named(index) => Ok(KNOWN[index].1.to_owned()),
        Verb::All => Ok("*".to_owned()),
        Verb::Route => read(span, input),
    }
}

fn read(span: Span, input: ParseStream<'_>) -> Result<String> {
    let span = if input.is_empty() { span } else { input.span() };
    let wrong = || Error::new(span, "expected a method: #[route(PURGE, \"/cache/:key\")]");
    let name = if input.peek(LitStr) && input.peek2(Token![,]) {
        input.parse::<LitStr>()?.value()
    } else {
        input.call(Ident::parse_any).map_err(|_| wrong())?.to_string()
    };
    input.parse::<Token![,]>().map_err(|_| wrong())?;
    let is_token = |letter: char| letter.is_ascii_alphanumeric() || "-_.!~".contains(letter);
    if name.is_empty() || !name.chars().all(is_token) {
        return Err(wrong());
    }
    if let Some((_, known)) = KNOWN.iter().find(|(lower, _)| *lower == name) {
        return Err(Error::new(span, format!("methods are in capitals: write `{known}`")));
    }
    Ok(name)
}
