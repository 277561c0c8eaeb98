//! The trie against a matcher that tries every pattern and sorts by the rule.

use httpz_router::{Pattern, Segment, Trie};
use proptest::prelude::*;

/// How particular a segment is: smaller goes first.
type Rank = (u8, std::cmp::Reverse<usize>, std::cmp::Reverse<usize>);

/// The ranks and captures of a pattern's segments for a path; `None` where it does not match.
fn matches(pattern: &Pattern, path: &str) -> Option<(Vec<Rank>, Vec<String>)> {
    let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let (mut ranks, mut captured) = (Vec::new(), Vec::new());
    let rank = |kind, text: usize, prefix: usize| {
        (kind, std::cmp::Reverse(text), std::cmp::Reverse(prefix))
    };
    for (i, segment) in pattern.segments().iter().enumerate() {
        let part = *parts.get(i)?;
        match segment {
            Segment::Static(text) if text == part => ranks.push(rank(0, 0, 0)),
            Segment::Static(_) => return None,
            Segment::Param { prefix, suffix, .. } => {
                let value = part.strip_prefix(prefix.as_str())?.strip_suffix(suffix.as_str())?;
                if value.is_empty() {
                    return None;
                }
                captured.push(value.to_owned());
                let text = prefix.len() + suffix.len();
                ranks.push(rank(if text > 0 { 1 } else { 2 }, text, prefix.len()));
            }
            Segment::Glob(name) => {
                if part.is_empty() {
                    return None;
                }
                captured.extend(name.as_ref().map(|_| part.to_owned()));
                ranks.push(rank(3, 0, 0));
            }
            Segment::Rest(name) => {
                let rest = parts[i..].join("/");
                if rest.is_empty() {
                    return None;
                }
                captured.extend(name.as_ref().map(|_| rest));
                ranks.push(rank(4, 0, 0));
                return Some((ranks, captured));
            }
        }
    }
    (parts.len() == pattern.segments().len()).then_some((ranks, captured))
}

/// The pattern that should win, and what it captures.
fn reference(patterns: &[Pattern], path: &str) -> Option<(String, Vec<String>)> {
    let matching = patterns.iter().filter_map(|pattern| Some((matches(pattern, path)?, pattern)));
    let ((_, captured), winner) = matching.min_by(|(a, _), (b, _)| a.0.cmp(&b.0))?;
    Some((winner.to_string(), captured))
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => prop_oneof![
            "a", "b", "ab", "", "abcdefg", "abcdefgh", "abcdefgi", "abcdefghijklmnopq",
            "abcdefghijklmnopr", "Ab", "café"
        ],
        2 => Just(":N".to_owned()),
        1 => prop_oneof!["a:N", ":Nb", "a:Nb", "ab:N"],
        1 => Just("*".to_owned()),
        1 => Just("*N".to_owned()),
    ]
}

/// A pattern in which every `N` has become a name of its own.
fn pattern() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 1..5).prop_map(|segments| {
        let named = segments.iter().enumerate().map(|(i, s)| s.replace('N', &format!("n{i}")));
        format!("/{}", named.collect::<Vec<_>>().join("/"))
    })
}

fn path() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "a",
        "b",
        "ab",
        "aab",
        "abb",
        "",
        "c",
        "abcdefg",
        "abcdefgh",
        "abcdefghijklmnopq",
        "abcdefghijklmnops",
        "AB",
        "café"
    ];
    prop::collection::vec(part, 1..6).prop_map(|parts| format!("/{}", parts.join("/")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finds_what_the_rule_says(
        patterns in prop::collection::vec(pattern(), 1..20),
        paths in prop::collection::vec(path(), 1..20),
    ) {
        let mut sound: Vec<Pattern> = Vec::new();
        let (mut trie, mut backwards) = (Trie::new(), Trie::new());
        for text in &patterns {
            let pattern = Pattern::parse(text).unwrap();
            let conflicts = sound.iter().any(|other| other.shape() == pattern.shape());
            prop_assert_eq!(trie.insert(text, text.clone()).is_err(), conflicts, "{}", text);
            if !conflicts {
                sound.push(pattern);
            }
        }
        for pattern in sound.iter().rev() {
            backwards.insert(&pattern.to_string(), pattern.to_string()).unwrap();
        }
        for path in &paths {
            let expected = reference(&sound, path);
            for trie in [&trie, &backwards] {
                let found = trie.find(path).map(|found| {
                    (found.value().clone(), found.values().map(str::to_owned).collect::<Vec<_>>())
                });
                prop_assert_eq!(&found, &expected, "{} in\n{}", path, trie);
            }
        }
        // Taking patterns out, one after the other, leaves the rest as it is; so does a new beginning.
        let mut again = backwards;
        while let Some(gone) = sound.pop() {
            prop_assert_eq!(trie.remove(&gone.to_string()), Some(gone.to_string()));
            again.remove(&gone.to_string()).unwrap();
            again.insert(&gone.to_string(), gone.to_string()).unwrap();
            again.remove(&gone.to_string()).unwrap();
            for path in &paths {
                let expected = reference(&sound, path).map(|(winner, _)| winner);
                for trie in [&trie, &again] {
                    let found = trie.find(path).map(|found| found.value().clone());
                    prop_assert_eq!(&found, &expected, "{} without {} in\n{}", path, gone, trie);
                }
            }
        }
        prop_assert_eq!(trie.to_string(), "/\n");
    }

    #[test]
    fn finds_what_the_rule_says_where_case_and_slash_do_not_matter(
        patterns in prop::collection::vec(pattern(), 1..20),
        paths in prop::collection::vec(path(), 1..20),
    ) {
        let mut trie = Trie::new().match_any_case().match_trailing_slash();
        let mut sound: Vec<Pattern> = Vec::new();
        for text in patterns.iter().map(|text| text.to_ascii_lowercase()) {
            let pattern = Pattern::parse(&text).unwrap();
            if trie.insert(&text.to_ascii_uppercase(), text).is_ok() {
                sound.push(pattern);
            }
        }
        for path in &paths {
            let lower = path.to_ascii_lowercase();
            let other = match lower.strip_suffix('/') {
                Some("") => None,
                Some(shorter) => reference(&sound, shorter),
                None => reference(&sound, &format!("{lower}/")),
            };
            let expected = reference(&sound, &lower).or(other);
            let found = trie.find(path).map(|found| {
                let values = found.values().map(str::to_ascii_lowercase).collect::<Vec<_>>();
                (found.value().clone(), values)
            });
            prop_assert_eq!(&found, &expected, "{} in\n{}", path, trie);
        }
    }

    #[test]
    fn no_pattern_and_no_path_panics(pattern in "\\PC{0,24}", path in "\\PC{0,24}") {
        let mut trie = Trie::new();
        let _ = trie.insert(&pattern, ());
        let _ = trie.insert(&format!("/{pattern}"), ());
        let _ = trie.find(&path).map(|found| found.params().count());
        let _ = trie.find(&format!("/{path}")).map(|found| found.params().count());
    }
}
