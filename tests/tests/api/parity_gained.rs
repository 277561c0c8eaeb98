//! What the original's successor has gained since, and is not tested elsewhere.

use std::time::Duration;

use httpz::prelude::*;
use httpz::testing::Client;
use httpz::{Cookie, SameSite};

#[test]
fn gained_cookies_go_both_ways() {
    #[post("/login")]
    fn login(req: &Request, res: &mut Response) -> Result<&'static str> {
        let name = req.form()?.get("name").unwrap_or("nobody").to_owned();
        res.cookie(
            Cookie::new("session", name)
                .http_only()
                .same_site(SameSite::Lax)
                .max_age(Duration::from_secs(60)),
        )
        .cookie(Cookie::new("theme", "dark").path("/settings"));
        Ok("welcome")
    }
    #[post("/logout")]
    fn logout(res: &mut Response) {
        res.cookie(Cookie::removal("session"));
    }
    #[get("/who")]
    fn who(req: &Request) -> Option<String> {
        req.cookie("session").map(str::to_owned)
    }
    #[get("/settings")]
    fn settings(req: &Request) -> String {
        req.cookies().map(|(name, value)| format!("{name}:{value} ")).collect()
    }
    #[get("/bad")]
    fn bad(res: &mut Response) {
        res.cookie(Cookie::new("a", "b").same_site(SameSite::None));
    }
    let client = Client::new(App::new((), |r| r.mount(routes![login, logout, who, settings, bad])));
    client.get("/who").status(404);
    let reply = client.request(Method::Post, "/login").body("name=teg").send().status(200);
    assert_eq!(
        reply.find_headers("set-cookie").collect::<Vec<_>>(),
        ["session=teg; Path=/; Max-Age=60; SameSite=Lax; HttpOnly", "theme=dark; Path=/settings"]
    );
    client.get("/who").text("teg");
    client.get("/settings").text("theme:dark session:teg ");
    client.request(Method::Post, "/logout").send().status(200);
    client.get("/who").status(404);
    client.get("/bad").status(500).no_header("set-cookie");
}
