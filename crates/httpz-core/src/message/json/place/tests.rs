//! Is the path the one that `serde_path_to_error`, which the reader tells, comes to?

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::*;

/// An even number, which is found out when it has been read.
#[derive(Debug, Deserialize)]
#[serde(try_from = "u32")]
struct Even;

impl TryFrom<u32> for Even {
    type Error = &'static str;

    fn try_from(n: u32) -> Result<Self, Self::Error> {
        if n.is_multiple_of(2) { Ok(Self) } else { Err("odd") }
    }
}

/// A list that is found to be too long when it has been read.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Vec<IgnoredAny>")]
struct AtMostTwo;

impl TryFrom<Vec<IgnoredAny>> for AtMostTwo {
    type Error = &'static str;

    fn try_from(list: Vec<IgnoredAny>) -> Result<Self, Self::Error> {
        if list.len() <= 2 { Ok(Self) } else { Err("too long") }
    }
}

/// An object of which only the beginning is looked at, whatever comes.
#[derive(Debug)]
struct Object;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Look;
        impl<'de> Visitor<'de> for Look {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object without `x`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                while let Some(key) = map.next_key::<String>()? {
                    if key == "x" {
                        return Err(A::Error::custom("an x"));
                    }
                    map.next_value::<IgnoredAny>()?;
                }
                Ok(Object)
            }
        }
        deserializer.deserialize_any(Look)
    }
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
enum Outside {
    Unit,
    One(u8),
    Two(u8, Even),
    Named { a: u8, b: Even },
}

#[derive(Debug, Deserialize)]
#[serde(tag = "t")]
#[expect(dead_code, reason = "only read")]
enum Inside {
    Named { a: u8 },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only read")]
enum Any {
    Number(u8),
    List(Vec<u8>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct All {
    n: u8,
    text: String,
    some: Option<i8>,
    yes: bool,
    unit: (),
    even: Option<Even>,
    evens: Vec<Even>,
    short: Option<AtMostTwo>,
    pair: Option<(u8, String)>,
    three: [u8; 3],
    by_name: BTreeMap<String, Even>,
    by_number: HashMap<u8, Vec<u8>>,
    outside: Vec<Outside>,
    inside: Vec<Inside>,
    any: Vec<Any>,
    object: Option<Object>,
    strict: Vec<Strict>,
    deeper: Vec<All>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Strict {
    must: u8,
    even: Option<Even>,
}

/// What the reader was told, what we find, and the error.
fn both<'a, T: Deserialize<'a>>(text: &'a str) -> Option<(String, String, String)> {
    let bytes = text.as_bytes();
    let error = serde_json::from_slice::<T>(bytes).err().filter(Error::is_data)?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let told = serde_path_to_error::deserialize::<_, T>(&mut reader).err().expect("it failed");
    let again = |end| serde_json::from_slice::<T>(&bytes[..end]);
    let found = place(bytes, &error, |end| again(end).is_err_and(|error| error.is_data()));
    Some((told.path().to_string(), found.unwrap_or(".".to_owned()), error.to_string()))
}

/// Values of all kinds for each of the fields, written in several ways.
#[test]
fn finds_what_the_reader_was_told() {
    let values = [
        "0",
        "1",
        "2",
        "-1",
        "300",
        "1.5",
        "1e3",
        "true",
        "null",
        r#""""#,
        r#""a\"]}\\""#,
        "[]",
        "{}",
        "[1]",
        "[2]",
        "[1,2]",
        "[2,1]",
        "[2,4,6]",
        "[2,300,2]",
        "[[1]]",
        "[[300]]",
        "[{}]",
        r#"["Unit"]"#,
        r#"["Nothing"]"#,
        r#"[{"One":1}]"#,
        r#"[{"One":300}]"#,
        r#"[{"One":"a"}]"#,
        r#"[{"Two":[1,2]}]"#,
        r#"[{"Two":[1,1]}]"#,
        r#"[{"Two":[1]}]"#,
        r#"[{"Named":{"a":1,"b":2}}]"#,
        r#"[{"Named":{"a":1,"b":1}}]"#,
        r#"[{"Named":{"a":1}}]"#,
        r#"[{"t":"Named","a":1}]"#,
        r#"[{"t":"Named","a":300},1]"#,
        r#"[{"t":"Nobody"}]"#,
        r#"[{"must":1}]"#,
        r#"[{"must":1,"x":2}]"#,
        r#"[{"must":1,"even":1}]"#,
        r#"[{"even":1,"must":1}]"#,
        r#"[{"even":2}]"#,
        r#"[{"must":1,"must":2}]"#,
        r#"[{"n":1},{"n":300}]"#,
        r#"[{"evens":[2,4,1,6]}]"#,
        r#"[{"deeper":[{"text":1}]}]"#,
        r#"{"a":2,"b":1}"#,
        r#"{"a":1,"b":2}"#,
        r#"{"\u00e9\n":1}"#,
        r#"{"1":[1],"2":[300]}"#,
        r#"{"300":[1]}"#,
        r#"{"x":1}"#,
        r#"{"y":1,"x":1}"#,
        r#"[1,"a"]"#,
        r#"["a",1]"#,
        r#"[true,[1,2,300]]"#,
    ];
    let fields = [
        "n",
        "text",
        "some",
        "yes",
        "unit",
        "even",
        "evens",
        "short",
        "pair",
        "three",
        "by_name",
        "by_number",
        "outside",
        "inside",
        "any",
        "object",
        "strict",
        "deeper",
        "unknown",
    ];
    let mut n_errors = 0;
    for (field, value) in fields.iter().flat_map(|field| values.map(|value| (field, value))) {
        for text in [
            format!(r#"{{"{field}":{value}}}"#),
            format!(r#"{{"{field}":{value},"n":1}}"#),
            format!("\n {{ \"text\" : \"\" ,\n\n \"{field}\" : {value} ,\t\"n\" : 1\n}}\n"),
            format!(r#"{{"n":300,"{field}":{value}}}"#),
            format!(r#"{{"deeper":[{{}},{{"{field}":{value}}},{{}}],"n":1}}"#),
        ] {
            let Some((told, found, error)) = both::<All>(&text) else { continue };
            n_errors += 1;
            // We name a key that is wrong itself, but for one that is no number.
            let is_of_a_key = ["unknown variant", "duplicate field", "an x"]
                .iter()
                .any(|what| error.starts_with(what));
            let names_the_key = is_of_a_key && (told == "." || found.starts_with(&told));
            let omits_the_key = told.strip_prefix(&*found) == Some(".300");
            let agrees = found == told || names_the_key || omits_the_key;
            assert!(agrees, "`{found}` where it is `{told}`: {error}: {text}");
        }
    }
    assert!(n_errors > 1_000, "{n_errors} errors");
}

#[test]
fn the_whole_has_no_path() {
    for text in ["300", "1", "[]", "{}", "[1,2,3]", r#"{"even":2}"#, r#"{"y":[{}]}"#] {
        let errors =
            [both::<Even>(text), both::<AtMostTwo>(text), both::<Strict>(text), both::<u8>(text)];
        for (told, found, error) in errors.into_iter().flatten() {
            assert_eq!(found, told, "{error}: {text}");
        }
    }
}
