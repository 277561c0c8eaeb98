//! The attributes, lists and derives of httpz. Use them through the `httpz` crate, which documents
//! them with examples that run.
//!
//! One file per question: `attribute` reads what stands in the parentheses and `function` what stands
//! under them, `route` puts both together, `args` decides what each argument is, `expand` says what is
//! emitted, `spell` guesses what was meant.

mod actions;
mod answer;
mod args;
mod attribute;
mod derive;
mod expand;
mod facade;
mod function;
mod guard;
mod method;
mod route;
mod routes_list;
mod spell;
mod types;
mod units;

use proc_macro::TokenStream;

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        ///
        /// Takes patterns and options; see [`get`](macro@get) for what can be said.
        #[proc_macro_attribute]
        pub fn $name(attribute: TokenStream, item: TokenStream) -> TokenStream {
            route_attribute(stringify!($name), attribute, item)
        }
    )*};
}

fn route_attribute(name: &str, attribute: TokenStream, item: TokenStream) -> TokenStream {
    let verb = method::Verb::of(name).expect("it is the name of a route attribute");
    expand::attribute(verb, attribute.into(), item.into()).into()
}

/// Makes a function answer GET (and, by itself, HEAD) requests.
///
/// `#[get("/users/:id", "/people/:id", name = "a user")]`: paths, then options, which hold for the function
/// in whichever of its route attributes they stand. `httpz::handlers` tells what it may take and return.
///
/// | option | says |
/// |---|---|
/// | `limit = "10MB"` | how long the body may be |
/// | `timeout = "5s"` | how long an `async fn` may take |
/// | `must_finish` | an `async fn` runs to its end even if the peer leaves |
/// | `name = "…"` | what tables and documents call it |
/// | `under = "/users/:user"` | the prefix of the group that it stands in, for arguments from there and for `url` |
/// | `guard = auth` | a function with `#[guard]` that stands before it |
/// | `data = PLAN` | a static in place of the context |
/// | `crate = path` | where httpz is known by another name |
///
/// `show::url(…)` is the path as it stands here, after the prefix that `under` names. Without `under`, the prefix of
/// the group is not in it.
#[proc_macro_attribute]
pub fn get(attribute: TokenStream, item: TokenStream) -> TokenStream {
    route_attribute("get", attribute, item)
}

verbs! {
    /// Makes a function answer HEAD requests.
    head
    /// Makes a function answer POST requests.
    post
    /// Makes a function answer PUT requests.
    put
    /// Makes a function answer DELETE requests.
    delete
    /// Makes a function answer CONNECT requests.
    connect
    /// Makes a function answer OPTIONS requests.
    options
    /// Makes a function answer TRACE requests.
    trace
    /// Makes a function answer PATCH requests.
    patch
    /// Makes a function answer QUERY requests.
    query
    /// Makes a function answer requests of every method that the path has no other route for.
    all
    /// Makes a function answer requests of any one method: `#[route(PURGE, "/cache/:key")]`.
    route
}

/// Makes routes of the methods of a type, and `routes()` that lists them for `mount`.
#[proc_macro_attribute]
pub fn actions(attribute: TokenStream, item: TokenStream) -> TokenStream {
    actions::expand(attribute.into(), item.into()).into()
}

/// Lets a route attribute name a guard: `#[get("/me", guard = auth)]`.
#[proc_macro_attribute]
pub fn guard(attribute: TokenStream, item: TokenStream) -> TokenStream {
    guard::expand(attribute.into(), item.into()).into()
}

/// What `httpz::routes!` passes on, with the path of httpz in front.
#[doc(hidden)]
#[proc_macro]
pub fn routes_list(input: TokenStream) -> TokenStream {
    routes_list::expand(input.into()).into()
}

/// Lets handlers ask for each field of a struct that is a context.
///
/// A field of type `Shared<T>` is lent as `&T` and as `&Shared<T>`, any other as `&Field` and `&mut Field`.
/// `#[parts(hub: Hub, store: Store)]` at a field lends fields of that one, too, as `&Hub` and `&Store`.
#[proc_macro_derive(Context, attributes(parts, httpz))]
pub fn context(input: TokenStream) -> TokenStream {
    derive::context::derive(input.into()).into()
}

/// Turns an enum into `httpz::Error`: `#[status(404, "no such user")]` on each variant.
///
/// A unit variant has the text of the attribute, or its own name; a variant with one field says
/// that field. With `thiserror`, or `#[httpz(error)]` on the enum, its `Display` is the text.
#[proc_macro_derive(HttpError, attributes(status, httpz))]
pub fn http_error(input: TokenStream) -> TokenStream {
    derive::http_error::derive(input.into()).into()
}

/// Lets a type be a path parameter: an enum by the names of its variants (`#[param("…")]` says another), a
/// struct by its `FromStr`; see the trait of the same name.
#[proc_macro_derive(FromParam, attributes(param, httpz))]
pub fn from_param(input: TokenStream) -> TokenStream {
    derive::from_param::derive(input.into()).into()
}

/// Lets a struct be a typed header: `#[header("x-tenant")]`.
#[proc_macro_derive(FromHeader, attributes(header, httpz))]
pub fn from_header(input: TokenStream) -> TokenStream {
    derive::from_header::derive(input.into()).into()
}
