//! The derives: contexts, errors, path parameters and headers, one file each.

pub(crate) mod context;
pub(crate) mod from_header;
pub(crate) mod from_param;
pub(crate) mod http_error;

use proc_macro2::TokenStream;
use syn::{DeriveInput, Result};

use crate::attribute;

fn emit(result: Result<TokenStream>) -> TokenStream {
    result.unwrap_or_else(|error| error.to_compile_error())
}

/// The path by which httpz is known: what `#[httpz(crate = …)]` says, `::httpz` otherwise.
fn facade(input: &DeriveInput) -> TokenStream {
    let said = input.attrs.iter().find(|attribute| attribute.path().is_ident("httpz"));
    let tokens = said.and_then(|attribute| attribute.meta.require_list().ok());
    attribute::facade(&tokens.map(|list| list.tokens.clone()).unwrap_or_default())
}
