//! Under construction.
#![allow(missing_docs, reason = "under construction")]
pub mod proto;
