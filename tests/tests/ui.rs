//! What the compiler says to the mistakes that newcomers make; the text is pinned.
//!
//! `TRYBUILD=overwrite cargo test -p httpz-tests --test ui` writes the messages anew; read them as
//! somebody would who has made the mistake.

use std::fs;
use std::path::Path;

#[test]
fn each_mistake_has_a_message_that_names_the_mend() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}

#[test]
fn one_mistake_is_one_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut mistakes = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            let text = fs::read_to_string(&path).expect("messages are text");
            let errors = text.lines().filter(|line| line.starts_with("error")).count();
            assert_eq!(errors, 1, "{}", path.display());
            mistakes += 1;
        }
    }
    assert!(mistakes > 100, "CHANGELOG.md says so, and here are {mistakes}");
}
