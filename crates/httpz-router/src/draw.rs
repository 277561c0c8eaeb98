//! Draws the tree, to show which pattern is tried first.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::node::{Affixed, Id, NONE, ROOT};
use crate::tree::Tree;
use crate::trie::Trie;
use crate::word;

/// One line per segment, in the order in which they are tried, followed by the pattern that ends there.
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
        self.draw(ROOT, "", f)
    }
}

impl<T> Trie<T> {
    fn draw(&self, id: Id, indent: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ways = self.tree.ways(id);
        let last = ways.len().saturating_sub(1);
        for (i, (label, child, leaf)) in ways.into_iter().enumerate() {
            let (branch, below) = if i == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            write!(f, "{indent}{branch}{label}")?;
            if let Some(leaf) = self.leaf(leaf) {
                write!(f, "  = {}", leaf.pattern)?;
            }
            writeln!(f)?;
            if child != NONE {
                self.draw(child, &format!("{indent}{below}"), f)?;
            }
        }
        Ok(())
    }
}

impl Tree {
    /// The ways on from a node, in their order: what is drawn, where it leads, which leaf is there.
    fn ways(&self, id: Id) -> Vec<(String, Id, Id)> {
        let back = &self.backs[id as usize];
        let mut ways = self.whole_texts(id);
        ways.sort_unstable();
        if let Some(more) = &back.more {
            let label = |affixed: &Affixed| format!("{}:{}", affixed.prefix, affixed.suffix);
            ways.extend(more.affixed.iter().map(|affixed| (label(affixed), affixed.to)));
        }
        ways.push((":".into(), back.param));
        ways.extend(back.more.iter().map(|more| ("*".into(), more.glob)));
        let leads = |(label, child): (String, Id)| (label, child, self.nodes[child as usize].leaf);
        let mut ways: Vec<_> =
            ways.into_iter().filter(|(_, child)| *child != NONE).map(leads).collect();
        let rest = back.more.as_ref().map_or(NONE, |more| more.rest);
        if rest != NONE {
            ways.push(("**".into(), NONE, rest));
        }
        ways
    }

    /// The texts that lead on from a node, put together of their words.
    fn whole_texts(&self, id: Id) -> Vec<(String, Id)> {
        let mut whole = Vec::new();
        let mut parts = Vec::from([(Vec::new(), id)]);
        while let Some((begin, id)) = parts.pop() {
            for text in self.texts(id) {
                let mut bytes: Vec<u8> = begin.clone();
                match word::marks(text.key) {
                    0 => {
                        bytes.extend(text.key.to_le_bytes());
                        parts.push((bytes, text.to));
                    }
                    marks => {
                        bytes.extend(&text.key.to_le_bytes()[..word::first(marks)]);
                        whole.push((String::from_utf8_lossy(&bytes).into_owned(), text.to));
                    }
                }
            }
        }
        whole
    }
}
