//! Every fuzz target, briefly: the committed corpora, and mutations of a fixed seed.

use httpz_tests::fuzz::mutate::{Until, check, run};
use httpz_tests::fuzz::{CORPUS, REQUESTS, TARGETS, inputs};
use httpz_tests::wire;

fn briefly(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
    let inputs = inputs(target);
    for input in &inputs {
        check(target, input);
    }
    run(target, &inputs, 1, Until::Inputs(4_000));
}

/// Without this, a corpus that moved would be missed by nobody.
#[test]
fn every_committed_corpus_is_of_a_target_and_is_read() {
    for entry in std::fs::read_dir(CORPUS).expect("corpora are committed") {
        let name = entry.expect("it can be read").file_name();
        let target = TARGETS.iter().find(|target| name == target.name).expect("a target");
        let requests = if target.seeds == REQUESTS { wire::all().len() } else { 0 };
        assert!(inputs(target).len() > target.seeds.len() + requests, "{name:?} is not read");
    }
}

/// One test for each target, so that they run side by side and a failure names its own.
macro_rules! briefly {
    ($($test:ident: $name:literal,)*) => {
        $(#[test] fn $test() { briefly($name) })*

        #[test]
        fn no_target_is_left_out() {
            assert_eq!(TARGETS.iter().map(|target| target.name).collect::<Vec<_>>(), [$($name),*]);
        }
    };
}

briefly! {
    framing_is_what_two_fields_say: "framing",
    chunks_are_read_as_a_plain_reader_reads_them: "chunks",
    targets_are_decoded_as_a_plain_reader_decodes_them: "target",
    heads_are_read_as_a_plain_reader_reads_them: "head",
    the_router_finds_what_its_rule_says: "router",
    whatever_handlers_do_answers_are_sound: "cycle",
    connections_see_what_a_plain_reader_sees: "connection",
    nothing_is_served_that_hyper_refuses: "differential",
}
