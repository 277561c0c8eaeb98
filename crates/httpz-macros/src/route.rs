//! Reads a route attribute and the function under it.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Error, FnArg, Ident, ItemFn, LitStr, Path, Result, Token, parse_quote};

use crate::args::{self, Arg};

/// Where the method of a route comes from.
#[derive(Clone, Copy)]
pub(crate) enum Verb {
    /// From the attribute's name: a variant of `Method`, or `*` for all.
    Fixed(&'static str),
    /// From the attribute's first argument.
    InAttribute,
}

/// What stands in the parentheses.
pub(crate) struct Attribute {
    /// The method's name as `RouteMeta::SHAPE` counts it, and the `Verb` of the facade.
    pub(crate) method: Method,
    pub(crate) path: LitStr,
    /// The facade: `::httpz`, unless `crate = …` says otherwise.
    pub(crate) httpz: Path,
}

/// The method of a route.
pub(crate) enum Method {
    /// A variant of `httpz::Method`.
    Variant(&'static str),
    /// A method without a variant.
    Named(String),
    All,
}

/// A route attribute and its function, found sound.
pub(crate) struct Route {
    pub(crate) attribute: Attribute,
    pub(crate) pattern: httpz_router::Pattern,
    pub(crate) function: ItemFn,
    pub(crate) args: Vec<Arg>,
}

impl Route {
    /// Reads both, and finds all mistakes.
    pub(crate) fn read(verb: Verb, attribute: TokenStream, function: ItemFn) -> Result<Self> {
        let parser = |input: ParseStream<'_>| Attribute::parse(verb, input);
        let attribute = syn::parse::Parser::parse2(parser, attribute)?;
        let path = &attribute.path;
        let pattern = httpz_router::Pattern::parse(&path.value())
            .map_err(|error| Error::new(path.span(), error.to_string()))?;
        check_function(&function)?;
        let args = args::classify(&function, path, &pattern)?;
        Ok(Self { attribute, pattern, function, args })
    }
}

/// What no route can be, whatever its arguments.
fn check_function(function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    if let Some(receiver) = signature.inputs.iter().find(|arg| matches!(arg, FnArg::Receiver(_))) {
        return Err(Error::new(
            receiver.span(),
            "a route is a free function: take what `self` has as `&T` from the context",
        ));
    }
    if let Some(parameter) =
        signature.generics.params.iter().find(|p| !matches!(p, syn::GenericParam::Lifetime(_)))
    {
        return Err(Error::new(
            parameter.span(),
            "a route cannot be generic: nothing says which type to call it with",
        ));
    }
    Ok(())
}

impl Attribute {
    fn parse(verb: Verb, input: ParseStream<'_>) -> Result<Self> {
        let method = match verb {
            Verb::Fixed("*") => Method::All,
            Verb::Fixed(variant) => Method::Variant(variant),
            Verb::InAttribute => Method::read(input)?,
        };
        let path: LitStr = input.parse().map_err(|error| {
            let example = match verb {
                Verb::Fixed(variant) => variant.to_lowercase().replace('*', "all") + "(",
                Verb::InAttribute => "route(PURGE, ".to_owned(),
            };
            Error::new(error.span(), format!("expected a path: #[{example}\"/users/:id\")]"))
        })?;
        let mut httpz: Path = parse_quote!(::httpz);
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if !input.peek(Token![crate]) {
                return Err(input.error("the only option is `crate = path::to::httpz`"));
            }
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            httpz = input.parse()?;
        }
        Ok(Self { method, path, httpz })
    }
}

impl Method {
    fn read(input: ParseStream<'_>) -> Result<Self> {
        let wrong = |span| Error::new(span, "expected a method: #[route(PURGE, \"/cache/:key\")]");
        let name = if input.peek(LitStr) {
            input.parse::<LitStr>()?.value()
        } else {
            input
                .call(<Ident as syn::ext::IdentExt>::parse_any)
                .map_err(|e| wrong(e.span()))?
                .to_string()
        };
        input.parse::<Token![,]>()?;
        const KNOWN: [(&str, &str); 10] = [
            ("GET", "Get"),
            ("HEAD", "Head"),
            ("POST", "Post"),
            ("PUT", "Put"),
            ("DELETE", "Delete"),
            ("CONNECT", "Connect"),
            ("OPTIONS", "Options"),
            ("TRACE", "Trace"),
            ("PATCH", "Patch"),
            ("QUERY", "Query"),
        ];
        Ok(match KNOWN.iter().find(|(known, _)| *known == name) {
            Some((_, variant)) => Self::Variant(variant),
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
}

impl Parse for Method {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Self::read(input)
    }
}
