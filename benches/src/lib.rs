//! Benchmarks of httpz: `src/bin` has the server that is compared, `micro` the single steps, `peers` and
//! `router` the comparisons, each a workspace of its own.
