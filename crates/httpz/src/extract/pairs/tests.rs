//! Query strings in, values or refusals out.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Deserialize;

use super::*;
use crate::{Method, Request};

/// The value as `Debug` shows it, or the text of the refusal.
fn query<T: for<'de> Deserialize<'de> + Debug>(text: &str) -> String {
    let req = Request::get(&format!("/?{text}"));
    match read::<T>(req.query().unwrap(), "query") {
        Ok(value) => format!("{value:?}"),
        Err(error) => {
            assert_eq!(error.code(), 400);
            error.message().to_owned()
        }
    }
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "shown by Debug alone")]
struct Page {
    limit: u32,
    after: Option<i64>,
    #[serde(default)]
    tag: Vec<String>,
}

#[test]
fn fills_a_struct() {
    for (text, expected) in [
        ("limit=5", "Page { limit: 5, after: None, tag: [] }"),
        ("limit=5&after=-3", "Page { limit: 5, after: Some(-3), tag: [] }"),
        ("limit=5&after=", "Page { limit: 5, after: None, tag: [] }"),
        ("tag=b&limit=5&tag=a", r#"Page { limit: 5, after: None, tag: ["b", "a"] }"#),
        ("tag=green+tea&limit=5", r#"Page { limit: 5, after: None, tag: ["green tea"] }"#),
        ("limit=5&other=1&other=2", "Page { limit: 5, after: None, tag: [] }"),
        ("", "query: missing field `limit`"),
        ("Limit=5", "query: missing field `limit`"),
        ("limit=", "query parameter `limit`: `` is not a u32"),
        ("limit=x%0A", r"query parameter `limit`: `x\n` is not a u32"),
        ("limit=+5", "query parameter `limit`: ` 5` is not a u32"),
        ("limit=4294967296", "query parameter `limit`: `4294967296` is not a u32"),
        ("limit=1&limit=2", "query parameter `limit`: given more than once"),
        ("limit=1&after=1&after=2", "query parameter `after`: given more than once"),
        ("limit=1&after=x", "query parameter `after`: `x` is not an i64"),
    ] {
        assert_eq!(query::<Page>(text), expected, "{text:?}");
    }
}

#[test]
fn reads_every_kind_of_value() {
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Order {
        Up,
        Down,
    }
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "shown by Debug alone")]
    struct Id(u8);
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "shown by Debug alone")]
    struct All {
        flag: bool,
        ratio: f32,
        letter: char,
        order: Order,
        id: Id,
        ids: Vec<Id>,
        pair: (u8, u8),
    }
    let sound = "flag=true&ratio=0.5&letter=%C3%A9&order=down&id=7&ids=1&ids=2&pair=3&pair=4";
    assert_eq!(
        query::<All>(sound),
        "All { flag: true, ratio: 0.5, letter: 'é', order: Down, id: Id(7), ids: [Id(1), Id(2)], \
         pair: (3, 4) }"
    );
    for (from, to, expected) in [
        ("true", "yes", "query parameter `flag`: `yes` is not `true` or `false`"),
        ("0.5", "inf", "query parameter `ratio`: `inf` is not an f32"),
        (
            "=down",
            "=left",
            "query parameter `order`: unknown variant `left`, expected `up` or `down`",
        ),
        ("ids=2", "ids=-", "query parameter `ids`: `-` is not a u8"),
        ("&pair=4", "", "query parameter `pair`: invalid length 1, expected a tuple of size 2"),
    ] {
        assert_eq!(query::<All>(&sound.replacen(from, to, 1)), expected);
    }
}

#[test]
fn fills_maps_and_options() {
    assert_eq!(query::<BTreeMap<String, String>>("b=2&a=1"), r#"{"a": "1", "b": "2"}"#);
    assert_eq!(query::<BTreeMap<String, Vec<u8>>>("a=1&b=2&a=3"), r#"{"a": [1, 3], "b": [2]}"#);
    assert_eq!(query::<Option<BTreeMap<u8, bool>>>("5=true"), "Some({5: true})");
    assert_eq!(query::<Option<BTreeMap<u8, bool>>>(""), "None");
    assert_eq!(query::<()>("a=1"), "()");
}

#[test]
fn fills_a_list_of_pairs_in_their_order() {
    let pairs = query::<Vec<(String, String)>>("b=2&a=1+0&b=&c");
    assert_eq!(pairs, r#"[("b", "2"), ("a", "1 0"), ("b", ""), ("c", "")]"#);
    assert_eq!(query::<Vec<(char, u8)>>("b=2&a=1"), "[('b', 2), ('a', 1)]");
    assert_eq!(query::<Vec<(char, u8)>>("b=2&a=x"), "query parameter `a`: `x` is not a u8");
    assert_eq!(query::<Vec<(String, String)>>(""), "[]");
}

#[test]
fn borrows_what_needs_no_decoding_and_what_does() {
    #[derive(Deserialize)]
    struct Names<'a> {
        plain: &'a str,
        decoded: &'a str,
    }
    let req = Request::get("/?plain=ann&decoded=b%26o");
    let names: Names<'_> = read(req.query().unwrap(), "query").unwrap();
    assert_eq!((names.plain, names.decoded), ("ann", "b&o"));
}

/// A form of a megabyte was answered with five.
#[test]
fn a_refusal_shows_what_is_long_in_part() {
    let long = "\u{1}".repeat(100_000);
    for form in [format!("limit={long}"), format!("{long}=1&{long}=2")] {
        let req = Request::build(Method::Post, "/", &[], form.as_bytes()).unwrap();
        let error = match form.starts_with("limit") {
            true => read::<Page>(req.form().unwrap(), "form").err(),
            false => read::<BTreeMap<String, u8>>(req.form().unwrap(), "form").err(),
        };
        let message = error.expect("it is refused").message().to_owned();
        assert!(message.starts_with("form parameter `") && message.len() < 2000, "{message}");
    }
}
