//! `#[derive(Context)]`: a struct of what handlers may ask for.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Data, DataStruct, DeriveInput, Error, Field, Fields, Ident, Path, PathArguments, Result, Token,
    Type,
};

use super::{Said, emit};
use crate::types;

/// What a context lends.
struct Lent {
    ty: Type,
    /// The field that has it; `None` where it is only said that it is lent, but not of what.
    field: Option<Ident>,
    /// Which field of that it is, when it is a part.
    part: Option<Ident>,
}

/// `Has<T>` for each field of a struct, and for the parts that `#[parts(…)]` names.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    emit(input, read, |input, said| write(input, &said.httpz, &distinct(fields(input))))
}

fn read(input: &DeriveInput, said: &Said) -> Result<TokenStream> {
    let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        let text = "a context is a struct with named fields";
        return Err(Error::new_spanned(&input.ident, text));
    };
    let mut lent = Vec::new();
    for field in &fields.named {
        lent.push(whole(field));
        lent.extend(parts(field)?);
    }
    if let Some(again) = lent.iter().enumerate().find_map(|(i, other)| {
        let is_same = |one: &Lent| types::shown(&one.ty) == types::shown(&other.ty);
        lent[..i].iter().any(is_same).then_some(other)
    }) {
        let ty = types::shown(&again.ty);
        let text = format!(
            "two fields are a `{ty}`, and a handler that asks for one could mean either: give one a type \
             of its own, `struct Name({ty});`"
        );
        return Err(Error::new_spanned(&again.ty, text));
    }
    Ok(write(input, &said.httpz, &lent))
}

/// The fields and the parts, whatever is wrong with them.
fn fields(input: &DeriveInput) -> Vec<Lent> {
    let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return Vec::new();
    };
    let of = |field| {
        let parts = parts(field).unwrap_or_else(|_| unnamed(field));
        std::iter::once(whole(field)).chain(parts)
    };
    fields.named.iter().flat_map(of).collect()
}

/// The first of each type.
fn distinct(fields: Vec<Lent>) -> Vec<Lent> {
    let mut distinct: Vec<Lent> = Vec::new();
    for field in fields {
        let ty = types::shown(&field.ty);
        if !distinct.iter().any(|other| types::shown(&other.ty) == ty) {
            distinct.push(field);
        }
    }
    distinct
}

fn whole(field: &Field) -> Lent {
    Lent { ty: field.ty.clone(), field: field.ident.clone(), part: None }
}

/// What `#[parts(name: Type, …)]` says about a field: which fields of its own are lent as well.
fn parts(field: &Field) -> Result<Vec<Lent>> {
    let mut lent = Vec::new();
    for said in field.attrs.iter().filter(|attribute| attribute.path().is_ident("parts")) {
        let wrong = |_| {
            let text = "write the fields that are lent as well: `#[parts(name: Type, …)]`";
            Error::new_spanned(said, text)
        };
        let parts = said.parse_args_with(Punctuated::<Part, Token![,]>::parse_terminated);
        for Part { name, ty } in parts.map_err(wrong)? {
            lent.push(Lent { ty, field: field.ident.clone(), part: Some(name) });
        }
    }
    Ok(lent)
}

/// The parts of somebody who has given their types alone.
fn unnamed(field: &Field) -> Vec<Lent> {
    let said = field.attrs.iter().filter(|attribute| attribute.path().is_ident("parts"));
    let types = said.filter_map(|said| {
        said.parse_args_with(Punctuated::<Type, Token![,]>::parse_terminated).ok()
    });
    types.flatten().map(|ty| Lent { ty, field: None, part: None }).collect()
}

struct Part {
    name: Ident,
    ty: Type,
}

impl Parse for Part {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self { name, ty: input.parse()? })
    }
}

fn write(input: &DeriveInput, httpz: &Path, lent: &[Lent]) -> TokenStream {
    let name = &input.ident;
    let (generics, types, bounds) = input.generics.split_for_impl();
    let lent = lent.iter().map(|Lent { ty, field, part }| {
        let has = |ty: &TokenStream, place: TokenStream| {
            quote! {
                impl #generics #httpz::Has<#ty> for #name #types #bounds {
                    #[inline]
                    fn has(&self) -> &#ty {
                        #place
                    }
                }
            }
        };
        let itself = quote!(#ty);
        match (part, shared(ty)) {
            _ if field.is_none() => has(&itself, quote!(::core::unreachable!())),
            (Some(part), _) => {
                // Where the compiler says that it is of another type.
                let at = part.span().resolved_at(Span::call_site());
                has(&itself, quote_spanned!(at=> &self.#field.#part))
            }
            (None, Some(inner)) => {
                let inner_too = has(&inner, quote!(#httpz::Has::<#inner>::has(&self.#field)));
                let itself = has(&itself, quote!(&self.#field));
                quote!(#inner_too #itself)
            }
            (None, None) => {
                let itself = has(&itself, quote!(&self.#field));
                quote! {
                    #itself
                    impl #generics #httpz::HasMut<#ty> for #name #types #bounds {
                        #[inline]
                        fn has_mut(&mut self) -> &mut #ty {
                            &mut self.#field
                        }
                    }
                }
            }
        }
    });
    quote!(#(#lent)*)
}

/// The `T` of `Shared<T>`.
fn shared(ty: &Type) -> Option<TokenStream> {
    let Type::Path(path) = types::bare(ty) else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == "Shared" => {
            let inner = &arguments.args;
            Some(quote!(#inner))
        }
        _ => None,
    }
}
