//! `show::url(7)`: the path written back.

use httpz_router::Segment;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Visibility};

use crate::args::Arg;
use crate::attribute::{Unread, seeming_parameters};
use crate::route::Route;
use crate::types;

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
    let names = || answer.pattern.names().map(|(name, _)| name);
    let types = names().map(|name| written(route, name));
    let arguments: Vec<Ident> = names().map(argument).collect();
    Some(quote! {
        /// The path of this route with its parameters filled in and encoded.
        #vis fn #name(#(#arguments: #types),*) -> ::std::string::String {
            #httpz::__private::url(#path, &[#(&#arguments),*])
        }
    })
}

/// What a parameter is written from: a number from one of its type, everything else from what shows
/// itself as text.
fn written(route: &Route<'_>, parameter: &str) -> TokenStream {
    let exact = route.args.iter().find_map(|arg| match arg {
        Arg::Param { name, ty } if name == parameter => {
            let ty = types::inner(ty);
            types::is_written_exactly(&types::last_word(ty)).then(|| quote!(#ty))
        }
        _ => None,
    });
    exact.unwrap_or_else(|| quote!(impl ::core::fmt::Display))
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
