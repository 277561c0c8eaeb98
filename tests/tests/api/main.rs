//! The interface that users see, asked through `testing::Client`: whole applications, real bytes,
//! no socket.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod attributes;
mod compression;
mod contexts;
mod errors;
mod extraction;
mod extras;
mod files;
mod handlers;
mod macros;
mod methods;
mod openapi;
mod parity_cors;
mod parity_dispatch;
mod parity_gained;
mod parity_request;
mod parity_response;
mod parity_router;
mod parity_start;
mod parity_testing;
mod parity_upgrade;
mod parity_websocket;
mod paths;
mod prefixes;
mod registration;
mod responses;
mod routes;
mod values;
