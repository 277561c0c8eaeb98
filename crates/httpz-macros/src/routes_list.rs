//! What `routes![…]` makes of a list of functions.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Path, Token};

/// The list, and a constant that refuses two routes of one shape.
///
/// Each path is named once, as an alias: a function without an attribute is then one message.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let paths = match Punctuated::<Path, Token![,]>::parse_terminated.parse2(input) {
        Ok(paths) => paths,
        Err(error) => return error.to_compile_error(),
    };
    let paths: Vec<&Path> = paths.iter().collect();
    let routes: Vec<_> = (0..paths.len()).map(|i| format_ident!("__Route{i}")).collect();
    quote! {{
        #(#[allow(non_camel_case_types)] type #routes = #paths;)*
        const _: () = ::httpz::__private::check_routes(&[#((
            <#routes as ::httpz::RouteMeta>::SHAPE,
            <#routes as ::httpz::RouteMeta>::PATH,
            ::core::stringify!(#paths),
        )),*]);
        ::httpz::Routes::new()#(.add(#routes {}))*
    }}
}
