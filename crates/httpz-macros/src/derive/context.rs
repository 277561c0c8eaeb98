//! `#[derive(Context)]`: a struct of what handlers may ask for.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Data, DataStruct, DeriveInput, Error, Fields, PathArguments, Type};

use super::{Said, emit};
use crate::types;

/// `Has<T>` for each field of a struct.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    emit(syn::parse2(input).and_then(|input: DeriveInput| {
        let Said { httpz, .. } = Said::of(&input)?;
        let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
            return Err(Error::new(input.span(), "a context is a struct with named fields"));
        };
        let mut seen: Vec<String> = Vec::new();
        for field in &fields.named {
            let ty = types::shown(&field.ty);
            if seen.contains(&ty) {
                let text = format!(
                    "two fields are a `{ty}`, and a handler that asks for one could mean either: give \
                     one a type of its own, `struct Name({ty});`"
                );
                return Err(Error::new_spanned(&field.ty, text));
            }
            seen.push(ty);
        }
        let name = &input.ident;
        let (generics, types, bounds) = input.generics.split_for_impl();
        let lent = fields.named.iter().map(|field| {
            let (field, ty) = (&field.ident, &field.ty);
            match shared(ty) {
                Some(inner) => quote! {
                    impl #generics #httpz::Has<#inner> for #name #types #bounds {
                        #[inline]
                        fn has(&self) -> &#inner {
                            #httpz::Has::<#inner>::has(&self.#field)
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
            }
        });
        Ok(quote!(#(#lent)*))
    }))
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
