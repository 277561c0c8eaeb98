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
//! A literal `:` or `*` is written twice: `/users::batch` matches `/users:batch`. A name consists of
//! letters, digits and `_`. A segment has at most one parameter: `/v:major.:minor` is refused, because where
//! the first ends would be a guess. `/a` and `/a/` are different paths, unless
//! [`Trie::match_trailing_slash`] says otherwise; `/files/*` does not match `/files` or `/files/`.
//!
//! [`Pattern::for_uri`] also refuses what no path of a URI can contain, such as a blank or a query; a [`Trie`]
//! takes any text.
//!
//! Names belong to the pattern they stand in: `/users/:id` and `/users/:name/posts` may stand side by
//! side. Two patterns that differ only in names match the same paths; the second is refused with an
//! error that names both ([`InsertError::Conflict`]).
//!
//! # Which one wins
//!
//! Segment by segment from the left, the more specific kind goes first, whatever the order of insertion:
//!
//! 1. text,
//! 2. a parameter with text around it, the longer text first,
//! 3. a parameter alone,
//! 4. a glob of one segment,
//! 5. a glob of the rest.
//!
//! Where a choice leads nowhere, the next kind is tried: with `/:any/users` and `/hello/users/test`,
//! the path `/hello/users` is found to match the first, though `hello` looked like the second.
//!
//! # How it works
//!
//! ```text
//!  /users/:id          root ──"users/"──► ● ──"me/"──► ● leaf: /users/me
//!  /users/me                              │
//!  /users/:id/comments                    └─:────────► ● leaf: /users/:id
//!                                                      └─"comments"──► ● ──"/"──► ● leaf: …/comments
//!
//!  a path in words     /users/7    ─► "users/7/"  the bytes up to the slash are the key: "users/"
//!                            ─► "7///////"  past its end come slashes: a segment of one byte
//! ```
//!
//! A path is read eight bytes at a time, as a number. Behind its end it is read as slashes, so its
//! end looks like that of any segment. The bytes of a word up to *and with* its first slash are a
//! key, which tells a text from every other of less than eight bytes; a longer text is several keys
//! in a row, each with a node of its own. So texts are compared as numbers, and neither lengths nor
//! bytes need be.
//!
//! A node with only one text holds that text itself, together with the text that must follow it after the
//! next slashes, as far as a word has room: `api/v1/` is one comparison. A node with several texts finds
//! the one in a hash table with open addressing. A parameter is taken up to the next slash, whose
//! place the same word tells.
//!
//! Patterns of text alone are the most specific in every segment, so a path that is one of them is found
//! without a walk. Where they are a third of all patterns or more, a table of whole paths is
//! asked first.
//!
//! Nodes lie in one vector, 32 bytes each, and refer to each other by number; all tables lie in
//! another. They are in this form from the first pattern on, and every insertion and removal keeps
//! them so: there is nothing to freeze or to compile.
//!
//! # The worst case
//!
//! A lookup goes down the tree and remembers nothing but what it captured. At a dead end it climbs back,
//! since every node knows which way leads to it, and tries the way after that one.
//!
//! A node has one parent and stands at one depth, so there is one way to reach it, and it only looks
//! at the one segment of that depth. So **a lookup visits every node at most once**, and leaves it at
//! most once. What back-tracking costs is bounded by the number of nodes, which is at most the sum of
//! the patterns' segments (and of the words of their texts), times the length of a segment. No set of
//! patterns and no path makes it exponential, and there is no recursion: neither a long path nor a
//! deep tree needs stack.
//!
//! Most of that is not even paid: a node also knows, as a set of 64 marks, how the patterns below it end. A
//! lookup that had to turn back once only tries ways below which some pattern ends like its path.
//!
//! A node with many parameters that have text around them tries one after the other.
//!
//! # Memory and features
//!
//! Lookups allocate nothing for up to eight captured values; more are put on the heap. A pattern
//! captures at most 255. The crate is `no_std` with `alloc`, has no dependencies, no features and no
//! `unsafe` code.

#![no_std]
// What users hold they also print: in a test that fails, in a struct of their own that derives `Debug`.
#![warn(missing_debug_implementations)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod draw;
mod error;
mod find;
mod found;
mod node;
mod pattern;
mod tables;
mod tree;
mod trie;
mod uri;
mod whole;
mod word;

pub use error::{InsertError, PatternError};
pub use found::{Match, MatchMut};
pub use pattern::{Pattern, Segment};
pub use trie::Trie;

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
