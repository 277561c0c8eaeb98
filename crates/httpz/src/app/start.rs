//! Starts an application: checks it, opens its places, and waits for its end if that is wanted.

use std::panic::resume_unwind;
use std::thread;

use super::App;
use super::service::Built;
use crate::{Config, Error, Handle, Places, Result, Server, Signals};

impl<G: Send + Sync + 'static> App<G> {
    /// Serves at this address, or at several, until SIGINT or SIGTERM comes; then answers what is in
    /// flight and returns. Blocks the calling thread.
    ///
    /// `"127.0.0.1:5882"`, `"unix:/run/app.sock"`, a `SocketAddr`, a [`Listen`](crate::Listen), or a
    /// list of these. It takes the place of what the configuration says about it.
    ///
    /// ```no_run
    /// use httpz::prelude::*;
    ///
    /// fn main() -> httpz::Result {
    ///     App::new((), |r| r.get("/", handler(|_, _| "hello"))).listen("127.0.0.1:5882")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Mistakes in the routes or the configuration, and what the system says to the address.
    pub fn listen(self, addr: impl Places) -> Result {
        serve(at(self.checked()?, addr)?)
    }

    /// Like [`App::listen`], where the configuration says.
    ///
    /// ```no_run
    /// use httpz::prelude::*;
    ///
    /// fn main() -> httpz::Result {
    ///     // HTTPZ_PORT=8080 HTTPZ_REQUEST_MAX_BODY_SIZE=10MiB ./program
    ///     App::new((), |r| r.get("/", handler(|_, _| "hello"))).config(Config::from_env()?).run()
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`App::listen`].
    pub fn run(self) -> Result {
        serve(self.checked()?)
    }

    /// Starts workers at the address of the configuration and returns.
    ///
    /// The workers have threads of their own, so this works inside a running async runtime too.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let config = Config { port: 0, workers: 1, ..Config::default() }; // any free port
    /// let server = App::new((), |r| r.get("/", handler(|_, _| "hello"))).config(config).start()?;
    /// println!("listening on {}", server.addr());
    /// server.shutdown();
    /// server.wait();
    /// # Ok::<(), httpz::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`App::listen`].
    pub fn start(self) -> Result<Handle> {
        start(self.checked()?)
    }

    /// Like [`App::start`], at this address.
    ///
    /// # Errors
    ///
    /// As for [`App::listen`].
    pub fn start_on(self, addr: impl Places) -> Result<Handle> {
        start(at(self.checked()?, addr)?)
    }

    fn checked(self) -> Result<Built<G>> {
        self.build().map_err(|error| Error::status(500, error.to_string()))
    }
}

/// The same application, at this address. Asked for when its routes are known to be right: a name may
/// take its time to be found.
fn at<G>(mut built: Built<G>, addr: impl Places) -> Result<Built<G>> {
    let Config { address, port, .. } = Config::default();
    built.config = Config { listen: addr.places()?, address, port, ..built.config };
    Ok(built)
}

fn start<G: Send + Sync + 'static>(built: Built<G>) -> Result<Handle> {
    let config = built.config.clone();
    Server::start(built, config)
}

fn serve<G: Send + Sync + 'static>(built: Built<G>) -> Result {
    // On a thread of its own: the calling one may belong to an async runtime, on which the one that
    // waits for signals could not run.
    let serve = move || {
        // Before the server starts, so that no signal finds it without.
        let signals = Signals::new()?;
        start(built)?.wait_for(signals)
    };
    let served = thread::scope(|scope| scope.spawn(serve).join());
    served.unwrap_or_else(|panic| resume_unwind(panic))
}
