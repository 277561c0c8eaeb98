//! Types as tokens: their last word, how they are shown, what is in place of their lifetimes.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, GenericParam, Generics, PathArguments, Type};

/// Types that are words of the language, and hold a value each.
const PRIMITIVE: [&str; 16] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32",
    "f64", "bool", "char",
];

/// Can an argument of a type of this name come from nothing but the path?
pub(crate) fn comes_from_paths_only(word: &str) -> bool {
    word == "String" || is_written_exactly(word)
}

/// Is a parameter of a type of this name written from a value of that type, and not from any text?
pub(crate) fn is_written_exactly(word: &str) -> bool {
    word == "Uuid" || PRIMITIVE.contains(&word)
}

/// Would a function of this name hide a type of the language from the code beside it?
pub(crate) fn hides_a_type(word: &str) -> bool {
    word == "str" || PRIMITIVE.contains(&word)
}

/// The type without parentheses, and without those that nobody sees: a macro that passes a type on
/// puts them around it.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// The last word of a type's path: `Json` of `httpz::Json<T>`.
pub(crate) fn last_word(ty: &Type) -> String {
    match bare(ty) {
        Type::Path(path) => {
            path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The `T` of `Option<T>` and `Result<T, E>`, however deep; any other type is itself.
pub(crate) fn inner(ty: &Type) -> &Type {
    wrapped(ty).map_or(bare(ty), inner)
}

/// The `T` of `Option<T>` and `Result<T, E>`.
pub(crate) fn wrapped(ty: &Type) -> Option<&Type> {
    first_argument(ty).filter(|_| is_fallible(ty))
}

/// The `T` of `Name<T>`.
pub(crate) fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = bare(ty) else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(first)) => Some(bare(first)),
        _ => None,
    }
}

/// Is it an `Option` or a `Result`?
pub(crate) fn is_fallible(ty: &Type) -> bool {
    ["Option", "Result"].contains(&last_word(ty).as_str())
}

/// May there be none? `Option<T>`, and `Result<Option<T>>`.
pub(crate) fn is_optional(ty: &Type) -> bool {
    match last_word(ty).as_str() {
        "Option" => true,
        "Result" => wrapped(ty).is_some_and(is_optional),
        _ => false,
    }
}

/// Does it leave a type open, `impl Trait`, however deep?
pub(crate) fn has_impl(ty: &Type) -> bool {
    tokens_of(ty).iter().any(|token| matches!(token, TokenTree::Ident(ident) if ident == "impl"))
}

/// The `'static` of a reference in it, however deep, or of itself, as in `Body<'static>`.
pub(crate) fn static_lifetime(ty: &Type) -> Option<Ident> {
    let tokens = tokens_of(ty);
    let opened = tokens.iter().position(|token| is_punct(token, '<'));
    tokens.iter().enumerate().find_map(|(at, token)| match token {
        TokenTree::Ident(ident) if ident == "static" && at >= 2 => {
            let is_lent = is_punct(&tokens[at - 2], '&') || opened == Some(at - 2);
            is_lent.then(|| ident.clone())
        }
        _ => None,
    })
}

fn is_punct(token: &TokenTree, punct: char) -> bool {
    matches!(token, TokenTree::Punct(other) if other.as_char() == punct)
}

/// Every token of it but the delimiters.
fn tokens_of(ty: &Type) -> Vec<TokenTree> {
    let mut tokens = Vec::new();
    map(ty.to_token_stream(), &mut |token| {
        tokens.push(token.clone());
        token.into()
    });
    tokens
}

/// The first generic parameter that is not a lifetime.
pub(crate) fn non_lifetime(generics: &Generics) -> Option<&GenericParam> {
    generics.params.iter().find(|param| !matches!(param, GenericParam::Lifetime(_)))
}

/// As people write it: `Option<&str>`.
pub(crate) fn shown(ty: &Type) -> String {
    let text = quote!(#ty).to_string();
    let text = text.replace(" < ", "<").replace(" >", ">").replace(" :: ", "::");
    text.replace("& ", "&").replace(" ,", ",")
}

/// The type with its named lifetimes left to be inferred: they are the function's, not ours.
pub(crate) fn without_lifetimes(ty: &Type) -> TokenStream {
    with_lifetimes(ty.to_token_stream(), "_")
}

/// The type with `'static` for its named lifetimes, where nothing is inferred.
pub(crate) fn forever(ty: &Type) -> TokenStream {
    with_lifetimes(ty.to_token_stream(), "static")
}

fn with_lifetimes(tokens: TokenStream, name: &str) -> TokenStream {
    let mut after_quote = false;
    map(tokens, &mut |token| match token {
        TokenTree::Ident(ident) if after_quote && ident != "static" => {
            after_quote = false;
            TokenTree::Ident(Ident::new(name, ident.span())).into()
        }
        token => {
            after_quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
            token.into()
        }
    })
}

/// The type with its owner's name for `Self`, so that it means the same outside of the `impl`.
pub(crate) fn without_self(ty: &Type, owner: &Type) -> Type {
    let tokens = map(ty.to_token_stream(), &mut |token| match token {
        TokenTree::Ident(ident) if ident == "Self" => quote!(#owner),
        token => token.into(),
    });
    syn::parse2(tokens).unwrap_or_else(|_| ty.clone())
}

/// Every token but the delimiters, replaced.
fn map(tokens: TokenStream, change: &mut impl FnMut(TokenTree) -> TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), map(group.stream(), change));
                inner.set_span(group.span());
                TokenTree::Group(inner).into()
            }
            token => change(token),
        })
        .collect()
}

/// A name for something that the expansion makes up; no name of the user's means it.
pub(crate) fn own(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}
