//! `#[guard] fn auth(db: &mut Shared<Db>, req: &Request) -> Result<Me>`: a guard that attributes can
//! name.
//!
//! A route attribute must name what a guard makes, and only a type can be asked for that. So the guard
//! gets a type of its name, as a route does.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, FnArg, GenericParam, Path, Result, ReturnType, Type};

use crate::facade;
use crate::function::{self, Item};
use crate::types;

/// What the attribute expands to.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let httpz = facade::said(&attribute);
    let Ok(function) = syn::parse2::<Item>(item.clone()) else {
        let error = Error::new(Span::call_site(), "`#[guard]` stands on a function");
        let error = error.to_compile_error();
        return quote!(#error #item);
    };
    let (name, vis) = (&function.sig.ident, &function.vis);
    let cfgs = function::cfgs(&function.attrs);
    let (allowed, guard) = match signature(&function) {
        Ok((context, output)) => (None, implemented(&httpz, &function, &context, &output)),
        Err(error) => {
            let error = error.to_compile_error();
            let stand_in = stand_in(&httpz, &function);
            (Some(quote!(#[allow(unused)])), quote!(#error #(#cfgs)* #stand_in))
        }
    };
    quote! {
        #allowed
        #function

        #(#cfgs)*
        #[allow(non_camel_case_types)]
        #[doc(hidden)]
        #vis struct #name {}

        #(#cfgs)* #guard
    }
}

/// `Guard`, for the type of its name.
fn implemented(
    httpz: &Path,
    function: &Item,
    context: &TokenStream,
    output: &TokenStream,
) -> TokenStream {
    let (name, cfgs) = (&function.sig.ident, function::cfgs(&function.attrs));
    let mut generics = function.sig.generics.clone();
    // Lifetimes are those of the call.
    let params = generics.params.into_iter();
    generics.params = params.filter(|param| !matches!(param, GenericParam::Lifetime(_))).collect();
    let is_for_one = generics.params.is_empty();
    let (generics, _, bounds) = generics.split_for_impl();
    let made = quote_spanned! {output.span()=>
        type Made = <#output as #httpz::__private::Outcome>::Value;
    };
    let outcome = types::own("outcome");
    let into_result = quote_spanned! {output.span()=>
        #httpz::__private::Outcome::into_result(#outcome)
    };
    // One for every context takes this one as well.
    let nowhere = is_for_one.then(|| {
        quote! {
            #(#cfgs)*
            impl #httpz::Guard<#httpz::__private::Nowhere> for #name {
                type Made = ();

                fn make(
                    _: &mut #httpz::__private::Nowhere,
                    _: &#httpz::Request,
                ) -> #httpz::Result<()> {
                    #httpz::Result::Ok(())
                }
            }
        }
    });
    quote! {
        impl #generics #httpz::Guard<#context> for #name #bounds {
            #made

            fn make(
                __cx: &mut #context,
                __req: &#httpz::Request,
            ) -> #httpz::Result<Self::Made> {
                let #outcome = #name(__cx, __req);
                #into_result
            }
        }

        #nowhere
    }
}

/// What is there in its place where the guard has a mistake, so that routes which name it add no messages.
fn stand_in(httpz: &Path, function: &Item) -> TokenStream {
    let name = &function.sig.ident;
    let made = seems_made(function);
    quote! {
        impl<__C> #httpz::Guard<__C> for #name {
            type Made = #made;

            fn make(_: &mut __C, _: &#httpz::Request) -> #httpz::Result<Self::Made> {
                ::core::unreachable!()
            }
        }
    }
}

/// What one with a mistake would probably make.
fn seems_made(function: &Item) -> TokenStream {
    match &function.sig.output {
        ReturnType::Type(_, output) if !types::has_impl(output) => {
            types::forever(types::inner(output))
        }
        _ => quote!(()),
    }
}

/// The context it takes, and what it returns.
fn signature(function: &Item) -> Result<(TokenStream, TokenStream)> {
    let sig = &function.sig;
    let wrong = || {
        let text = "a guard is `fn(&mut Context, &Request) -> Result<T>`";
        Error::new_spanned(&sig.ident, text)
    };
    let mut inputs = sig.inputs.iter();
    let (Some(FnArg::Typed(context)), Some(FnArg::Typed(request)), None) =
        (inputs.next(), inputs.next(), inputs.next())
    else {
        return Err(wrong());
    };
    match (types::bare(&context.ty), types::bare(&request.ty), &sig.output) {
        (Type::Reference(context), Type::Reference(request), ReturnType::Type(_, output))
            if context.mutability.is_some()
                && types::last_word(&request.elem) == "Request"
                && sig.asyncness.is_none()
                && !types::has_impl(output)
                && !["Option", "bool"].contains(&types::last_word(output).as_str()) =>
        {
            if let Type::Reference(lent) = types::inner(output) {
                let text =
                    "what a guard makes is kept while the handler waits: make it own what it has";
                return Err(Error::new_spanned(lent, text));
            }
            Ok((types::forever(&context.elem), types::forever(output)))
        }
        _ => Err(wrong()),
    }
}
