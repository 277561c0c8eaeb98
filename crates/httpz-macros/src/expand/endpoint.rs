//! How a route runs: what reads the arguments, calls the function and writes what it returns.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, ReturnType, Type};

use crate::args::{Arg, How, ON_DEMAND};
use crate::attribute::Options;
use crate::route::Route;
use crate::types::{self, forever, own, without_lifetimes};

/// `Route`, for the type that stands for the route.
///
/// The code stands in a method of the trait, where it is compiled with the least ado; only a route with
/// a guard or a limit makes an endpoint of its own.
pub(crate) fn emit(route: &Route<'_>, ident: &Ident) -> TokenStream {
    let httpz = &route.httpz;
    let bounds = bounds(route);
    let methods = match route.options {
        Options { guard: None, limit: None, .. } => methods(route),
        _ => {
            let endpoint = wrapped(route);
            quote! {
                fn endpoint() -> #httpz::__private::Action<__C> {
                    #endpoint
                }
            }
        }
    };
    let allowed = allowed(route);
    quote! {
        #allowed
        impl<__C: 'static> #httpz::Route<__C> for #ident
        where
            #(#bounds,)*
        {
            #methods
        }
    }
}

/// The lints that would speak to the user of code that is not theirs. Each attribute costs the compiler
/// time, so they stand only where there may be a reason for them.
fn allowed(route: &Route<'_>) -> TokenStream {
    let is_unit = match &route.function.sig.output {
        ReturnType::Default => true,
        ReturnType::Type(_, output) => {
            matches!(types::bare(output), Type::Tuple(tuple) if tuple.elems.is_empty())
        }
    };
    let unit = is_unit.then(|| quote!(#[allow(clippy::let_unit_value, clippy::unit_arg)]));
    let is_about_lints = |attribute: &Attribute| {
        ["deprecated", "allow", "expect", "warn"].iter().any(|name| attribute.path().is_ident(name))
    };
    let deprecated =
        route.function.attrs.iter().any(is_about_lints).then(|| quote!(#[allow(deprecated)]));
    quote!(#unit #deprecated)
}

/// The call, and what must be known before it.
fn methods(route: &Route<'_>) -> TokenStream {
    let httpz = &route.httpz;
    let (cx, req, res) = (own("cx"), own("req"), own("res"));
    let body = body(route, &cx, &req, &res);
    if route.function.sig.asyncness.is_some() {
        return quote! {
            const WAITS: bool = true;

            fn wait<'a>(
                #cx: &'a mut __C,
                #req: &'a #httpz::Request,
                #res: &'a mut #httpz::Response,
            ) -> #httpz::Flow<'a> {
                #httpz::Flow::within(#req, async move { #body })
            }
        };
    }
    let unread = unread(route).map(|unread| quote!(const UNREAD: bool = #unread;));
    quote! {
        #unread

        #[inline]
        fn run(
            #cx: &mut __C,
            #req: &#httpz::Request,
            #res: &mut #httpz::Response,
        ) -> #httpz::Result {
            #body
        }
    }
}

/// What stands beside that type.
pub(crate) fn beside(route: &Route<'_>) -> TokenStream {
    let cfgs = route.function.cfgs();
    let one_body = one_body(route).map(|check| quote!(#(#cfgs)* #check));
    let guard = guard(route).map(|(alias, guard)| {
        quote!(#(#cfgs)* #[allow(non_camel_case_types)] #[doc(hidden)] type #alias = #guard;)
    });
    quote!(#one_body #guard)
}

/// The guard, and the name by which it is used: a path that is no type is then one message.
fn guard<'a>(route: &'a Route<'_>) -> Option<(Ident, &'a syn::Path)> {
    let guard = route.options.guard.as_ref()?;
    Some((format_ident!("__guard_of_{}", route.function.name(), span = guard.span()), guard))
}

/// What the context must have.
pub(crate) fn bounds(route: &Route<'_>) -> Vec<TokenStream> {
    let httpz = &route.httpz;
    let mut bounds = Vec::new();
    let mut context = quote!(__C);
    if let Some((guard, _)) = guard(route) {
        bounds.push(quote_spanned!(guard.span()=> #guard: #httpz::Guard<__C>));
        context = quote!(<#guard as #httpz::Guard<__C>>::Made);
    }
    if route.options.data.is_some() {
        // The function is called with a type that is known; the call itself is the check.
        return bounds;
    }
    for arg in &route.args {
        if let Arg::Context { ty, mutable } = arg {
            let trait_name = format_ident!("{}", if *mutable { "HasMut" } else { "Has" });
            let span = ty.span();
            let ty = forever(ty);
            bounds.push(quote_spanned!(span=> #context: #httpz::#trait_name<#ty>));
        }
    }
    bounds
}

/// An endpoint with a limit or a guard before it.
fn wrapped(route: &Route<'_>) -> TokenStream {
    let httpz = &route.httpz;
    let (cx, req, res) = (own("cx"), own("req"), own("res"));
    let body = body(route, &cx, &req, &res);
    let mut endpoint = if route.function.sig.asyncness.is_some() {
        quote! {
            #httpz::__private::async_route(|#cx, #req, #res| #httpz::Flow::within(#req, async move { #body }))
        }
    } else {
        let unread = unread(route).unwrap_or_else(|| quote!(false));
        quote!(#httpz::__private::sync_route(#unread, |#cx, #req, #res| { #body }))
    };
    if let Some(bytes) = route.options.limit {
        endpoint = quote!(#httpz::__private::limited(#bytes, #endpoint));
    }
    match guard(route) {
        Some((guard, _)) => quote!(#httpz::__private::guarded::<__C, #guard>(#endpoint)),
        None => endpoint,
    }
}

/// Everything that is done for a request.
fn body(route: &Route<'_>, cx: &Ident, req: &Ident, res: &Ident) -> TokenStream {
    let httpz = &route.httpz;
    let data = route.options.data.as_ref().map(|data| {
        quote! {
            let mut __data = #httpz::Shared::from_static(&#data);
            let #cx = &mut __data;
        }
    });
    let run = run(route, cx, req, res);
    if route.function.sig.asyncness.is_none() {
        return quote!(#data #run);
    }
    let read = match unread(route) {
        None => quote!(#req.read_body().await?;),
        Some(unread) => quote!(if !(#unread) { #req.read_body().await?; }),
    };
    // Not before the body is there: an upload that breaks off has nothing to finish.
    let finish = route.options.must_finish.map(|_| quote!(#res.must_finish();));
    match route.options.timeout {
        None => quote!(#read #finish #data #run),
        Some((time, _)) => quote! {
            #read
            #finish
            let __alarm = #httpz::__private::alarm(#res, #time);
            #httpz::__private::within(__alarm, #time, async move { #data #run }).await
        },
    }
}

/// Refuses two arguments that take the body, where only their types know that they do.
fn one_body(route: &Route<'_>) -> Option<TokenStream> {
    let httpz = &route.httpz;
    let (mut takes, mut unknown) = (Vec::new(), false);
    for arg in &route.args {
        if let Arg::Extracted { ty, how, takes_body } = arg
            && *takes_body != Some(false)
        {
            unknown |= takes_body.is_none();
            let (span, ty, kind) = (ty.span(), without_lifetimes(ty), how.kind());
            takes.push(quote_spanned!(span=> <#ty as #httpz::#kind<'_>>::TAKES));
        }
    }
    (unknown && takes.len() > 1)
        .then(|| quote!(const _: () = #httpz::__private::check_bodies(&[#(#takes),*]);))
}

/// Does some argument take the body unread? `None` where all are known not to.
fn unread(route: &Route<'_>) -> Option<TokenStream> {
    let httpz = &route.httpz;
    let takes = route.args.iter().filter_map(|arg| match arg {
        Arg::Extracted { ty, how, takes_body }
            if takes_body.is_none() || types::last_word(types::inner(ty)) == ON_DEMAND =>
        {
            let (span, ty, kind) = (ty.span(), without_lifetimes(ty), how.kind());
            if takes_body.is_some() {
                return Some(quote_spanned!(span=> <#ty as #httpz::#kind<'_>>::TAKES.on_demand()));
            }
            // One that is no argument is told so once, where it is read.
            Some(quote! {{
                #[allow(unused_imports, reason = "needed where a type is no argument")]
                use #httpz::__private::unread::{Of, Unknown as _};
                <Of<#ty>>::ON_DEMAND
            }})
        }
        _ => None,
    });
    let takes: Vec<TokenStream> = takes.collect();
    (!takes.is_empty()).then(|| quote!(#(#takes)||*))
}

/// Reads the arguments, calls the function, writes what it returns.
///
/// As one expression: each `let` would cost the compiler a place to keep track of.
fn run(route: &Route<'_>, cx: &Ident, req: &Ident, res: &Ident) -> TokenStream {
    let httpz = &route.httpz;
    let sig = &route.function.sig;
    let arguments = route.args.iter().map(|arg| match arg {
        Arg::Param { name, ty } => {
            let (span, ty) = (ty.span(), without_lifetimes(ty));
            quote_spanned! {span=>
                <#ty as #httpz::FromParam<'_>>::from_param(#req.param(#name), #name)?
            }
        }
        Arg::Request => quote!(#req),
        Arg::Response => quote!(#res),
        Arg::Context { ty, mutable } => {
            // With data of its own, this is where it is found out whether that is what is asked for.
            let (span, ty) = (ty.span(), forever(ty));
            let cx = Ident::new(&cx.to_string(), cx.span().located_at(span));
            if *mutable {
                quote_spanned!(span=> #httpz::HasMut::<#ty>::has_mut(#cx))
            } else {
                quote_spanned!(span=> #httpz::Has::<#ty>::has(#cx))
            }
        }
        Arg::Extracted { ty, how, .. } => {
            let (span, ty) = (ty.span(), without_lifetimes(ty));
            let later = quote_spanned! {span=>
                <#ty as #httpz::AsyncFromRequest<'_>>::from_request(#req).await
            };
            match how {
                How::Now => quote_spanned! {span=>
                    <#ty as #httpz::FromRequest<'_>>::from_request(#req)?
                },
                How::Later => quote!(#later?),
                How::LaterOption => quote!(#later.ok()),
                How::LaterResult => quote!(#later.map_err(::core::convert::Into::into)),
            }
        }
    });
    let span = match &sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => sig.ident.span(),
    };
    // The call stands where the type does, so that a type that cannot be written is shown there.
    let callee = route.function.callee(span);
    let wait = sig.asyncness.map(|_| quote_spanned!(span=> .await));
    quote_spanned!(span=> #httpz::Respond::respond(#callee(#(#arguments),*) #wait, #res))
}
