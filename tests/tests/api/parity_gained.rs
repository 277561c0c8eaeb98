//! What the original's successor has gained since, and is not tested elsewhere.

use std::time::Duration;

use httpz::ext::multipart::{Multipart, Parts};
use httpz::prelude::*;
use httpz::testing::{Client, Draft};
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

#[post("/whole")]
fn whole(form: Multipart<'_>) -> Result<String> {
    let files = form.get_all("file").map(|part| {
        let (name, kind) = (part.file_name().unwrap_or("?"), part.content_type().unwrap_or("?"));
        format!("{name} ({kind}, {} bytes)", part.bytes().len())
    });
    Ok(format!("{:?}: {}", form.text("title")?, files.collect::<Vec<_>>().join(", ")))
}

#[post("/parts")]
async fn parts(form: Parts<'_>) -> Result<String> {
    let mut form = form.limit(4 << 20);
    let mut said = String::new();
    while let Some(mut part) = form.next().await? {
        if part.file_name().is_none() {
            let text = part.text(10).await?;
            said += &format!("{}={text} ", part.name());
        } else if part.content_type() == Some("text/plain") {
            let mut size = 0;
            while let Some(piece) = part.chunk().await? {
                size += piece.len();
            }
            said += &format!("{} bytes ", size);
        }
        // Others are passed over.
    }
    Ok(said)
}

fn part(attributes: &str, data: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; {attributes}\r\n\r\n{data}\r\n")
}

fn upload<'c>(client: &'c Client, path: &str) -> Draft<'c> {
    let draft = client.request(Method::Post, path);
    draft.header("content-type", "multipart/form-data; boundary=x")
}

fn file(name: &str, kind: &str, data: &str) -> String {
    part(&format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}"), data)
}

#[test]
fn gained_forms_with_files_come_whole_or_in_parts() {
    let client = Client::new(App::new((), |r| r.mount(routes![whole, parts])));
    let form = part("name=\"title\"", "Tea")
        + &file("C:\\dir\\a.txt", "text/plain", "12345")
        + &file("b.png", "image/png", "")
        + "--x--\r\n";
    upload(&client, "/whole")
        .body(form.clone())
        .send()
        .status(200)
        .text("Some(\"Tea\"): a.txt (text/plain, 5 bytes), b.png (image/png, 0 bytes)");
    upload(&client, "/parts").body(form.clone()).send().text("title=Tea 5 bytes ");
    // Byte by byte, as a slow client sends it.
    let draft = upload(&client, "/parts").header("content-length", &form.len().to_string());
    let mut live = draft.open();
    for byte in form.bytes() {
        live.send([byte]);
        live.is_quiet();
    }
    assert_eq!(live.next_text().as_deref(), Some("title=Tea 5 bytes "));
    // Larger than memory is meant to be, but for who takes it in parts.
    let large = file("a.txt", "text/plain", &"x".repeat(3 << 20)) + "--x--";
    upload(&client, "/whole").body(large.clone()).send().status(413);
    upload(&client, "/parts").body(large).send().status(200).text("3145728 bytes ");
}

#[test]
fn gained_forms_that_are_none_are_refused() {
    let client = Client::new(App::new((), |r| r.mount(routes![whole, parts])));
    for path in ["/whole", "/parts"] {
        client.post(path, 1).status(415);
        upload(&client, path).body("--x\r\n").send().status(400);
        upload(&client, path).send().status(400);
        let many = part("name=a", "b").repeat(257) + "--x--";
        upload(&client, path).body(many).send().status(400).text("multipart: more than 256 parts");
    }
    let long = part("name=title", "more than ten bytes") + "--x--";
    upload(&client, "/parts")
        .body(long)
        .send()
        .status(413)
        .text("the part `title` is larger than 10 bytes");
}
