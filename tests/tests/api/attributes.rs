//! Each attribute answers its method, on sync and async functions, and hides nothing of them.

use httpz::Method;
use httpz::prelude::*;
use httpz::testing::Client;

macro_rules! one_of_each {
    ($($attribute:ident)*) => {
        $(
            #[httpz::$attribute("/sync")]
            fn $attribute() -> &'static str {
                stringify!($attribute)
            }
        )*

        mod later {
            $(
                #[httpz::$attribute("/async")]
                pub(super) async fn $attribute() -> &'static str {
                    stringify!($attribute)
                }
            )*
        }

        fn app() -> App<()> {
            App::new((), |r| {
                r.mount(routes![$($attribute),*, purge]).mount(routes![$(later::$attribute),*])
            })
        }
    };
}

one_of_each! { get post put patch delete options trace connect query all }

#[route(PURGE, "/sync")]
fn purge() -> &'static str {
    "purge"
}

/// HEAD beside GET: asked for, it is no longer the head of GET.
#[head("/own")]
fn own_head(res: &mut Response) {
    res.header("X-Own", "head");
}

#[get("/own")]
fn own_get() -> &'static str {
    "get"
}

#[test]
fn each_attribute_answers_its_method() {
    let client = Client::new(app());
    for path in ["/sync", "/async"] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let name = method.as_str().to_lowercase();
            client.request(method, path).send().status(200).text(&name);
        }
        // A method that the path has no route for goes to the one for all.
        let other = Method::from_bytes(b"BREW").unwrap();
        client.request(other, path).send().status(200).text("all");
    }
    let purge = Method::from_bytes(b"PURGE").unwrap();
    client.request(purge, "/sync").send().status(200).text("purge");
}

#[test]
fn head_can_have_a_route_of_its_own() {
    let client = Client::new(App::new((), |r| r.mount(routes![own_head, own_get])));
    client.head("/own").status(200).header("X-Own", "head");
    client.get("/own").status(200).no_header("X-Own").text("get");
}

#[test]
fn the_functions_stay_functions() {
    assert_eq!((get(), purge(), own_get()), ("get", "purge", "get"));
    assert_eq!(get::url(), "/sync");
}
