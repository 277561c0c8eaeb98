//! The engine of httpz: from the bytes of a connection to a request, a response and back.
//!
//! This crate knows no routes and no macros; `httpz` adds those. Read it from the bottom: [`proto`] turns
//! bytes into meaning and back without any I/O, [`memory`] holds the buffers, [`message`] is what a handler
//! sees, [`exchange`] pools the pairs, [`conn`] is the loop of one connection, and [`net`] with [`server`]
//! put it on tokio.
//!
//! Modules only use modules below them; `cargo xtask tidy` checks that.
//!
//! # What is promised
//!
//! What stands at the root of this crate, and whatever else `httpz` exports of it, changes as `httpz` does, by semantic
//! versioning. The rest is public so that it can be read, tested and used alone; it may change with every release before
//! 1.0, so write `httpz-core = "=0.1.0"` if you build on that.
//!
//! # Features
//!
//! All are off by default.
//!
//! | feature | brings |
//! |---|---|
//! | `proxy-protocol` | `Listen::proxied`: connections that begin with a PROXY header |
//! | `tls` | `Listen::tls`: connections that begin with a TLS handshake |
//! | `tracing` | what the server has to say goes to `tracing` instead of standard error |

// What users hold they also print: in a test that fails, in a struct of their own that derives `Debug`.
#![warn(missing_debug_implementations)]

pub mod conn;
pub mod error;
pub mod exchange;
#[doc(hidden)]
pub mod log;
pub mod memory;
pub mod message;
pub mod net;
pub mod proto;
pub mod server;
pub mod service;
pub mod testing;
pub mod wire;

pub use error::{Error, Result};
pub use ipnet::IpNet;
pub use message::{
    Came, Content, ContentType, Cookie, Event, Events, Feed, Pairs, Proxies, ProxyField, Request,
    Response, SameSite, Tunnel, Writer,
};
pub use proto::{Method, Status, Version};
#[cfg(feature = "tls")]
pub use server::Tls;
pub use server::{Config, Handle, Listen, Server, blocking};
pub use service::{Flow, Service};

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
