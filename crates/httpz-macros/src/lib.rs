//! The attributes, lists and derives of httpz. Use them through the `httpz` crate, which documents
//! them with examples that run.
//!
//! One file per question: `route` reads an attribute and its function, `args` decides what each
//! argument is, `expand` says what is emitted, `spell` guesses what was meant.

mod args;
mod derive;
mod expand;
mod route;
mod routes_list;
mod spell;

use proc_macro::TokenStream;

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident $verb:literal)*) => {$(
        $(#[$doc])*
        ///
        /// Takes the pattern: `#[get("/users/:id")]`, and perhaps `crate = path` where httpz is
        /// known by another name.
        #[proc_macro_attribute]
        pub fn $name(attribute: TokenStream, item: TokenStream) -> TokenStream {
            expand::attribute(route::Verb::Fixed($verb), attribute.into(), item.into()).into()
        }
    )*};
}

verbs! {
    /// Makes a function answer GET (and, by itself, HEAD) requests.
    get "Get"
    /// Makes a function answer HEAD requests.
    head "Head"
    /// Makes a function answer POST requests.
    post "Post"
    /// Makes a function answer PUT requests.
    put "Put"
    /// Makes a function answer DELETE requests.
    delete "Delete"
    /// Makes a function answer CONNECT requests.
    connect "Connect"
    /// Makes a function answer OPTIONS requests.
    options "Options"
    /// Makes a function answer TRACE requests.
    trace "Trace"
    /// Makes a function answer PATCH requests.
    patch "Patch"
    /// Makes a function answer QUERY requests.
    query "Query"
    /// Makes a function answer requests of every method that the path has no other route for.
    all "*"
}

/// Makes a function answer requests of any one method: `#[route(PURGE, "/cache/:key")]`.
#[proc_macro_attribute]
pub fn route(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(route::Verb::InAttribute, attribute.into(), item.into()).into()
}

/// A list of functions with route attributes, for `mount`: `routes![list, users::show]`.
///
/// Two routes of one list that answer the same requests are a compile error that names both.
#[proc_macro]
pub fn routes(input: TokenStream) -> TokenStream {
    routes_list::expand(input.into()).into()
}

/// Lets handlers ask for each field of a struct that is a context.
///
/// A field of type `Shared<T>` is lent as `&T`, any other as `&Field` and `&mut Field`.
#[proc_macro_derive(Context)]
pub fn context(input: TokenStream) -> TokenStream {
    derive::context(input.into()).into()
}

/// Turns an enum into `httpz::Error`: `#[status(404, "no such user")]` on each variant.
///
/// A unit variant has the text of the attribute, or its own name; a variant with one field says
/// that field.
#[proc_macro_derive(HttpError, attributes(status))]
pub fn http_error(input: TokenStream) -> TokenStream {
    derive::http_error(input.into()).into()
}

/// Lets a type that implements `FromStr` be a path parameter; what does not parse is a 400.
#[proc_macro_derive(FromParam)]
pub fn from_param(input: TokenStream) -> TokenStream {
    derive::from_param(input.into()).into()
}
