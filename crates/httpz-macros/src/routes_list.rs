//! What `routes![…]` makes of a list of functions.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Path, Result, Token, bracketed};

/// `[path::to::httpz] list, #[cfg(…)] users::show`
struct List {
    httpz: Path,
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

/// The code of a list: a constant that refuses two routes of one shape, and the functions made ready.
///
/// `list` are the types that stand for the routes, behind what `cfg` says of them.
pub(crate) fn emit(httpz: &Path, list: &[(TokenStream, TokenStream)]) -> TokenStream {
    let metas = list.iter().map(|(cfg, route)| quote!(#cfg &<#route>::META));
    let listed = list.iter().map(|(cfg, route)| {
        let span = route.span();
        quote_spanned!(span=> #cfg <#route as #httpz::Route<_>>::listed)
    });
    quote! {
        const __METAS: &[&#httpz::Meta] = &[#(#metas),*];
        const _: () =
            #httpz::__private::check_routes::<{ #httpz::__private::slots(__METAS) }>(__METAS);
        #httpz::Routes::of(__METAS, &[#(#listed),*])
    }
}

/// The list, and what checks it.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let List { httpz, entries } = match syn::parse2(input) {
        Ok(list) => list,
        Err(error) => return error.to_compile_error(),
    };
    let list: Vec<_> =
        entries.iter().map(|Entry { attrs, path }| (quote!(#(#attrs)*), quote!(#path))).collect();
    let list = emit(&httpz, &list);
    quote!({ #list })
}
