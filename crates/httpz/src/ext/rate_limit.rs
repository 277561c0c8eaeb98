//! How often the same client may ask.
//!
//! The rule is GCRA: of each key one number is kept, the time at which all that it has asked for would be paid off.
//! There are no windows, at whose seams twice as much could pass, and no timers.
//!
//! Workers share the numbers, since a client may have connections to several of them. A request that is counted takes
//! one of several locks for as long as it looks one number up; those that no limit stands before take none.
//!
//! Keys are kept as hashes, so each takes the same memory however long it is. They lie in two halves, those that have
//! asked lately and the others: when the first half is full it becomes the second, and what was in that is forgotten.
//! So the bound costs no search, whoever asks from however many addresses.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use httpz_core::net::gate::customer;

use crate::{Dispatch, Error, Flow, Next, Request, Response, Result};

/// How many locks the keys are spread over.
const SHARDS: usize = 16;

type By = Arc<dyn Fn(&Request, &RandomState) -> Option<u64> + Send + Sync>;
type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Limits how often the same client may ask; more is answered with 429 and `Retry-After`.
///
/// It is a dispatcher, which stands before the routes registered after it:
///
/// ```
/// use httpz::ext::rate_limit::RateLimit;
/// use httpz::prelude::*;
///
/// let app = App::new((), |r| {
///     r.get("/", handler(|_, _| "as often as you like"))
///         .dispatch(RateLimit::per_minute(10).burst(2))
///         .post("/login", handler(|_, _| "welcome"))
/// });
/// # let client = httpz::testing::Client::new(app);
/// # client.post("/login", 1).status(200);
/// # client.post("/login", 1).status(200);
/// # client.post("/login", 1).status(429).header("retry-after", "6");
/// # client.get("/").status(200);
/// ```
///
/// In front of everything, paths without a route included, it is [asked](Self::check) before routing. A limit on
/// what only a handler knows, how often a password is tried for one account say, is [taken](Self::take) there.
///
/// ```
/// use httpz::ext::rate_limit::RateLimit;
/// use httpz::prelude::*;
///
/// #[post("/login/:name")]
/// fn login(tries: &RateLimit, name: &str) -> Result<&'static str> {
///     tries.take(name)?;
///     Err(Error::status(401, "no such name, or another password"))
/// }
///
/// let all = RateLimit::per_second(50);
/// let app = App::new(RateLimit::per_minute(5), |r| r.mount(routes![login]))
///     .before_routing(move |req, _| all.check(req));
/// # let client = httpz::testing::Client::new(app);
/// # (0..5).for_each(|_| _ = client.request(Method::Post, "/login/ann").send().status(401));
/// # client.request(Method::Post, "/login/ann").send().status(429);
/// # client.request(Method::Post, "/login/bo").send().status(401);
/// ```
///
/// # Who is the same
///
/// Whoever has the same address ([`Request::client_ip`]), or is in the same /64 of IPv6, which is what one customer
/// has; unless [`RateLimit::by`] says otherwise. Behind a proxy that is not trusted
/// ([`Config::proxies`](crate::Config)) all clients have its address, and so one limit together. So do those whose
/// address nobody knows, as in tests.
///
/// # What it does not do
///
/// It counts for this process alone: several of them, on one machine or many, let in as much each. What has been
/// counted is forgotten when the process ends. A refused request has been read to the end of its head and is answered;
/// how many connections a peer may have is said by
/// [`ConnectionLimits`](crate::config::ConnectionLimits).
///
/// A clone counts together with its original; what is changed afterwards counts for itself.
#[derive(Clone)]
pub struct RateLimit {
    /// Nanoseconds after which one more request is allowed.
    interval: u64,
    burst: u32,
    by: Option<By>,
    clock: Clock,
    table: Arc<Table>,
}

impl RateLimit {
    /// As many per second, and as many at once.
    pub fn per_second(requests: u32) -> Self {
        Self::per(Duration::from_secs(1), requests)
    }

    /// As many per minute, and as many at once.
    pub fn per_minute(requests: u32) -> Self {
        Self::per(Duration::from_secs(60), requests)
    }

    /// As many in this time, and as many at once. Zero is taken for one.
    pub fn per(time: Duration, requests: u32) -> Self {
        Self {
            interval: nanoseconds(time / requests.max(1)),
            burst: requests.max(1),
            by: None,
            clock: Arc::new(Instant::now),
            table: Arc::new(Table::new(Self::MAX_KEYS, Instant::now())),
        }
    }

    /// How many clients are known, unless [`RateLimit::max_keys`] says otherwise.
    pub const MAX_KEYS: usize = 100_000;

    /// How many may come at once, from a client that has not asked for a while. By default as many as are allowed
    /// in the second or minute. Zero is taken for one.
    #[must_use]
    pub fn burst(self, requests: u32) -> Self {
        Self { burst: requests.max(1), ..self }.anew()
    }

    /// Counts by what this finds in the request: those for whom it finds the same have one limit together. Where it
    /// finds nothing, the address counts.
    ///
    /// What a client can invent, such as a key that nobody has checked, limits nobody by itself. Put the limit
    /// behind the guard that checks it, or one by address in front.
    ///
    /// ```
    /// use httpz::ext::rate_limit::RateLimit;
    /// use httpz::prelude::*;
    ///
    /// let limit = RateLimit::per_second(100).by(|req| req.header("x-api-key").map(str::to_owned));
    /// let app = App::new((), |r| r.dispatch(limit).get("/", handler(|_, _| "hello")));
    /// # httpz::testing::Client::new(app).get("/").status(200);
    /// ```
    #[must_use]
    pub fn by<K: Hash>(self, key: impl Fn(&Request) -> Option<K> + Send + Sync + 'static) -> Self {
        let by = move |req: &Request, hasher: &RandomState| {
            key(req).map(|key| hasher.hash_one(Kind::Named(key)))
        };
        Self { by: Some(Arc::new(by)), ..self }.anew()
    }

    /// How many keys are known at the same time. Default [100,000](Self::MAX_KEYS), for which a few megabytes are
    /// enough.
    ///
    /// Where there are more, those that have not asked for the longest are forgotten, refused ones included, and begin
    /// anew: never less than the half that asked last is remembered. So whoever has more addresses than this passes,
    /// and nobody else is kept out by it.
    #[must_use]
    pub fn max_keys(self, keys: usize) -> Self {
        let table = Arc::new(Table::new(keys, self.table.began));
        Self { table, ..self }
    }

    /// Takes the time from somewhere else, for tests.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use std::time::{Duration, Instant};
    ///
    /// use httpz::ext::rate_limit::RateLimit;
    ///
    /// let now = Arc::new(Mutex::new(Instant::now()));
    /// let clock = now.clone();
    /// let limit = RateLimit::per_minute(1).clock(move || *clock.lock().expect("no holder panics"));
    /// assert!(limit.take("ann").is_ok() && limit.take("ann").is_err());
    /// *now.lock().expect("no holder panics") += Duration::from_secs(60);
    /// assert!(limit.take("ann").is_ok());
    /// ```
    #[must_use]
    pub fn clock(self, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        let table = Arc::new(Table::new(self.table.max_keys, now()));
        Self { clock: Arc::new(now), table, ..self }
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// 429 when it is one too many.
    pub fn check(&self, req: &Request) -> Result {
        let hasher = &self.table.hasher;
        let named = self.by.as_ref().and_then(|by| by(req, hasher));
        let address = || hasher.hash_one(Kind::<()>::Address(req.client_ip().map(customer)));
        self.count(named.unwrap_or_else(address))
    }

    /// Counts for this key, whatever request it is about.
    ///
    /// # Errors
    ///
    /// 429 when it is once too often.
    pub fn take(&self, key: impl Hash) -> Result {
        self.count(self.table.hasher.hash_one(Kind::Named(key)))
    }

    fn count(&self, key: u64) -> Result {
        let now = nanoseconds((self.clock)().saturating_duration_since(self.table.began));
        let mut shard = self.table.shard(key);
        let paid_at = shard.find(key).unwrap_or_default().max(now);
        let next = paid_at.checked_add(self.interval);
        let latest = now.saturating_add(self.interval.saturating_mul(self.burst.into()));
        match next.filter(|next| *next <= latest) {
            Some(next) => {
                shard.keep(key, next);
                Ok(())
            }
            None => {
                // Kept too, as one that has asked lately: nobody is forgotten for asking on.
                shard.keep(key, paid_at);
                Err(too_many(next.map_or(self.interval, |next| next - latest)))
            }
        }
    }

    /// With other settings, what was counted means something else.
    fn anew(self) -> Self {
        let Table { max_keys, began, .. } = *self.table;
        Self { table: Arc::new(Table::new(max_keys, began)), ..self }
    }
}

impl<C: 'static> Dispatch<C, C> for RateLimit {
    fn dispatch<'a>(
        &'a self,
        next: Next<'a, C>,
        cx: &'a mut C,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Flow<'a> {
        match self.check(req) {
            Ok(()) => next.flow(cx, req, res),
            Err(error) => Flow::Done(Err(error)),
        }
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("interval", &Duration::from_nanos(self.interval))
            .field("burst", &self.burst)
            .field("max_keys", &self.table.max_keys)
            .finish_non_exhaustive()
    }
}

#[cold]
fn too_many(nanoseconds: u64) -> Error {
    let seconds = nanoseconds.div_ceil(1_000_000_000);
    Error::status(429, "too many requests").with_header("Retry-After", seconds.to_string())
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What a key is, so that no name is taken for an address.
#[derive(Hash)]
enum Kind<K> {
    Address(Option<IpAddr>),
    Named(K),
}

/// What is known of all keys.
struct Table {
    began: Instant,
    max_keys: usize,
    /// Seeded at random, so that nobody can choose keys that fall together.
    hasher: RandomState,
    shards: Box<[Mutex<Shard>]>,
}

impl Table {
    fn new(max_keys: usize, began: Instant) -> Self {
        // Few keys are not spread, so that the bound is met.
        let n_shards = if max_keys < 64 * SHARDS { 1 } else { SHARDS };
        let half = (max_keys / n_shards / 2).max(1);
        let shard = || Mutex::new(Shard { half, ..Shard::default() });
        let shards = (0..n_shards).map(|_| shard()).collect();
        Self { began, max_keys, hasher: RandomState::new(), shards }
    }

    fn shard(&self, key: u64) -> MutexGuard<'_, Shard> {
        let shard = &self.shards[key as usize % self.shards.len()];
        // Poisoning is ignored: whatever a holder did, each number stands for itself.
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keys, and for each the nanosecond at which it is paid off.
#[derive(Default)]
struct Shard {
    /// How many keys a half may have.
    half: usize,
    lately: HashMap<u64, u64>,
    before: HashMap<u64, u64>,
}

impl Shard {
    fn find(&self, key: u64) -> Option<u64> {
        self.lately.get(&key).or_else(|| self.before.get(&key)).copied()
    }

    fn keep(&mut self, key: u64, paid_at: u64) {
        if self.lately.len() >= self.half && !self.lately.contains_key(&key) {
            std::mem::swap(&mut self.lately, &mut self.before);
            // Its memory is used again.
            self.lately.clear();
        }
        self.lately.insert(key, paid_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A limit, and the hand of its clock.
    fn with_clock(limit: RateLimit) -> (RateLimit, impl Fn(u64)) {
        let now = Arc::new(Mutex::new(Instant::now()));
        let clock = now.clone();
        let forward = move |millis| *now.lock().unwrap() += Duration::from_millis(millis);
        (limit.clock(move || *clock.lock().unwrap()), forward)
    }

    fn taken(limit: &RateLimit, tries: usize) -> usize {
        (0..tries).filter(|_| limit.take("ann").is_ok()).count()
    }

    #[test]
    fn lets_in_a_burst_and_then_the_rate() {
        let (limit, forward) = with_clock(RateLimit::per_second(10).burst(20));
        assert_eq!(taken(&limit, 50), 20);
        forward(99);
        assert_eq!(taken(&limit, 5), 0, "what was refused is not charged, nor is it let in early");
        forward(1);
        assert_eq!(taken(&limit, 5), 1);
        forward(1_000);
        assert_eq!(taken(&limit, 50), 10);
        forward(3_600_000);
        assert_eq!(taken(&limit, 50), 20, "no more than a burst is saved up");
    }

    #[test]
    fn says_when_to_come_back() {
        for (limit, seconds) in [
            (RateLimit::per_second(1), "1"),
            (RateLimit::per_second(1_000), "1"),
            (RateLimit::per_minute(1), "60"),
            (RateLimit::per_minute(0).burst(0), "60"),
            (RateLimit::per(Duration::from_secs(3600), 2), "1800"),
        ] {
            let (limit, _) = with_clock(limit);
            taken(&limit, limit.burst as usize);
            let error = limit.take("ann").unwrap_err();
            assert_eq!(error.code(), 429);
            assert_eq!(error.headers().collect::<Vec<_>>(), [("Retry-After", seconds)]);
        }
    }

    #[test]
    fn what_would_overflow_is_refused() {
        for burst in [1, 2, u32::MAX] {
            let (limit, forward) = with_clock(RateLimit::per(Duration::MAX, 1).burst(burst));
            assert_eq!(taken(&limit, 3), 1);
            forward(1_000);
            assert_eq!(taken(&limit, 3), 0);
        }
    }

    #[test]
    fn a_customer_has_a_network_of_ipv6() {
        for (a, b, same) in [
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("2001:db8::1", "2001:db8::ffff:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
        ] {
            let [a, b] = [a, b].map(|text| customer(text.parse().unwrap()));
            assert_eq!(a == b, same, "{a} and {b}");
        }
    }

    #[test]
    fn a_name_is_no_address_and_none_is_not_the_other() {
        let (limit, _) = with_clock(RateLimit::per_minute(1));
        let limit = limit.by(|req| req.header("x-key").map(str::to_owned));
        let fields = [("x-key", "a")];
        let req = Request::build(crate::Method::Get, "/", &fields, b"").unwrap();
        assert!(limit.check(&req).is_ok() && limit.check(&req).is_err());
        assert!(limit.take("a").is_err(), "the same key");
        let nobody = Request::get("/");
        assert!(limit.check(&nobody).is_ok() && limit.check(&nobody).is_err());
        assert!(limit.take(None::<IpAddr>).is_ok());
    }

    #[test]
    fn never_knows_more_keys_than_it_may_and_forgets_who_has_been_idle() {
        let (limit, _) = with_clock(RateLimit::per_minute(1).max_keys(10_000));
        let known = |limit: &RateLimit| {
            let shards = limit.table.shards.iter().map(|shard| shard.lock().unwrap());
            shards.map(|shard| shard.lately.len() + shard.before.len()).sum::<usize>()
        };
        limit.take("idle").unwrap();
        limit.take("busy").unwrap();
        for n in 0..100_000 {
            limit.take(n).unwrap();
            assert!(limit.take("busy").is_err(), "refused, but not forgotten");
        }
        assert!(limit.take("idle").is_ok());
        assert!((5_000..=10_000).contains(&known(&limit)), "{}", known(&limit));
        let few = limit.max_keys(4);
        (0..100).for_each(|n| few.take(n).unwrap());
        assert!(known(&few) <= 4);
    }

    #[test]
    fn a_clone_counts_together_and_what_is_changed_for_itself() {
        let (limit, _) = with_clock(RateLimit::per_minute(1));
        let clone = limit.clone();
        assert!(limit.take("ann").is_ok() && clone.take("ann").is_err());
        assert!(clone.burst(2).take("ann").is_ok());
    }

    #[test]
    fn threads_together_take_no_more_than_there_is() {
        let (limit, _) = with_clock(RateLimit::per_minute(100));
        let taken = std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(|| taken(&limit, 100)));
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(taken, 100);
    }
}
