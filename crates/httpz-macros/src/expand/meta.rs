//! What a route says of itself, as a constant.

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::{Arg, How};
use crate::route::Route;
use crate::types;

/// `META`, for the type that stands for the route.
pub(crate) fn emit(route: &Route<'_>) -> TokenStream {
    let httpz = &route.httpz;
    let (name, doc) = (route.name(), route.function.doc());
    let answers = route.answers.iter().map(|answer| {
        let (verb, path, shape) = (&answer.verb, &answer.path, answer.shape());
        quote!(#httpz::Answers { verb: #verb, path: #path, shape: #shape })
    });
    let params = route.args.iter().filter_map(|arg| match arg {
        Arg::Param { name, ty } => {
            let ty = types::shown(ty);
            Some(quote!((#name, #ty)))
        }
        _ => None,
    });
    let meaning = route.function.error().map(|error| {
        quote! {
            meaning: {
                use #httpz::__private::NoMeaning as _;
                <#httpz::__private::MeaningOf<#error>>::MEANING
            },
        }
    });
    let describe = cfg!(feature = "openapi").then(|| {
        let types = types_of(route);
        quote!(describe: #httpz::__describe! { #types },)
    });
    let under = route.options.under.as_ref().map(|prefix| quote!(under: #prefix,));
    let rest = (meaning.is_none() || describe.is_none() || under.is_none())
        .then(|| quote!(..#httpz::Meta::BARE));
    quote! {
        /// What is known about this route.
        pub const META: #httpz::Meta = #httpz::Meta {
            name: #name,
            doc: #doc,
            answers: &[#(#answers),*],
            params: &[#(#params),*],
            #under
            #meaning
            #describe
            #rest
        };
    }
}

/// The types of what it takes and gives, for those who describe it.
fn types_of(route: &Route<'_>) -> TokenStream {
    let (mut params, mut inputs) = (Vec::new(), Vec::new());
    for arg in &route.args {
        match arg {
            Arg::Param { name, ty } => {
                let ty = types::forever(types::inner(ty));
                params.push(quote!(#name: #ty;));
            }
            Arg::Extracted { ty, how, .. } => {
                // An argument that tells what is wrong needs nothing.
                let needed = !types::is_fallible(ty) && matches!(how, How::Now | How::Later);
                let ty = types::forever(types::inner(ty));
                inputs.push(quote!(#needed #ty;));
            }
            Arg::Request | Arg::Response | Arg::Context { .. } => {}
        }
    }
    let (status, output) = route.function.output();
    let error = route.function.error();
    quote! {
        params { #(#params)* }
        inputs { #(#inputs)* }
        output { #status #output }
        errors { #error }
    }
}
