//! The buffers that an exchange is made of.
//!
//! Plain memory with cursors: nothing here knows HTTP, waits, or owns a socket. Every buffer has a size that
//! it was made with, and gives back what it has grown beyond it.

pub mod arena;
pub mod inbound;
pub mod outbound;
pub mod sizes;

pub use arena::Arena;
pub use inbound::Inbound;
pub use outbound::Outbound;
pub use sizes::Sizes;
