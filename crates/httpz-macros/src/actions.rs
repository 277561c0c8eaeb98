//! `#[actions] impl Db { #[get("/")] fn index(&self) … }`: methods as routes.
//!
//! A type cannot stand within an `impl`, so the types that are the routes are hidden in a constant
//! beside it, together with one more `impl` that lists them: `Db::routes()`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Visibility;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Ident, ImplItem, ImplItemFn, ItemImpl, Path, Result, Token, Type};

use crate::attribute::Unread;
use crate::expand::{endpoint, stand_for, url};
use crate::facade;
use crate::function::{Function, take_routes};
use crate::route::Route;
use crate::{routes_list, types};

/// What the attribute expands to.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let httpz = facade::said(&attribute);
    let Ok(mut block) = syn::parse2::<ItemImpl>(item.clone()) else {
        let text = "`#[actions]` stands on an `impl` of a type with routes for methods";
        let error = Error::new(Span::call_site(), text).to_compile_error();
        return quote!(#error #item);
    };
    let mut marked = Vec::new();
    for item in &mut block.items {
        if let ImplItem::Fn(method) = item {
            marked.push(take_routes(&mut method.attrs));
        }
    }
    let methods = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    });
    let actions: Vec<Marked<'_>> =
        methods.zip(marked).filter(|(_, attributes)| !attributes.is_empty()).collect();
    // Lifetimes of the `impl` mean nothing beside it.
    let owner = types::without_lifetimes(&block.self_ty);
    let owner: Type = syn::parse2(owner).unwrap_or_else(|_| (*block.self_ty).clone());
    let list = parse.parse2(attribute);
    let name = list.as_ref().map_or_else(|_| default_list(), Ident::clone);
    match list.and_then(|_| read(&httpz, &block, &owner, &actions)) {
        Ok(routes) => {
            let beside = emit(&httpz, &name, &owner, &routes);
            quote!(#block #beside)
        }
        Err(error) => {
            let error = error.to_compile_error();
            let stand_in = stand_in(&httpz, &name, &owner, &actions);
            quote!(#error #[allow(unused)] #block #stand_in)
        }
    }
}

/// A method and its route attributes.
type Marked<'a> = (&'a ImplItemFn, Vec<Unread>);

/// The routes among the methods.
fn read<'a>(
    httpz: &Path,
    block: &ItemImpl,
    owner: &'a Type,
    actions: &'a [Marked<'a>],
) -> Result<Vec<Route<'a>>> {
    if let Some((path, _)) = &block.trait_ {
        let text = "actions are methods of a type by itself: take the trait out";
        return Err(Error::new_spanned(path, text));
    }
    if let Some(param) = types::non_lifetime(&block.generics) {
        let text = "actions cannot be generic: nothing says which type to call them with";
        return Err(Error::new_spanned(param, text));
    }
    let (mut routes, mut errors) = (Vec::new(), None::<Error>);
    for (method, attributes) in actions {
        let ImplItemFn { attrs, vis, sig, .. } = method;
        let function = Function { attrs, vis, sig, owner: Some(owner) };
        match (Route::read(httpz.clone(), attributes, function), &mut errors) {
            (Ok(route), _) => routes.push(route),
            (Err(error), Some(errors)) => errors.combine(error),
            (Err(error), none) => *none = Some(error),
        }
    }
    match errors {
        Some(error) => Err(error),
        None if routes.is_empty() => {
            let text = "none of these is a route: put `#[get(\"/path\")]` on a method";
            Err(Error::new_spanned(&block.self_ty, text))
        }
        None => Ok(routes),
    }
}

/// The name of the list where the attribute gives none.
fn default_list() -> Ident {
    Ident::new("routes", Span::call_site())
}

/// `#[actions]`, `#[actions(admin_routes)]`, `#[actions(crate = path)]`
fn parse(input: ParseStream<'_>) -> Result<Ident> {
    let mut list = default_list();
    let wrong = |error: Error| {
        let text = "expected the name of the list: `#[actions]` or `#[actions(my_routes)]`";
        Error::new(error.span(), text)
    };
    while !input.is_empty() {
        if input.peek(Token![crate]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            let text = "expected a path without quotes: `crate = path::to::httpz`";
            input.parse::<Path>().map_err(|error| Error::new(error.span(), text))?;
        } else {
            list = input.parse().map_err(wrong)?;
        }
        if !input.is_empty() {
            input.parse::<Token![,]>().map_err(wrong)?;
        }
    }
    Ok(list)
}

/// The routes, and what lists them.
fn emit(httpz: &Path, list: &Ident, owner: &Type, routes: &[Route<'_>]) -> TokenStream {
    // The list is as visible as the first of them.
    let vis = routes.first().map_or(&Visibility::Inherited, |route| route.function.vis);
    let (mut types, mut urls, mut entries) = (vec![], vec![], vec![]);
    let mut bounds: Vec<TokenStream> = Vec::new();
    for route in routes {
        let (name, cfgs) = (&route.function.sig.ident, route.function.cfgs());
        types.push(stand_for(route, name, &Visibility::Inherited, "url"));
        entries.push((quote!(#(#cfgs)*), quote!(#name)));
        if let Some(url) = url::emit(route, &format!("{}_url", route.function.name())) {
            urls.push(quote!(#(#cfgs)* #[allow(dead_code)] #url));
        }
        for bound in endpoint::bounds(route) {
            if !bounds.iter().any(|other| other.to_string() == bound.to_string()) {
                bounds.push(bound);
            }
        }
    }
    let entries = routes_list::emit(httpz, &entries);
    quote! {
        const _: () = {
            #(#types)*

            #[allow(unreachable_pub)]
            impl #owner {
                #(#urls)*

                /// The routes among the methods of this type, for `mount`.
                #vis fn #list<__C: 'static>() -> #httpz::Routes<__C>
                where
                    #(#bounds,)*
                {
                    #entries
                }
            }
        };
    }
}

/// What stands in for the list when there is a mistake, so that its uses do not add messages of their
/// own.
fn stand_in(httpz: &Path, list: &Ident, owner: &Type, actions: &[Marked<'_>]) -> TokenStream {
    let urls = actions.iter().map(|(method, attributes)| {
        let name = format!("{}_url", method.sig.ident.unraw());
        url::stand_in(&method.vis, &name, attributes)
    });
    quote! {
        const _: () = {
            #[allow(dead_code)]
            impl #owner {
                #(#urls)*

                pub(crate) fn #list<__C: 'static>() -> #httpz::Routes<__C> {
                    #httpz::Routes::new()
                }
            }
        };
    }
}
