//! What a lookup may rely on: it allocates nothing, and many threads may look up at once.

use httpz_router::Trie;

#[test]
fn lookups_allocate_nothing() {
    let mut trie = Trie::new();
    for pattern in
        ["/", "/users/:id", "/users/:id/posts/:post", "/:a/:b/:c/:d/:e/:f/:g/:h", "/files/*rest"]
    {
        trie.insert(pattern, pattern).unwrap();
    }
    for path in ["/", "/users/7", "/users/7/posts/8", "/1/2/3/4/5/6/7/8", "/files/a/b/c", "/none"] {
        let counted = allocation_counter::measure(|| {
            let read =
                trie.find(path).map_or(0, |found| found.params().map(|(_, v)| v.len()).sum());
            assert!(read < path.len() + 1);
        });
        assert_eq!(counted.count_total, 0, "{path}");
    }
}

#[test]
fn a_trie_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Trie<u8>>();
}

/// The compiler holds the crate to it, as long as it says so.
#[test]
fn the_crate_does_without_std() {
    let source = include_str!("../src/lib.rs");
    assert!(source.contains("\n#![no_std]\n"));
    assert!(source.contains("#[cfg(test)]\nextern crate std;"), "std is for tests alone");
}
