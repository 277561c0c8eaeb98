//! A place in the tree: which segments lead on from here, and what ends here.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::segment::Piece;

/// The number of a node, or of a leaf.
pub(crate) type Id = u32;

/// No node, no leaf.
pub(crate) const NONE: Id = Id::MAX;

/// One node of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Text that must follow, where there is but one way on, and where it leads.
    pub(crate) run: Run,
    pub(crate) texts: Texts,
    /// Which ways on there are besides text.
    pub(crate) wild: Wild,
    /// Is a parameter the only way on?
    pub(crate) is_param_only: bool,
    /// Parameters with text around them, the longer text first.
    pub(crate) affixed: Vec<Affixed>,
    pub(crate) param: Id,
    pub(crate) glob: Id,
    /// The leaf of a pattern that takes all the rest.
    pub(crate) rest: Id,
    /// Has there ever been such a pattern?
    pub(crate) takes_rest: bool,
    /// The leaf of the pattern that ends here.
    pub(crate) leaf: Id,
    /// Has there ever been such a pattern?
    pub(crate) ends: bool,
}

/// Which ways on from a node there are besides text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wild {
    /// None.
    None,
    /// A parameter alone: by far the most common kind.
    Param,
    /// Something else, or several.
    Many,
}

/// Segments of text with their slashes, behind which nothing branches off and nothing ends.
///
/// What most routes end in is theirs alone; it is compared as one piece of text.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    text: Box<str>,
    /// The node behind it; [`NONE`] when there is no run.
    pub(crate) to: Id,
}

impl Default for Run {
    fn default() -> Self {
        Self { text: String::new().into(), to: NONE }
    }
}

impl Run {
    pub(crate) fn new(text: &str, to: Id) -> Self {
        Self { text: text.into(), to }
    }

    /// Where the next segment begins, if the path has this text at `at`.
    #[inline]
    pub(crate) fn passes(&self, path: &[u8], at: usize) -> Option<usize> {
        let rest = path[at..].strip_prefix(self.text.as_bytes())?;
        matches!(rest.first(), None | Some(b'/')).then_some(at + self.text.len() + 1)
    }
}

/// A parameter with text around it.
#[derive(Clone, Debug)]
pub(crate) struct Affixed {
    pub(crate) prefix: Box<str>,
    pub(crate) suffix: Box<str>,
    pub(crate) child: Id,
}

impl Affixed {
    /// Where the value stands in a segment of this text, if it matches.
    #[inline]
    pub(crate) fn value(&self, text: &[u8], fold: bool) -> Option<(usize, usize)> {
        let len = text.len().checked_sub(self.prefix.len() + self.suffix.len())?;
        let (start, rest) = text.split_at(self.prefix.len());
        let same = |one: &[u8], two: &str| match fold {
            true => one.eq_ignore_ascii_case(two.as_bytes()),
            false => one == two.as_bytes(),
        };
        let fits = len > 0 && same(start, &self.prefix) && same(&rest[len..], &self.suffix);
        fits.then_some((self.prefix.len(), len))
    }

    /// Longer text goes first, then the longer prefix; two that are equal in both exclude each other.
    fn rank(&self) -> (usize, usize) {
        (self.prefix.len() + self.suffix.len(), self.prefix.len())
    }
}

impl Node {
    pub(crate) fn new() -> Self {
        Self {
            run: Run::default(),
            texts: Texts::default(),
            wild: Wild::None,
            is_param_only: false,
            affixed: Vec::new(),
            param: NONE,
            glob: NONE,
            rest: NONE,
            takes_rest: false,
            leaf: NONE,
            ends: false,
        }
    }

    /// Settles [`Node::wild`] after a way on was added.
    pub(crate) fn settle(&mut self) {
        let many = !self.affixed.is_empty() || self.glob != NONE || self.takes_rest;
        self.wild = match (many, self.param) {
            (true, _) => Wild::Many,
            (false, NONE) => Wild::None,
            (false, _) => Wild::Param,
        };
        self.is_param_only = self.wild == Wild::Param && self.texts.len == 0;
    }

    /// Where a parameter with this text around it leads; [`NONE`] when there is none.
    pub(crate) fn affixed_child(&self, prefix: &str, suffix: &str) -> Id {
        let same = |other: &&Affixed| *other.prefix == *prefix && *other.suffix == *suffix;
        self.affixed.iter().find(same).map_or(NONE, |same| same.child)
    }

    /// Adds a way on by a parameter with text around it.
    pub(crate) fn add_affixed(&mut self, prefix: &str, suffix: &str, child: Id) {
        let new = Affixed { prefix: prefix.into(), suffix: suffix.into(), child };
        let at = self.affixed.partition_point(|other| other.rank() >= new.rank());
        self.affixed.insert(at, new);
    }
}

/// The text segments that lead on from a node, as a hash table with open addressing.
///
/// At most half full, so a search ends soon; a table without entries has one empty place, so that
/// searching it needs no special case.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    places: Box<[Text]>,
    /// A hash's top bits choose the place.
    shift: u32,
    len: usize,
}

#[derive(Clone, Debug)]
struct Text {
    hash: u64,
    head: u64,
    tail: u64,
    len: u32,
    child: Id,
    /// The whole text; compared only where two words do not hold it.
    text: Box<str>,
}

impl Default for Text {
    fn default() -> Self {
        Self { hash: 0, head: 0, tail: 0, len: 0, child: NONE, text: String::new().into() }
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self { places: vec![Text::default(); 1].into(), shift: 63, len: 0 }
    }
}

impl Texts {
    /// Where a segment leads; [`NONE`] when nowhere.
    #[inline(always)]
    pub(crate) fn find(&self, piece: &Piece, path: &[u8], fold: bool) -> Id {
        if self.len == 0 {
            return NONE;
        }
        let mask = self.places.len() - 1;
        let mut at = (piece.hash() >> self.shift) as usize;
        loop {
            let place = &self.places[at & mask];
            if place.child == NONE {
                return NONE;
            }
            if place.head == piece.head
                && place.tail == piece.tail
                && place.len as usize == piece.len()
                && (piece.len() <= 16 || place.is_text(&path[piece.at..piece.end], fold))
            {
                return place.child;
            }
            at += 1;
        }
    }

    /// Adds a text that is not there yet. It is given in lower case where case does not matter.
    pub(crate) fn add(&mut self, text: &str, child: Id) {
        self.add_piece(Piece::of(text), text, child);
    }

    /// Adds a whole path that is not there yet.
    pub(crate) fn add_whole(&mut self, path: &str, leaf: Id) {
        self.add_piece(Piece::whole(path.as_bytes()), path, leaf);
    }

    fn add_piece(&mut self, piece: Piece, text: &str, child: Id) {
        if (self.len + 1) * 2 > self.places.len() {
            self.grow();
        }
        self.len += 1;
        self.put(Text {
            hash: piece.hash(),
            head: piece.head,
            tail: piece.tail,
            len: text.len() as u32,
            child,
            text: text.into(),
        });
    }

    fn grow(&mut self) {
        let size = (self.places.len() * 2).max(2);
        let empty = vec![Text::default(); size].into_boxed_slice();
        let old = core::mem::replace(&mut self.places, empty);
        self.shift = 64 - size.trailing_zeros();
        for text in old.into_vec().into_iter().filter(|text| text.child != NONE) {
            self.put(text);
        }
    }

    fn put(&mut self, text: Text) {
        let mask = self.places.len() - 1;
        let mut at = (text.hash >> self.shift) as usize & mask;
        while self.places[at].child != NONE {
            at = (at + 1) & mask;
        }
        self.places[at] = text;
    }

    /// The text and where it leads, if there is exactly one.
    pub(crate) fn sole(&self) -> Option<(&str, Id)> {
        let mut taken = self.places.iter().filter(|text| text.child != NONE);
        match (self.len, taken.next()) {
            (1, Some(text)) => Some((&text.text, text.child)),
            _ => None,
        }
    }

    /// The texts in alphabetical order, and where they lead.
    pub(crate) fn sorted(&self) -> Vec<(&str, Id)> {
        let taken = self.places.iter().filter(|text| text.child != NONE);
        let mut texts: Vec<(&str, Id)> = taken.map(|text| (&*text.text, text.child)).collect();
        texts.sort_unstable();
        texts
    }
}

impl Text {
    #[inline]
    fn is_text(&self, text: &[u8], fold: bool) -> bool {
        match fold {
            true => self.text.as_bytes().eq_ignore_ascii_case(text),
            false => self.text.as_bytes() == text,
        }
    }
}
