//! Data that all requests share: a handler asks for it by its type.
//!
//! The application owns one value; workers on all cores see it at once, so what changes in it
//! brings its own synchronisation: an atomic, a lock, a pool.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use httpz::prelude::*;

#[derive(Default)]
struct Site {
    hits: AtomicU64,
    guests: Mutex<BTreeSet<String>>,
}

/// Counts a visit.
#[post("/hits")]
fn hit(site: &Site) -> String {
    format!("{} hits\n", site.hits.fetch_add(1, Ordering::Relaxed) + 1)
}

/// Writes a name into the guest book.
#[put("/guests/:name")]
fn sign(site: &Site, name: &str) -> Status {
    let mut guests = site.guests.lock().unwrap_or_else(PoisonError::into_inner);
    match guests.insert(name.to_owned()) {
        true => Status::CREATED,
        false => Status::NO_CONTENT,
    }
}

impl Site {
    /// A method is a handler as well, with the data as `self`.
    fn guests(&self, _: &Request, res: &mut Response) -> Result {
        res.json(&*self.guests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn main() -> Result {
    httpz_examples::serve(App::new(Site::default(), |r| {
        r.mount(routes![hit, sign]).get("/guests", Site::guests)
    }))
}
