//! Refuses, while compiling, a list with two routes that answer the same requests.
//!
//! `routes![…]` calls [`check_routes`] in a constant. The comparison is by shape alone; across
//! several lists the registry finds what this cannot see.

/// Panics, in a constant, when two of `(shape, pattern, name)` have the same shape.
///
/// # Panics
///
/// That is what it is for.
pub const fn check_routes(routes: &[(u64, &str, &str)]) {
    let mut i = 0;
    while i < routes.len() {
        let mut j = i + 1;
        while j < routes.len() {
            if routes[i].0 == routes[j].0 {
                refuse(routes[i].1, routes[i].2, routes[j].1, routes[j].2);
            }
            j += 1;
        }
        i += 1;
    }
}

const fn refuse(pattern: &str, name: &str, other_pattern: &str, other_name: &str) -> ! {
    let text = Text::new()
        .then("two routes of this list answer the same requests: `")
        .then(name)
        .then("` (")
        .then(pattern)
        .then(") and `")
        .then(other_name)
        .then("` (")
        .then(other_pattern)
        .then(")");
    let (used, _) = text.bytes.split_at(text.len);
    match std::str::from_utf8(used) {
        Ok(text) => panic!("{}", text),
        // A long pattern was cut within a character.
        Err(_) => panic!("two routes of this list answer the same requests"),
    }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_different_shapes_pass() {
        check_routes(&[(1, "/a", "a"), (2, "/b", "b"), (3, "/:c", "c")]);
    }

    #[test]
    #[should_panic(
        expected = "two routes of this list answer the same requests: `a` (/u/:id) and `c` (/u/:name)"
    )]
    fn names_both_routes_of_one_shape() {
        check_routes(&[(1, "/u/:id", "a"), (2, "/b", "b"), (1, "/u/:name", "c")]);
    }
}
