//! Does the router find what its rule says, and whatever it is given, does it end?
//!
//! The input: lines of patterns, a blank line, lines of paths. The second reading walks all patterns
//! together, segment by segment, and takes the most specific kind that leads to an end.

use std::cmp::Reverse;

use httpz_router::{Pattern, Segment, Trie};

/// Inputs to begin with.
pub const SEEDS: &[&[u8]] = &[
    b"/\n/a\n/:x\n/*\n\n/\n/a\n/b",
    b"/users/:id\n/users/me\n/:any/users\n/files/*path\n\n/users/me\n/users/7\n/files/a/b\n/users/users",
    b"/v:n.json\n/v:n\n/:x/*\n/a/:y/c\n/a/b/:z\n\n/v1.json\n/v1\n/a/b/c",
];

/// What patterns and paths are made of.
pub const WORDS: &[&[u8]] = &[
    b"/",
    b"\n",
    b"\n\n",
    b":",
    b":x",
    b"*",
    b"*y",
    b"a",
    b"ab",
    b"::",
    b"**",
    b".json",
    b"abcdefghi",
];

/// Inserts, finds, and compares.
///
/// # Panics
///
/// When it differs from the plain reading.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (patterns, paths) = text.split_once("\n\n").unwrap_or((text, ""));
    let (mut trie, mut sound) = (Trie::new(), Vec::<Pattern>::new());
    for text in patterns.lines().take(24) {
        let inserted = trie.insert(text, text.to_owned()).is_ok();
        let pattern = Pattern::parse(text).ok();
        let fresh = pattern.filter(|new| sound.iter().all(|old| old.shape() != new.shape()));
        assert_eq!(inserted, fresh.is_some(), "{text:?}");
        sound.extend(fresh);
    }
    for path in paths.lines().take(24) {
        let found = trie.find(path);
        let values = found.as_ref().map(|found| found.values().map(str::to_owned).collect());
        let read = found.as_ref().map(|found| found.pattern().to_string()).zip(values);
        let expected = path.strip_prefix('/').and_then(|rest| {
            let parts: Vec<&str> = rest.split('/').collect();
            let best = best(sound.iter().collect(), &parts, 0)?;
            Some((best.to_string(), captured(best, &parts)))
        });
        assert_eq!(read, expected, "{path:?} in\n{trie}");
    }
}

/// How particular a segment is, the smallest first.
type Rank = (u8, Reverse<usize>, Reverse<usize>);

fn rank(segment: &Segment) -> Rank {
    match segment {
        Segment::Static(_) => (0, Reverse(0), Reverse(0)),
        Segment::Param { prefix, suffix, .. } if prefix.is_empty() && suffix.is_empty() => {
            (2, Reverse(0), Reverse(0))
        }
        Segment::Param { prefix, suffix, .. } => {
            (1, Reverse(prefix.len() + suffix.len()), Reverse(prefix.len()))
        }
        Segment::Glob(_) => (3, Reverse(0), Reverse(0)),
        Segment::Rest(_) => (4, Reverse(0), Reverse(0)),
    }
}

fn best<'p>(candidates: Vec<&'p Pattern>, parts: &[&str], at: usize) -> Option<&'p Pattern> {
    let (ended, longer): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|pattern| pattern.segments().len() == at);
    if at == parts.len() {
        return ended.first().copied();
    }
    let fitting: Vec<&Pattern> =
        longer.into_iter().filter(|pattern| fits(&pattern.segments()[at], &parts[at..])).collect();
    let mut ranks: Vec<Rank> = fitting.iter().map(|p| rank(&p.segments()[at])).collect();
    ranks.sort_unstable();
    ranks.dedup();
    ranks.into_iter().find_map(|wanted| {
        let of_rank = fitting.iter().copied().filter(|p| rank(&p.segments()[at]) == wanted);
        let of_rank: Vec<&Pattern> = of_rank.collect();
        let rest = of_rank.iter().find(|p| matches!(p.segments()[at], Segment::Rest(_)));
        rest.copied().or_else(|| best(of_rank, parts, at + 1))
    })
}

fn fits(segment: &Segment, parts: &[&str]) -> bool {
    match segment {
        Segment::Static(text) => text == parts[0],
        Segment::Param { prefix, suffix, .. } => value(parts[0], prefix, suffix).is_some(),
        Segment::Glob(_) => !parts[0].is_empty(),
        Segment::Rest(_) => !parts.join("/").is_empty(),
    }
}

fn value<'p>(part: &'p str, prefix: &str, suffix: &str) -> Option<&'p str> {
    let value = part.strip_prefix(prefix)?.strip_suffix(suffix)?;
    (!value.is_empty()).then_some(value)
}

fn captured(pattern: &Pattern, parts: &[&str]) -> Vec<String> {
    let segments = pattern.segments().iter().enumerate();
    segments
        .filter_map(|(i, segment)| match segment {
            Segment::Static(_) | Segment::Glob(None) | Segment::Rest(None) => None,
            Segment::Param { prefix, suffix, .. } => {
                value(parts[i], prefix, suffix).map(str::to_owned)
            }
            Segment::Glob(Some(_)) => Some(parts[i].to_owned()),
            Segment::Rest(Some(_)) => Some(parts[i..].join("/")),
        })
        .collect()
}
