//! What does a single step of a request cost? Head, framing of bodies, query, answer, pool, and a
//! whole request over the in-memory wire.
//!
//! `cargo bench --package httpz-benches --bench micro` measures time. `micro --count CASE TIMES`
//! runs one case that many times and does nothing else, so that callgrind can count it: that is
//! how `cargo xtask bench --micro` gets instructions.

#![allow(unreachable_pub, reason = "nothing outside can reach a program")]

mod cases;

use cases::Case;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [flag] if flag == "--list-cases" => {
            Case::all().iter().for_each(|case| println!("{case}"));
        }
        [flag, case, times] if flag == "--count" => {
            let case = Case::named(case).expect("a case that --list-cases names");
            let times: u32 = times.parse().expect("how many times to run the case");
            let step = case.prepare();
            counted(step, times);
        }
        _ => divan::main(),
    }
}

/// What callgrind counts; it finds this function by its name.
#[inline(never)]
fn counted(mut step: Box<dyn FnMut()>, times: u32) {
    (0..times).for_each(|_| step());
}

#[divan::bench(args = Case::all())]
fn step(bencher: divan::Bencher<'_, '_>, case: &Case) {
    bencher.bench_local(case.prepare());
}
