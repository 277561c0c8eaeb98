//! The derives: contexts, errors, path parameters and headers, one file each.

pub(crate) mod context;
pub(crate) mod from_header;
pub(crate) mod from_param;
pub(crate) mod http_error;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::ParseStream;
use syn::{DeriveInput, Error, Ident, Path, Result, Token};

fn emit(result: Result<TokenStream>) -> TokenStream {
    result.unwrap_or_else(|error| error.to_compile_error())
}

/// What `#[httpz(…)]` says about a type.
struct Said {
    /// The path by which httpz is known: `crate = …`, or `::httpz`.
    httpz: TokenStream,
    /// `error`: the type is a `std::error::Error`, though no attribute shows it.
    is_error: bool,
}

impl Said {
    fn of(input: &DeriveInput) -> Result<Self> {
        let mut said = Self { httpz: quote!(::httpz), is_error: false };
        for attribute in &input.attrs {
            if attribute.path().is_ident("httpz") {
                attribute.parse_args_with(|input: ParseStream<'_>| said.read(input))?;
            }
        }
        Ok(said)
    }

    fn read(&mut self, input: ParseStream<'_>) -> Result<()> {
        while !input.is_empty() {
            let wrong = |error: Error| {
                Error::new(error.span(), "write `#[httpz(crate = path::to::httpz)]`")
            };
            if input.peek(Token![crate]) {
                input.parse::<Token![crate]>()?;
                input.parse::<Token![=]>().map_err(wrong)?;
                let path: Path = input.parse().map_err(wrong)?;
                self.httpz = quote!(#path);
            } else if input.parse::<Ident>().map_err(wrong)? == "error" {
                self.is_error = true;
            } else {
                return Err(wrong(input.error("")));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }
}
