//! Reads what stands in the parentheses of a route attribute: paths, then options.

use httpz_router::Pattern;
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Ident, LitStr, Path, Result, Token};

use crate::method::{Method, Verb};
use crate::{spell, units};

/// A route attribute, taken apart.
pub(crate) struct Attribute {
    pub(crate) method: Method,
    pub(crate) paths: Vec<(LitStr, Pattern)>,
    pub(crate) options: Options,
}

/// What can be said about a route besides its paths. It holds for the function, in whichever of its
/// attributes it stands.
#[derive(Default)]
pub(crate) struct Options {
    /// `name = "…"`: what tables and documents call it.
    pub(crate) name: Option<LitStr>,
    /// `limit = "10MB"`: how long the body may be.
    pub(crate) limit: Option<u64>,
    /// `timeout = "5s"`: how many milliseconds the handler may take, and where that was said.
    pub(crate) timeout: Option<(u64, Span)>,
    /// `guard = path`: runs before, and makes the context.
    pub(crate) guard: Option<Path>,
    /// `data = path`: a static in place of the context.
    pub(crate) data: Option<Path>,
    /// Which of these were said, and where.
    said: Vec<Ident>,
}

const OPTIONS: [&str; 6] = ["name", "limit", "timeout", "guard", "data", "crate"];

impl Attribute {
    /// Reads the tokens between the parentheses.
    ///
    /// # Errors
    ///
    /// The first thing that is not as it should be.
    pub(crate) fn read(verb: Verb, tokens: TokenStream) -> Result<Self> {
        (|input: ParseStream<'_>| Self::parse(verb, input)).parse2(tokens)
    }

    fn parse(verb: Verb, input: ParseStream<'_>) -> Result<Self> {
        let method = Method::of(verb, input)?;
        let (mut paths, mut options) = (Vec::new(), Options::default());
        while !input.is_empty() {
            if input.peek(LitStr) {
                paths.push(path(input)?);
            } else if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
                options.read(input)?;
            } else {
                break;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if paths.is_empty() || !input.is_empty() {
            let text = format!("expected a path: #[{}\"/users/:id\")]", verb.opening());
            return Err(Error::new(input.span(), text));
        }
        Ok(Self { method, paths, options })
    }
}

fn path(input: ParseStream<'_>) -> Result<(LitStr, Pattern)> {
    let path: LitStr = input.parse()?;
    match Pattern::parse(&path.value()) {
        Ok(pattern) => Ok((path, pattern)),
        Err(error) => Err(Error::new(path.span(), error)),
    }
}

impl Options {
    fn read(&mut self, input: ParseStream<'_>) -> Result<()> {
        let option = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        match option.to_string().as_str() {
            "name" => self.name = Some(text(&option, input)?),
            "limit" => self.limit = Some(units::bytes(&text(&option, input)?)?),
            "timeout" => {
                let value = text(&option, input)?;
                self.timeout = Some((units::milliseconds(&value)?, value.span()));
            }
            "guard" => self.guard = Some(input.parse()?),
            "data" => self.data = Some(input.parse()?),
            // Found already by `facade`, which also reads what is otherwise malformed.
            "crate" => {
                input.parse::<Path>()?;
                return Ok(());
            }
            unknown => {
                let text = match spell::closest(unknown, OPTIONS.into_iter()) {
                    Some(meant) => format!("`{unknown}` is no option; did you mean `{meant}`?"),
                    None => format!("`{unknown}` is no option; there are {}", OPTIONS.join(", ")),
                };
                return Err(Error::new(option.span(), text));
            }
        }
        self.say(option)
    }

    fn say(&mut self, option: Ident) -> Result<()> {
        if self.said.contains(&option) {
            let text =
                format!("`{option}` is said twice; it holds for the function, so say it once");
            return Err(Error::new(option.span(), text));
        }
        self.said.push(option);
        Ok(())
    }

    /// Takes over what another attribute of the same function says.
    pub(crate) fn merge(&mut self, other: Self) -> Result<()> {
        for option in other.said {
            self.say(option)?;
        }
        self.name = self.name.take().or(other.name);
        self.limit = self.limit.or(other.limit);
        self.timeout = self.timeout.or(other.timeout);
        self.guard = self.guard.take().or(other.guard);
        self.data = self.data.take().or(other.data);
        Ok(())
    }
}

fn text(option: &Ident, input: ParseStream<'_>) -> Result<LitStr> {
    input.parse().map_err(|error| {
        let example = match option.to_string().as_str() {
            "limit" => "10MB",
            "timeout" => "5s",
            _ => "…",
        };
        Error::new(error.span(), format!("expected a text: `{option} = \"{example}\"`"))
    })
}

/// The path by which httpz is known: what `crate = …` says, `::httpz` otherwise.
///
/// It is looked for among the tokens, so that even what is said about a malformed attribute can use
/// it.
pub(crate) fn facade(attribute: &TokenStream) -> TokenStream {
    let mut tokens = attribute.clone().into_iter();
    while let Some(token) = tokens.next() {
        if matches!(&token, TokenTree::Ident(ident) if ident == "crate")
            && matches!(tokens.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == '=')
        {
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
            return tokens.take_while(|token| !is_comma(token)).collect();
        }
    }
    quote::quote!(::httpz)
}
