//! `#[derive(Context)]`: a struct of what handlers may ask for.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataStruct, DeriveInput, Error, Field, Fields, Path, PathArguments, Result, Type};

use super::{Said, emit};
use crate::types;

/// `Has<T>` for each field of a struct.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    emit(input, read, |input, said| lent(input, &said.httpz, &distinct(input)))
}

fn read(input: &DeriveInput, said: &Said) -> Result<TokenStream> {
    let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        let text = "a context is a struct with named fields";
        return Err(Error::new_spanned(&input.ident, text));
    };
    let distinct = distinct(input);
    let is_distinct = |field: &&Field| distinct.iter().any(|other| std::ptr::eq(*other, *field));
    if let Some(field) = fields.named.iter().find(|field| !is_distinct(field)) {
        let ty = types::shown(&field.ty);
        let text = format!(
            "two fields are a `{ty}`, and a handler that asks for one could mean either: give one a type \
             of its own, `struct Name({ty});`"
        );
        return Err(Error::new_spanned(&field.ty, text));
    }
    Ok(lent(input, &said.httpz, &distinct))
}

/// The first field of each type.
fn distinct(input: &DeriveInput) -> Vec<&Field> {
    let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return Vec::new();
    };
    let mut distinct: Vec<&Field> = Vec::new();
    for field in &fields.named {
        let ty = types::shown(&field.ty);
        if !distinct.iter().any(|other| types::shown(&other.ty) == ty) {
            distinct.push(field);
        }
    }
    distinct
}

fn lent(input: &DeriveInput, httpz: &Path, fields: &[&Field]) -> TokenStream {
    let name = &input.ident;
    let (generics, types, bounds) = input.generics.split_for_impl();
    let lent = fields.iter().map(|Field { ident: field, ty, .. }| match shared(ty) {
        Some(inner) => quote! {
            impl #generics #httpz::Has<#inner> for #name #types #bounds {
                #[inline]
                fn has(&self) -> &#inner {
                    #httpz::Has::<#inner>::has(&self.#field)
                }
            }
            impl #generics #httpz::Has<#ty> for #name #types #bounds {
                #[inline]
                fn has(&self) -> &#ty {
                    &self.#field
                }
            }
        },
        None => quote! {
            impl #generics #httpz::Has<#ty> for #name #types #bounds {
                #[inline]
                fn has(&self) -> &#ty {
                    &self.#field
                }
            }
            impl #generics #httpz::HasMut<#ty> for #name #types #bounds {
                #[inline]
                fn has_mut(&mut self) -> &mut #ty {
                    &mut self.#field
                }
            }
        },
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
