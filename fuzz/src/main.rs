//! Gives libFuzzer one of the targets in `tests/src/fuzz`: the one that `FUZZ_TARGET` names.
#![no_main]

use std::sync::LazyLock;

use httpz_tests::fuzz::TARGETS;
use libfuzzer_sys::fuzz_target;

static RUN: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let target = TARGETS.iter().find(|target| target.name == name);
    target.unwrap_or_else(|| panic!("FUZZ_TARGET names no target: `{name}`")).run
});

fuzz_target!(|data: &[u8]| RUN(data));
