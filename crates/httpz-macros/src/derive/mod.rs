//! The derives: contexts, errors, path parameters and headers, one file each.

pub(crate) mod context;
pub(crate) mod from_header;
pub(crate) mod from_param;
pub(crate) mod http_error;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::ParseStream;
use syn::{DeriveInput, Error, Ident, Path, Result, Token};

use crate::facade;

/// What a derive expands to; with a mistake, what stands in for it, so that uses of the type do not add
/// messages of their own.
fn emit(
    input: TokenStream,
    derive: impl Fn(&DeriveInput, &Said) -> Result<TokenStream>,
    stand_in: impl Fn(&DeriveInput, &Said) -> TokenStream,
) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut said = Said { httpz: facade::usual(), is_error: false };
    said.read_all(&input).and_then(|()| derive(&input, &said)).unwrap_or_else(|error| {
        let error = error.to_compile_error();
        let is_plain = input.generics.params.is_empty();
        let stand_in = is_plain.then(|| stand_in(&input, &said));
        quote!(#error #stand_in)
    })
}

/// What `#[httpz(…)]` says about a type.
struct Said {
    /// The path by which httpz is known: `crate = …`, or `::httpz`.
    httpz: Path,
    /// `error`: the type is a `std::error::Error`, though no attribute shows it.
    is_error: bool,
}

impl Said {
    fn read_all(&mut self, input: &DeriveInput) -> Result<()> {
        let mut said = input.attrs.iter().filter(|attribute| attribute.path().is_ident("httpz"));
        said.try_for_each(|said| said.parse_args_with(|input: ParseStream<'_>| self.read(input)))
    }

    fn read(&mut self, input: ParseStream<'_>) -> Result<()> {
        while !input.is_empty() {
            let wrong = |error: Error| {
                Error::new(error.span(), "write `#[httpz(crate = path::to::httpz)]`")
            };
            if input.peek(Token![crate]) {
                input.parse::<Token![crate]>()?;
                input.parse::<Token![=]>().map_err(wrong)?;
                self.httpz = input.parse().map_err(wrong)?;
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
