//! `#[derive(HttpError)]`: an enum of what can go wrong.

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DataEnum, DeriveInput, Error, Expr, ExprLit, Fields, Ident, Lit, Member, Path,
    PathSegment, Result, Token, Variant,
};

use super::{Said, emit};

/// `httpz::HttpError`, and `From<Enum> for httpz::Error` where there is none already.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    emit(input, read, |input, said| implemented(input, said, &[], &quote!(::core::unreachable!())))
}

fn read(input: &DeriveInput, said: &Said) -> Result<TokenStream> {
    let name = &input.ident;
    let Data::Enum(DataEnum { variants, .. }) = &input.data else {
        let text =
            "HttpError is derived for an enum: make it one, with `#[status(…)]` on each variant";
        return Err(Error::new_spanned(name, text));
    };
    if variants.is_empty() {
        return Err(Error::new_spanned(name, "an error has variants, each with its status"));
    }
    if let Some(parameter) = input.generics.params.first() {
        let text = "an error that knows its status is a type without generics";
        return Err(Error::new_spanned(parameter, text));
    }
    let is_error = is_error(input, said);
    let (mut cases, mut arms) = (Vec::new(), Vec::new());
    for (i, variant) in variants.iter().enumerate() {
        let Case { status, text, pattern, made } = Case::of(&said.httpz, variant, i, is_error)?;
        let text = match text {
            Some(text) => quote!(::core::option::Option::Some(#text)),
            None => quote!(::core::option::Option::None),
        };
        cases.push(quote!((#status, #text)));
        arms.push(quote!(#name::#pattern => #made,));
    }
    Ok(implemented(input, said, &cases, &quote!(match self { #(#arms)* })))
}

fn implemented(
    input: &DeriveInput,
    said: &Said,
    cases: &[TokenStream],
    made: &TokenStream,
) -> TokenStream {
    let (name, httpz) = (&input.ident, &said.httpz);
    // A `std::error::Error` turns into one of ours already.
    let from = (!is_error(input, said)).then(|| {
        quote! {
            impl ::core::convert::From<#name> for #httpz::Error {
                fn from(error: #name) -> Self {
                    #httpz::HttpError::to_error(&error)
                }
            }
        }
    });
    quote! {
        impl #httpz::HttpError for #name {
            const CASES: &'static [(::core::primitive::u16, ::core::option::Option<&'static ::core::primitive::str>)] =
                &[#(#cases),*];
            fn to_error(&self) -> #httpz::Error {
                #made
            }
        }
        #from
    }
}

/// Is it a `std::error::Error`? `thiserror` makes one of what has `#[error("…")]`.
fn is_error(input: &DeriveInput, said: &Said) -> bool {
    let has_text = |attrs: &[Attribute]| attrs.iter().any(|attr| attr.path().is_ident("error"));
    let variants = match &input.data {
        Data::Enum(data) => data.variants.iter().any(|variant| has_text(&variant.attrs)),
        Data::Struct(_) | Data::Union(_) => false,
    };
    said.is_error || variants || has_text(&input.attrs)
}

/// What a variant means to a client.
struct Case {
    status: Expr,
    /// The text, where it is always the same.
    text: Option<TokenStream>,
    /// The variant as a pattern, which binds what `made` needs.
    pattern: TokenStream,
    /// The `httpz::Error`.
    made: TokenStream,
}

impl Case {
    /// The variant at this place of the enum, which may be a `std::error::Error`.
    fn of(httpz: &Path, variant: &Variant, place: usize, is_error: bool) -> Result<Self> {
        let ident = &variant.ident;
        let (status, text) = status(variant)?;
        // Said once, there, so that a mistake in it is told once.
        let case = quote!(<Self as #httpz::HttpError>::CASES[#place]);
        let anything = match &variant.fields {
            Fields::Unit => quote!(#ident),
            _ => quote!(#ident { .. }),
        };
        let always = quote!(#httpz::__private::always(#case));
        if let Some(text) = text {
            return Ok(Self { status, text: Some(quote!(#text)), pattern: anything, made: always });
        }
        if is_error {
            let made = quote!(#httpz::__private::told_by(#case.0, self));
            return Ok(Self { status, text: None, pattern: anything, made });
        }
        match &variant.fields {
            Fields::Unit => {
                let own = ident.to_string();
                Ok(Self { status, text: Some(quote!(#own)), pattern: anything, made: always })
            }
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let made = quote! {
                    #httpz::Error::status(#case.0, ::std::string::ToString::to_string(text))
                };
                Ok(Self { status, text: None, pattern: quote!(#ident(text)), made })
            }
            _ => Err(Error::new(
                ident.span(),
                "nothing says what the client hears: put a text in `#[status(404, \"…\")]`, have one \
                 field that is the text, or say it with `thiserror`'s `#[error(\"…\")]`",
            )),
        }
    }
}

/// What `#[status(404)]` or `#[status(404, "text")]` says.
fn status(variant: &Variant) -> Result<(Expr, Option<Expr>)> {
    let ident = &variant.ident;
    let mut attributes = variant.attrs.iter().filter(|a| a.path().is_ident("status"));
    let attribute = attributes.next().ok_or_else(|| {
        let text = format!("`{ident}` has no status: put `#[status(400)]` on it");
        Error::new(ident.span(), text)
    })?;
    if let Some(second) = attributes.next() {
        return Err(Error::new_spanned(second, "an error has one status: take this one out"));
    }
    let wrong =
        || Error::new_spanned(attribute, "write `#[status(404)]` or `#[status(404, \"text\")]`");
    let arguments = Punctuated::<Expr, Token![,]>::parse_terminated;
    let mut arguments = attribute.parse_args_with(arguments).map_err(|_| wrong())?.into_iter();
    let code = arguments.next().ok_or_else(wrong)?;
    if names_a_status(&code) {
        return Err(Error::new_spanned(code, "a status is a number here: `#[status(404)]`"));
    }
    if let Expr::Lit(literal) = &code {
        let Lit::Int(number) = &literal.lit else { return Err(wrong()) };
        if !(400..=599).contains(&number.base10_parse::<u16>().unwrap_or(0)) {
            return Err(Error::new(number.span(), "the status of an error is 400 to 599"));
        }
    }
    let (text, None) = (arguments.next(), arguments.next()) else { return Err(wrong()) };
    if let Some(field) = text.as_ref().and_then(|text| field_in_braces(text, &variant.fields)) {
        let mend = format!(
            "`{field}` is not filled in here: say the text with `thiserror`'s `#[error(\"…\")]` and leave it \
             out of this, or have one field that is the text"
        );
        return Err(Error::new_spanned(text, mend));
    }
    Ok((code, text))
}

/// Is this `Status::NOT_FOUND` or `NotFound`, as other libraries have it, rather than a constant?
fn names_a_status(code: &Expr) -> bool {
    let Expr::Path(path) = code else { return false };
    let of_a_type =
        |segment: &PathSegment| segment.ident == "Status" || segment.ident == "StatusCode";
    let is_variant = |ident: &Ident| {
        let name = ident.to_string();
        name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
    };
    path.path.segments.iter().any(of_a_type) || path.path.get_ident().is_some_and(is_variant)
}

/// A place for a field, as `format!` has it, in a text that is taken as it is.
fn field_in_braces(text: &Expr, fields: &Fields) -> Option<String> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = text else { return None };
    let (text, members) = (text.value(), fields.members());
    let names = members.map(|member| match member {
        Member::Named(name) => name.to_string(),
        Member::Unnamed(place) => place.index.to_string(),
    });
    let found = names
        .into_iter()
        .find(|name| text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{{name}:")));
    found.map(|name| format!("{{{name}}}"))
}
