//! How much of what a client has sent an error says back to it.
//!
//! What is refused is worth showing, but it may be as large as a body, and larger still with its control
//! characters written out. An answer of several megabytes to one would be held until the peer takes it.

use std::borrow::Cow;

/// Longer texts are shown in part: their beginning, which says what is wrong, and their end, which says where.
const EACH: usize = 512;

/// The text, or its beginning and its end.
#[doc(hidden)]
pub fn excerpt(text: &str) -> Cow<'_, str> {
    if text.len() <= 2 * EACH {
        return Cow::Borrowed(text);
    }
    let begin = &text[..text.floor_char_boundary(EACH)];
    let end = &text[text.ceil_char_boundary(text.len() - EACH)..];
    Cow::Owned(format!("{begin} … {end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_long_text_in_part() {
        let short = "a".repeat(2 * EACH);
        assert_eq!(excerpt(&short), short);
        let [begin, end] = ["a".repeat(EACH), "b".repeat(EACH)];
        assert_eq!(excerpt(&format!("{begin}?{end}")), format!("{begin} … {end}"));
        let long = excerpt(&"é".repeat(1000)).into_owned();
        assert!(long.starts_with("éé") && long.ends_with("éé") && long.len() < 3 * EACH, "{long}");
    }
}
