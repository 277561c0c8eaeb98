//! Everything that most applications name, for one `use`.
//!
//! ```
//! use httpz::prelude::*;
//! ```

pub use httpz_macros::{
    Context, HttpError, actions, all, connect, delete, get, head, options, patch, post, put, query,
    route, trace,
};

pub use crate::{
    App, Body, Config, ContentType, Error, Form, Group, Has, HasMut, Html, Json, Method, Next,
    Query, Redirect, Request, Respond, Response, Result, Router, Shared, Status, async_handler,
    handler, json, routes,
};
