//! Which method a route attribute means.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Token};

/// Attribute, method, and variant of `httpz::Method`.
const KNOWN: [(&str, &str, &str); 10] = [
    ("get", "GET", "Get"),
    ("head", "HEAD", "Head"),
    ("post", "POST", "Post"),
    ("put", "PUT", "Put"),
    ("delete", "DELETE", "Delete"),
    ("connect", "CONNECT", "Connect"),
    ("options", "OPTIONS", "Options"),
    ("trace", "TRACE", "Trace"),
    ("patch", "PATCH", "Patch"),
    ("query", "QUERY", "Query"),
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
            name => KNOWN.iter().position(|(known, ..)| *known == name).map(Self::Named),
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

/// The method of a route.
pub(crate) enum Method {
    /// A variant of `httpz::Method`.
    Variant(&'static str),
    /// A method without a variant.
    Named(String),
    /// Every method.
    All,
}

impl Method {
    /// The method of an attribute; `#[route(…)]` has it as its first argument.
    pub(crate) fn of(verb: Verb, span: Span, input: ParseStream<'_>) -> Result<Self> {
        match verb {
            Verb::Named(index) => Ok(Self::Variant(KNOWN[index].2)),
            Verb::All => Ok(Self::All),
            Verb::Route => Self::read(span, input),
        }
    }

    fn read(span: Span, input: ParseStream<'_>) -> Result<Self> {
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
        if let Some((_, known, _)) = KNOWN.iter().find(|(lower, ..)| *lower == name) {
            return Err(Error::new(span, format!("methods are in capitals: write `{known}`")));
        }
        Ok(match KNOWN.iter().find(|(_, known, _)| *known == name) {
            Some((.., variant)) => Self::Variant(variant),
            None => Self::Named(name),
        })
    }

    /// The name that tells methods apart in a shape.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Variant(variant) => variant,
            Self::Named(name) => name,
            Self::All => "*",
        }
    }

    /// The `httpz::Verb`.
    pub(crate) fn verb(&self, httpz: &TokenStream) -> TokenStream {
        match self {
            Self::Variant(variant) => {
                let variant = format_ident!("{variant}");
                quote!(#httpz::Verb::One(#httpz::Method::#variant))
            }
            Self::Named(name) => quote!(#httpz::Verb::Named(#name)),
            Self::All => quote!(#httpz::Verb::All),
        }
    }
}
