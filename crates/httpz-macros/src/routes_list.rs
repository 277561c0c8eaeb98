//! What `routes![…]` makes of a list of functions.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Path, Result, Token, bracketed};

use crate::types;

/// `[path::to::httpz] list, #[cfg(…)] users::show`
struct List {
    httpz: TokenStream,
    entries: Punctuated<Entry, Token![,]>,
}

struct Entry {
    attrs: Vec<Attribute>,
    path: Path,
}

impl Parse for List {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let httpz;
        bracketed!(httpz in input);
        let httpz = httpz.parse()?;
        Ok(Self { httpz, entries: Punctuated::parse_terminated(input)? })
    }
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let wrong = |error: Error| {
            let text = "a list of routes has the names of functions: `routes![list, users::show]`";
            Error::new(error.span(), text)
        };
        let path = input.call(Path::parse_mod_style).map_err(wrong)?;
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(wrong(input.error("")));
        }
        Ok(Self { attrs, path })
    }
}

/// A constant that refuses two routes of one shape among these.
pub(crate) fn check(httpz: &TokenStream, metas: &[TokenStream]) -> TokenStream {
    quote! {
        const __METAS: &[&#httpz::Meta] = &[#(#metas),*];
        const _: () =
            #httpz::__private::check_routes::<{ #httpz::__private::slots(__METAS) }>(__METAS);
    }
}

/// The list, and what checks it.
///
/// Each path is named once, as an alias: a function without an attribute is then one message.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let List { httpz, entries } = match syn::parse2(input) {
        Ok(list) => list,
        Err(error) => return error.to_compile_error(),
    };
    let list = types::own("list");
    let (mut aliases, mut metas, mut pushes) = (Vec::new(), Vec::new(), Vec::new());
    for (i, Entry { attrs, path }) in entries.iter().enumerate() {
        let alias = format_ident!("__Route{i}", span = path.span());
        aliases.push(quote!(#(#attrs)* #[allow(non_camel_case_types)] type #alias = #path;));
        metas.push(quote!(#(#attrs)* &#alias::META));
        let push = quote_spanned! {path.span()=>
            #httpz::Routes::push::<#alias>(&mut #list, &#alias::META);
        };
        pushes.push(quote!(#(#attrs)* #push));
    }
    let check = check(&httpz, &metas);
    quote! {{
        #(#aliases)*
        #check
        #[allow(unused_mut)]
        let mut #list = #httpz::Routes::new();
        #(#pushes)*
        #list
    }}
}
