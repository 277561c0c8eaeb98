//! `#[guard] fn auth(db: &mut Shared<Db>, req: &Request) -> Result<Me>`: a guard that attributes can
//! name.
//!
//! A route attribute must name what a guard makes, and only a type can be asked for that. So the guard
//! gets a type of its name, as a route does.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, FnArg, Result, ReturnType, Type};

use crate::attribute::facade;
use crate::function::{self, Item};
use crate::types;

/// What the attribute expands to.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let httpz = facade(&attribute);
    let Ok(function) = syn::parse2::<Item>(item.clone()) else {
        let error = Error::new(Span::call_site(), "`#[guard]` stands on a function");
        let error = error.to_compile_error();
        return quote!(#error #item);
    };
    let (name, vis) = (&function.sig.ident, &function.vis);
    let cfgs = function::cfgs(&function.attrs);
    let guard = match signature(&function) {
        Ok((context, output)) => {
            let (generics, _, bounds) = function.sig.generics.split_for_impl();
            let made = quote_spanned! {output.span()=>
                type Made = <#output as #httpz::__private::Outcome>::Value;
            };
            let outcome = types::own("outcome");
            let into_result = quote_spanned! {output.span()=>
                #httpz::__private::Outcome::into_result(#outcome)
            };
            // One for every context takes this one as well.
            let nowhere = function.sig.generics.params.is_empty().then(|| {
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
        Err(error) => error.to_compile_error(),
    };
    quote! {
        #function

        #(#cfgs)*
        #[allow(non_camel_case_types)]
        #[doc(hidden)]
        #vis struct #name {}

        #(#cfgs)* #guard
    }
}

/// The context it takes, and what it returns.
fn signature(function: &Item) -> Result<(TokenStream, Type)> {
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
                && sig.asyncness.is_none() =>
        {
            Ok((types::forever(&context.elem), (**output).clone()))
        }
        _ => Err(wrong()),
    }
}
