//! Is this their password? Hashed on a thread of its own, and guessed slowly.
//!
//! A good hash takes long (some 20 ms) and much memory (19 MiB) on purpose. On a worker it would
//! hold all its connections up; so there is one thread with a short queue, and a crowd at the door
//! can take one core and no more. Who does not fit into the queue is asked to come again.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use httpz::prelude::*;
use tokio::sync::oneshot;

/// How many may wait to be let in.
const QUEUE: usize = 64;
/// How many passwords may be tried for one name …
const TRIES: u32 = 5;
/// … within this time.
const PAUSE: Duration = Duration::from_secs(60);
/// How many names are remembered; more are a flood of made-up ones.
const NAMES: usize = 10_000;

type Job = Box<dyn FnOnce() + Send>;

/// The doorkeeper.
pub(crate) struct Passwords {
    jobs: SyncSender<Job>,
    tries: Mutex<HashMap<String, (u32, Instant)>>,
    /// The hash of a password that nobody has, for names that nobody has.
    nobody: String,
}

impl Passwords {
    pub(crate) fn start() -> Result<Self> {
        let (jobs, waiting) = sync_channel(QUEUE);
        let work = |waiting: Receiver<Job>| waiting.into_iter().for_each(|job| job());
        thread::Builder::new().name("passwords".into()).spawn(move || work(waiting))?;
        let nobody = hash(&getrandom::u64()?.to_string())?;
        Ok(Self { jobs, tries: Mutex::default(), nobody })
    }

    /// The hash to keep of a new password.
    pub(crate) async fn hash(&self, password: String) -> Result<String> {
        self.run(move || hash(&password)).await?
    }

    /// Is it the password with this hash? Without one, for a name that nobody has, the answer is no
    /// but takes as long, so that names cannot be found out.
    pub(crate) async fn verify(
        &self,
        name: &str,
        password: String,
        known: Option<String>,
    ) -> Result<bool> {
        let name = name.to_ascii_lowercase();
        self.count_try(&name)?;
        let exists = known.is_some();
        let known = known.unwrap_or_else(|| self.nobody.clone());
        let right = match self.run(move || matches(&password, &known)).await {
            Ok(right) => right? && exists,
            Err(error) => {
                self.take_back_try(&name);
                return Err(error);
            }
        };
        if right {
            self.lock_tries().remove(&name);
        }
        Ok(right)
    }

    /// Counted before the hash is compared: guesses that are made at once count as well.
    fn count_try(&self, name: &str) -> Result {
        let mut tries = self.lock_tries();
        if tries.len() >= NAMES {
            tries.retain(|_, (_, since)| since.elapsed() < PAUSE);
        }
        if tries.len() >= NAMES {
            return Err(busy());
        }
        let (count, since) = tries.entry(name.to_owned()).or_insert((0, Instant::now()));
        if since.elapsed() >= PAUSE {
            (*count, *since) = (0, Instant::now());
        }
        *count += 1;
        if *count <= TRIES {
            return Ok(());
        }
        let left = PAUSE.saturating_sub(since.elapsed()).as_secs() + 1;
        let text = "too many wrong passwords for this name; try again in a minute";
        Err(Error::status(429, text).with_header("Retry-After", left.to_string()))
    }

    /// What was turned away was no guess. Counted, it would fill up the names that are remembered as fast
    /// as somebody can make them up, and keep everybody out.
    fn take_back_try(&self, name: &str) {
        let mut tries = self.lock_tries();
        if let Some((count, _)) = tries.get_mut(name) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                tries.remove(name);
            }
        }
    }

    fn lock_tries(&self) -> MutexGuard<'_, HashMap<String, (u32, Instant)>> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs it on the thread for passwords; meanwhile this one serves others.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        // Who has left meanwhile does not hear the answer.
        let job = move || drop(answer.send(work()));
        self.jobs.try_send(Box::new(job)).map_err(|_| busy())?;
        Ok(answered.await?)
    }
}

fn busy() -> Error {
    let text = "too many people are signing in; try again in a moment";
    Error::status(503, text).with_header("Retry-After", "5")
}

fn hash(password: &str) -> Result<String> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

fn matches(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash)?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// A flood of names filled up what is remembered within seconds, and nobody could sign in.
    #[test]
    fn who_does_not_fit_into_the_queue_is_not_remembered() {
        let passwords = Passwords::start().expect("a thread can be started");
        let names: Vec<String> = (0..10 * QUEUE).map(|n| format!("nobody-{n}")).collect();
        let mut guesses: Vec<Pin<Box<dyn Future<Output = Result<bool>> + '_>>> = Vec::new();
        for name in &names {
            guesses.push(Box::pin(passwords.verify(name, "guess".into(), None)));
        }
        let mut cx = Context::from_waker(Waker::noop());
        let polled: Vec<_> = guesses.iter_mut().map(|guess| guess.as_mut().poll(&mut cx)).collect();
        let busy = |poll: &&Poll<Result<bool>>| matches!(poll, Poll::Ready(Err(error)) if error.code() == 503);
        let turned_away = polled.iter().filter(busy).count();
        assert!(turned_away > 0, "the queue holds fewer");
        assert_eq!(passwords.lock_tries().len(), names.len() - turned_away);
    }
}
