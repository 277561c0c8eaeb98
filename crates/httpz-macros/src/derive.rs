//! The derives: contexts, errors and path parameters.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Data, DataEnum, DataStruct, DeriveInput, Error, Expr, Fields, Lit, PathArguments, Result,
    Token, Type, Variant,
};

fn emit(result: Result<TokenStream>) -> TokenStream {
    result.unwrap_or_else(|error| error.to_compile_error())
}

/// `Has<T>` for each field of a struct.
pub(crate) fn context(input: TokenStream) -> TokenStream {
    emit(syn::parse2(input).and_then(|input: DeriveInput| {
        let Data::Struct(DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
            return Err(Error::new(input.span(), "a context is a struct with named fields"));
        };
        let name = &input.ident;
        let (generics, types, bounds) = input.generics.split_for_impl();
        let lent = fields.named.iter().map(|field| {
            let (field, ty) = (&field.ident, &field.ty);
            match shared(ty) {
                Some(inner) => quote! {
                    impl #generics ::httpz::Has<#inner> for #name #types #bounds {
                        #[inline]
                        fn has(&self) -> &#inner {
                            ::httpz::Has::<#inner>::has(&self.#field)
                        }
                    }
                },
                None => quote! {
                    impl #generics ::httpz::Has<#ty> for #name #types #bounds {
                        #[inline]
                        fn has(&self) -> &#ty {
                            &self.#field
                        }
                    }
                    impl #generics ::httpz::HasMut<#ty> for #name #types #bounds {
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
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == "Shared" => {
            let inner = &arguments.args;
            Some(quote!(#inner))
        }
        _ => None,
    }
}

/// `From<Enum> for httpz::Error`.
pub(crate) fn http_error(input: TokenStream) -> TokenStream {
    emit(syn::parse2(input).and_then(|input: DeriveInput| {
        let Data::Enum(DataEnum { variants, .. }) = &input.data else {
            return Err(Error::new(input.span(), "HttpError is derived for an enum"));
        };
        let name = &input.ident;
        let arms = variants.iter().map(|variant| arm(name, variant)).collect::<Result<Vec<_>>>()?;
        Ok(quote! {
            impl ::core::convert::From<#name> for ::httpz::Error {
                fn from(error: #name) -> Self {
                    match error { #(#arms)* }
                }
            }
        })
    }))
}

fn arm(name: &syn::Ident, variant: &Variant) -> Result<TokenStream> {
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
            Ok(quote!(#name::#ident => ::httpz::Error::status(#code, #text),))
        }
        (Fields::Unnamed(fields), None) if fields.unnamed.len() == 1 => Ok(quote! {
            #name::#ident(text) => {
                ::httpz::Error::status(#code, ::std::string::ToString::to_string(&text))
            }
        }),
        _ => Err(Error::new(
            variant.span(),
            "a unit variant, with or without a text in `#[status(…)]`, or one field that is the text",
        )),
    }
}

/// `FromParam` by way of `FromStr`.
pub(crate) fn from_param(input: TokenStream) -> TokenStream {
    emit(syn::parse2(input).map(|input: DeriveInput| {
        let name = &input.ident;
        quote! {
            impl<'b> ::httpz::FromParam<'b> for #name {
                fn from_param(
                    text: ::core::option::Option<&'b str>,
                    name: &'static str,
                ) -> ::httpz::Result<Self> {
                    let text = <&str as ::httpz::FromParam<'b>>::from_param(text, name)?;
                    <Self as ::core::str::FromStr>::from_str(text).map_err(|error| {
                        ::httpz::Error::status(
                            400,
                            ::std::format!("path parameter `{name}`: {error}"),
                        )
                    })
                }
            }
        }
    }))
}
