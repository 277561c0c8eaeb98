//! How many requests, how they went and how long they took, in the words of Prometheus.
//!
//! Each worker counts for itself, in memory of its own: a count is one load and one store, never a
//! locked operation. Reading adds up what the workers have counted.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use httpz_core::log;

use crate::{Ended, Observe, Request, Response, RouteTable};

/// The upper bounds of the buckets of times, in seconds.
const BUCKETS: [(f64, &str); 10] = [
    (0.0001, "0.0001"),
    (0.0005, "0.0005"),
    (0.001, "0.001"),
    (0.005, "0.005"),
    (0.025, "0.025"),
    (0.1, "0.1"),
    (0.5, "0.5"),
    (1.0, "1"),
    (5.0, "5"),
    (30.0, "30"),
];

/// What is told apart about how a request went; a handler that was dropped is the last.
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "dropped"];

thread_local! {
    /// What this thread counts for each [`Metrics`], by its number.
    static OWN: RefCell<Vec<Option<Arc<Block>>>> = RefCell::default();
}

/// Counts the requests of an application, route by route.
///
/// ```
/// use httpz::ext::metrics::Metrics;
/// use httpz::prelude::*;
///
/// let metrics = Metrics::new();
/// let app = App::new((), |r| {
///     r.get("/users/:id", handler(|_, _| "Teg")).get("/metrics", metrics.handler())
/// })
/// .observe(metrics.clone());
///
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/users/7");
/// # let reply = client.get("/metrics").status(200);
/// # let text = String::from_utf8_lossy(reply.body()).into_owned();
/// # let line = r#"http_requests_total{method="GET",route="/users/:id",status="2xx"} 1"#;
/// # assert!(text.contains(line), "{text}");
/// ```
///
/// One is for one application, or for several that have the same routes: a request is counted by the place of
/// its route in the table. Another application gets a `Metrics` of its own and another handler.
///
/// It gives `http_requests_total` by method, pattern of the route and class of status,
/// `http_request_duration_seconds` by method and pattern, and `http_requests_in_flight`. Requests that
/// no route answers have the route `""`; those that are malformed are not counted.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    number: usize,
    /// Method and pattern of each route.
    labels: OnceLock<Vec<(String, String)>>,
    blocks: Mutex<Vec<Arc<Block>>>,
}

/// What one thread has counted.
#[derive(Debug)]
struct Block {
    began: Count,
    ended: Count,
    /// One for each route, and at the end one for requests without.
    rows: Vec<Row>,
}

#[derive(Debug, Default)]
struct Row {
    classes: [Count; CLASSES.len()],
    buckets: [Count; BUCKETS.len()],
    nanoseconds: Count,
}

/// A number that one thread writes and others may read.
#[derive(Debug, Default)]
struct Count(AtomicU64);

impl Count {
    fn add(&self, n: u64) {
        // Nobody else writes, so nothing is lost between the two.
        self.0.store(self.get().wrapping_add(n), Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counts that begin at zero.
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self(Arc::new(Shared {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            labels: OnceLock::new(),
            blocks: Mutex::default(),
        }))
    }

    /// A handler that shows them to everybody; guards of the group it is mounted in may restrict that.
    pub fn handler(&self) -> impl Fn(&Request, &mut Response) + Send + Sync + 'static {
        let metrics = self.clone();
        move |_: &Request, res: &mut Response| {
            res.header("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            // Writing to a response cannot fail.
            let _ = write!(res.writer(), "{metrics}");
        }
    }

    /// Lends what this thread counts with.
    fn with_own(&self, count: impl FnOnce(&Block)) {
        OWN.with_borrow_mut(|own| {
            let number = self.0.number;
            if own.len() <= number {
                own.resize_with(number + 1, || None);
            }
            count(own[number].get_or_insert_with(|| self.0.add_block()));
        });
    }
}

impl Shared {
    /// Will it count these routes? It does not if it counts others already.
    fn takes(&self, routes: &RouteTable) -> bool {
        let labels = routes.iter().map(|route| (route.verb.to_string(), route.pattern.clone()));
        let labels: Vec<_> = labels.collect();
        *self.labels.get_or_init(|| labels.clone()) == labels
    }

    fn labels(&self) -> &[(String, String)] {
        self.labels.get().map_or(&[], Vec::as_slice)
    }

    fn add_block(&self) -> Arc<Block> {
        let rows = (0..=self.labels().len()).map(|_| Row::default()).collect();
        let block = Arc::new(Block { began: Count::default(), ended: Count::default(), rows });
        self.lock().push(block.clone());
        block
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Block>>> {
        // A list that is only pushed to is whole whatever its last holder did.
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observe for Metrics {
    fn routes(&self, routes: &RouteTable) {
        if !self.0.takes(routes) {
            log::trouble(format_args!(
                "a `Metrics` observes two applications and counts the routes of one as those of the other: \
                 give each its own"
            ));
        }
    }

    fn began(&self, _: &Request) {
        self.with_own(|block| block.began.add(1));
    }

    fn ended(&self, ended: &Ended<'_>) {
        self.with_own(|block| {
            block.ended.add(1);
            let last = block.rows.len() - 1;
            let row = &block.rows[ended.route.unwrap_or(last).min(last)];
            let class = ended.status.map_or(CLASSES.len(), |status| usize::from(status / 100));
            row.classes[class.clamp(1, CLASSES.len()) - 1].add(1);
            let seconds = ended.took.as_secs_f64();
            if let Some(bucket) = BUCKETS.iter().position(|(bound, _)| seconds <= *bound) {
                row.buckets[bucket].add(1);
            }
            row.nanoseconds.add(u64::try_from(ended.took.as_nanos()).unwrap_or(u64::MAX));
        });
    }
}

/// The text that Prometheus reads (its format 0.0.4).
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocks: Vec<Arc<Block>> = self.0.lock().clone();
        let sum = |of: &dyn Fn(&Block) -> u64| blocks.iter().map(|block| of(block)).sum::<u64>();
        let unrouted = [(String::new(), String::new())];
        let labels = || self.0.labels().iter().chain(&unrouted).enumerate();

        describe(f, "http_requests_total", "counter", "Requests answered.")?;
        for (i, (method, route)) in labels() {
            for (class, status) in CLASSES.iter().enumerate() {
                match sum(&|block| block.rows[i].classes[class].get()) {
                    0 => {}
                    n => {
                        let labels = Labels { method, route };
                        writeln!(f, "http_requests_total{{{labels},status=\"{status}\"}} {n}")?;
                    }
                }
            }
        }

        let name = "http_request_duration_seconds";
        describe(
            f,
            name,
            "histogram",
            "From the look-up of the route until the handler was done.",
        )?;
        for (i, (method, route)) in labels() {
            let count = sum(&|block| block.rows[i].classes.iter().map(Count::get).sum());
            if count == 0 {
                continue;
            }
            let labels = Labels { method, route };
            let mut below = 0;
            for (bucket, (_, bound)) in BUCKETS.iter().enumerate() {
                below += sum(&|block| block.rows[i].buckets[bucket].get());
                writeln!(f, "{name}_bucket{{{labels},le=\"{bound}\"}} {below}")?;
            }
            let seconds = sum(&|block| block.rows[i].nanoseconds.get()) as f64 / 1e9;
            writeln!(f, "{name}_bucket{{{labels},le=\"+Inf\"}} {count}")?;
            writeln!(f, "{name}_sum{{{labels}}} {seconds}")?;
            writeln!(f, "{name}_count{{{labels}}} {count}")?;
        }

        let name = "http_requests_in_flight";
        describe(f, name, "gauge", "Requests whose handler is running.")?;
        let in_flight = sum(&|block| block.began.get().saturating_sub(block.ended.get()));
        writeln!(f, "{name} {in_flight}")
    }
}

fn describe(f: &mut fmt::Formatter<'_>, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(f, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

struct Labels<'a> {
    method: &'a str,
    route: &'a str,
}

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let route = self.route.replace('\\', r"\\").replace('"', "\\\"").replace('\n', "\\n");
        write!(f, "method=\"{}\",route=\"{route}\"", self.method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_for_one_application_or_for_several_of_the_same_routes() {
        let routes = |pattern: &str| {
            let handler = crate::handler(|_, _| ());
            crate::App::new((), |r| r.get(pattern, handler)).routes()
        };
        let metrics = Metrics::new();
        assert!(metrics.0.takes(&routes("/a")) && metrics.0.takes(&routes("/a")));
        assert!(!metrics.0.takes(&routes("/b")));
    }

    #[test]
    fn labels_are_escaped() {
        let labels = Labels { method: "GET", route: "/a\"b\\c\n" };
        assert_eq!(labels.to_string(), r#"method="GET",route="/a\"b\\c\n""#);
    }
}
