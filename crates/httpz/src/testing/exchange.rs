//! A request and a response without an application around them, to call one handler by hand.

use std::cell::{OnceCell, RefCell, RefMut};
use std::error::Error as StdError;
use std::fmt;

use httpz_core::proto::encode;
use httpz_core::testing::{block_on_within, exchange};
use serde::Serialize;
use serde_json::Value;

use super::reply::Reply;
use super::{JSON, PATIENCE, json_body, nothing_happens};
use crate::app::refusal;
use crate::meaning::{self, Meaning};
use crate::url::push_pair;
use crate::{Config, Error, Handler, HttpError, Method, Request, Respond, Response, Result};

/// A request that is built up, the response to it, and what a test may demand of that.
///
/// ```
/// use httpz::prelude::*;
/// use httpz::testing::Exchange;
///
/// fn search(req: &Request, res: &mut Response) -> Result {
///     let Some(search) = req.query()?.get("search") else {
///         res.status(400);
///         return res.json(&json!({ "error": "missing parameter", "parameter": "search" }));
///     };
///     res.json(&json!({ "found": search }))
/// }
///
/// let test = Exchange::new();
/// search(test.req(), &mut test.res())?;
/// test.expect_status(400)
///     .expect_json(json!({ "error": "missing parameter", "parameter": "search" }));
///
/// // Or in one go; an error is shaped as an application without `on_error` does it.
/// Exchange::new().query("search", "tea").call(search).expect_json(json!({ "found": "tea" }));
/// # Ok::<(), Error>(())
/// ```
///
/// Async handlers run without a runtime:
///
/// ```
/// use httpz::prelude::*;
/// use httpz::testing::{Exchange, block_on};
///
/// async fn slow(_: &Request, res: &mut Response) -> Result {
///     res.chunk("bit ").await?;
///     res.chunk("by bit").await
/// }
///
/// Exchange::new().call(slow).expect_body("bit by bit");
///
/// let test = Exchange::new();
/// block_on(slow(test.req(), &mut test.res()))?;
/// test.expect_body("bit by bit");
/// # Ok::<(), Error>(())
/// ```
///
/// A function with a route attribute is called like any other; [`Exchange::respond`] takes what it
/// returns:
///
/// ```
/// use httpz::prelude::*;
/// use httpz::testing::Exchange;
///
/// #[get("/users/:id")]
/// fn show(id: u64) -> Option<String> {
///     (id == 7).then(|| "Teg".to_owned())
/// }
///
/// Exchange::new().respond(show(7)).expect_status(200).expect_body("Teg");
/// Exchange::new().respond(show(8)).expect_status(404);
/// ```
///
/// What is a 500 to it is logged with its cause, as a server does. An error of one's own that implements
/// [`std::error::Error`] is one until [`Exchange::errors`] says that it knows its status.
pub struct Exchange {
    method: Method,
    url: String,
    query: Vec<(String, String)>,
    params: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
    config: Config,
    meanings: Vec<Meaning>,
    /// Made when the handler is called.
    pair: OnceCell<(Request, RefCell<Response>)>,
    /// Read when something is demanded of it.
    reply: OnceCell<Reply>,
}

impl Default for Exchange {
    fn default() -> Self {
        Self::new()
    }
}

/// Building the request.
impl Exchange {
    /// GET `/`, under the usual configuration.
    pub fn new() -> Self {
        Self::with_config(Config::default())
    }

    /// The same under another configuration, of which only the parts about requests and responses
    /// matter.
    pub fn with_config(config: Config) -> Self {
        Self {
            method: Method::Get,
            url: "/".to_owned(),
            query: Vec::new(),
            params: Vec::new(),
            fields: Vec::new(),
            body: Vec::new(),
            config,
            meanings: Vec::new(),
            pair: OnceCell::new(),
            reply: OnceCell::new(),
        }
    }

    /// Sets the method.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Sets path and query, as they would stand on the wire. With [`Exchange::query`] as well, the
    /// query in here is ignored.
    #[must_use]
    pub fn url(mut self, url: &str) -> Self {
        self.url = url.to_owned();
        self
    }

    /// Adds a parameter of the path.
    #[must_use]
    pub fn param(mut self, name: &str, value: &str) -> Self {
        self.params.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a parameter of the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a field.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Says that errors of type `E` know what they mean, as an application knows of those that its routes
    /// return, and by [`App::errors`](crate::App::errors) of others.
    ///
    /// ```
    /// use httpz::prelude::*;
    /// use httpz::testing::Exchange;
    ///
    /// #[derive(Debug, thiserror::Error, HttpError)]
    /// enum Failure {
    ///     #[error("there is no note {0}")]
    ///     #[status(404)]
    ///     NoNote(u64),
    /// }
    ///
    /// #[get("/notes/:id")]
    /// fn note(id: u64) -> Result<String, Failure> {
    ///     Err(Failure::NoNote(id))
    /// }
    ///
    /// let test = Exchange::new().errors::<Failure>();
    /// test.respond(note(7)).expect_status(404).expect_body("there is no note 7");
    /// ```
    #[must_use]
    pub fn errors<E: HttpError + StdError + Send + Sync + 'static>(mut self) -> Self {
        self.meanings.push(Box::new(|source| source.downcast_ref().map(E::to_error)));
        self
    }

    /// Sets the body to this value as JSON, with its `Content-Type`.
    ///
    /// # Panics
    ///
    /// When it cannot be serialised.
    #[must_use]
    #[track_caller]
    pub fn json(self, value: impl Serialize) -> Self {
        self.header(JSON.0, JSON.1).body(json_body(&value))
    }
}

/// Calling the handler.
impl Exchange {
    /// The request.
    ///
    /// # Panics
    ///
    /// When the server would refuse such a request.
    #[track_caller]
    pub fn req(&self) -> &Request {
        &self.pair().0
    }

    /// The response, to be lent to a handler.
    ///
    /// # Panics
    ///
    /// As [`Exchange::req`]; and when it is lent already.
    #[track_caller]
    pub fn res(&self) -> RefMut<'_, Response> {
        match self.pair().1.try_borrow_mut() {
            Ok(response) => response,
            Err(_) => panic!(
                "the response is lent already: end the statement that calls the handler before \
                 something is demanded of it"
            ),
        }
    }

    /// Calls a handler, sync or async, that needs no context.
    ///
    /// # Panics
    ///
    /// As [`Exchange::call_with`].
    #[track_caller]
    pub fn call<M>(&self, handler: impl Handler<(), M>) -> &Self {
        self.call_with(&mut (), handler)
    }

    /// Calls a handler with this context.
    ///
    /// ```
    /// use httpz::prelude::*;
    /// use httpz::testing::Exchange;
    ///
    /// struct Me(u64);
    ///
    /// fn whoami(me: &Me, _: &Request, _: &mut Response) -> String {
    ///     format!("user {}", me.0)
    /// }
    ///
    /// Exchange::new().call_with(&mut Me(7), whoami).expect_body("user 7");
    /// ```
    ///
    /// # Panics
    ///
    /// As [`Exchange::res`]; and when the handler waits and nothing happens for ten seconds.
    #[track_caller]
    pub fn call_with<C: 'static, M>(&self, cx: &mut C, handler: impl Handler<C, M>) -> &Self {
        let mut response = self.res();
        let endpoint = handler.into_endpoint();
        let call = endpoint.call(cx, self.req(), &mut response).into_future();
        let Some(outcome) = block_on_within(PATIENCE, call) else {
            panic!("{} {}: {}", self.method, self.target(), nothing_happens());
        };
        self.settle(outcome, response)
    }

    /// Takes what a handler has returned.
    ///
    /// # Panics
    ///
    /// As [`Exchange::res`].
    #[track_caller]
    pub fn respond(&self, value: impl Respond) -> &Self {
        let mut response = self.res();
        let outcome = value.respond(&mut response);
        self.settle(outcome, response)
    }

    fn settle(&self, outcome: Result, mut response: RefMut<'_, Response>) -> &Self {
        match outcome {
            Ok(()) => {}
            // As on the wire: an answer that has begun is cut.
            Err(_) if response.written() => response.abort(),
            Err(error) => self.refuse(&mut response, error),
        }
        self
    }

    fn refuse(&self, response: &mut Response, error: Error) {
        let error = meaning::interpret(&self.meanings, error);
        refusal::note(self.req(), &error);
        response.clear();
        refusal::begin(response, &error);
        refusal::shape_error(self.req(), response, &error);
    }

    #[track_caller]
    fn pair(&self) -> &(Request, RefCell<Response>) {
        self.pair.get_or_init(|| match exchange(&self.config, &self.bytes()) {
            Ok(exchange) => {
                let (mut request, response) = (exchange.request, exchange.response);
                request.pretend_params(&borrowed(&self.params));
                (request, RefCell::new(response))
            }
            Err(error) => panic!("the server would refuse such a request: {error:?}"),
        })
    }

    fn bytes(&self) -> Vec<u8> {
        encode::request(self.method, &self.target(), &borrowed(&self.fields), &self.body)
    }

    fn target(&self) -> String {
        if self.query.is_empty() {
            return self.url.clone();
        }
        let mut target = self.url.split('?').next().unwrap_or_default().to_owned();
        for (i, (name, value)) in self.query.iter().enumerate() {
            target.push(if i == 0 { '?' } else { '&' });
            push_pair(&mut target, name, value);
        }
        target
    }
}

/// Demanding what the answer is.
impl Exchange {
    /// Demands this status.
    ///
    /// # Panics
    ///
    /// When it is another.
    #[track_caller]
    pub fn expect_status(&self, expected: u16) -> &Self {
        self.parse_response().status(expected);
        self
    }

    /// Demands a field with this value.
    ///
    /// # Panics
    ///
    /// When no field of this name has it.
    #[track_caller]
    pub fn expect_header(&self, name: &str, expected: &str) -> &Self {
        self.parse_response().header(name, expected);
        self
    }

    /// Demands this body.
    ///
    /// # Panics
    ///
    /// When it is another.
    #[track_caller]
    pub fn expect_body(&self, expected: &str) -> &Self {
        self.parse_response().text(expected);
        self
    }

    /// Demands this JSON as the body.
    ///
    /// # Panics
    ///
    /// When it is another or no JSON; the message names each place that differs.
    #[track_caller]
    pub fn expect_json(&self, expected: impl Into<Value>) -> &Self {
        self.parse_response().json(expected);
        self
    }

    /// The body, read from JSON.
    ///
    /// # Panics
    ///
    /// When it is not JSON.
    #[track_caller]
    pub fn get_json(&self) -> Value {
        self.parse_response().read_json()
    }

    /// The answer as it would leave: status, fields, body, raw bytes. From now on it stands; what else
    /// is done to the response changes nothing.
    ///
    /// # Panics
    ///
    /// When a head was sent and the rest was not, as after an error in the middle of a stream.
    #[track_caller]
    pub fn parse_response(&self) -> Reply {
        let request = format!("{} {}", self.method, self.target());
        let read = || {
            let mut response = self.res();
            // An answer that cannot be sent as it is becomes an error, as on the wire.
            let bytes = response.encoded().or_else(|error| {
                self.refuse(&mut response, error);
                response.encoded()
            });
            match bytes {
                Ok(bytes) => Reply::read(request, &bytes, self.method == Method::Head),
                Err(error) => panic!("{request}: the answer cannot be sent: {error:?}"),
            }
        };
        self.reply.get_or_init(read).clone()
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("method", &self.method)
            .field("target", &self.target())
            .field("pair", &self.pair)
            .finish_non_exhaustive()
    }
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (&**name, &**value)).collect()
}
