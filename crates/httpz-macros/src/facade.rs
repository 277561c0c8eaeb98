//! The path by which httpz is known where a macro is used.
//!
//! It is a `Path` rather than a stream of tokens: the output has it two dozen times, and each stream would be
//! one more call to the compiler.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Ident, Path, Token};

/// What `crate = …` says, `::httpz` otherwise.
///
/// It is looked for among the tokens, so that even the messages about a malformed attribute can use it.
/// What cannot be a path is left to the code that reads the attribute.
pub(crate) fn said(attribute: &TokenStream) -> Path {
    let mut tokens = attribute.clone().into_iter();
    while let Some(token) = tokens.next() {
        if matches!(&token, TokenTree::Ident(ident) if ident == "crate")
            && matches!(tokens.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == '=')
        {
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
            match syn::parse2(tokens.take_while(|token| !is_comma(token)).collect()) {
                Ok(path) => return path,
                Err(_) => break,
            }
        }
    }
    usual()
}

/// `::httpz`
pub(crate) fn usual() -> Path {
    let mut path = Path::from(Ident::new("httpz", Span::call_site()));
    path.leading_colon = Some(<Token![::]>::default());
    path
}
