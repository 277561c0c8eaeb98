//! Refuses, while compiling, a list with two routes that answer the same requests.
//!
//! `routes![…]` calls [`check_routes`] in a constant. The comparison is by shape alone; across
//! several lists the registry finds what this cannot see.

use crate::Takes;
use crate::route::{Answers, Meta};

/// How many requests the functions of a list answer.
pub const fn count(list: &[&Meta]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < list.len() {
        n += list[i].answers.len();
        i += 1;
    }
    n
}

/// Panics, in a constant, when two of a list answer the same requests; `N` is its [`count`].
///
/// A list of a thousand routes is checked in a moment: the shapes are sorted, by a heap because that
/// needs neither recursion nor memory.
///
/// # Panics
///
/// That is what it is for.
pub const fn check_routes<const N: usize>(list: &[&Meta]) {
    let mut shapes = [(0, 0, 0); N];
    let (mut n, mut i) = (0, 0);
    while i < list.len() {
        let mut j = 0;
        while j < list[i].answers.len() {
            shapes[n] = (list[i].answers[j].shape, i, j);
            (n, j) = (n + 1, j + 1);
        }
        i += 1;
    }
    sort(&mut shapes);
    let mut i = 1;
    while i < N {
        if shapes[i - 1].0 == shapes[i].0 {
            refuse(list, shapes[i - 1], shapes[i]);
        }
        i += 1;
    }
}

/// A shape, and where it comes from: which function, which of its answers.
type Shape = (u64, usize, usize);

/// Heapsort.
const fn sort(shapes: &mut [Shape]) {
    let mut at = shapes.len() / 2;
    while at > 0 {
        at -= 1;
        sift(shapes, at, shapes.len());
    }
    let mut end = shapes.len();
    while end > 1 {
        end -= 1;
        (shapes[0], shapes[end]) = (shapes[end], shapes[0]);
        sift(shapes, 0, end);
    }
}

/// Lets the shape at `at` sink to its place in the heap of the first `end`.
const fn sift(shapes: &mut [Shape], mut at: usize, end: usize) {
    loop {
        let mut child = 2 * at + 1;
        if child >= end {
            return;
        }
        if child + 1 < end && shapes[child].0 < shapes[child + 1].0 {
            child += 1;
        }
        if shapes[at].0 >= shapes[child].0 {
            return;
        }
        (shapes[at], shapes[child]) = (shapes[child], shapes[at]);
        at = child;
    }
}

const fn refuse(list: &[&Meta], one: Shape, other: Shape) -> ! {
    // The earlier one of the list is named first.
    let (first, second) = if one.1 <= other.1 { (one, other) } else { (other, one) };
    let text = Text::new()
        .then("two routes of this list answer the same requests: ")
        .name(list, first)
        .then(" and ")
        .name(list, second);
    let (used, _) = text.bytes.split_at(text.len);
    match std::str::from_utf8(used) {
        Ok(text) => panic!("{}", text),
        // A long pattern was cut within a character.
        Err(_) => panic!("two routes of this list answer the same requests"),
    }
}

/// Panics, in a constant, when two arguments of a function take the body.
///
/// # Panics
///
/// That is what it is for.
pub const fn check_bodies(takes: &[Takes]) {
    let (mut n, mut i) = (0, 0);
    while i < takes.len() {
        n += !matches!(takes[i], Takes::Nothing) as usize;
        i += 1;
    }
    assert!(
        n < 2,
        "a request has one body, and two arguments of this function take it: read both from one type"
    );
}

/// A text put together in a constant, where nothing can be formatted.
#[derive(Clone, Copy)]
struct Text {
    bytes: [u8; 512],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; 512], len: 0 }
    }

    const fn then(mut self, part: &str) -> Self {
        let part = part.as_bytes();
        let mut i = 0;
        while i < part.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = part[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// `name` (path)
    const fn name(self, list: &[&Meta], (_, function, answer): Shape) -> Self {
        let Answers { path, .. } = list[function].answers[answer];
        self.then("`").then(list[function].name).then("` (").then(path).then(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::Verb;

    const fn answers(shape: u64, path: &'static str) -> Answers {
        Answers { verb: Verb::All, path, shape }
    }

    const A: Meta = Meta { name: "a", answers: &[answers(1, "/u/:id")], ..Meta::BARE };
    const B: Meta =
        Meta { name: "b", answers: &[answers(2, "/b"), answers(3, "/:b")], ..Meta::BARE };
    const C: Meta =
        Meta { name: "c", answers: &[answers(4, "/c"), answers(1, "/u/:name")], ..Meta::BARE };

    #[test]
    fn lets_different_shapes_pass() {
        check_routes::<3>(&[&A, &B]);
        check_routes::<0>(&[]);
    }

    #[test]
    #[should_panic(
        expected = "two routes of this list answer the same requests: `a` (/u/:id) and `c` (/u/:name)"
    )]
    fn names_both_routes_of_one_shape() {
        check_routes::<5>(&[&A, &B, &C]);
    }

    #[test]
    fn sorts_whatever_comes() {
        for n in 0..64u64 {
            let mut shapes: Vec<Shape> = (0..n).map(|i| (i * 37 % 64 % 11, 0, 0)).collect();
            let mut expected = shapes.clone();
            expected.sort_unstable();
            sort(&mut shapes);
            assert_eq!(shapes, expected);
        }
    }
}
