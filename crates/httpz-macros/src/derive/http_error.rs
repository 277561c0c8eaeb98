//! `#[derive(HttpError)]`: an enum of what can go wrong.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DeriveInput, Error, Expr, Fields, Lit, Result, Token, Variant};

use super::{emit, facade};

/// `From<Enum> for httpz::Error`.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    emit(syn::parse2(input).and_then(|input: DeriveInput| {
        let httpz = facade(&input);
        let Data::Enum(DataEnum { variants, .. }) = &input.data else {
            return Err(Error::new(input.span(), "HttpError is derived for an enum"));
        };
        let name = &input.ident;
        let arms = variants
            .iter()
            .map(|variant| arm(&httpz, name, variant))
            .collect::<Result<Vec<_>>>()?;
        Ok(quote! {
            impl ::core::convert::From<#name> for #httpz::Error {
                fn from(error: #name) -> Self {
                    match error { #(#arms)* }
                }
            }
        })
    }))
}

fn arm(httpz: &TokenStream, name: &syn::Ident, variant: &Variant) -> Result<TokenStream> {
    let ident = &variant.ident;
    let attribute =
        variant.attrs.iter().find(|a| a.path().is_ident("status")).ok_or_else(|| {
            Error::new(
                variant.span(),
                format!("`{ident}` has no status: put `#[status(400)]` on it"),
            )
        })?;
    let arguments = attribute.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated)?;
    let wrong =
        || Error::new(attribute.span(), "write `#[status(404)]` or `#[status(404, \"text\")]`");
    let mut arguments = arguments.iter();
    let code = arguments.next().ok_or_else(wrong)?;
    if let Expr::Lit(literal) = code
        && let Lit::Int(number) = &literal.lit
        && !(400..=599).contains(&number.base10_parse::<u16>().unwrap_or(0))
    {
        return Err(Error::new(number.span(), "the status of an error is 400 to 599"));
    }
    let text = arguments.next();
    if arguments.next().is_some() {
        return Err(wrong());
    }
    match (&variant.fields, text) {
        (Fields::Unit, text) => {
            let own = ident.to_string();
            let text = text.map_or_else(|| quote!(#own), |text| quote!(#text));
            Ok(quote!(#name::#ident => #httpz::Error::status(#code, #text),))
        }
        (Fields::Unnamed(fields), None) if fields.unnamed.len() == 1 => Ok(quote! {
            #name::#ident(text) => {
                #httpz::Error::status(#code, ::std::string::ToString::to_string(&text))
            }
        }),
        _ => Err(Error::new(
            variant.span(),
            "a unit variant, with or without a text in `#[status(…)]`, or one field that is the text",
        )),
    }
}
