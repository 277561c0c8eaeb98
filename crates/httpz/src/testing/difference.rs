//! Where two texts or JSON values differ, said so that one need not compare them by eye.

use serde_json::Value;

/// The two texts, or of long ones the lines where the difference begins.
pub(super) fn first_difference(expected: &str, got: &str) -> String {
    if !expected.contains('\n') && !got.contains('\n') {
        return format!("expected body {expected:?},\n     got body {got:?}");
    }
    let (mut wanted, mut had) = (expected.lines(), got.lines());
    let mut number = 1;
    loop {
        match (wanted.next(), had.next()) {
            (Some(expected), Some(got)) if expected == got => number += 1,
            (None, None) => return "the bodies differ in their last line end".to_owned(),
            (expected, got) => {
                let show = |line: Option<&str>| {
                    line.map_or_else(
                        || "the end of the body".to_owned(),
                        |line| format!("{line:?}"),
                    )
                };
                let (expected, got) = (show(expected), show(got));
                return format!(
                    "the bodies differ from line {number} on:\n  expected {expected},\n       got {got}"
                );
            }
        }
    }
}

/// One line for each place at which `got` is not as `expected`.
pub(super) fn differences(expected: &Value, got: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("$", expected, got, &mut lines);
    lines
}

fn compare(place: &str, expected: &Value, got: &Value, lines: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            for (name, value) in expected {
                match got.get(name) {
                    Some(got) => compare(&format!("{place}.{name}"), value, got, lines),
                    None => {
                        lines.push(format!("{place}.{name}: expected {value}, but it is absent"))
                    }
                }
            }
            for (name, value) in got.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                lines.push(format!("{place}.{name}: not expected, but it is {value}"));
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (i, (expected, got)) in expected.iter().zip(got).enumerate() {
                compare(&format!("{place}[{i}]"), expected, got, lines);
            }
        }
        (expected, got) if expected != got => {
            lines.push(format!("{place}: expected {expected}, got {got}"));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shows_the_line_where_texts_part() {
        for (expected, got, said) in [
            ("a", "b", "expected body \"a\",\n     got body \"b\""),
            (
                "a\nb\nc",
                "a\nx\nc",
                "the bodies differ from line 2 on:\n  expected \"b\",\n       got \"x\"",
            ),
            (
                "a\nb",
                "a",
                "the bodies differ from line 2 on:\n  expected \"b\",\n       got the end of the body",
            ),
            ("a\n", "a", "the bodies differ in their last line end"),
        ] {
            assert_eq!(first_difference(expected, got), said);
        }
    }

    #[test]
    fn names_each_place() {
        let expected = json!({ "id": 1, "tags": ["a", "b"], "gone": null, "list": [1] });
        let got = json!({ "id": "1", "tags": ["a", "c"], "new": true, "list": [] });
        let mut lines = differences(&expected, &got);
        lines.sort();
        assert_eq!(
            lines,
            [
                r#"$.gone: expected null, but it is absent"#,
                r#"$.id: expected 1, got "1""#,
                r#"$.list: expected [1], got []"#,
                r#"$.new: not expected, but it is true"#,
                r#"$.tags[1]: expected "b", got "c""#,
            ]
        );
        assert!(differences(&expected, &expected).is_empty());
    }
}
