//! What a route attribute emits: the function as it was, and a type of its name that is the route.
//!
//! The type lives in another namespace than the function, so both keep the name: `show(7)` calls the
//! function, `routes![show]` and `show::url(7)` mean the route. One impl block per concern, all paths
//! absolute, so that nothing the user has in scope can change their meaning.

use httpz_router::Segment;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, ExprLit, ItemFn, Lit, Meta, Path, ReturnType, Type};

use crate::args::Arg;
use crate::route::{Method, Route, Verb};

/// What the attribute expands to; one mistake gives one message.
pub(crate) fn attribute(verb: Verb, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(_) => {
            let error = Error::new(Span::call_site(), "a route attribute stands on a function");
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    match Route::read(verb, attribute, function.clone()) {
        Ok(route) => emit(&route),
        Err(error) => stand_in(&function, &error),
    }
}

/// The function and its route.
fn emit(route: &Route) -> TokenStream {
    let function = &route.function;
    let (name, vis) = (&function.sig.ident, &function.vis);
    let cfgs = cfgs(function);
    let (meta, url, endpoint) = (meta(route), url(route), endpoint(route));
    quote! {
        #function

        #(#cfgs)*
        #[allow(non_camel_case_types)]
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        #[doc(hidden)]
        #vis struct #name {}

        #(#cfgs)* #url
        #(#cfgs)* #meta
        #(#cfgs)* #endpoint
    }
}

/// What stands in for a route with a mistake, so that its uses do not add messages of their own.
fn stand_in(function: &ItemFn, error: &Error) -> TokenStream {
    let error = error.to_compile_error();
    let (name, vis, cfgs) = (&function.sig.ident, &function.vis, cfgs(function));
    let text = name.to_string();
    let shape = fnv(&[text.as_bytes(), b" has a mistake"]);
    quote! {
        #error
        #[allow(unused)]
        #function

        #(#cfgs)*
        #[allow(non_camel_case_types, dead_code)]
        #[doc(hidden)]
        #vis struct #name {}

        #(#cfgs)*
        impl ::httpz::RouteMeta for #name {
            const METHOD: ::httpz::Verb = ::httpz::Verb::All;
            const PATH: &'static str = "/";
            const SHAPE: u64 = #shape;
            const NAME: &'static str = #text;
            const DOC: &'static str = "";
            const PARAMS: &'static [(&'static str, &'static str)] = &[];
        }

        #(#cfgs)*
        impl<C> ::httpz::Endpoint<C> for #name {
            fn call<'a>(
                &'a self,
                _: &'a mut C,
                _: &'a ::httpz::Request,
                _: &'a mut ::httpz::Response,
            ) -> ::httpz::Flow<'a> {
                ::core::unreachable!()
            }
        }
    }
}

fn cfgs(function: &ItemFn) -> Vec<&Attribute> {
    function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

/// What the route is.
fn meta(route: &Route) -> TokenStream {
    let httpz = &route.attribute.httpz;
    let function = &route.function;
    let (name, path) = (&function.sig.ident, &route.attribute.path);
    let method = match &route.attribute.method {
        Method::Variant(variant) => {
            let variant = format_ident!("{variant}");
            quote!(#httpz::Verb::One(#httpz::Method::#variant))
        }
        Method::Named(name) => quote!(#httpz::Verb::Named(#name)),
        Method::All => quote!(#httpz::Verb::All),
    };
    let shape = fnv(&[route.attribute.method.name().as_bytes(), route.pattern.shape().as_bytes()]);
    let (text, doc) = (name.to_string(), doc(&function.attrs));
    let params = route.args.iter().filter_map(|arg| match arg {
        Arg::Param { name, ty } => {
            let ty = quote!(#ty).to_string().replace("& ", "&");
            Some(quote!((#name, #ty)))
        }
        _ => None,
    });
    quote! {
        impl #httpz::RouteMeta for #name {
            const METHOD: #httpz::Verb = #method;
            const PATH: &'static str = #path;
            const SHAPE: u64 = #shape;
            const NAME: &'static str = #text;
            const DOC: &'static str = #doc;
            const PARAMS: &'static [(&'static str, &'static str)] = &[#(#params),*];
        }
    }
}

/// `show::url(7)`: the path written back.
fn url(route: &Route) -> TokenStream {
    let httpz = &route.attribute.httpz;
    let name = &route.function.sig.ident;
    let vis = &route.function.vis;
    let (mut arguments, mut steps) = (Vec::new(), Vec::new());
    let mut literal = String::new();
    for segment in route.pattern.segments() {
        literal.push('/');
        let mut capture = |literal: &mut String, name: &str, rest: bool| {
            let argument = format_ident!("{name}");
            let before = std::mem::take(literal);
            arguments.push(argument.clone());
            steps.push(quote! {
                url.push_str(#before);
                #httpz::__private::push_param(&mut url, &#argument, #rest);
            });
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
            // What a glob without a name shall match, only the caller could say.
            _ => return TokenStream::new(),
        }
    }
    quote! {
        impl #name {
            /// The path of this route with its parameters filled in and encoded.
            #[allow(dead_code)]
            #vis fn url(#(#arguments: impl ::core::fmt::Display),*) -> ::std::string::String {
                #[allow(unused_mut)]
                let mut url = ::std::string::String::new();
                #(#steps)*
                url.push_str(#literal);
                url
            }
        }
    }
}

/// How the route runs.
fn endpoint(route: &Route) -> TokenStream {
    let httpz = &route.attribute.httpz;
    let function = &route.function;
    let name = &function.sig.ident;
    let (mut reads, mut arguments, mut bounds) = (Vec::new(), Vec::new(), Vec::new());
    let mut on_demand = quote!(false);
    for (i, arg) in route.args.iter().enumerate() {
        let value = format_ident!("value{i}");
        match arg {
            Arg::Param { name, ty } => {
                let ty = without_lifetimes(ty);
                reads.push(quote_spanned! {ty.span()=>
                    let #value = <#ty as #httpz::FromParam<'_>>::from_param(req.param(#name), #name)?;
                });
                arguments.push(quote!(#value));
            }
            Arg::Request => arguments.push(quote!(req)),
            Arg::Response => arguments.push(quote!(res)),
            Arg::Context { ty, mutable } => {
                let (bound, lend) = if *mutable {
                    (quote!(HasMut), quote!(has_mut))
                } else {
                    (quote!(Has), quote!(has))
                };
                bounds.push(quote_spanned!(ty.span()=> C: #httpz::#bound<#ty>));
                arguments.push(quote!(#httpz::#bound::<#ty>::#lend(cx)));
            }
            Arg::Extracted(ty) => {
                let ty = without_lifetimes(ty);
                reads.push(quote_spanned! {ty.span()=>
                    let #value = <#ty as #httpz::FromRequest<'_>>::from_request(req)?;
                });
                on_demand.extend(quote_spanned! {ty.span()=>
                    || <#ty as #httpz::FromRequest<'_>>::TAKES.on_demand()
                });
                arguments.push(quote!(#value));
            }
        }
    }
    let output = match &function.sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => name.span(),
    };
    let respond = quote_spanned!(output=> #httpz::Respond::respond(output, res));
    let methods = if function.sig.asyncness.is_some() {
        async_methods(
            httpz,
            &on_demand,
            &quote! {
                #(#reads)*
                let output = #name(#(#arguments),*).await;
                #respond
            },
        )
    } else {
        sync_methods(
            httpz,
            &on_demand,
            &quote! {
                #(#reads)*
                let output = #name(#(#arguments),*);
                #respond
            },
        )
    };
    quote! {
        impl<C: 'static> #httpz::Endpoint<C> for #name
        where
            #(#bounds,)*
        {
            #methods
        }
    }
}

/// On the stack whenever the body is here, or no argument wants it to be.
fn sync_methods(httpz: &Path, on_demand: &TokenStream, run: &TokenStream) -> TokenStream {
    quote! {
        #[inline]
        fn ready(&self, req: &#httpz::Request) -> bool {
            req.body_ready() || #on_demand
        }

        #[inline]
        #[allow(unused_variables, clippy::unit_arg, clippy::let_unit_value)]
        fn now(
            &self,
            cx: &mut C,
            req: &#httpz::Request,
            res: &mut #httpz::Response,
        ) -> #httpz::Result {
            #run
        }

        fn call<'a>(
            &'a self,
            cx: &'a mut C,
            req: &'a #httpz::Request,
            res: &'a mut #httpz::Response,
        ) -> #httpz::Flow<'a> {
            if #httpz::Endpoint::<C>::ready(self, req) {
                return #httpz::Flow::Done(#httpz::Endpoint::<C>::now(self, cx, req, res));
            }
            #httpz::Flow::later(async move {
                req.read_body().await?;
                #httpz::Endpoint::<C>::now(self, cx, req, res)
            })
        }
    }
}

fn async_methods(httpz: &Path, on_demand: &TokenStream, run: &TokenStream) -> TokenStream {
    quote! {
        #[allow(unused_variables, clippy::unit_arg, clippy::let_unit_value)]
        fn call<'a>(
            &'a self,
            cx: &'a mut C,
            req: &'a #httpz::Request,
            res: &'a mut #httpz::Response,
        ) -> #httpz::Flow<'a> {
            #httpz::Flow::later(async move {
                if !(#on_demand) {
                    req.read_body().await?;
                }
                #run
            })
        }
    }
}

/// The type with its named lifetimes left to be inferred: they are the function's, not ours.
fn without_lifetimes(ty: &Type) -> TokenStream {
    fn infer(tokens: TokenStream) -> TokenStream {
        let mut after_quote = false;
        tokens
            .into_iter()
            .map(|token| match token {
                TokenTree::Group(group) => {
                    let mut inner =
                        proc_macro2::Group::new(group.delimiter(), infer(group.stream()));
                    inner.set_span(group.span());
                    TokenTree::Group(inner)
                }
                TokenTree::Ident(ident) if after_quote && ident != "static" => {
                    after_quote = false;
                    TokenTree::Ident(proc_macro2::Ident::new("_", ident.span()))
                }
                token => {
                    after_quote =
                        matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
                    token
                }
            })
            .collect()
    }
    infer(quote!(#ty))
}

/// The doc comment, without the blank that begins each line.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// A number for some text (FNV-1a): equal shapes have equal numbers.
fn fnv(parts: &[&[u8]]) -> u64 {
    parts.concat().iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
