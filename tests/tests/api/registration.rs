//! What is wrong with routes is told by `build`, never by a panic.

use httpz::prelude::*;
use httpz::testing::Client;
use httpz::{BuildError, RouteError};

fn show(_: &Request, _: &mut Response) {}
fn edit(_: &Request, _: &mut Response) {}

fn refused<G: Send + Sync>(app: App<G>) -> BuildError {
    app.build().expect_err("it is refused")
}

#[test]
fn two_routes_of_one_shape_and_method_are_refused_by_name() {
    let error = refused(App::new((), |r| {
        r.get("/users/:id", show)
            .post("/users/:id", show)
            .group("/users", |g| g.get("/:name", edit))
            .all("/x", show)
            .all("/x", edit)
    }));
    assert_eq!(
        error.to_string(),
        "routes cannot be registered: \
         GET `/users/:name` of `api::registration::edit` answers the same requests as \
         GET `/users/:id` of `api::registration::show`; \
         * `/x` of `api::registration::edit` answers the same requests as \
         * `/x` of `api::registration::show`"
    );
    assert_eq!(error.errors().len(), 2);
}

#[test]
fn malformed_patterns_are_refused_with_the_reason() {
    let error = refused(App::new((), |r| {
        r.get("users", show)
            .get("/a b", show)
            .get("/:", show)
            .group("/api", |g| g.get("/{id}", show).get("x", show))
            .get("/:a/:a", show)
            .get("/fine", show)
    }));
    assert_eq!(error.errors().len(), 6, "{error}");
    for (error, pattern) in
        error.errors().iter().zip(["users", "/a b", "/:", "/api/{id}", "x", "/:a/:a"])
    {
        match error {
            RouteError::Malformed { pattern: got, handler, reason, .. } => {
                assert_eq!((&**got, &**handler), (pattern, "api::registration::show"));
                assert!(!reason.is_empty());
            }
            other => panic!("{pattern}: {other}"),
        }
    }
}

#[test]
fn too_many_params_are_refused() {
    let many = "/:a/:b/:c";
    let mut config = Config::default();
    config.request.max_param_count = 3;
    assert!(App::new((), |r| r.get(many, show)).config(config.clone()).build().is_ok());
    config.request.max_param_count = 2;
    let error = refused(App::new((), |r| r.get(many, show)).config(config));
    assert_eq!(
        error.to_string(),
        "routes cannot be registered: `/:a/:b/:c` of `api::registration::show` has 3 parameters; \
         request.max_param_count is 2: raise that, or use fewer"
    );
    // The default is that of the original.
    let eleven = "/:a/:b/:c/:d/:e/:f/:g/:h/:i/:j/:k";
    assert_eq!(refused(App::new((), |r| r.get(eleven, show))).errors().len(), 1);
}

#[test]
fn listen_and_start_return_what_build_would() {
    let app = || App::new((), |r| r.get("/a", show).get("/a", edit));
    for error in [app().start().err(), app().listen("127.0.0.1:0").err()] {
        let error = error.expect("it is refused");
        assert!(error.chain().to_string().contains("answers the same requests"), "{error:?}");
    }
}

#[test]
fn the_try_methods_tell_at_once() {
    let app = App::try_new((), |r| {
        r.try_get("/a", show)?.try_post("/a", show)?.try_group("/b", |g| g.try_get("/:c", show))
    });
    let client = Client::new(app.expect("nothing is wrong"));
    client.get("/b/1").status(200);

    let conflict = App::try_new((), |r| r.try_get("/a", show)?.try_get("/a", edit));
    assert!(matches!(conflict.err(), Some(RouteError::Conflict { .. })));
    // Also when the other route stands in another group.
    let conflict =
        App::try_new((), |r| r.get("/b/:c", show).try_group("/b", |g| g.try_get("/:d", edit)));
    assert!(matches!(conflict.err(), Some(RouteError::Conflict { .. })));
    let malformed = App::try_new((), |r| r.try_on(Method::Get, "a", show));
    assert!(matches!(malformed.err(), Some(RouteError::Malformed { .. })));
}

#[test]
#[should_panic(expected = "answers the same requests")]
fn a_test_client_says_what_is_wrong_with_the_routes() {
    Client::new(App::new((), |r| r.get("/a", show).get("/a", edit)));
}

#[test]
fn the_route_table_is_aligned() {
    let app = App::new((), |r| {
        r.get("/", show)
            .group("/api/users", |g| g.delete("/:id", edit))
            .all("/*rest", handler(|_, _| "rest"))
    });
    let expected = "\
GET     /               show
DELETE  /api/users/:id  edit
*       /*rest          closure
";
    assert_eq!(app.routes().to_string(), expected);
    assert_eq!(app.routes().len(), 3);
}
