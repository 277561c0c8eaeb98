//! Refuses, while compiling, a list with two routes that answer the same requests.
//!
//! `routes![…]` calls [`check_routes`] in a constant. The comparison is by shape alone; across
//! several lists the registry finds what this cannot see.

use crate::Takes;
use crate::meta::Meta;

/// How large a table [`check_routes`] needs for this list: a power of two, at least half of it free.
pub const fn slots(list: &[&Meta]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < list.len() {
        n += list[i].shapes();
        i += 1;
    }
    (2 * n).next_power_of_two()
}

/// Panics, in a constant, when two of a list answer the same requests; `N` is its [`slots`].
///
/// The compiler interprets this for every list, so each step is one for every route: the shapes, which
/// are hashes already, are put into a table, where a second one meets the first after a step or two.
///
/// # Panics
///
/// That is what it is for.
pub const fn check_routes<const N: usize>(list: &[&Meta]) {
    let mut table: [Option<Shape>; N] = [None; N];
    let mut i = 0;
    while i < list.len() {
        let mut j = 0;
        while j < list[i].shapes() {
            let shape = list[i].shape(j);
            let mut at = shape as usize & (N - 1);
            // What stands in for a function with a mistake answers nothing, as all of its kind do.
            if shape == Meta::BARE.shape(0) {
                j += 1;
                continue;
            }
            while let Some(other) = table[at] {
                if other.0 == shape {
                    refuse(list, other, (shape, i, j));
                }
                at = (at + 1) & (N - 1);
            }
            table[at] = Some((shape, i, j));
            j += 1;
        }
        i += 1;
    }
}

/// A shape, and where it comes from: which function, which of its answers.
type Shape = (u64, usize, usize);

const fn refuse(list: &[&Meta], first: Shape, second: Shape) -> ! {
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
        let (name, path) = list[function].name_and_path(answer);
        self.then("`").then(name).then("` (").then(path).then(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Meta = Meta::new(1, "a\nGET /u/:id\n\n");
    const B: Meta = Meta::new(2, "b\nGET /b\nGET /:b\n\n").more(&[3]);
    const C: Meta = Meta::new(4, "c\nGET /c\nGET /u/:name\n\n").more(&[1]);

    #[test]
    fn lets_different_shapes_pass() {
        check_routes::<{ slots(&[&A, &B]) }>(&[&A, &B]);
        check_routes::<{ slots(&[]) }>(&[]);
    }

    #[test]
    #[should_panic(
        expected = "two routes of this list answer the same requests: `a` (/u/:id) and `c` (/u/:name)"
    )]
    fn names_both_routes_of_one_shape() {
        check_routes::<{ slots(&[&A, &B, &C]) }>(&[&A, &B, &C]);
    }

    /// Once they were told to answer the same requests, beside the messages about their mistakes.
    #[test]
    fn leaves_functions_with_mistakes_alone() {
        check_routes::<{ slots(&[&Meta::BARE, &A, &Meta::BARE]) }>(&[&Meta::BARE, &A, &Meta::BARE]);
    }

    const CROWDED: Meta = Meta::new(7, "\nGET /a\nGET /b\nGET /c\nGET /d\n\n").more(&[15, 23, 31]);

    const LATE: Meta = Meta::new(31, "\nGET /e\n\n");

    #[test]
    fn tells_shapes_apart_that_want_one_place() {
        assert_eq!(slots(&[&CROWDED]), 8);
        check_routes::<8>(&[&CROWDED]);
    }

    #[test]
    #[should_panic(expected = "`` (/d) and `` (/e)")]
    fn finds_a_shape_that_was_put_beside_its_place() {
        check_routes::<16>(&[&CROWDED, &LATE]);
    }
}
