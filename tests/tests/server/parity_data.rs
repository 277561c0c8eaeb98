//! Row 10 of the feature list: what is shared is the application's business, and need not be shared.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use httpz::PerThread;
use httpz::prelude::*;
use httpz_tests::Raw;

#[test]
fn row_10_what_need_not_be_shared_is_one_per_thread() {
    struct Counts {
        here: PerThread<Cell<u64>>,
        everywhere: AtomicU64,
    }
    let app = App::new(
        Counts { here: PerThread::new(|| Cell::new(0)), everywhere: AtomicU64::new(0) },
        |r| {
            r.get("/", |counts: &Counts, _: &Request, _: &mut Response| {
                let here = counts.here.get();
                here.set(here.get() + 1);
                let all = counts.everywhere.fetch_add(1, Ordering::Relaxed) + 1;
                format!("{} of {all}", here.get())
            })
        },
    );
    let config = Config { workers: 2, port: 0, ..Config::default() };
    let server = app.config(config).start().expect("it starts");
    // The system spreads connections as it likes; sooner or later each worker has had one.
    let apart = (1..=1000).find(|all| {
        let reply = Raw::connect(server.addr()).get("/");
        let (here, everywhere) = reply.body.split_once(" of ").expect("two numbers");
        assert_eq!(everywhere, all.to_string());
        let here: u64 = here.parse().expect("a number");
        assert!(here <= *all, "more than all: {here} of {all}");
        here < *all
    });
    assert!(apart.is_some(), "both workers count in one place");
    crate::stop(server);
}
