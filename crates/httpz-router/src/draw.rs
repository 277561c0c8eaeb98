//! Draws the tree, for whoever wonders which pattern goes first.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::node::{Id, NONE};
use crate::trie::Trie;

/// One line per segment, in the order in which they are tried; patterns that end there behind it.
///
/// ```
/// # use httpz_router::Trie;
/// # let mut trie = Trie::new();
/// trie.insert("/users/:id", ())?;
/// trie.insert("/users/me", ())?;
/// trie.insert("/*rest", ())?;
/// assert_eq!(
///     trie.to_string(),
///     "/\n\
///      ├─ users\n\
///      │  ├─ me  = /users/me\n\
///      │  └─ :  = /users/:id\n\
///      └─ **  = /*rest\n"
/// );
/// # Ok::<(), httpz_router::InsertError>(())
/// ```
impl<T> fmt::Display for Trie<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "/")?;
        self.draw(0, "", f)
    }
}

impl<T> Trie<T> {
    fn draw(&self, id: Id, indent: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = &self.nodes[id as usize];
        // What is written, where it leads, which leaf it is.
        let mut ways: Vec<(String, Id, Id)> = Vec::new();
        let leads = |label: String, child: Id| (label, child, self.nodes[child as usize].leaf);
        ways.extend(node.texts.sorted().into_iter().map(|(text, child)| leads(text.into(), child)));
        for affixed in &node.affixed {
            ways.push(leads(
                alloc::format!("{}:{}", affixed.prefix, affixed.suffix),
                affixed.child,
            ));
        }
        if node.param != NONE {
            ways.push(leads(":".into(), node.param));
        }
        if node.glob != NONE {
            ways.push(leads("*".into(), node.glob));
        }
        if node.rest != NONE {
            ways.push(("**".into(), NONE, node.rest));
        }
        let last = ways.len().saturating_sub(1);
        for (i, (label, child, leaf)) in ways.into_iter().enumerate() {
            let (branch, below) = if i == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            write!(f, "{indent}{branch}{label}")?;
            if let Some(leaf) = self.leaf(leaf) {
                write!(f, "  = {}", leaf.pattern)?;
            }
            writeln!(f)?;
            if child != NONE {
                self.draw(child, &alloc::format!("{indent}{below}"), f)?;
            }
        }
        Ok(())
    }
}
