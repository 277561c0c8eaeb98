//! A path router: static segments, parameters, globs, full back-tracking.
//!
//! ```
//! use httpz_router::Trie;
//! let mut trie = Trie::new();
//! trie.insert("/users/:id", "user")?;
//! trie.insert("/users/me", "me")?;
//! let found = trie.find("/users/7").unwrap();
//! assert_eq!((*found.value(), found.param("id")), ("user", Some("7")));
//! assert_eq!(*trie.find("/users/me").unwrap().value(), "me");
//! # Ok::<(), httpz_router::InsertError>(())
//! ```

mod error;
mod pattern;
mod trie;

pub use error::{InsertError, PatternError};
pub use pattern::{Pattern, Segment};
pub use trie::{Match, Trie};
