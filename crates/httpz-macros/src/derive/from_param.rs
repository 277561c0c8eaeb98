//! `#[derive(FromParam)]`: an enum is read by the names of its variants, a struct by its `FromStr`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Fields, Ident, LitStr, Path, Result, Variant};

use super::{Said, emit};

pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let read = |input: &DeriveInput, said: &Said| {
        if let Some(parameter) = input.generics.params.first() {
            let text = "a path parameter is a type without generics or lifetimes";
            return Err(Error::new_spanned(parameter, text));
        }
        let read = match &input.data {
            Data::Enum(data) => by_names(&said.httpz, data)?,
            _ => by_from_str(&said.httpz),
        };
        Ok(implemented(&input.ident, &said.httpz, &read))
    };
    emit(input, read, |input, said| {
        implemented(&input.ident, &said.httpz, &quote!(::core::unreachable!()))
    })
}

fn implemented(name: &Ident, httpz: &Path, read: &TokenStream) -> TokenStream {
    quote! {
        impl<'b> #httpz::FromParam<'b> for #name {
            fn from_param(
                __text: ::core::option::Option<&'b str>,
                __name: &'static str,
            ) -> #httpz::Result<Self> {
                #read
            }
        }
    }
}

fn by_names(httpz: &Path, data: &DataEnum) -> Result<TokenStream> {
    let texts = data.variants.iter().map(text).collect::<Result<Vec<_>>>()?;
    for (i, text) in texts.iter().enumerate() {
        if texts[..i].contains(text) {
            let text =
                format!("another variant is `{text}` already: say another with `#[param(\"…\")]`");
            return Err(Error::new_spanned(&data.variants[i], text));
        }
    }
    let idents = data.variants.iter().map(|variant| &variant.ident);
    let places = 0..data.variants.len();
    Ok(quote! {
        match #httpz::__private::variant(__text, __name, &[#(#texts),*])? {
            #(#places => #httpz::Result::Ok(Self::#idents),)*
            _ => ::core::unreachable!(),
        }
    })
}

/// How a variant is written in a path: in lower case with hyphens, or as its attribute says.
fn text(variant: &Variant) -> Result<String> {
    if !matches!(variant.fields, Fields::Unit) {
        let text = "a variant with fields has no name to be read by: implement `FromParam` by hand";
        return Err(Error::new_spanned(variant, text));
    }
    if let Some(attribute) = variant.attrs.iter().find(|a| a.path().is_ident("param")) {
        let text: Result<LitStr> = attribute.parse_args();
        let wrong =
            |_| Error::new_spanned(attribute, "say how it is written: `#[param(\"dark-red\")]`");
        return Ok(text.map_err(wrong)?.value());
    }
    let mut text = String::new();
    for letter in variant.ident.to_string().chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    Ok(text)
}

fn by_from_str(httpz: &Path) -> TokenStream {
    quote! {
        let __text = <&str as #httpz::FromParam<'b>>::from_param(__text, __name)?;
        <Self as ::core::str::FromStr>::from_str(__text)
            .map_err(|__error| #httpz::__private::param_error(__name, &__error))
    }
}
