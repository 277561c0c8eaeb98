//! `show::url(7)`: the path written back.

use httpz_router::Segment;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::route::Route;

/// A function of this name that writes the first path of the route.
///
/// `None` when the path has a glob without a name: what that shall match, only the caller could say.
pub(crate) fn emit(route: &Route<'_>, name: &str) -> Option<TokenStream> {
    let (httpz, vis, name) = (&route.httpz, &route.function.vis, format_ident!("{name}"));
    let (mut arguments, mut pieces) = (Vec::new(), Vec::new());
    let mut literal = String::new();
    for segment in route.answers.first()?.pattern.segments() {
        literal.push('/');
        let mut capture = |literal: &mut String, name: &str, rest: bool| {
            let argument = argument(name);
            let before = std::mem::take(literal);
            pieces.push(quote!((#before, &#argument, #rest)));
            arguments.push(argument);
        };
        match segment {
            Segment::Static(text) => literal.push_str(text),
            Segment::Param { prefix, name, suffix } => {
                literal.push_str(prefix);
                capture(&mut literal, name, false);
                literal.push_str(suffix);
            }
            Segment::Glob(Some(name)) => capture(&mut literal, name, false),
            Segment::Rest(Some(name)) => capture(&mut literal, name, true),
            Segment::Glob(None) | Segment::Rest(None) => return None,
        }
    }
    Some(quote! {
        /// The path of this route with its parameters filled in and encoded.
        #[allow(dead_code, unreachable_pub)]
        #vis fn #name(#(#arguments: impl ::core::fmt::Display),*) -> ::std::string::String {
            #httpz::__private::url(&[#(#pieces),*], #literal)
        }
    })
}

/// A parameter of the path as an argument; some of their names are words of the language.
fn argument(name: &str) -> Ident {
    syn::parse_str(name).unwrap_or_else(|_| format_ident!("r#{name}"))
}
