//! `show::url(7)`: the path written back.

use httpz_router::Segment;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Visibility};

use crate::attribute::{Unread, seeming_parameters};
use crate::route::Route;

/// A function of this name that writes the first path of the route.
///
/// `None` when the path has a glob without a name: what that shall match, only the caller could say.
pub(crate) fn emit(route: &Route<'_>, name: &str) -> Option<TokenStream> {
    let (httpz, vis, name) = (&route.httpz, &route.function.vis, format_ident!("{name}"));
    let answer = route.answers.first()?;
    let is_nameless = |segment| matches!(segment, &Segment::Glob(None) | &Segment::Rest(None));
    if answer.pattern.segments().iter().any(is_nameless) {
        return None;
    }
    let path = &answer.whole;
    let arguments: Vec<Ident> = answer.pattern.names().map(|(name, _)| argument(name)).collect();
    Some(quote! {
        /// The path of this route with its parameters filled in and encoded.
        #vis fn #name(#(#arguments: impl ::core::fmt::Display),*) -> ::std::string::String {
            #httpz::__private::url(#path, &[#(&#arguments),*])
        }
    })
}

/// What is there in its place where the route has a mistake, so that its uses add no messages.
pub(crate) fn stand_in(vis: &Visibility, name: &str, attributes: &[Unread]) -> TokenStream {
    let name = format_ident!("{name}");
    let arguments =
        (0..seeming_parameters(attributes)).map(|_| quote!(_: impl ::core::fmt::Display));
    quote! {
        #vis fn #name(#(#arguments),*) -> ::std::string::String {
            ::std::string::String::new()
        }
    }
}

/// A parameter of the path as an argument; some of their names are words of the language.
fn argument(name: &str) -> Ident {
    syn::parse_str(name).unwrap_or_else(|_| format_ident!("r#{name}"))
}
