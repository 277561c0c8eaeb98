//! Groups, and what guards, dispatchers and data put in the place of the context.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use httpz::prelude::*;
use httpz::testing::Client;

#[derive(Default)]
struct Db {
    log: Mutex<Vec<String>>,
}

impl Db {
    fn note(&self, text: &str) {
        self.log.lock().unwrap().push(text.to_owned());
    }

    fn log(&self, _: &Request, _: &mut Response) -> String {
        self.log.lock().unwrap().join(" ")
    }
}

struct Me {
    id: u64,
    db: Shared<Db>,
}

impl Has<Db> for Me {
    fn has(&self) -> &Db {
        &self.db
    }
}

impl Me {
    fn show(&self, _: &Request, _: &mut Response) -> String {
        format!("me {}", self.id)
    }

    async fn show_slowly(&self, _: &Request, res: &mut Response) -> Result {
        res.chunk("me ").await?;
        res.chunk(self.id.to_string()).await
    }
}

/// A guard: makes the context or refuses.
fn token(db: &mut Shared<Db>, req: &Request) -> Result<Me> {
    db.note("token");
    match req.header("token") {
        Some("ok") => Ok(Me { id: 99, db: *db }),
        _ => Err(Error::status(403, "no")),
    }
}

/// A dispatcher that makes the context.
async fn auth(
    next: Next<'_, Me>,
    db: &mut Shared<Db>,
    req: &Request,
    res: &mut Response,
) -> Result {
    let id = req.header("user").and_then(|user| user.parse().ok());
    let Some(id) = id else { return Err(Error::status(401, "who are you?")) };
    next.run(&mut Me { id, db: *db }, req, res).await
}

/// A dispatcher that keeps the context.
async fn timed<C: 'static>(
    next: Next<'_, C>,
    cx: &mut C,
    req: &Request,
    res: &mut Response,
) -> Result {
    let outcome = next.run(cx, req, res).await;
    res.header("server-timing", "1");
    outcome
}

/// A dispatcher that calls another.
async fn timed_auth(
    next: Next<'_, Me>,
    db: &mut Shared<Db>,
    req: &Request,
    res: &mut Response,
) -> Result {
    res.header("x-outer", "1");
    auth(next, db, req, res).await
}

/// A dispatcher that may leave the rest out.
async fn closed<C: 'static>(
    next: Next<'_, C>,
    cx: &mut C,
    req: &Request,
    res: &mut Response,
) -> Result {
    if req.header("open").is_some() {
        return next.run(cx, req, res).await;
    }
    res.status(503).text("closed");
    Ok(())
}

#[test]
fn a_guard_makes_the_context_or_refuses() {
    let client = Client::new(App::new(Db::default(), |r| {
        r.group("/t", |g| g.guard(token).get("/me", Me::show).get("/slow", Me::show_slowly))
            .get("/log", Db::log)
    }));
    client.get("/t/me").status(403).text("no");
    let client = client.header("token", "ok");
    client.get("/t/me").status(200).text("me 99");
    client.get("/t/slow").status(200).text("me 99");
    client.get("/log").text("token token token");
}

#[test]
fn a_guard_refuses_before_the_body_is_read() {
    let app = App::new(Db::default(), |r| r.guard(token).post("/", Me::show));
    let client = Client::new(app);
    // The upload never comes: who is refused is told so, who is not has sent half a request.
    let head = "POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 100000\n\n";
    client.send(head.replace('\n', "\r\n").as_bytes()).status(403).text("no");
    let head = head.replacen("Host: a", "Host: a\nToken: ok", 1);
    client.send(head.replace('\n', "\r\n").as_bytes()).status(400);
}

#[test]
fn a_guards_context_is_kept_while_a_late_body_is_read() {
    let length = |me: &Me, req: &Request, _: &mut Response| {
        format!("me {} sent {}", me.id, req.body().map_or(0, <[u8]>::len))
    };
    let app = App::new(Db::default(), |r| r.guard(token).post("/", length));
    let client = Client::new(app).header("token", "ok");
    let long = "x".repeat(300_000);
    client.request(Method::Post, "/").body(long).send().text("me 99 sent 300000");
}

#[test]
fn a_dispatcher_runs_around_and_makes_the_context() {
    let client = Client::new(App::new(Db::default(), |r| {
        r.group("/api", |g| {
            g.dispatch(timed).dispatch(auth).get("/me", Me::show).get("/log", Db::log)
        })
    }));
    client.get("/api/me").status(401).text("who are you?");
    let client = client.header("user", "7");
    client.get("/api/me").status(200).header("server-timing", "1").text("me 7");
    client.get("/api/log").status(200).text("");
}

#[test]
fn a_dispatcher_may_leave_the_rest_out() {
    let app = App::new((), |r| r.dispatch(closed).get("/", handler(|_, _| "open")));
    let client = Client::new(app);
    client.get("/").status(503).text("closed");
    client.header("open", "1").get("/").status(200).text("open");
}

#[test]
fn dispatchers_call_one_another() {
    let app = App::new(Db::default(), |r| r.dispatch(timed_auth).get("/", Me::show));
    Client::new(app).header("user", "7").get("/").header("x-outer", "1").text("me 7");
}

#[test]
fn guards_and_dispatchers_hold_from_their_place_on() {
    let client = Client::new(App::new(Db::default(), |r| {
        r.get("/before", Db::log)
            .dispatch(timed)
            .get("/timed", Db::log)
            .guard(token)
            .get("/guarded", Me::show)
    }));
    client.get("/before").status(200).no_header("server-timing");
    client.get("/timed").status(200).header("server-timing", "1");
    client.get("/guarded").status(403);
}

#[test]
fn what_a_group_does_ends_with_it() {
    let client = Client::new(App::new(Db::default(), |r| {
        r.group("/in", |g| g.dispatch(timed).guard(token).get("/", Me::show)).get("/out", Db::log)
    }));
    client.get("/in/").status(403);
    client.get("/out").status(200).no_header("server-timing");
}

#[test]
fn groups_nest_to_any_depth() {
    let params = handler(|req, _| {
        req.params().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    });
    let client = Client::new(App::new(Db::default(), |r| {
        r.group("/a", |g| {
            g.group("/:b", |g| {
                g.dispatch(timed).group("", |g| g.get("/c/:d", params).get("", params))
            })
            .get("/plain", params)
        })
    }));
    client.get("/a/1/c/2").header("server-timing", "1").text("b=1,d=2");
    client.get("/a/1").header("server-timing", "1").text("b=1");
    client.get("/a/plain").no_header("server-timing").text("");
}

#[test]
fn a_single_route_has_a_dispatcher_and_data_of_its_own_in_a_group_of_one() {
    let client = Client::new(App::new(Db::default(), |r| {
        r.get("/plain", Db::log)
            .group("", |g| g.dispatch(timed).get("/timed", Db::log))
            .group("", |g| {
                g.data("its own").get("/data", |t: &&'static str, _: &Request, _: &mut Response| *t)
            })
            .get("/after", Db::log)
    }));
    client.get("/plain").no_header("server-timing");
    client.get("/timed").header("server-timing", "1");
    client.get("/data").no_header("server-timing").text("its own");
    client.get("/after").no_header("server-timing");
}

#[test]
fn data_takes_the_place_of_the_context() {
    struct Tenant(&'static str);
    let who = |tenant: &Tenant, _: &Request, _: &mut Response| tenant.0;
    let slow = async |tenant: &Tenant, _: &Request, res: &mut Response| res.chunk(tenant.0).await;
    let client = Client::new(App::new(Db::default(), |r| {
        r.group("/acme", |g| g.data(Tenant("Acme")).get("/who", who).get("/slow", slow))
            .group("/initech", |g| g.guard(token).data(Tenant("Initech")).get("/who", who))
    }));
    client.get("/acme/who").text("Acme");
    client.get("/acme/slow").text("Acme");
    client.get("/initech/who").status(403);
    client.header("token", "ok").get("/initech/who").text("Initech");
}

/// What is written with less or with more than is needed: no `'static`, and lifetimes with names.
mod as_people_write_it {
    use super::*;

    async fn passed_on<C>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        res.header("x-passed", "on");
        next.run(cx, req, res).await
    }

    #[guard]
    fn token<'a>(db: &'a mut Shared<Db>, req: &'a Request) -> Result<Me> {
        db.note(req.path());
        Ok(Me { id: 7, db: *db })
    }

    #[get("/me", guard = token)]
    fn me(me: &Me) -> String {
        me.id.to_string()
    }

    #[test]
    fn a_dispatcher_needs_no_static_and_a_guard_may_name_lifetimes() {
        let app = App::new(Db::default(), |r| r.dispatch(passed_on).mount(routes![me]));
        Client::new(app).get("/me").header("x-passed", "on").text("7");
    }

    /// Its arguments are told to it by what takes it.
    #[test]
    fn a_guard_and_a_check_may_be_closures_without_types() {
        let app = App::new(Db::default(), |r| {
            r.check(|db, req| {
                db.note(req.path());
                Ok(())
            })
            .guard(|db, _| Ok(Me { id: 8, db: *db }))
            .get("/me", Me::show)
        });
        Client::new(app).get("/me").text("me 8");
    }
}

struct Hub(&'static str);

struct Site {
    hub: Hub,
    // Of another crate, so that `Shared<Site>` could not be taught to have it.
    visits: AtomicU64,
}

impl Has<Hub> for Shared<Site> {
    fn has(&self) -> &Hub {
        &self.hub
    }
}

#[derive(Context)]
struct Visited {
    #[parts(hub: Hub, visits: AtomicU64)]
    site: Shared<Site>,
    visitor: u8,
}

fn visit(site: &mut Shared<Site>, _: &Request) -> Result<Visited> {
    Ok(Visited { site: *site, visitor: 7 })
}

#[get("/hub")]
fn hub(hub: &Hub) -> &'static str {
    hub.0
}

#[get("/visit")]
fn visited(site: &Site, hub: &Hub, visits: &AtomicU64, visitor: &u8) -> String {
    visits.fetch_add(1, Ordering::Relaxed);
    format!("{} {} {visitor}", site.visits.load(Ordering::Relaxed), hub.0)
}

#[test]
fn parts_of_the_state_are_lent_at_the_root_and_behind_guards() {
    let site = Site { hub: Hub("center"), visits: AtomicU64::new(0) };
    let client = Client::new(App::new(site, |r| {
        r.mount(routes![hub]).group("/guarded", |g| g.guard(visit).mount(routes![hub, visited]))
    }));
    client.get("/hub").status(200).text("center");
    client.get("/guarded/hub").status(200).text("center");
    client.get("/guarded/visit").status(200).text("1 center 7");
}
