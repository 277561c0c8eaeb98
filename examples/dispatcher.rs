//! Dispatchers: async functions around the handlers that are registered after them.
//!
//! One may look at the request before, at the answer after, wrap another dispatcher, or leave the
//! handler out. What only has to be decided beforehand is shorter as a guard (`request_context.rs`).

use std::time::Instant;

use httpz::prelude::*;

/// Tells how long the handler took. `C` is whatever context there is; it is passed on untouched.
async fn timed<C>(next: Next<'_, C>, cx: &mut C, req: &Request, res: &mut Response) -> Result {
    let began = Instant::now();
    let outcome = next.run(cx, req, res).await;
    res.header("Server-Timing", format!("app;dur={:.3}", began.elapsed().as_secs_f64() * 1e3));
    outcome
}

/// Leaves the handler out for those who have the newest version already.
async fn unless_known<C>(
    next: Next<'_, C>,
    cx: &mut C,
    req: &Request,
    res: &mut Response,
) -> Result {
    const VERSION: &str = "\"v7\"";
    res.header("ETag", VERSION);
    // A list of tags; a proxy that compresses marks them as weak (`W/`).
    let is_ours = |tag: &str| tag.trim().trim_start_matches("W/") == VERSION;
    if req.header("if-none-match").is_some_and(|tags| tags.split(',').any(is_ours)) {
        res.status(304);
        return Ok(());
    }
    // One dispatcher may call another with what is behind it.
    timed(next, cx, req, res).await
}

/// Answers before any dispatcher: it is registered first.
#[get("/ping")]
fn ping() -> &'static str {
    "pong\n"
}

/// Something that takes its time.
#[get("/sum/:n")]
fn sum(n: u32) -> String {
    format!("{}\n", (0..u64::from(n)).sum::<u64>())
}

/// Something that seldom changes.
#[get("/report")]
fn report() -> &'static str {
    "all is well\n"
}

fn main() -> Result {
    httpz_examples::serve(App::new((), |r| {
        r.mount(routes![ping])
            .with(|g| g.dispatch(timed).mount(routes![sum]))
            .with(|g| g.dispatch(unless_known).mount(routes![report]))
    }))
}
