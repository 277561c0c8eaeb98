//! Bodies of any size in little memory: read part by part, and only from those they are wanted from.
//!
//! A handler that takes `Body` is called before the body is read. While it does not read, nothing is
//! taken from the network; a client that asks first (`Expect: 100-continue`, as curl does with large
//! files) is told to go on at the first read. What the guard refuses is never sent.

use httpz::prelude::*;

fn with_a_key(_: &Shared<()>, req: &Request) -> Result {
    match req.header("authorization") {
        Some("Bearer a-secret") => Ok(()),
        _ => Err(Error::status(401, "who are you?")),
    }
}

/// Counts lines and words as they come.
#[put("/texts/:name")]
async fn count(name: &str, mut body: Body<'_>) -> Result<String> {
    let (mut lines, mut words, mut within) = (0u64, 0u64, false);
    while let Some(part) = body.read_chunk().await? {
        for byte in part {
            lines += u64::from(*byte == b'\n');
            words += u64::from(!within && !byte.is_ascii_whitespace());
            within = !byte.is_ascii_whitespace();
        }
    }
    Ok(format!("{name}: {lines} lines, {words} words\n"))
}

/// Small ones are read as a whole; the rest of a large one is not even waited for.
#[post("/titles")]
async fn title(body: Body<'_>) -> Result<String> {
    if body.size().is_some_and(|size| size > 80) {
        return Err(Error::status(413, "a title is short"));
    }
    Ok(format!("{}\n", body.limit(80).text().await?.trim().to_uppercase()))
}

fn main() -> Result {
    httpz_examples::serve(App::new((), |r| {
        // Up to 10 GiB, in place of `request.max_body_size`.
        r.with(|r| r.check(with_a_key).limit(10 << 30).mount(routes![count])).mount(routes![title])
    }))
}
