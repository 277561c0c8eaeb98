//! A path router: which of these patterns does this path match, and with which parameters?
//!
//! ```
//! use httpz_router::Trie;
//!
//! let mut trie = Trie::new();
//! trie.insert("/users/:id", "a user")?;
//! trie.insert("/users/me", "myself")?;
//! trie.insert("/files/*path", "a file")?;
//!
//! let found = trie.find("/users/7").expect("it matches");
//! assert_eq!((*found.value(), found.param("id")), ("a user", Some("7")));
//! assert_eq!(*trie.find("/users/me").expect("it matches").value(), "myself");
//! assert_eq!(trie.find("/files/a/b.txt").expect("it matches").param("path"), Some("a/b.txt"));
//! assert!(trie.find("/users").is_none());
//! # Ok::<(), httpz_router::InsertError>(())
//! ```
//!
//! It knows no HTTP: paths are text with slashes, values are of any type. A command dispatcher or a
//! classifier of file names can use it as well as a server.
//!
//! # Patterns
//!
//! A pattern begins with a slash and is a row of segments between slashes.
//!
//! | segment | matches | captures |
//! |---|---|---|
//! | `users` | exactly this text | |
//! | `:id` | one segment that is not empty | it, as `id` |
//! | `:name.json`, `@:user`, `v:n-beta` | one segment with this text around something not empty | that, as the name |
//! | `*` before the end | one segment that is not empty | |
//! | `*kind` before the end | the same | it, as `kind` |
//! | `*` at the end | everything that is left, if that is anything | |
//! | `*rest` at the end | the same | it, as `rest`, with its slashes |
//!
//! A literal `:` or `*` is written twice: `/users::batch` matches `/users:batch`. A name has letters,
//! digits and `_`. One segment has one parameter: `/v:major.:minor` is refused, because where the
//! first ends would be a guess. `/a` and `/a/` are different paths, unless
//! [`Trie::match_trailing_slash`] says otherwise; `/files/*` does not match `/files` or `/files/`.
//!
//! Names belong to the pattern they stand in: `/users/:id` and `/users/:name/posts` may stand side by
//! side. Two patterns that differ only in names match the same paths; the second is refused with an
//! error that names both ([`InsertError::Conflict`]).
//!
//! # Which one wins
//!
//! Segment by segment from the left, the more particular kind goes first, whatever the order of
//! insertion:
//!
//! 1. text,
//! 2. a parameter with text around it, the longer text first,
//! 3. a parameter alone,
//! 4. a glob of one segment,
//! 5. a glob of the rest.
//!
//! Where a choice leads nowhere the next kind is tried: with `/:any/users` and `/hello/users/test`,
//! the path `/hello/users` is found to match the first, though `hello` looked like the second.
//!
//! # How it works
//!
//! ```text
//!  /users/:id        root ─"users"─► ● ─"me"─► ● leaf: /users/me
//!  /users/me                         │
//!  /users/:id/posts                  └─:─────► ● leaf: /users/:id
//!                                              └─"posts"─► ● leaf: /users/:id/posts
//! ```
//!
//! A tree of segments. A node finds its text children in a hash table that is keyed by the first and
//! the last eight bytes of a segment and its length, which for up to sixteen bytes is the segment
//! itself: no text is compared. The end of a segment is looked for eight bytes at a time. Nodes lie
//! in one vector and refer to each other by number.
//!
//! Patterns of text alone are the most particular in every segment, so a path that is one of them is
//! looked up as a whole first, in the same kind of table. And where nothing branches off for several
//! segments, their text is compared as one piece.
//!
//! # The worst case
//!
//! A node stands at a fixed depth, so it only ever looks at one segment of a path: the one of that
//! depth. Between two visits of one node nothing would have changed, and indeed there is only one way
//! to reach it, from its one parent. So a lookup visits every node at most once, and there is no set
//! of patterns and no path that makes it exponential: what back-tracking costs is bounded by the
//! number of nodes, and so by the sum of the patterns' segments.
//!
//! # Memory and features
//!
//! Lookups allocate nothing for up to eight captured values. The crate is `no_std` with `alloc`, and
//! has no `unsafe` code.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod draw;
mod error;
mod find;
mod found;
mod node;
mod pattern;
mod segment;
mod trie;

pub use error::{InsertError, PatternError};
pub use found::{Match, MatchMut};
pub use pattern::{Pattern, Segment};
pub use trie::Trie;

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
