//! Reads a body as JSON, and tells whose fault it is when it is none.

use serde::Deserialize;

use super::excerpt::excerpt;
use crate::error::{Error, Result};
use crate::proto::Status;

/// A body read as JSON.
#[doc(hidden)]
#[inline]
pub fn read_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| refusal(bytes, &error))
}

#[cold]
fn refusal(bytes: &[u8], error: &serde_json::Error) -> Error {
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
    Error::status(400, format!("unexpected JSON: {}", excerpt(&text)))
}

#[cfg(test)]
mod tests {
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
            ("[1]", 400, "unexpected JSON: invalid type: integer `1`, expected a borrowed string"),
            (r#"["\n"]"#, 500, "a JSON string with escapes cannot be a `&str`"),
        ] {
            let (got, chain) = refused(body);
            assert!(got == code && chain.starts_with(text), "{body}: {got} {chain}");
        }
        // Nor is it said back at length.
        let long = format!("[\"{}\"]", "\x7f".repeat(1_000_000));
        let error = read_json::<[u8; 1]>(long.as_bytes()).unwrap_err();
        let message = error.message();
        assert!(message.starts_with("unexpected JSON: invalid type: string"), "{message}");
        assert!(message.ends_with("expected u8 at line 1 column 1000003"), "{message}");
        assert!(message.len() < 1200, "{} bytes", message.len());
        // What a client puts into a string is not taken for our words.
        let error = read_json::<u8>(br#""x, expected a borrowed string at line ""#).unwrap_err();
        assert_eq!(error.code(), 400);
    }
}
