//! Tests handlers and whole applications in memory: no socket, no runtime, no port.
//!
//! [`Client`] asks an application, [`Exchange`] calls one handler, [`Live`] listens step by step to an
//! answer that takes its time. Every request is made of real bytes and read by the real parser;
//! answers are read back from the bytes that would go over the network. What a test sees is what a
//! client would see.
//!
//! There is no runtime, so no time passes: deadlines and `timeout` never strike, and what waits for a timer or
//! a socket of tokio, or spawns, panics. A handler that does is tested within a runtime of the test's own, one
//! that runs on a thread beside it, as that of `#[tokio::test(flavor = "multi_thread")]` does:
//!
//! ```
//! use std::time::Duration;
//!
//! use httpz::prelude::*;
//! use httpz::testing::Client;
//!
//! #[get("/later")]
//! async fn later() -> &'static str {
//!     tokio::time::sleep(Duration::from_millis(5)).await;
//!     "at last"
//! }
//!
//! let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
//! let _within = runtime.enter();
//! Client::new(App::new((), |r| r.mount(routes![later]))).get("/later").text("at last");
//! # Ok::<(), std::io::Error>(())
//! ```

mod difference;
mod exchange;
mod jar;
mod live;
mod parse;
mod reply;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use httpz_core::proto::encode;
use httpz_core::testing::Loopback;
use serde::Serialize;

use jar::Jar;

use crate::{App, Error, Flow, Method, Request, Response, Service};

pub use exchange::Exchange;
pub use httpz_core::testing::block_on;
pub use live::{Heard, Live};
pub use reply::Reply;

/// How long a test waits before it fails; ample for anything that does come.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks an application, and gives replies that can be checked.
///
/// ```
/// use httpz::prelude::*;
/// use httpz::testing::Client;
///
/// let app = App::new((), |r| {
///     r.get("/ping", handler(|_, _| "pong"))
///         .post("/echo", handler(|req, _| req.json_value().map(Json)))
/// });
///
/// let client = Client::new(app);
/// client.get("/ping").status(200).text("pong");
/// client.post("/echo", json!({ "a": [1, 2] })).status(200).json(json!({ "a": [1, 2] }));
/// client.get("/nowhere").status(404);
/// ```
///
/// Cookies that the application sets are sent back with the requests after that, as a browser would;
/// so a test can log in. `Secure` is not looked at, since there is no transport.
#[derive(Debug)]
pub struct Client {
    loopback: Loopback<Erased>,
    fields: Vec<(String, String)>,
    jar: Rc<RefCell<Jar>>,
}

impl Client {
    /// A client of this application.
    ///
    /// # Panics
    ///
    /// When the application could not be started: routes cannot be registered (see [`App::build`]), or
    /// its configuration has a mistake (see [`Config::check`](crate::Config::check)).
    #[track_caller]
    pub fn new<G: Send + Sync + 'static>(app: App<G>) -> Self {
        let built = match app.build() {
            Ok(built) => built,
            Err(error) => panic!("{error}"),
        };
        let config = built.config().clone();
        if let Err(error) = config.check() {
            panic!("{error}");
        }
        let loopback = Loopback::new(Erased(Arc::new(built)), &config);
        Self { loopback, fields: Vec::new(), jar: Rc::default() }
    }

    /// Sends this field with every request.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a cookie that the application has set.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.borrow().find(name).map(str::to_owned)
    }

    /// Sets a cookie for the requests after this.
    pub fn set_cookie(&self, name: &str, value: &str) -> &Self {
        self.jar.borrow_mut().set(name, value);
        self
    }

    /// Forgets all cookies.
    pub fn clear_cookies(&self) -> &Self {
        self.jar.borrow_mut().clear();
        self
    }

    /// Asks with GET and listens to the answer step by step; see [`Live`].
    pub fn open(&self, target: &str) -> Live {
        self.request(Method::Get, target).open()
    }

    /// Asks with GET.
    #[track_caller]
    pub fn get(&self, target: &str) -> Reply {
        self.request(Method::Get, target).send()
    }

    /// Asks with HEAD.
    #[track_caller]
    pub fn head(&self, target: &str) -> Reply {
        self.request(Method::Head, target).send()
    }

    /// Asks with OPTIONS.
    #[track_caller]
    pub fn options(&self, target: &str) -> Reply {
        self.request(Method::Options, target).send()
    }

    /// Asks with DELETE.
    #[track_caller]
    pub fn delete(&self, target: &str) -> Reply {
        self.request(Method::Delete, target).send()
    }

    /// Asks with POST and this value as JSON.
    #[track_caller]
    pub fn post(&self, target: &str, value: impl Serialize) -> Reply {
        self.request(Method::Post, target).json(value).send()
    }

    /// Asks with PUT and this value as JSON.
    #[track_caller]
    pub fn put(&self, target: &str, value: impl Serialize) -> Reply {
        self.request(Method::Put, target).json(value).send()
    }

    /// Asks with PATCH and this value as JSON.
    #[track_caller]
    pub fn patch(&self, target: &str, value: impl Serialize) -> Reply {
        self.request(Method::Patch, target).json(value).send()
    }

    /// Begins a request that can be given fields and a body before it is sent.
    ///
    /// ```
    /// # use httpz::prelude::*;
    /// # use httpz::testing::Client;
    /// # let app = App::new((), |r| r.put("/", handler(|req, _| req.body().unwrap_or(b"").to_vec())));
    /// # let client = Client::new(app);
    /// let reply = client.request(Method::Put, "/").header("x-tag", "1").body("raw").send();
    /// reply.status(200).text("raw");
    /// ```
    pub fn request(&self, method: Method, target: &str) -> Draft<'_> {
        Draft {
            client: self,
            method,
            target: target.to_owned(),
            fields: self.fields.clone(),
            body: Vec::new(),
        }
    }

    /// Sends these bytes as they are over a connection of their own, and reads the first answer.
    ///
    /// # Panics
    ///
    /// When there is no whole answer, or the application waits and nothing happens for ten seconds.
    #[track_caller]
    pub fn send(&self, bytes: &[u8]) -> Reply {
        // As the server does, which takes one line end for the rest of an earlier body.
        let request = bytes.strip_prefix(b"\r\n").unwrap_or(bytes);
        let head_only = request.starts_with(b"HEAD ");
        let request = request.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let request = String::from_utf8_lossy(request).trim_end().to_owned();
        let answer = self.ask(&request, bytes);
        Reply::read(request, &answer, head_only)
    }

    #[track_caller]
    fn ask(&self, request: &str, bytes: &[u8]) -> Vec<u8> {
        match self.loopback.send_within(PATIENCE, bytes) {
            Some(answer) => answer,
            None => panic!("{request}: {}", nothing_happens()),
        }
    }
}

/// A request that has not been sent.
#[derive(Debug)]
#[must_use = "a draft is sent by `send`"]
pub struct Draft<'a> {
    client: &'a Client,
    method: Method,
    target: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Draft<'_> {
    /// Adds a field.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body. Its length is told by the client.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the body to this value as JSON, with its `Content-Type`.
    ///
    /// # Panics
    ///
    /// When it cannot be serialised.
    #[track_caller]
    pub fn json(self, value: impl Serialize) -> Self {
        self.header(JSON.0, JSON.1).body(json_body(&value))
    }

    /// Sends it over a connection of its own.
    ///
    /// # Panics
    ///
    /// When no whole answer comes back, or the application waits and nothing happens for ten seconds.
    #[track_caller]
    pub fn send(self) -> Reply {
        let answer = self.client.ask(&self.name(), &self.bytes());
        let reply = Reply::read(self.name(), &answer, self.method == Method::Head);
        self.client.jar.borrow_mut().take_in_all(&self.target, &reply);
        reply
    }

    /// Sends it and listens to the answer step by step; see [`Live`].
    ///
    /// With a `Content-Length` or `Transfer-Encoding` among the fields, the rest of the body can be
    /// sent later ([`Live::send`]).
    pub fn open(self) -> Live {
        Live::begin(&self, self.client.loopback.open())
    }

    /// What it is called in messages.
    fn name(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut fields: Vec<(&str, &str)> =
            self.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let cookies = self.client.jar.borrow().field(&self.target);
        let has_own = fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie"));
        if let Some(cookies) = cookies.as_deref().filter(|_| !has_own) {
            fields.push(("Cookie", cookies));
        }
        encode::request(self.method, &self.target, &fields, &self.body)
    }
}

/// The field of a request whose body is JSON.
const JSON: (&str, &str) = ("content-type", "application/json");

/// The body of such a request.
#[track_caller]
fn json_body(value: &impl Serialize) -> Vec<u8> {
    match serde_json::to_vec(value) {
        Ok(body) => body,
        Err(error) => panic!("the value for the body cannot be serialised: {error}"),
    }
}

/// What a test hears whose handler waits for what does not come.
fn nothing_happens() -> String {
    format!(
        "the handler waits, and nothing has happened for {PATIENCE:?}; timers and sockets of tokio need a \
         runtime with threads of its own: `let _within = runtime.enter();`, or \
         `#[tokio::test(flavor = \"multi_thread\")]`"
    )
}

/// An application without its type, so that a client has none either.
struct Erased(Arc<dyn Service>);

impl Service for Erased {
    fn call<'a>(&'a self, req: &'a mut Request, res: &'a mut Response) -> Flow<'a> {
        self.0.call(req, res)
    }

    fn refuse(&self, req: &Request, res: &mut Response, error: Error) {
        self.0.refuse(req, res, error);
    }

    fn too_late(&self, req: &Request, error: Error) -> u16 {
        self.0.too_late(req, error)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A service that answers and then fails, and keeps what it hears of that.
    #[derive(Default)]
    struct Hasty(Mutex<Vec<String>>);

    impl Service for Hasty {
        fn call<'a>(&'a self, req: &'a mut Request, res: &'a mut Response) -> Flow<'a> {
            Flow::within(req, async {
                res.text("early").write().await?;
                Err(Error::status(500, "late"))
            })
        }

        fn refuse(&self, _: &Request, _: &mut Response, _: Error) {}

        fn too_late(&self, _: &Request, error: Error) -> u16 {
            self.0.lock().unwrap().push(error.message().to_owned());
            error.code()
        }
    }

    /// Once they were not, and a panic after the beginning of an answer went unnoticed.
    #[test]
    fn errors_that_come_too_late_are_heard_of_in_tests_too() {
        let hasty = Arc::<Hasty>::default();
        let config = crate::Config::default();
        let loopback = Loopback::new(Erased(hasty.clone()), &config);
        let client = Client { loopback, fields: Vec::new(), jar: Rc::default() };
        client.get("/").status(200).text("early");
        assert_eq!(*hasty.0.lock().unwrap(), ["late"]);
    }
}
