//! Reads what stands in the parentheses of a route attribute: paths, then options.

use httpz_router::Pattern;
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Error, Ident, LitStr, Path, Result, Token};

use crate::method::{self, Verb};
use crate::{spell, units};

/// A route attribute that has not been looked into.
pub(crate) struct Unread {
    pub(crate) verb: Verb,
    /// What stands between the parentheses.
    pub(crate) tokens: TokenStream,
    /// Where it stands, for what is missing there.
    pub(crate) span: Span,
}

/// A route attribute, taken apart.
pub(crate) struct Attribute {
    /// As it stands in a request; `*` for all.
    pub(crate) method: String,
    pub(crate) paths: Vec<LitStr>,
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
    /// `must_finish`: the handler runs to its end even if the peer leaves; where that was said.
    pub(crate) must_finish: Option<Span>,
    /// `under = "…"`: the prefix of the group that it stands in.
    pub(crate) under: Option<LitStr>,
    /// `guard = path`: runs before, and makes the context.
    pub(crate) guard: Option<Path>,
    /// `data = path`: a static in place of the context.
    pub(crate) data: Option<Path>,
    /// Which of these were said, and where.
    said: Vec<Ident>,
}

const OPTIONS: [&str; 8] =
    ["name", "limit", "timeout", "must_finish", "under", "guard", "data", "crate"];

impl Attribute {
    /// Looks into it.
    ///
    /// # Errors
    ///
    /// The first thing that is not as it should be.
    pub(crate) fn read(unread: &Unread) -> Result<Self> {
        let Unread { verb, ref tokens, span } = *unread;
        (|input: ParseStream<'_>| Self::parse(verb, span, input)).parse2(tokens.clone())
    }

    fn parse(verb: Verb, span: Span, input: ParseStream<'_>) -> Result<Self> {
        let method = method::of(verb, span, input)?;
        let (mut paths, mut options) = (Vec::new(), Options::default());
        while !input.is_empty() {
            if input.peek(LitStr) {
                paths.push(path(input)?);
            } else if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
                options.read(verb, input)?;
            } else if input.fork().parse::<Ident>().is_ok_and(|word| word == "must_finish") {
                let word: Ident = input.parse()?;
                options.must_finish = Some(word.span());
                options.say(word)?;
            } else {
                return Err(misplaced(verb, input));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if paths.is_empty() {
            let text = format!("expected a path: #[{}\"/users/:id\")]", verb.opening());
            return Err(Error::new(span, text));
        }
        Ok(Self { method, paths, options })
    }
}

/// A path that can stand by itself, or the empty one of a group's own prefix.
fn path(input: ParseStream<'_>) -> Result<LitStr> {
    let path: LitStr = input.parse()?;
    if !path.value().is_empty() {
        check(&path)?;
    }
    Ok(path)
}

fn check(path: &LitStr) -> Result<()> {
    let text = path.value();
    let Err(error) = Pattern::for_uri(&text) else { return Ok(()) };
    let is_query = text[error.offset()..].starts_with('?');
    let hint = if is_query { ", and take what it has with `Query<…>`" } else { "" };
    Err(Error::new(path.span(), format!("{error}{hint}")))
}

/// What is said of something that is neither a path nor an option.
fn misplaced(verb: Verb, input: ParseStream<'_>) -> Error {
    let option = input.fork().call(Ident::parse_any).map(|option| option.to_string());
    if let Some(option) = option.ok().filter(|option| OPTIONS.contains(&option.as_str())) {
        let example = example(&option);
        return input.error(format!("`{option}` is an option: write `{option} = {example}`"));
    }
    let opening = verb.opening();
    input.error(if input.peek(syn::token::Bracket) {
        format!("several paths stand side by side: #[{opening}\"/users\", \"/people\")]")
    } else {
        format!("expected a path, written out in quotes: #[{opening}\"/users/:id\")]")
    })
}

/// What can follow the `=` of an option, as an example.
fn example(option: &str) -> &'static str {
    match option {
        "limit" => "\"10MB\"",
        "timeout" => "\"5s\"",
        "under" => "\"/users/:user\"",
        "guard" => "auth",
        "data" => "PLAN",
        "crate" => "path::to::httpz",
        _ => "\"…\"",
    }
}

impl Options {
    fn read(&mut self, verb: Verb, input: ParseStream<'_>) -> Result<()> {
        let option = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        match option.to_string().as_str() {
            "name" => {
                let name: LitStr = value(&option, input, "a text")?;
                if name.value().contains('\n') {
                    return Err(Error::new(name.span(), "a name is one line of text"));
                }
                self.name = Some(name);
            }
            "limit" => self.limit = Some(units::bytes(&value(&option, input, "a text")?)?),
            "timeout" => {
                let value = value(&option, input, "a text")?;
                self.timeout = Some((units::milliseconds(&value)?, value.span()));
            }
            "under" => {
                let prefix = value(&option, input, "the prefix of a group")?;
                check(&prefix)?;
                self.under = Some(prefix);
            }
            "guard" => {
                self.guard = Some(value(&option, input, "the name of a function with `#[guard]`")?);
            }
            "data"
                if input
                    .fork()
                    .parse::<LitStr>()
                    .is_ok_and(|text| text.value().starts_with('<')) =>
            {
                let text = "a body is an argument by its type: leave `data` out, and take `Json<…>`, \
                            `Form<…>`, `&[u8]` or `Body<'_>`";
                return Err(Error::new(option.span(), text));
            }
            "data" => self.data = Some(value(&option, input, "the name of a static")?),
            // Found already by `facade::said`.
            "crate" => {
                value::<Path>(&option, input, "a path without quotes")?;
                return Ok(());
            }
            "must_finish" => {
                let text = format!(
                    "`must_finish` stands by itself: #[{}\"/pay\", must_finish)]",
                    verb.opening()
                );
                return Err(Error::new(option.span(), text));
            }
            "path" => {
                let text = format!("a path stands by itself: #[{}\"/users/:id\")]", verb.opening());
                return Err(Error::new(option.span(), text));
            }
            "format" | "rank" => {
                let text =
                    format!("`{option}` is no option: method and path alone tell routes apart");
                return Err(Error::new(option.span(), text));
            }
            "method" => {
                let text =
                    "the method is the name of the attribute: `#[get(…)]`, `#[post(…)]`, both";
                return Err(Error::new(option.span(), text));
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
        self.must_finish = self.must_finish.or(other.must_finish);
        self.under = self.under.take().or(other.under);
        self.guard = self.guard.take().or(other.guard);
        self.data = self.data.take().or(other.data);
        Ok(())
    }
}

/// Reads what follows the `=` of an option.
fn value<T: Parse>(option: &Ident, input: ParseStream<'_>, expected: &str) -> Result<T> {
    let end = input.is_empty().then(|| option.span());
    let wrong = |error: Error| {
        let example = example(&option.to_string());
        let text = format!("expected {expected}: `{option} = {example}`");
        Error::new(end.unwrap_or(error.span()), text)
    };
    let value = input.parse().map_err(wrong)?;
    if input.is_empty() || input.peek(Token![,]) { Ok(value) } else { Err(wrong(input.error(""))) }
}

/// How many parameters the first path of a function seems to have, with those of its prefix, when its
/// attributes have mistakes.
pub(crate) fn seeming_parameters(attributes: &[Unread]) -> usize {
    let (mut path, mut under) = (None, None);
    for Unread { tokens, .. } in attributes {
        let mut option = None;
        for token in tokens.clone() {
            match token {
                TokenTree::Ident(ident) => option = Some(ident.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == ',' => option = None,
                TokenTree::Literal(literal) => {
                    let text = syn::parse_str::<LitStr>(&literal.to_string()).ok();
                    let text = text.map(|text| text.value());
                    match option.as_deref() {
                        None => path = path.or(text),
                        Some("under") => under = text,
                        Some(_) => {}
                    }
                }
                _ => {}
            }
        }
    }
    let is_parameter = |part: &&str| part.starts_with('*') || part.contains([':', '{', '<']);
    [under, path].iter().flatten().flat_map(|text| text.split('/')).filter(is_parameter).count()
}
