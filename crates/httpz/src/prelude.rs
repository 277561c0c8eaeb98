//! Everything that most applications name, for one `use`.
//!
//! ```
//! use httpz::prelude::*;
//! ```

pub use httpz_macros::{
    Context, FromHeader, FromParam, HttpError, actions, all, connect, delete, get, guard, head,
    options, patch, post, put, query, route, trace,
};

pub use crate::{
    App, Body, Bytes, Chunks, Config, ContentType, Cookies, Error, Form, Group, Has, HasMut,
    Header, Html, Json, Method, Next, OrStatus, Query, Redirect, Request, Respond, Response,
    Result, Router, Routes, Shared, Status, async_handler, handler, json, routes,
};
