//! Single rules by table, conflicts, and the bound of the worst case.

use super::*;
use std::borrow::ToOwned;
use std::vec::Vec;

fn trie(patterns: &[&'static str]) -> Trie<&'static str> {
    let mut trie = Trie::new();
    for pattern in patterns {
        trie.insert(pattern, *pattern).expect(pattern);
    }
    trie
}

#[test]
fn the_more_particular_pattern_wins() {
    let patterns = [
        "/",
        "/a",
        "/a/",
        "/a/:x",
        "/a/b",
        "/a/:x/c",
        "/:y/b/c",
        "/a/*/d",
        "/a/*z/e",
        "/a/*",
        "/f/:n.json",
        "/f/x:n.json",
        "/f/:n",
        "/f/x:n",
        "/*rest",
        "/long-segment-over-16-bytes/:q",
        "/long-segment-over-16-bites/:q",
        "/exactly8",
        "/sixteen-bytes-16",
        "/::colon/**",
    ];
    for order in [false, true] {
        let mut patterns = patterns;
        if order {
            patterns.reverse();
        }
        let trie = trie(&patterns);
        for (path, expected) in [
            ("/", Some("/")),
            ("/a", Some("/a")),
            ("/a/", Some("/a/")),
            ("/a/b", Some("/a/b")),
            ("/a/q", Some("/a/:x")),
            ("/a/b/c", Some("/a/:x/c")),
            ("/q/b/c", Some("/:y/b/c")),
            ("/a/b/d", Some("/a/*/d")),
            ("/a/b/e", Some("/a/*z/e")),
            ("/a/b/f", Some("/a/*")),
            ("/a/b/c/d", Some("/a/*")),
            ("/a//c", Some("/a/*")),
            ("/f/x.json", Some("/f/:n.json")),
            ("/f/xy.json", Some("/f/x:n.json")),
            ("/f/xy", Some("/f/x:n")),
            ("/f/x", Some("/f/:n")),
            ("/f/.json", Some("/f/:n")),
            ("/q", Some("/*rest")),
            ("/long-segment-over-16-bytes/1", Some("/long-segment-over-16-bytes/:q")),
            ("/long-segment-over-16-bites/1", Some("/long-segment-over-16-bites/:q")),
            ("/long-segment-over-16-butes/1", Some("/*rest")),
            ("/exactly8", Some("/exactly8")),
            ("/exactly89", Some("/*rest")),
            ("/sixteen-bytes-16", Some("/sixteen-bytes-16")),
            ("/:colon/*", Some("/::colon/**")),
            ("//", Some("/*rest")),
            ("", None),
            ("a", None),
        ] {
            let found = trie.find(path).map(|found| *found.value());
            assert_eq!(found, expected, "{path} in\n{trie}");
        }
    }
}

#[test]
fn captures_are_those_of_the_way_that_was_taken() {
    let trie = trie(&["/:a/x/:b/y", "/:c/*/:d/z", "/v:n.json/:e", "/*/k/*tail"]);
    for (path, expected) in [
        ("/1/x/2/y", &[("a", "1"), ("b", "2")][..]),
        ("/1/x/2/z", &[("c", "1"), ("d", "2")]),
        ("/v7.json/q", &[("n", "7"), ("e", "q")]),
        ("/1/k/2/3", &[("tail", "2/3")]),
    ] {
        let found = trie.find(path).expect(path);
        assert_eq!(found.params().collect::<Vec<_>>(), expected, "{path}");
        assert_eq!(found.values().count(), found.value_spans().count());
    }
}

#[test]
fn more_than_eight_captures_spill() {
    let trie = trie(&["/:a/:b/:c/:d/:e/:f/:g/:h/:i/:j"]);
    let found = trie.find("/1/2/3/4/5/6/7/8/9/0").unwrap();
    assert_eq!(found.values().collect::<Vec<_>>().concat(), "1234567890");
    assert_eq!(found.param("j"), Some("0"));
}

#[test]
fn patterns_of_one_shape_conflict() {
    for (old, new) in [
        ("/:a", "/:b"),
        ("/a/*", "/a/*rest"),
        ("/*/b", "/*x/b"),
        ("/x:a.y", "/x:b.y"),
        ("/a", "/a"),
        ("/", "/"),
    ] {
        let mut trie = trie(&[old]);
        let error = trie.insert(new, new).unwrap_err();
        assert_eq!(error, InsertError::Conflict { new: new.into(), old: old.into() });
        assert_eq!(trie.len(), 1);
    }
    // Alike, and yet never in doubt.
    trie(&["/:a", "/*/b", "/*", "/x:a", "/:a.y", "/x:a.y", "/a", "/a/", "/:a/"]);
}

#[test]
fn what_was_removed_is_found_no_more_and_may_come_back() {
    let mut trie = trie(&["/a/:x", "/a/*", "/a/b"]);
    assert_eq!(trie.remove("/a/:y"), Some("/a/:x"));
    assert_eq!(trie.remove("/a/:y"), None);
    assert_eq!(trie.find("/a/q").map(|found| *found.value()), Some("/a/*"));
    assert_eq!(trie.get("/a/:x"), None);
    trie.insert("/a/:z", "back").unwrap();
    assert_eq!(trie.find("/a/q").unwrap().param("z"), Some("q"));
    assert_eq!(trie.len(), 3);
    *trie.find_mut("/a/b").unwrap().value() = "new";
    assert_eq!((trie.get("/a/b"), trie.iter().count()), (Some(&"new"), 3));
    *trie.get_mut("/a/b").unwrap() = "newer";
    assert_eq!(trie.clone().find("/a/b").map(|found| *found.value()), Some("newer"));
}

#[test]
fn case_and_slashes_are_ignored_only_when_asked() {
    let mut trie = Trie::new().match_any_case().match_trailing_slash();
    for pattern in ["/Users/:Id", "/A-Long-Segment-Over-Sixteen/x:n.JSON", "/slash/"] {
        trie.insert(pattern, pattern).unwrap();
    }
    for (path, expected) in [
        ("/uSeRs/Ann", Some("/Users/:Id")),
        ("/users/Ann/", Some("/Users/:Id")),
        ("/a-long-segment-over-sixteen/X7.json", Some("/A-Long-Segment-Over-Sixteen/x:n.JSON")),
        ("/SLASH", Some("/slash/")),
        ("/slash/", Some("/slash/")),
        ("/users", None),
        ("/", None),
    ] {
        assert_eq!(trie.find(path).map(|found| *found.value()), expected, "{path}");
    }
    assert_eq!(trie.find("/USERS/Ann").unwrap().param("Id"), Some("Ann"), "values keep their case");
    assert!(matches!(trie.insert("/uSERS/:x", ""), Err(InsertError::Conflict { .. })));
}

#[test]
fn merged_patterns_stand_under_their_prefix() {
    let mut api = trie(&["/", "/:id", "/*"]);
    let mut root = trie(&["/about"]);
    root.merge("/api/", api.clone()).unwrap();
    assert_eq!(root.find("/api/7").unwrap().param("id"), Some("7"));
    assert_eq!(root.find("/api/").map(|found| *found.value()), Some("/"));
    assert!(root.merge("/api", api.clone()).is_err(), "they are there already");
    api.remove("/");
    assert_eq!(root.len(), 4);
}

#[test]
fn what_was_removed_leaves_no_nodes_behind() {
    let mut trie = trie(&["/a/long-text-of-several-words/:x", "/a/b"]);
    let nodes = trie.tree.n_nodes();
    let more = ["/a/long-text-of-several-worlds", "/:p/*/q", "/a/:n.json", "/a/c", "/a/d", "/z/*"];
    for pattern in more {
        trie.insert(pattern, pattern).unwrap();
    }
    for pattern in more {
        assert_eq!(trie.remove(pattern), Some(pattern));
    }
    assert_eq!(trie.tree.n_nodes(), nodes, "{trie}");
    assert!(trie.find("/a/long-text-of-several-words/1").is_some());
}

#[test]
fn whole_paths_come_and_go_like_others() {
    let mut trie = Trie::new();
    // Beyond sixteen bytes alike at both ends, so that only the middle tells them apart.
    let paths: Vec<_> = (100..200).map(|i| format!("/the-same-{i}-begins-and-ends")).collect();
    for round in 0..3 {
        for path in &paths {
            trie.insert(path, round).unwrap();
            assert_eq!(trie.find(path).map(|found| *found.value()), Some(round), "{path}");
        }
        for path in &paths {
            assert_eq!(trie.remove(path), Some(round));
            assert!(trie.find(path).is_none(), "{path}");
        }
    }
    // With few of them they are walked to like others.
    for i in 0..5 {
        trie.insert(&format!("/:a/{i}"), 7).unwrap();
    }
    trie.insert(&paths[0], 8).unwrap();
    assert_eq!(trie.find(&paths[0]).map(|found| *found.value()), Some(8));
    assert_eq!(trie.find("/x/3").map(|found| *found.value()), Some(7));
}

#[test]
fn a_merge_that_fails_adds_nothing() {
    let mut root = trie(&["/api/b"]);
    assert!(root.merge("/api", trie(&["/a", "/b", "/c"])).is_err());
    assert!(root.merge("/:id", trie(&["/a", "/:id"])).is_err(), "a name stands twice");
    assert_eq!(root.iter().collect::<Vec<_>>(), [("/api/b", &"/api/b")]);
}

#[test]
fn patterns_that_differ_in_case_alone_are_not_merged_where_it_does_not_matter() {
    for patterns in [["/A", "/a"], ["/x-:id/B", "/X-:n/b"], ["/Q/*", "/q/*rest"]] {
        let mut root = Trie::new().match_any_case();
        let refused = root.merge("/api", trie(&patterns)).expect_err("they are one");
        assert!(refused.to_string().contains(&format!("/api{}", patterns[1])), "{refused}");
        assert!(root.is_empty() && root.find("/api/a").is_none());
        assert!(Trie::new().merge("/api", trie(&patterns)).is_ok(), "{patterns:?}");
    }
}

#[test]
fn case_may_be_settled_once_all_patterns_have_gone() {
    let mut emptied = trie(&["/Users/:id", "/a", "/b"]).match_trailing_slash();
    for pattern in ["/a", "/Users/:id", "/b"] {
        emptied.remove(pattern).expect("it is there");
    }
    let mut trie = emptied.match_any_case();
    for pattern in ["/B/:x", "/A"] {
        trie.insert(pattern, pattern).unwrap();
    }
    assert_eq!(trie.find("/b/7/").map(|found| *found.value()), Some("/B/:x"));
    assert_eq!(trie.find("/a").map(|found| *found.value()), Some("/A"));
    assert!(trie.find("/users/7").is_none());
}

#[test]
fn a_pattern_captures_at_most_255_values() {
    let pattern = |n: usize| (0..n).map(|i| format!("/:p{i}")).collect::<String>();
    let mut trie = Trie::new();
    trie.insert(&pattern(255), 255).unwrap();
    let error = Pattern::parse(&pattern(256)).unwrap_err();
    assert_eq!(error.to_string(), "a path has at most 255 parameters and globs");
    assert_eq!(error.offset(), pattern(255).len() + 1);
    let path: String = (0..255).map(|i| format!("/{i}")).collect();
    let found = trie.find(&path).unwrap();
    assert_eq!((found.param("p7"), found.param("p254")), (Some("7"), Some("254")));
}

/// Thousands of overlapping choices, fifty segments deep: each node is visited at most once per
/// lookup, whether the path is found or not.
#[test]
fn no_set_of_patterns_makes_a_lookup_exponential() {
    const DEPTH: usize = 50;
    let mut trie = Trie::new();
    // All ways of choosing text or parameter in the first twelve places, then a long tail that no
    // path ends in: a search that forgot where it had been would walk each of them to its end.
    for choice in 0..1u32 << 12 {
        let mut pattern = String::new();
        for depth in 0..DEPTH {
            let wild = depth < 12 && choice >> depth & 1 == 1;
            pattern += &if wild { format!("/:p{depth}") } else { "/a".to_owned() };
        }
        trie.insert(&pattern, choice).unwrap();
    }
    // Text, parameter and glob at each of fifty depths: three ways on from every node of the path
    // that is walked, 3^50 ways in all if they were multiplied.
    let mut globs = String::new();
    for depth in 0..DEPTH {
        trie.insert(&format!("{globs}/*/b"), 0).unwrap();
        globs += &format!("/:q{depth}");
    }
    let nodes = trie.tree.n_nodes();
    // The first ends like no pattern, and no way but texts is tried. The second ends like all.
    let (strange, alike) = ("/a".repeat(DEPTH - 1) + "/z", "/a".repeat(DEPTH - 2) + "/z/a");
    for (path, least, most) in [(strange, 12, 100), (alike, 10_000, nodes)] {
        assert!(trie.find(&path).is_none());
        let visits = trie.tree.visits.replace(0);
        assert!((least..=most).contains(&visits), "{visits} visits of {nodes} nodes");
    }
    assert!(trie.find(&"/a".repeat(DEPTH)).is_some());
}
