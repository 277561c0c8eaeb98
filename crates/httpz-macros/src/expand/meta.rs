//! What a route says of itself, as a constant.

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::answer::Answer;
use crate::args::{Arg, How};
use crate::route::Route;
use crate::types;

/// `META`, for the type that stands for the route.
pub(crate) fn emit(route: &Route<'_>) -> TokenStream {
    let httpz = &route.httpz;
    let text = text(route);
    let mut shapes = route.answers.iter().map(Answer::shape);
    let first = shapes.next();
    let more: Vec<u64> = shapes.collect();
    let more = (!more.is_empty()).then(|| quote!(.more(&[#(#more),*])));
    let meaning = route.function.error().map(|error| {
        quote! {
            .meaning({
                use #httpz::__private::NoMeaning as _;
                <#httpz::__private::MeaningOf<#error>>::MEANING
            })
        }
    });
    let describe = cfg!(feature = "openapi").then(|| {
        let types = types_of(route);
        quote!(.describe(#httpz::__describe! { #types }))
    });
    quote! {
        /// What is known about this route.
        pub const META: #httpz::Meta = #httpz::Meta::new(#first, #text) #more #meaning #describe;
    }
}

/// What is known as text, in the order in which `httpz::Meta` looks for it. No part but the doc comment
/// has line breaks.
fn text(route: &Route<'_>) -> String {
    let mut text = route.name();
    for answer in &route.answers {
        text += &format!("\n{} {}", answer.method, answer.path.value());
    }
    text += "\n";
    for arg in &route.args {
        if let Arg::Param { name, ty } = arg {
            text += &format!("\n{name} {}", types::shown(ty));
        }
    }
    if !route.args.iter().any(|arg| matches!(arg, Arg::Param { .. })) {
        text += "\n";
    }
    let under = route.options.under.as_ref().map(LitStr::value).unwrap_or_default();
    text + "\n\n" + &under + "\n\n" + &route.function.doc()
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
    let none = route.function.may_be_none().then(|| quote!(; none));
    quote! {
        params { #(#params)* }
        inputs { #(#inputs)* }
        output { #status #output }
        errors { #error #none }
    }
}
