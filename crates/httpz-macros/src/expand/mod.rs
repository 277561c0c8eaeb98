//! What a route attribute emits: the function as it was, and a type of its name that is the route.
//!
//! The type lives in another namespace than the function, so both keep the name: `show(7)` calls the
//! function, `routes![show]` and `show::url(7)` mean the route. It is as little as will do: what is
//! emitted is compiled once for every route. All paths are absolute and all names of our own begin with
//! `__`, so that nothing the user has in scope can change their meaning.

pub(crate) mod endpoint;
pub(crate) mod meta;
pub(crate) mod url;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Error, Ident, Path, Token, Visibility};

use crate::attribute::Unread;
use crate::facade;
use crate::function::{self, Function, Item, cfgs};
use crate::method::Verb;
use crate::route::Route;

/// What the attribute expands to; one mistake gives one message.
pub(crate) fn attribute(verb: Verb, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let httpz = facade::said(&attribute);
    let mut attributes = vec![Unread { verb, tokens: attribute, span: Span::call_site() }];
    let mut function_item = match syn::parse2::<Item>(item.clone()) {
        Ok(function_item) => function_item,
        Err(error) => return unreadable(&httpz, &attributes, &item, error),
    };
    attributes.extend(function::take_routes(&mut function_item.attrs));
    let Item { attrs, vis, sig, .. } = &function_item;
    let function = Function { attrs, vis, sig, owner: None };
    match Route::read(httpz.clone(), &attributes, function) {
        Ok(route) => {
            let stand_for = stand_for(&route, &sig.ident, vis, "url");
            // What nothing was taken out of is passed on as it came.
            match attributes.len() {
                1 => quote!(#item #stand_for),
                _ => quote!(#function_item #stand_for),
            }
        }
        // Within an `impl`, where no type could stand.
        Err(error) if sig.receiver().is_some() => {
            let error = error.to_compile_error();
            quote!(#error #[allow(unused)] #function_item)
        }
        Err(error) => {
            let error = error.to_compile_error();
            let stand_in = stand_in(&httpz, &attributes, &sig.ident, vis, &cfgs(attrs));
            quote!(#error #[allow(unused)] #function_item #stand_in)
        }
    }
}

/// What is emitted for something that is no function, or one with a slip in its head.
fn unreadable(
    httpz: &Path,
    attributes: &[Unread],
    item: &TokenStream,
    error: Error,
) -> TokenStream {
    let mut tokens = item.clone().into_iter();
    tokens.by_ref().find(|token| matches!(token, TokenTree::Ident(ident) if ident == "fn"));
    let (name, end) = (tokens.next(), tokens.last());
    let (Some(TokenTree::Ident(name)), Some(end)) = (name, end) else {
        let text = "a route attribute stands on a function; on an `impl`, `#[actions]` does";
        let error = Error::new(Span::call_site(), text).to_compile_error();
        return quote!(#error #item);
    };
    // Of a missing body, the compiler speaks.
    let error = matches!(end, TokenTree::Group(_)).then(|| error.to_compile_error());
    let vis = Visibility::Public(Token![pub](name.span()));
    let stand_in = stand_in(httpz, attributes, &name, &vis, &[]);
    quote!(#error #item #stand_in)
}

/// A type of this name that stands for the route.
pub(crate) fn stand_for(
    route: &Route<'_>,
    name: &Ident,
    vis: &Visibility,
    url: &str,
) -> TokenStream {
    let cfgs = route.function.cfgs();
    let (meta, url) = (meta::emit(route), url::emit(route, url));
    let endpoint = endpoint::emit(route, name);
    let beside = endpoint::beside(route);
    quote! {
        #(#cfgs)*
        #[allow(non_camel_case_types)]
        #[doc(hidden)]
        #vis struct #name {}

        #(#cfgs)*
        #[allow(dead_code, unreachable_pub)]
        impl #name {
            #meta
            #url
        }

        #(#cfgs)* #endpoint

        #beside
    }
}

/// What stands in for a route with a mistake, so that its uses do not add messages of their own.
fn stand_in(
    httpz: &Path,
    attributes: &[Unread],
    name: &Ident,
    vis: &Visibility,
    cfgs: &[&Attribute],
) -> TokenStream {
    let url = url::stand_in(vis, "url", attributes);
    quote! {
        #(#cfgs)*
        #[allow(non_camel_case_types, dead_code, unreachable_pub)]
        #[doc(hidden)]
        #vis struct #name {}

        #(#cfgs)*
        #[allow(dead_code, unreachable_pub)]
        impl #name {
            pub const META: #httpz::Meta = #httpz::Meta::BARE;
            #url
        }

        #(#cfgs)*
        impl<__C: 'static> #httpz::Route<__C> for #name {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(item: &str) -> String {
        let verb = Verb::of("get").unwrap();
        attribute(verb, quote!("/"), item.parse().unwrap()).to_string()
    }

    #[test]
    fn a_slip_in_the_head_of_a_function_is_told_and_the_route_stood_in_for() {
        for item in ["fn show(id u8) {}", "pub async fn show(id: u8 = 3) {}"] {
            let text = expanded(item);
            assert!(text.contains("expected `") && text.contains("struct show"), "{text}");
        }
        for item in ["struct Show;", "impl Show { fn show() {} }", "static SHOW: fn() = show;"] {
            let text = expanded(item);
            assert!(
                text.contains("stands on a function") && !text.contains("struct show"),
                "{text}"
            );
        }
    }
}
