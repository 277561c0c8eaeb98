//! `#[derive(FromHeader)]`: a field of the request as a struct with one field.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result, Type};

use super::{Said, emit};
use crate::types;

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let read = |input: &DeriveInput, said: &Said| {
        let httpz = &said.httpz;
        if let Some(parameter) = types::non_lifetime(&input.generics) {
            let text = "a header is a type without generics, though it may borrow";
            return Err(Error::new_spanned(parameter, text));
        }
        let header = header(input)?;
        let field = field(input)?;
        let name = &input.ident;
        let is_text = matches!(types::bare(field), Type::Reference(text) if types::last_word(&text.elem) == "str");
        let mut generics = input.generics.clone();
        let value = if is_text {
            quote!(#httpz::Result::Ok(Self(__value)))
        } else {
            quote_spanned!(field.span()=> #httpz::__private::field::<#field>(__value, #header).map(Self))
        };
        // A struct that borrows does so from the request.
        let lifetime = match generics.lifetimes().next() {
            Some(lifetime) => lifetime.lifetime.clone(),
            None => syn::Lifetime::new("'__b", proc_macro2::Span::mixed_site()),
        };
        if generics.params.is_empty() {
            generics.params.push(syn::parse_quote!(#lifetime));
        }
        let (generics, ..) = generics.split_for_impl();
        let (_, types, bounds) = input.generics.split_for_impl();
        Ok(quote! {
            impl #generics #httpz::header::FromHeader<#lifetime> for #name #types #bounds {
                const NAME: &'static str = #header;

                fn from_header(__value: &#lifetime str) -> #httpz::Result<Self> {
                    #value
                }
            }
        })
    };
    emit(input, read, |DeriveInput { ident: name, .. }, Said { httpz, .. }| {
        quote! {
            impl<'b> #httpz::header::FromHeader<'b> for #name {
                const NAME: &'static str = "";

                fn from_header(_: &'b str) -> #httpz::Result<Self> {
                    ::core::unreachable!()
                }
            }
        }
    })
}

/// The name that `#[header("…")]` says.
fn header(input: &DeriveInput) -> Result<LitStr> {
    let wrong = |at: &dyn quote::ToTokens| {
        Error::new_spanned(at, "say which header it is: `#[header(\"x-tenant\")]`")
    };
    let attribute = input.attrs.iter().find(|attribute| attribute.path().is_ident("header"));
    let attribute = attribute.ok_or_else(|| wrong(&input.ident))?;
    let name: LitStr = attribute.parse_args().map_err(|_| wrong(attribute))?;
    let text = name.value();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_token) {
        let text = format!("`{text}` is not the name of a header: letters, digits and hyphens are");
        return Err(Error::new(name.span(), text));
    }
    Ok(name)
}

/// The type of the one field.
fn field(input: &DeriveInput) -> Result<&Type> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Ok(&fields.unnamed[0].ty),
            _ => Err(()),
        },
        _ => Err(()),
    }
    .map_err(|()| {
        let text = "a header is a struct with one unnamed field: `struct Tenant(u32);`";
        Error::new_spanned(&input.ident, text)
    })
}
