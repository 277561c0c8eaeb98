//! What the compiler says to the mistakes that newcomers make; the text is pinned.
//!
//! `TRYBUILD=overwrite cargo test -p httpz-tests --test ui` writes the messages anew; read them as
//! somebody would who has made the mistake.

#[test]
fn each_mistake_has_one_message_that_names_the_mend() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
