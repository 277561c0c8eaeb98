//! Memory that lives as long as the request.
//!
//! A bump arena: allocating moves a pointer, and everything is freed at once when the request ends. The memory
//! is kept for the next request, up to a limit. Nothing is allocated before the first use.

use std::cell::OnceCell;
use std::fmt;

use bumpalo::Bump;

/// An arena that is emptied at the end of the request.
///
/// Values in it are never dropped, only forgotten; so it takes plain data.
///
/// ```
/// # use httpz_core::memory::Arena;
/// let arena = Arena::default();
/// let greeting: &str = arena.format(format_args!("Hello {}", "Teg"));
/// assert_eq!(greeting, "Hello Teg");
/// ```
#[derive(Debug, Default)]
pub struct Arena {
    bump: OnceCell<Bump>,
}

impl Arena {
    fn bump(&self) -> &Bump {
        self.bump.get_or_init(Bump::new)
    }

    /// Copies a string in.
    // One arena lends many disjoint pieces; the borrow of `self` is of the arena, not of them.
    #[allow(clippy::mut_from_ref, reason = "each call gives memory that nobody else has")]
    pub fn str(&self, text: &str) -> &mut str {
        self.bump().alloc_str(text)
    }

    /// Copies a slice in.
    #[allow(clippy::mut_from_ref, reason = "each call gives memory that nobody else has")]
    pub fn slice<T: Copy>(&self, values: &[T]) -> &mut [T] {
        self.bump().alloc_slice_copy(values)
    }

    /// Puts a plain value in.
    #[allow(clippy::mut_from_ref, reason = "each call gives memory that nobody else has")]
    pub fn value<T: Copy>(&self, value: T) -> &mut T {
        self.bump().alloc(value)
    }

    /// Formats into the arena.
    #[allow(clippy::mut_from_ref, reason = "each call gives memory that nobody else has")]
    pub fn format(&self, arguments: fmt::Arguments<'_>) -> &mut str {
        let mut text = bumpalo::collections::String::new_in(self.bump());
        // Writing to a growing string only fails if a `Display` of the caller does; what it wrote until
        // then is kept.
        let _ = fmt::Write::write_fmt(&mut text, arguments);
        let bytes = text.into_bytes().into_bump_slice_mut();
        std::str::from_utf8_mut(bytes).expect("these bytes were a string just now")
    }

    /// Counts it as used, though nothing is in it yet.
    pub(crate) fn touch(&self) {
        self.bump();
    }

    /// Does it have memory, so that something may have been put in?
    #[inline]
    pub(crate) fn is_used(&self) -> bool {
        self.bump.get().is_some()
    }

    /// Forgets everything, and gives all memory up if it is more than `kept` bytes.
    #[inline]
    pub fn reset(&mut self, kept: usize) {
        if let Some(bump) = self.bump.get_mut() {
            if bump.allocated_bytes() > kept {
                self.bump.take();
            } else {
                bump.reset();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lends_disjoint_pieces_until_it_is_reset() {
        let mut arena = Arena::default();
        let a = arena.str("a");
        let b = arena.slice(&[1, 2]);
        b[0] = 3;
        assert_eq!((&*a, &*b, *arena.value(7)), ("a", &[3, 2][..], 7));
        arena.slice(&[0u8; 100_000]);
        arena.reset(1_000);
        assert!(arena.bump.get().is_none());
    }
}
