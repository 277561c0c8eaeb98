//! Rows 5 to 14 of the feature list: shared data, data of routes, data of requests, dispatchers.
//!
//! Each test is the original's example for it, as it is written here, and what else the row promises.
//! Row 10 is tested over real sockets, in `server/parity_data.rs`.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use httpz::prelude::*;
use httpz::testing::Client;
use httpz::{Dispatch, Flow};

#[derive(Default)]
struct Global {
    hits: Mutex<u64>,
    retries: AtomicU64,
}

impl Global {
    fn increment(&self, _: &Request, _: &mut Response) -> String {
        let mut hits = self.hits.lock().unwrap();
        *hits += 1;
        format!("{hits} hits")
    }
}

/// What a dispatcher makes for each request.
struct Visit {
    global: Shared<Global>,
    user: Option<String>,
}

impl Has<Global> for Visit {
    fn has(&self) -> &Global {
        &self.global
    }
}

impl Visit {
    fn logout(&self, _: &Request, _: &mut Response) -> String {
        format!("bye {}", self.user.as_deref().unwrap_or("stranger"))
    }
}

async fn visit(
    next: Next<'_, Visit>,
    global: &mut Shared<Global>,
    req: &Request,
    res: &mut Response,
) -> Result {
    let user = req.header("user").map(str::to_owned);
    next.run(&mut Visit { global: *global, user }, req, res).await
}

async fn main_dispatcher<C: 'static>(
    next: Next<'_, C>,
    cx: &mut C,
    req: &Request,
    res: &mut Response,
) -> Result {
    res.header("cors", "isslow");
    next.run(cx, req, res).await
}

async fn logged_in<C: 'static>(
    next: Next<'_, C>,
    cx: &mut C,
    req: &Request,
    res: &mut Response,
) -> Result {
    if req.header("authorization").is_some() {
        return main_dispatcher(next, cx, req, res).await;
    }
    res.status(401).text("Not authorized");
    Ok(())
}

fn hello() -> impl Fn(&Request, &mut Response) -> &'static str + Send + Sync {
    handler(|_, _| "hello")
}

#[get("/increment")]
fn increment(global: &Global) -> String {
    let mut hits = global.hits.lock().unwrap();
    *hits += 1;
    format!("{hits} hits")
}

#[test]
fn row_5_shared_data_is_asked_for_by_its_type() {
    fn plain(global: &Global, _: &Request, _: &mut Response) -> String {
        global.hits.lock().unwrap().to_string()
    }
    let app = App::new(Global::default(), |r| r.mount(routes![increment]).get("/plain", plain));
    let client = Client::new(app);
    client.get("/increment").text("1 hits");
    client.get("/increment").text("2 hits");
    client.get("/plain").text("2");
}

#[test]
fn row_6_an_action_is_a_method_of_the_global() {
    let client = Client::new(App::new(Global::default(), |r| r.get("/", Global::increment)));
    client.get("/").text("1 hits");
    client.get("/").text("2 hits");
    // Or a closure that captures.
    let name = String::from("Teg");
    let app = App::new((), |r| r.get("/", move |_: &Request, _: &mut Response| name.clone()));
    Client::new(app).get("/").text("Teg");
}

#[test]
fn row_7_fallbacks_get_the_global_too() {
    fn missing(global: &Global, req: &Request, _: &mut Response) -> String {
        format!("{} is missing after {} hits", req.path(), global.hits.lock().unwrap())
    }
    fn refused(global: &Global, _: &Request, _: &mut Response) -> String {
        format!("refused after {} hits", global.hits.lock().unwrap())
    }
    let fails = handler(|_, _| Err::<(), _>(Error::status(500, "broken")));
    let app = App::new(Global::default(), |r| r.get("/", Global::increment).get("/fails", fails))
        .not_found(missing)
        .method_not_allowed(refused)
        .on_error_with(|global, _, res, error| {
            res.text(&format!("{} after {} hits", error.message(), global.hits.lock().unwrap()));
        });
    let client = Client::new(app);
    client.get("/");
    client.get("/x").status(404).text("/x is missing after 1 hits");
    client.delete("/").status(405).text("refused after 1 hits");
    client.get("/fails").status(500).text("broken after 1 hits");
}

#[test]
fn row_8_a_route_or_a_group_has_data_of_its_own() {
    let app = App::new(Global::default(), |r| {
        r.get("/shared", Global::increment)
            .with(|r| {
                r.data(Global { hits: Mutex::new(100), ..Global::default() })
                    .delete("/session", Global::increment)
            })
            .group("/b", |g| {
                g.data(Global { hits: Mutex::new(200), ..Global::default() })
                    .get("/one", Global::increment)
                    .get("/two", Global::increment)
            })
    });
    let client = Client::new(app);
    client.get("/shared").text("1 hits");
    client.delete("/session").text("101 hits");
    client.delete("/session").text("102 hits");
    client.get("/b/one").text("201 hits");
    client.get("/b/two").text("202 hits");
    client.get("/shared").text("2 hits");
}

#[test]
fn row_9_a_dispatcher_makes_the_data_of_a_request() {
    let app = App::new(Global::default(), |r| {
        r.dispatch(visit).delete("/session", Visit::logout).get("/hits", Global::increment)
    });
    let client = Client::new(app);
    client.delete("/session").text("bye stranger");
    client.get("/hits").text("1 hits");
    client.header("user", "Teg").delete("/session").text("bye Teg");
}

/// Forgetting the dispatcher does not compile: see `tests/ui/wrong_context.rs`.
#[test]
fn row_9_nested_guards_and_dispatchers_hand_contexts_on() {
    struct Named(String);
    struct Titled(String);
    fn name(visit: &mut Visit, _: &Request) -> Result<Named> {
        let name = visit.user.take().ok_or_else(|| Error::status(401, "who are you?"))?;
        Ok(Named(name))
    }
    async fn title(
        next: Next<'_, Titled>,
        named: &mut Named,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        next.run(&mut Titled(format!("Dr. {}", named.0)), req, res).await
    }
    let show = |titled: &Titled, _: &Request, _: &mut Response| titled.0.clone();
    let slow = async |titled: &Titled, _: &Request, res: &mut Response| {
        res.chunk("slowly ").await?;
        res.chunk(&titled.0).await
    };
    let app = App::new(Global::default(), |r| {
        r.dispatch(visit).group("/a", |g| {
            g.guard(name).group("/b", |g| g.dispatch(title).get("/c", show).get("/d", slow))
        })
    });
    let client = Client::new(app);
    client.get("/a/b/c").status(401).text("who are you?");
    let client = client.header("user", "Teg");
    client.get("/a/b/c").text("Dr. Teg");
    client.get("/a/b/d").text("slowly Dr. Teg");
}

#[test]
fn row_11_a_dispatcher_holds_from_its_place_on() {
    let client = Client::new(App::new((), |r| {
        r.get("/before", hello())
            .group("/in-before", |g| g.get("/", hello()))
            .dispatch(main_dispatcher)
            .get("/after", hello())
            .group("/in-after", |g| g.get("/", hello()))
    }));
    client.get("/before").no_header("cors").text("hello");
    client.get("/in-before/").no_header("cors").text("hello");
    client.get("/after").header("cors", "isslow").text("hello");
    client.get("/in-after/").header("cors", "isslow").text("hello");
}

#[test]
fn row_11_what_a_dispatcher_keeps_stands_on_errors_too() {
    async fn marks<C: 'static>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        res.header("x-kept", "1").keep_headers().header("x-taken-back", "1");
        next.run(cx, req, res).await
    }
    let fails = handler(|_, _| Err::<(), _>(Error::status(409, "taken")));
    let client =
        Client::new(App::new((), |r| r.dispatch(marks).get("/", hello()).get("/fails", fails)));
    client.get("/").header("x-kept", "1").header("x-taken-back", "1");
    client.get("/fails").status(409).header("x-kept", "1").no_header("x-taken-back").text("taken");
}

#[test]
fn row_12_a_single_route_has_a_dispatcher_of_its_own() {
    let client = Client::new(App::new((), |r| {
        r.with(|r| r.dispatch(main_dispatcher).delete("/v1/session", hello()))
            .get("/v1/session", hello())
    }));
    client.delete("/v1/session").header("cors", "isslow");
    client.get("/v1/session").no_header("cors");
}

#[test]
fn row_13_a_dispatcher_or_a_guard_leaves_the_action_out() {
    fn closed(_: &mut Shared<()>, _: &Request) -> Result<Shared<()>> {
        Err(Error::status(503, "closed"))
    }
    fn never(_: &Request, _: &mut Response) {
        panic!("the action ran");
    }
    let client = Client::new(App::new((), |r| {
        r.with(|r| r.dispatch(logged_in).get("/dispatched", never))
            .with(|r| r.guard(closed).get("/guarded", never))
            .with(|r| r.check(|_, _| Err(Error::status(403, "no"))).get("/checked", never))
    }));
    client.get("/dispatched").status(401).text("Not authorized");
    client.get("/guarded").status(503).text("closed");
    client.get("/checked").status(403).text("no");
}

#[test]
fn row_13_a_check_leaves_the_context_and_the_body_alone() {
    let length = |visit: &Visit, req: &Request, _: &mut Response| {
        format!("{:?} sent {}", visit.user, req.body().map_or(0, <[u8]>::len))
    };
    let app = App::new(Global::default(), |r| {
        r.dispatch(visit)
            .check(|visit: &Visit, _: &Request| match visit.user {
                Some(_) => Ok(()),
                None => Err(Error::status(401, "who are you?")),
            })
            .post("/", length)
    });
    let client = Client::new(app);
    let upload = "POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 200000\n\n";
    client.send(upload.replace('\n', "\r\n").as_bytes()).status(401).text("who are you?");
    let long = "x".repeat(200_000);
    let draft = client.request(Method::Post, "/").header("user", "Teg").body(long);
    draft.send().text("Some(\"Teg\") sent 200000");
}

#[test]
fn row_14_dispatchers_call_one_another() {
    let client = Client::new(App::new((), |r| {
        r.with(|r| r.dispatch(logged_in).delete("/v1/session", hello()))
    }));
    client.delete("/v1/session").status(401).no_header("cors");
    let client = client.header("authorization", "me");
    client.delete("/v1/session").status(200).header("cors", "isslow").text("hello");
}

#[test]
fn row_14_a_dispatcher_runs_the_rest_again() {
    /// Runs the rest again while it fails, so many times.
    struct Retry(u64);

    impl Dispatch<Shared<Global>, Shared<Global>> for Retry {
        fn dispatch<'a>(
            &'a self,
            next: Next<'a, Shared<Global>>,
            global: &'a mut Shared<Global>,
            req: &'a Request,
            res: &'a mut Response,
        ) -> Flow<'a> {
            Flow::later(async move {
                for _ in 0..self.0 {
                    let outcome = next.run(global, req, res).await;
                    if outcome.is_ok() || res.written() {
                        return outcome;
                    }
                    res.clear();
                }
                next.run(global, req, res).await
            })
        }
    }

    /// Fails, half-way through its answer, but for every third time.
    fn moody(global: &Global, req: &Request, res: &mut Response) -> Result {
        let n = global.retries.fetch_add(1, Ordering::Relaxed) + 1;
        res.header("x-try", n.to_string()).status(202).bytes(req.body().unwrap_or_default());
        if n.is_multiple_of(3) { Ok(()) } else { Err(Error::status(503, format!("try {n}"))) }
    }

    let client = Client::new(App::new(Global::default(), |r| {
        r.with(|r| r.dispatch(Retry(2)).post("/patient", moody))
            .with(|r| r.dispatch(Retry(1)).post("/hasty", moody))
    }));
    let reply = client.post("/patient", "body").status(202).text("\"body\"");
    assert_eq!(reply.find_headers("x-try").collect::<Vec<_>>(), ["3"]);
    client.post("/hasty", "body").status(503).no_header("x-try").text("try 5");
}

/// What a dispatcher says about the connection outlasts the answer that it was said of.
#[test]
fn row_14_a_dispatcher_that_closes_is_heard_whatever_becomes_of_the_answer() {
    async fn last<C: 'static>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        res.close();
        next.run(cx, req, res).await
    }
    let fails = handler(|_, _| Err::<(), _>(Error::status(409, "taken")));
    let anew = |_: &Request, res: &mut Response| res.clear();
    let client = Client::new(App::new((), |r| {
        let panics = |_: &Request, _: &mut Response| -> &'static str { panic!("on purpose") };
        let splits = |_: &Request, res: &mut Response| _ = res.header("a", "b\r\nc: d");
        r.get("/open", hello())
            .dispatch(last)
            .get("/fine", hello())
            .get("/fails", fails)
            .get("/panics", panics)
            .get("/splits", splits)
            .get("/anew", anew)
    }));
    client.get("/open").status(200).no_header("connection");
    for (path, status) in
        [("/fine", 200), ("/fails", 409), ("/panics", 500), ("/splits", 500), ("/anew", 200)]
    {
        client.get(path).status(status).header("connection", "close");
    }
}

#[test]
fn row_14_dispatchers_with_settings_are_closures_or_types() {
    fn tag<C: 'static>(name: &'static str, value: String) -> impl Dispatch<C, C> {
        async move |next: Next<'_, C>, cx: &mut C, req: &Request, res: &mut Response| -> Result {
            res.header(name, &value);
            next.run(cx, req, res).await
        }
    }
    let client = Client::new(App::new((), |r| {
        r.dispatch(tag("x-outer", "1".into()))
            .group("/in", |g| g.dispatch(tag("x-inner", "2".into())).get("/", hello()))
    }));
    client.get("/in/").header("x-outer", "1").header("x-inner", "2").text("hello");
}
