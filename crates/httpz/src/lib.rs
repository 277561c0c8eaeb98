//! An HTTP/1.1 server: handlers get a request and a response, nothing else.
//!
//! ```no_run
//! use httpz::prelude::*;
//!
//! #[get("/hello/:name")]
//! fn hello(name: &str) -> String {
//!     format!("Hello {name}")
//! }
//!
//! fn main() -> httpz::Result {
//!     App::new((), |r| r.mount(routes![hello])).listen("127.0.0.1:5882")
//! }
//! ```
//!
//! This crate is the front door. It joins two crates that know nothing of each other: `httpz-core` turns
//! bytes into requests and responses into bytes, `httpz-router` finds patterns for paths. A request
//! passes through it like this: [`App`] looks its path up in the table that [`Group`] filled, guards
//! and dispatchers ([`Group::guard`], [`Dispatch`]) make its context ([`Has`]), typed arguments are
//! read ([`FromParam`], [`FromRequest`]), the [`Handler`] runs, and what it returns is written into
//! the response ([`Respond`]). What handlers can take and return is told in [`handlers`].
//!
//! # Where to find what
//!
//! | for | see |
//! |---|---|
//! | arguments, return values, options of attributes | [`handlers`] |
//! | state, and what guards make of it | [`Shared`], [`Has`], [`derive@Context`], [`PerThread`] |
//! | prefixes, guards, body limits | [`Group`] |
//! | code around handlers | [`Dispatch`], [`Group::dispatch`] |
//! | errors and how they look | [`Error`], [`OrStatus`], [`derive@HttpError`], [`App::on_error`], [`App::error`] |
//! | bodies read or sent piece by piece | [`Body`], [`Chunks`], [`Response::chunk`] |
//! | event streams | [`sse`] |
//! | cookies | [`Cookies`], [`Cookie`], [`Response::cookie`] |
//! | pages of other origins | [`Cors`] |
//! | limits, deadlines, workers | [`Config`], [`config`] |
//! | starting, ending, health | [`App::listen`], [`App::start_on`], [`Handle`], [`health`] |
//! | tests | [`testing`] |
//!
//! # Features
//!
//! All are off by default. An item that seems to be missing may need one of them.
//!
//! | feature | brings |
//! |---|---|
//! | `compression` | `ext::compression`, `App::compress`: answers compressed on their way |
//! | `files` | `ext::files`: the files of a folder |
//! | `handover` | `ext::handover`: restarts that lose no request |
//! | `metrics` | `ext::metrics`: counts of requests, as Prometheus reads them |
//! | `multipart` | `ext::multipart`: forms with files in them |
//! | `openapi` | `ext::openapi`, `App::openapi`: a description of all routes, and a page to browse it |
//! | `proxy-protocol` | connections that begin with a PROXY header, [`Listen`] |
//! | `rate-limit` | `ext::rate_limit`: how often the same client may ask |
//! | `request-id` | `ext::request_id`, `App::request_ids`: an id for each request, in its answer, its handler and the log |
//! | `signed-cookies` | `ext::signed_cookies`: cookies that only this application can have written |
//! | `systemd` | `ext::systemd`: sockets opened by a supervisor |
//! | `tls` | [`Listen`] with `Tls`: HTTPS, with certificates that are renewed without a restart |
//! | `tracing` | what the server has to say goes to `tracing` instead of standard error |
//! | `uuid` | `Uuid` as a path parameter |
//! | `validation` | `ext::validation`: values that keep rules of their own, by `garde` |
//! | `websocket` | `ext::websocket`: messages both ways |

// What users hold they also print: in a test that fails, in a struct of their own that derives `Debug`.
#![warn(missing_debug_implementations)]

mod app;
mod check;
mod context;
mod cors;
#[cfg(feature = "openapi")]
#[doc(hidden)]
pub mod described;
#[cfg(not(feature = "openapi"))]
#[path = "undescribed.rs"]
mod described;
mod dispatch;
pub mod ext;
mod extract;
mod guard;
mod handler;
#[doc = include_str!("handlers.md")]
pub mod handlers {}
pub mod health;
mod http_error;
mod meaning;
mod meta;
mod or_status;
mod per_thread;
pub mod prelude;
mod respond;
mod route;
mod router;
mod shape;
pub mod sse;
mod streams;
pub mod testing;
mod timeout;
mod url;

pub use app::refusal::shape_error;
pub use app::{App, Built, Ended, Observe};
pub use context::{Has, HasMut, Shared};
pub use cors::{Cors, CorsError};
pub use dispatch::{Dispatch, Next};
pub use extract::{AsyncFromRequest, Body, Cookies, Form, FromParam, FromRequest, Header, Json};
pub use extract::{Query, Takes};
pub use guard::Guard;
#[doc(hidden)]
pub use handler::kind;
pub use handler::{Endpoint, Handler, async_handler, handler};
pub use http_error::HttpError;
pub use meta::{Answers, Meta, Verb};
pub use or_status::OrStatus;
pub use per_thread::PerThread;
pub use respond::{Html, IntoError, Redirect, Respond};
pub use route::{Route, Routes};
pub use router::error::{BuildError, RouteError};
pub use router::group::{Group, Router};
pub use router::listing::{RouteInfo, RouteTable};
pub use shape::{CheckFn, Dispatcher, GuardFn};
pub use streams::Chunks;

pub use bytes::Bytes;
#[cfg(feature = "tls")]
pub use httpz_core::Tls;
pub use httpz_core::memory::Arena;
pub use httpz_core::message::IntoBody;
pub use httpz_core::proto::ProtocolError;
pub use httpz_core::server::{Places, Signals};
pub use httpz_core::{
    Came, Config, Content, ContentType, Cookie, Error, Flow, Handle, Listen, Method, Pairs,
    Proxies, ProxyField, Request, Response, Result, SameSite, Server, Service, Status, Tunnel,
    Version, Writer, blocking,
};
pub use httpz_macros::{
    Context, FromHeader, FromParam, HttpError, actions, all, connect, delete, get, guard, head,
    options, patch, post, put, query, route, trace,
};
pub use serde_json::json;

/// The parts of a [`Config`], and what can be wrong with one.
///
/// ```
/// use std::time::Duration;
///
/// use httpz::Config;
/// use httpz::config::{RequestConfig, Timeouts};
///
/// fn for_uploads(request: RequestConfig) -> RequestConfig {
///     RequestConfig { max_body_size: 64 * 1024 * 1024, ..request }
/// }
///
/// let config = Config {
///     request: for_uploads(RequestConfig::default()),
///     timeouts: Timeouts { keep_alive: Duration::from_secs(15), ..Timeouts::default() },
///     ..Config::default()
/// };
/// assert!(config.check().is_ok());
/// ```
pub mod config {
    pub use httpz_core::IpNet;
    pub use httpz_core::net::{ConnectionLimits, Timeouts};
    pub use httpz_core::server::{ConfigError, Footprint, PoolConfig, RequestConfig};
    pub use httpz_core::server::{ResponseConfig, ShutdownConfig, TlsConfig};
}

/// Types for the fields of a request, for [`Header`].
pub mod header {
    pub use crate::extract::header::{Accept, AcceptLanguage, Bearer, FromHeader, IfNoneMatch};
    pub use crate::extract::header::{Origin, Referer, UserAgent};
}

/// What the macros use and users do not; it may change with any release.
#[doc(hidden)]
pub mod __private {
    pub use crate::check::{check_bodies, check_routes, slots};
    #[cfg(feature = "openapi")]
    pub use crate::described;
    pub use crate::described::Describe;
    pub use crate::dispatch::limited;
    pub use crate::extract::header::field;
    pub use crate::extract::param::{param_error, variant};
    pub use crate::extract::unread;
    pub use crate::guard::{Nowhere, Outcome, guarded};
    pub use crate::handler::{Action, async_route, sync_route};
    pub use crate::http_error::{KnownMeaning, MeaningOf, NoMeaning, always, told_by};
    pub use crate::timeout::{alarm, within};
    pub use crate::url::url;
    pub use httpz_macros::routes_list;
}

/// A list of functions with route attributes, for [`Group::mount`]: `routes![list, users::show]`.
///
/// Two routes of one list that answer the same requests are a compile error that names both.
#[macro_export]
macro_rules! routes {
    // `$crate` is httpz under whatever name it is known here.
    ($($list:tt)*) => { $crate::__private::routes_list! { [$crate] $($list)* } };
}

/// The README's examples compile and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// So do those about tuning.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/tuning.md")]
struct Tuning;

/// So do those for people who come from http.zig.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/from-http-zig.md")]
struct FromHttpZig;

/// And those about operating.
#[cfg(all(doctest, feature = "handover", feature = "tls"))]
#[doc = include_str!("../../../docs/operating.md")]
struct Operating;

/// And those for people who come from axum.
#[cfg(all(doctest, feature = "files"))]
#[doc = include_str!("../../../docs/from-axum.md")]
struct FromAxum;

/// And those for people who come from actix-web.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/from-actix.md")]
struct FromActix;
