//! The tree of patterns: how it grows and shrinks. It holds the numbers of leaves and knows no values.
//!
//! Nodes lie in one vector and refer to each other by number. A text leads on by one node for each
//! eight bytes of it, since texts are compared in words (`word`); the nodes within a text have no other
//! ways on.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::node::{Affixed, Back, Id, More, NONE, Node, ROOT, Run, Text, Texts, Way};
use crate::pattern::{Pattern, Segment};
use crate::tables::Tables;
use crate::whole::Whole;
use crate::word;

/// The tree of patterns.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// The other half of each node.
    pub(crate) backs: Vec<Back>,
    pub(crate) tables: Tables,
    /// The patterns of text alone; not used where case does not matter.
    pub(crate) whole: Whole,
    /// The places of removed nodes, to be used again.
    free: Vec<Id>,
    /// Does the case of ASCII letters not matter? Texts are in lower case then.
    pub(crate) fold: bool,
    /// Does a slash at the end of a path not matter?
    pub(crate) any_trailing_slash: bool,
    /// Paths up to this length are walked at once, and strictly: their offsets fit into 32 bits, neither case
    /// nor slashes are to be ignored, and too few patterns are whole paths to look there first.
    pub(crate) longest_direct: usize,
    n_patterns: usize,
    /// Visits of nodes by lookups, for the tests of the worst case.
    #[cfg(test)]
    pub(crate) visits: core::cell::Cell<usize>,
}

/// The marks of a last segment that may be anything.
const ALL_MARKS: u64 = u64::MAX;

/// Where a leaf's number stands in the tree.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    node: Id,
    rest: bool,
}

impl Tree {
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node::new(ROOT, 0)],
            backs: vec![Back::new(ROOT, Way::Text, 0)],
            tables: Tables::default(),
            whole: Whole::default(),
            free: Vec::new(),
            fold: false,
            any_trailing_slash: false,
            longest_direct: u32::MAX as usize,
            n_patterns: 0,
            #[cfg(test)]
            visits: core::cell::Cell::new(0),
        }
    }

    /// Does everything in a path matter?
    pub(crate) fn is_strict(&self) -> bool {
        !self.fold && !self.any_trailing_slash
    }

    /// Decides how lookups begin. Looking for whole paths first saves half a walk or more where it helps, and
    /// costs a tenth of one where it does not; so it is done when a third of the patterns are text alone.
    pub(crate) fn choose_first_lookup(&mut self) {
        let direct = self.is_strict() && 3 * self.whole.len() < self.n_patterns;
        self.longest_direct = if direct { u32::MAX as usize } else { 0 };
    }

    /// Where the leaf of a pattern stands, if all of its nodes are there.
    pub(crate) fn seek(&self, pattern: &Pattern) -> Option<Spot> {
        let mut node = ROOT;
        for segment in pattern.segments() {
            node = match segment {
                Segment::Static(text) => {
                    let text = self.folded(text);
                    word::keys(text.as_bytes()).try_fold(node, |node, key| self.text(node, key))?
                }
                Segment::Param { prefix, suffix, .. } => self.param(node, prefix, suffix)?,
                Segment::Glob(_) => self.backs[node as usize].more.as_ref()?.glob,
                Segment::Rest(_) => return Some(Spot { node, rest: true }),
            };
            if node == NONE {
                return None;
            }
        }
        Some(Spot { node, rest: false })
    }

    /// Puts a leaf where a pattern ends; nodes that are missing are made.
    pub(crate) fn add(&mut self, pattern: &Pattern, leaf: Id) {
        self.n_patterns += 1;
        if let Some(path) = pattern.only_path() {
            self.whole.add(path.as_bytes(), leaf);
        }
        self.choose_first_lookup();
        let mut node = ROOT;
        for segment in pattern.segments() {
            node = match segment {
                Segment::Static(text) => {
                    let text = self.folded(text);
                    word::keys(text.as_bytes()).fold(node, |node, key| self.text_or_new(node, key))
                }
                Segment::Param { prefix, suffix, .. } => match self.param(node, prefix, suffix) {
                    Some(there) if there != NONE => there,
                    _ => self.new_param(node, prefix, suffix),
                },
                Segment::Glob(_) => match self.more_mut(node).glob {
                    NONE => {
                        let new = self.new_node(node, Way::Glob, 0);
                        self.more_mut(node).glob = new;
                        new
                    }
                    there => there,
                },
                Segment::Rest(_) => {
                    self.more_mut(node).rest = leaf;
                    return self.settle(node, ALL_MARKS);
                }
            };
        }
        self.nodes[node as usize].leaf = leaf;
        self.settle(node, self.mark_of_end(pattern));
    }

    #[cfg(test)]
    pub(crate) fn n_nodes(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    /// The leaf that stands at a place.
    pub(crate) fn leaf(&self, spot: Spot) -> Id {
        match (spot.rest, &self.backs[spot.node as usize].more) {
            (false, _) => self.nodes[spot.node as usize].leaf,
            (true, Some(more)) => more.rest,
            (true, None) => NONE,
        }
    }

    /// Takes a pattern's leaf away, and the nodes that led to nothing else.
    pub(crate) fn remove(&mut self, pattern: &Pattern, spot: Spot) {
        self.n_patterns -= 1;
        if let Some(path) = pattern.only_path() {
            self.whole.remove(path.as_bytes());
        }
        self.choose_first_lookup();
        let mut id = spot.node;
        match spot.rest {
            true => self.more_mut(id).rest = NONE,
            false => self.nodes[id as usize].leaf = NONE,
        }
        self.drop_empty_more(id);
        while id != ROOT && self.leads_nowhere(id) {
            let parent = self.backs[id as usize].parent;
            self.detach(id);
            self.free.push(id);
            id = parent;
        }
        self.settle(id, 0);
    }

    /// The texts that lead on from a node, each a key or the first of several.
    pub(crate) fn texts(&self, id: Id) -> Vec<Text> {
        match self.nodes[id as usize].texts() {
            Texts::None => Vec::new(),
            Texts::One(text) => vec![text],
            Texts::Several(table) => self.tables.of(table).collect(),
        }
    }

    /// A text as it is kept and compared.
    fn folded(&self, text: &str) -> String {
        if self.fold { text.to_ascii_lowercase() } else { text.into() }
    }

    /// Where a key leads from a node.
    pub(crate) fn text(&self, id: Id, key: u64) -> Option<Id> {
        match self.nodes[id as usize].texts() {
            Texts::None => None,
            Texts::One(text) => (text.key == key).then_some(text.to),
            Texts::Several(table) => self.tables.find(table, key).map(|text| text.to),
        }
    }

    /// Where a parameter with this text around it leads from a node; perhaps [`NONE`].
    fn param(&self, id: Id, prefix: &str, suffix: &str) -> Option<Id> {
        let back = &self.backs[id as usize];
        match prefix.is_empty() && suffix.is_empty() {
            true => Some(back.param),
            false => back.affixed(&self.folded(prefix), &self.folded(suffix)),
        }
    }

    /// The mark of a pattern's last segment.
    fn mark_of_end(&self, pattern: &Pattern) -> u64 {
        match pattern.segments().last() {
            Some(Segment::Static(text)) => {
                let text = self.folded(text);
                word::keys(text.as_bytes()).next().map_or(ALL_MARKS, word::mark_of)
            }
            _ => ALL_MARKS,
        }
    }

    fn text_or_new(&mut self, id: Id, key: u64) -> Id {
        self.text(id, key).unwrap_or_else(|| {
            let new = self.new_node(id, Way::Text, word::key_len(key));
            self.add_text(id, Text::new(key, new));
            new
        })
    }

    fn new_param(&mut self, id: Id, prefix: &str, suffix: &str) -> Id {
        if prefix.is_empty() && suffix.is_empty() {
            let new = self.new_node(id, Way::Param, 0);
            self.backs[id as usize].param = new;
            return new;
        }
        let new = self.new_node(id, Way::Affixed, 0);
        let (prefix, suffix) = (self.folded(prefix).into(), self.folded(suffix).into());
        self.more_mut(id).add(Affixed { prefix, suffix, to: new });
        new
    }

    fn new_node(&mut self, parent: Id, way: Way, len: u8) -> Id {
        let captured = self.nodes[parent as usize].n_captured + u8::from(way != Way::Text);
        let back = Back::new(parent, way, len);
        if let Some(id) = self.free.pop() {
            self.nodes[id as usize] = Node::new(id, captured);
            self.backs[id as usize] = back;
            return id;
        }
        self.nodes.push(Node::new(self.nodes.len() as Id, captured));
        self.backs.push(back);
        self.nodes.len() as Id - 1
    }

    fn more_mut(&mut self, id: Id) -> &mut More {
        self.backs[id as usize].more.get_or_insert_with(Box::default)
    }

    /// Adds a text that is not there yet.
    fn add_text(&mut self, id: Id, text: Text) {
        let n = self.backs[id as usize].n_texts;
        if let Some(table) = self.nodes[id as usize].table()
            && self.tables.add(table, n as usize, text)
        {
            self.backs[id as usize].n_texts = n + 1;
            return;
        }
        let mut texts = self.texts(id);
        texts.push(text);
        self.set_texts(id, &texts);
    }

    /// Sets the texts of a node, whatever it had.
    fn set_texts(&mut self, id: Id, texts: &[Text]) {
        if let Some(old) = self.nodes[id as usize].table() {
            self.tables.leave(old);
        }
        self.backs[id as usize].n_texts = texts.len() as u32;
        self.nodes[id as usize].set_texts(match texts {
            [] => Texts::None,
            [one] => Texts::One(*one),
            several => Texts::Several(self.tables.make(several)),
        });
    }

    fn leads_nowhere(&self, id: Id) -> bool {
        let back = &self.backs[id as usize];
        self.nodes[id as usize].leaf == NONE && back.n_texts == 0 && back.has_only_texts()
    }

    fn drop_empty_more(&mut self, id: Id) {
        let more = &mut self.backs[id as usize].more;
        if more.as_ref().is_some_and(|more| more.is_empty()) {
            *more = None;
        }
    }

    /// Takes a node away from its parent.
    fn detach(&mut self, id: Id) {
        let Back { parent, way, .. } = self.backs[id as usize];
        match way {
            Way::Text => {
                let mut texts = self.texts(parent);
                texts.retain(|text| text.to != id);
                self.set_texts(parent, &texts);
            }
            Way::Affixed => self.more_mut(parent).affixed.retain(|affixed| affixed.to != id),
            Way::Param => self.backs[parent as usize].param = NONE,
            Way::Glob => self.more_mut(parent).glob = NONE,
        }
        self.drop_empty_more(parent);
    }

    /// Brings up to date what lookups read of a node and of all nodes that lead to it, after the node was
    /// changed or a pattern was added below it whose last segment has the mark `end`. Marks are never taken
    /// back: one too many costs time and nothing else.
    fn settle(&mut self, mut id: Id, end: u64) {
        loop {
            let back = &mut self.backs[id as usize];
            back.ends |= end;
            self.nodes[id as usize].param = if back.more.is_none() { back.param } else { NONE };
            if let Texts::One(text) = self.nodes[id as usize].texts() {
                let run = self.run(id, text);
                self.nodes[id as usize].set_run(run);
            }
            if id == ROOT {
                return;
            }
            id = self.backs[id as usize].parent;
        }
    }

    /// The only text of a node, and what must follow it, as far as a word has room.
    fn run(&self, from: Id, text: Text) -> Run {
        let mut run = Run { bytes: text.key, len: text.len, to: text.to };
        // If there are other ways from here, a run that matches only in part would hide them.
        let mut goes_on = self.backs[from as usize].has_only_texts();
        while goes_on
            && self.backs[run.to as usize].has_only_texts()
            && self.nodes[run.to as usize].leaf == NONE
            && let Texts::One(next) = self.nodes[run.to as usize].texts()
        {
            // With an empty segment, a run could match the slashes that are read past the end of the path.
            goes_on = run.len + next.len <= 8 && next.len > 1;
            if goes_on {
                run.bytes |= next.key << (8 * run.len);
                (run.len, run.to) = (run.len + next.len, next.to);
            }
        }
        run
    }
}
