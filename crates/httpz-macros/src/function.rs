//! A function that is to become a route, be it free or a method.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, ExprLit, Lit, Meta, Result, Safety, Signature};
use syn::{GenericArgument, PathArguments, ReturnType, Type, Visibility};

use crate::attribute::Unread;
use crate::method::Verb;
use crate::types::{
    bare, forever, hides_a_type, inner, is_optional, last_word, non_lifetime, without_self,
};

/// A function as it is written, its body unread: what is not looked at costs no time.
pub(crate) struct Item {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    body: TokenTree,
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let item = Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            sig: input.parse()?,
            body: input.parse()?,
        };
        if is_block(&item.body) { Ok(item) } else { Err(input.error("expected a body")) }
    }
}

/// `{ … }`, or what a macro has taken for a block and passes on.
fn is_block(tokens: &TokenTree) -> bool {
    let TokenTree::Group(group) = tokens else { return false };
    match group.delimiter() {
        Delimiter::Brace => true,
        Delimiter::None => {
            let mut within = group.stream().into_iter();
            within.next().is_some_and(|first| is_block(&first)) && within.next().is_none()
        }
        Delimiter::Parenthesis | Delimiter::Bracket => false,
    }
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, sig, body } = self;
        tokens.extend(quote!(#(#attrs)* #vis #sig #body));
    }
}

/// What there is to know about it.
pub(crate) struct Function<'a> {
    pub(crate) attrs: &'a [Attribute],
    pub(crate) vis: &'a Visibility,
    pub(crate) sig: &'a Signature,
    /// The type whose method it is.
    pub(crate) owner: Option<&'a Type>,
}

impl Function<'_> {
    /// Its name, without the mark of a raw one.
    pub(crate) fn name(&self) -> String {
        self.sig.ident.to_string().trim_start_matches("r#").to_owned()
    }

    /// How it is called, without its arguments; shown here.
    pub(crate) fn callee(&self, span: Span) -> TokenStream {
        let mut name = self.sig.ident.clone();
        name.set_span(name.span().located_at(span));
        match self.owner {
            Some(owner) => quote_spanned!(span=> <#owner>::#name),
            None => quote!(#name),
        }
    }

    /// The `E` of a `Result<T, E>` that it returns, as it is written.
    pub(crate) fn error(&self) -> Option<TokenStream> {
        let ReturnType::Type(_, output) = &self.sig.output else { return None };
        let Type::Path(output) = bare(output) else { return None };
        let last = output.path.segments.last().filter(|last| last.ident == "Result")?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        let Some(GenericArgument::Type(error @ Type::Path(_))) = arguments.args.get(1) else {
            return None;
        };
        Some(self.outside(error))
    }

    /// The type of its answer, without `Option`, `Result` and the status beside it, and its status as far
    /// as the type says it.
    pub(crate) fn output(&self) -> (&'static str, TokenStream) {
        let ReturnType::Type(_, output) = &self.sig.output else { return ("200", quote!(())) };
        let (status, output) = match inner(output) {
            Type::Tuple(tuple) if tuple.elems.len() == 2 => {
                match last_word(&tuple.elems[0]).as_str() {
                    "Status" => ("2XX", inner(&tuple.elems[1])),
                    // Of which type it is, only the value says.
                    _ => return ("200", quote!(())),
                }
            }
            other => ("200", other),
        };
        match output {
            // An `impl Trait` cannot be named.
            Type::ImplTrait(_) => (status, quote!(())),
            output => (status, self.outside(output)),
        }
    }

    /// May it have nothing to answer with, which is a 404?
    pub(crate) fn may_be_none(&self) -> bool {
        matches!(&self.sig.output, ReturnType::Type(_, output) if is_optional(output))
    }

    /// The type as it is written outside of the function.
    fn outside(&self, ty: &Type) -> TokenStream {
        forever(&match self.owner {
            Some(owner) => without_self(ty, owner),
            None => ty.clone(),
        })
    }

    /// The `cfg` attributes: what is made of the function exists only where it does.
    pub(crate) fn cfgs(&self) -> Vec<&Attribute> {
        cfgs(self.attrs)
    }

    /// The doc comment, without the blank that begins each line.
    pub(crate) fn doc(&self) -> String {
        let lines = self.attrs.iter().filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                    Some(without_stars(&text.value()))
                }
                _ => None,
            },
            _ => None,
        });
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    }

    /// Refuses what no route can be, whatever its arguments.
    pub(crate) fn check(&self) -> Result<()> {
        let sig = self.sig;
        if self.owner.is_none() {
            if let Some(receiver) = sig.receiver() {
                return Err(Error::new_spanned(
                    receiver,
                    "a method becomes a route in an `impl` with `#[actions]`: put that on the `impl`",
                ));
            }
            let name = sig.ident.to_string();
            if hides_a_type(&name) {
                let text =
                    format!("a route called `{name}` would hide the type: call it otherwise");
                return Err(Error::new_spanned(&sig.ident, text));
            }
        }
        if let Some(parameter) = non_lifetime(&sig.generics) {
            return Err(Error::new_spanned(
                parameter,
                "a route cannot be generic: nothing says which type to call it with",
            ));
        }
        if let Safety::Unsafe(token) = &sig.safety {
            let text = "a route is called by whoever sends a request, so it cannot be `unsafe`";
            return Err(Error::new_spanned(token, text));
        }
        if let ReturnType::Type(_, output) = &sig.output
            && let Type::Never(never) = bare(output)
        {
            let text = "a route that never returns never answers: leave the `-> !` out";
            return Err(Error::new_spanned(never, text));
        }
        Ok(())
    }
}

/// The `cfg` attributes among others.
pub(crate) fn cfgs(attrs: &[Attribute]) -> Vec<&Attribute> {
    attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

/// The text of a doc comment, without the stars that begin the lines of `/** … */`.
fn without_stars(text: &str) -> String {
    let text = text.trim();
    let mut lines = text.lines().skip(1).map(str::trim_start);
    if !text.contains('\n') || !lines.all(|line| line.starts_with('*')) {
        return text.to_owned();
    }
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix('*').unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Takes the route attributes out of the others.
pub(crate) fn take_routes(attrs: &mut Vec<Attribute>) -> Vec<Unread> {
    let mut routes = Vec::new();
    attrs.retain(|attribute| match verb(attribute) {
        Some(verb) => {
            let (tokens, span) = (inside(attribute), attribute.path().span());
            routes.push(Unread { verb, tokens, span });
            false
        }
        None => true,
    });
    routes
}

/// Which route attribute this is, by the last word of its path.
fn verb(attribute: &Attribute) -> Option<Verb> {
    // `#[get]` of its own is one as well; what is missing will be said.
    if matches!(attribute.meta, Meta::NameValue(_)) {
        return None;
    }
    let word = &attribute.path().segments.last()?.ident;
    Verb::of(&word.to_string())
}

/// What stands between the parentheses of an attribute.
fn inside(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_no_route_can_be() {
        for (text, refusal) in [
            ("fn index() {}", None),
            ("async fn index<'a>(text: &'a str) {}", None),
            ("unsafe fn index() {}", Some("cannot be `unsafe`")),
            ("fn index<T>() {}", Some("cannot be generic")),
            ("fn u8() {}", Some("would hide the type")),
            ("fn index() -> ! {}", Some("never answers")),
        ] {
            let item: Item = syn::parse_str(text).unwrap();
            let Item { attrs, vis, sig, .. } = &item;
            let function = Function { attrs, vis, sig, owner: None };
            let told = function.check().err().map(|error| error.to_string());
            match (told, refusal) {
                (None, None) => {}
                (Some(told), Some(refusal)) => assert!(told.contains(refusal), "{text}: {told}"),
                (told, _) => panic!("{text}: {told:?}"),
            }
        }
    }
}
