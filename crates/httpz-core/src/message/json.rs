//! Reads a body as JSON, and tells whose fault it is when it is none.

mod place;

use serde::Deserialize;

use super::excerpt::excerpt;
use crate::error::{Error, Result};
use crate::proto::Status;

/// A body read as JSON.
#[doc(hidden)]
#[inline]
pub fn read_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let again = |end| serde_json::from_slice::<T>(&bytes[..end]).err();
        refusal(bytes, &error, &again)
    })
}

/// `again` reads the front of the bytes once more, up to there.
#[cold]
fn refusal(
    bytes: &[u8],
    error: &serde_json::Error,
    again: &dyn Fn(usize) -> Option<serde_json::Error>,
) -> Error {
    if bytes.is_empty() {
        return Error::status(400, "there is no body; JSON is expected");
    }
    if !error.is_data() {
        return Error::status(400, format!("malformed JSON: {error}"));
    }
    let text = error.to_string();
    let (what, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    // The client is right: a string with escapes must be decoded, and so cannot be borrowed.
    if what.starts_with("invalid type: string") && what.ends_with(", expected a borrowed string") {
        let mend = "a JSON string with escapes cannot be a `&str`; take a `String`, or a `Cow<'_, str>` \
                    with `#[serde(borrow)]`";
        return Error::status(500, Status::INTERNAL_SERVER_ERROR.reason()).with_source(mend);
    }
    let at = place::place(bytes, error, |end| again(end).is_some_and(|error| error.is_data()));
    let at = at.map(|path| format!("`{}`: ", shown(&path))).unwrap_or_default();
    Error::status(400, format!("unexpected JSON: {at}{}", shown(&text)))
}

/// Keys are the client's own text: long ones are shown in part, and line ends as what they are.
fn shown(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    excerpt(&line).into_owned()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeMap;

    use serde::Deserializer;
    use serde::de::Error as _;

    use super::*;

    #[test]
    fn says_what_is_wrong_with_json_and_whose_fault_it_is() {
        let refused = |body: &str| {
            let error = read_json::<Vec<&str>>(body.as_bytes()).unwrap_err();
            (error.code(), error.chain().to_string())
        };
        for (body, code, text) in [
            ("", 400, "there is no body; JSON is expected"),
            ("[", 400, "malformed JSON: EOF while parsing a list at line 1 column 1"),
            ("[1]", 400, "unexpected JSON: `[0]`: invalid type: integer `1`, expected a borrowed"),
            (
                "{}",
                400,
                "unexpected JSON: invalid type: map, expected a sequence at line 1 column 0",
            ),
            (r#"["\n"]"#, 500, "a JSON string with escapes cannot be a `&str`"),
        ] {
            let (got, chain) = refused(body);
            assert!(got == code && chain.starts_with(text), "{body}: {got} {chain}");
        }
        // Nor is it said back at length.
        let long = format!("[\"{}\"]", "\x7f".repeat(1_000_000));
        let error = read_json::<[u8; 1]>(long.as_bytes()).unwrap_err();
        let message = error.message();
        assert!(message.starts_with("unexpected JSON: `[0]`: invalid type: string"), "{message}");
        assert!(message.ends_with("expected u8 at line 1 column 1000003"), "{message}");
        assert!(message.len() < 1200, "{} bytes", message.len());
        // What a client puts into a string is not taken for our words.
        let error = read_json::<u8>(br#""x, expected a borrowed string at line ""#).unwrap_err();
        assert_eq!(error.code(), 400);
    }

    #[test]
    fn names_the_value_that_does_not_fit() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only read")]
        struct Outer {
            #[serde(default)]
            inner: Vec<Inner>,
            #[serde(default)]
            by_name: BTreeMap<String, u8>,
        }
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only read")]
        struct Inner {
            x: u8,
        }

        for (body, text) in [
            (r#"{"inner":[{"x":1},{"x":300}]}"#, "`inner[1].x`: invalid value: integer `300`"),
            (r#"{"inner":[{"x":1},{}]}"#, "`inner[1]`: missing field `x`"),
            (r#"{"inner":{}}"#, "`inner`: invalid type: map, expected a sequence"),
            (r#"{"outer":{}}"#, "`outer`: unknown field `outer`"),
            (r#"{"by_name":{"a\nb":-1}}"#, r"`by_name.a\nb`: invalid value: integer `-1`"),
            (r#"{"a\nb":1}"#, r"`a\nb`: unknown field `a\nb`"),
            ("7", "invalid type: integer `7`, expected struct Outer"),
        ] {
            let error = read_json::<Outer>(body.as_bytes()).unwrap_err();
            let message = error.message();
            assert!(message.starts_with(&format!("unexpected JSON: {text}")), "{body}: {message}");
        }
        let body = format!(r#"{{"by_name":{{"{}":-1}}}}"#, r"\n".repeat(100_000));
        let error = read_json::<Outer>(body.as_bytes()).unwrap_err();
        let message = error.message();
        assert!(message.starts_with(r"unexpected JSON: `by_name.\n\n"), "{message}");
        assert!(message.contains(r"\n\n`: invalid value: integer `-1`, expected u8"), "{message}");
        assert!(message.len() < 1200, "{} bytes", message.len());
    }

    /// Fits each second time.
    struct Fickle;

    impl<'de> Deserialize<'de> for Fickle {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            thread_local!(static FITS: Cell<bool> = const { Cell::new(true) });
            u8::deserialize(deserializer)?;
            FITS.set(!FITS.get());
            if FITS.get() { Ok(Self) } else { Err(D::Error::custom("not now")) }
        }
    }

    #[test]
    fn what_fits_when_read_again_was_refused_all_the_same() {
        let error = read_json::<[Fickle; 1]>(b"[1]").err().expect("it is refused");
        assert_eq!(error.message(), "unexpected JSON: not now at line 1 column 3");
    }

    #[test]
    fn what_is_nested_as_deep_as_may_be_is_read_again() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only read")]
        struct Deep {
            a: Option<Box<Deep>>,
        }
        let body = [r#"{"a":"#.repeat(126), "1".to_owned(), "}".repeat(126)].concat();
        let error = read_json::<Deep>(body.as_bytes()).unwrap_err();
        let message = error.message();
        assert!(message.contains(".a.a`: invalid type: integer `1`"), "{message}");
    }
}
