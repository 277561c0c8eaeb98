//! Files of a folder: which are sent, and what a client that has one already hears.

use std::path::PathBuf;

use httpz::ext::files::{Files, send_file};
use httpz::prelude::*;
use httpz::testing::{Client, Reply};

/// A folder with what these tests ask for, which is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("httpz-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        let folder = Self(path);
        for (name, text) in [
            ("site/index.html", "<h1>home"),
            ("site/app.css", "b{}"),
            ("site/a b.txt", "blank"),
            ("site/unknown.xyz", "?"),
            ("site/.env", "secret"),
            ("site/.git/config", "secret"),
            ("site/.well-known/security.txt", "told"),
            ("site/docs/index.html", "<h1>docs"),
            ("site/empty/none.txt", ""),
            ("outside.txt", "secret"),
        ] {
            folder.write(name, text);
        }
        folder
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn files(&self) -> Files {
        Files::new(self.0.join("site")).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn client(files: Files) -> Client {
    Client::new(App::new((), |r| r.group("/s", |g| g.get("/", files.clone()).get("/*path", files))))
}

fn ask(client: &Client, path: &str, fields: &[(&str, &str)]) -> Reply {
    let draft = client.request(Method::Get, path);
    fields.iter().fold(draft, |draft, (name, value)| draft.header(name, value)).send()
}

#[test]
fn files_are_sent_with_their_type_length_and_validators() {
    let folder = Folder::new("types");
    let client = client(folder.files());
    for (path, kind, text) in [
        ("/s/app.css", "text/css; charset=utf-8", "b{}"),
        ("/s/a%20b.txt", "text/plain; charset=utf-8", "blank"),
        ("/s/unknown.xyz", "application/octet-stream", "?"),
        ("/s/empty/none.txt", "text/plain; charset=utf-8", ""),
        ("/s/.well-known/security.txt", "text/plain; charset=utf-8", "told"),
        ("/s/", "text/html; charset=utf-8", "<h1>home"),
        ("/s/docs/", "text/html; charset=utf-8", "<h1>docs"),
    ] {
        let reply = client.get(path).status(200).header("content-type", kind).text(text);
        let reply = reply.header("content-length", &text.len().to_string());
        let reply = reply.header("accept-ranges", "bytes");
        assert!(reply.find_header("etag").is_some(), "{path}");
        assert!(reply.find_header("last-modified").is_some(), "{path}");
        assert!(reply.find_header("cache-control").is_none(), "{path}");
    }
    let head = client.request(Method::Head, "/s/app.css").send().status(200);
    head.header("content-length", "3").header("content-type", "text/css; charset=utf-8").text("");
}

#[test]
fn nothing_hidden_and_nothing_outside_is_sent() {
    let folder = Folder::new("outside");
    let client = client(folder.files());
    for path in [
        "/s/none.txt",
        "/s/.env",
        "/s/.git/config",
        "/s/../outside.txt",
        "/s/..%2foutside.txt",
        "/s/%2e%2e/outside.txt",
        "/s/docs/../../outside.txt",
        "/s/docs/..%2f..%2foutside.txt",
        "/s/%2fetc%2fpasswd",
        "/s//etc/passwd",
        "/s/app.css/",
        "/s/app.css/x",
        "/s/..%5coutside.txt",
        "/s/empty",
        "/s/empty/",
    ] {
        client.get(path).status(404);
    }
    let long = format!("/s/{}", "x".repeat(4000));
    client.get(&long).status(404);
}

#[test]
fn a_folder_is_asked_for_with_a_slash() {
    let folder = Folder::new("slash");
    let plain = client(folder.files());
    // Relative, so that no path leads to another host.
    plain.get("/s/docs?a=b").status(308).header("location", "./docs/?a=b");
    plain.get("/s/docs").status(308).header("location", "./docs/");
    let none = client(folder.files().no_index());
    none.get("/s/docs").status(404);
    none.get("/s/docs/").status(404);
    none.get("/s/").status(404);
    let other = client(folder.files().index("none.txt"));
    other.get("/s/empty/").status(200);
    other.get("/s/docs/").status(404);
}

#[test]
fn the_index_stands_below_a_prefix_with_or_without_parameters() {
    let folder = Folder::new("prefixes");
    let files = folder.files();
    let client = Client::new(App::new((), |r| {
        r.group("/t/:tenant", |g| g.get("/", files.clone()).get("/*path", files.clone()))
            .group("/s", |g| g.get("", files.clone()).get("/", files.clone()))
    }));
    client.get("/t/acme/").status(200).text("<h1>home");
    client.get("/t/acme/app.css").status(200).text("b{}");
    client.get("/t/app.css/").status(200).text("<h1>home");
    client.get("/s").status(308).header("location", "./s/");
    client.get("/s/").status(200).text("<h1>home");
}

#[test]
fn a_client_that_has_the_file_is_not_sent_it_again() {
    let folder = Folder::new("validators");
    let client = client(folder.files().cache_control("max-age=60"));
    let first = client.get("/s/app.css").status(200).header("cache-control", "max-age=60");
    let etag = first.find_header("etag").unwrap().to_owned();
    let modified = first.find_header("last-modified").unwrap().to_owned();
    for fields in [[("If-None-Match", &*etag)], [("If-Modified-Since", &*modified)]] {
        let reply = ask(&client, "/s/app.css", &fields).status(304).text("");
        let reply = reply.header("etag", &etag).header("cache-control", "max-age=60");
        assert!(reply.find_header("content-length").is_none());
    }
    ask(&client, "/s/app.css", &[("If-Match", "\"other\"")]).status(412);

    folder.write("site/app.css", "b{color:red}");
    let changed = ask(&client, "/s/app.css", &[("If-None-Match", &etag)]).status(200);
    assert_ne!(changed.text("b{color:red}").find_header("etag"), Some(&*etag));
}

#[test]
fn a_download_that_broke_off_goes_on() {
    let folder = Folder::new("ranges");
    let whole: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
    folder.write("site/large.bin", &whole);
    let client = client(folder.files());
    let first = client.get("/s/large.bin").status(200).header("content-length", "300000");
    assert!(first.body() == whole);
    let etag = first.find_header("etag").unwrap().to_owned();

    for (range, part, bytes) in [
        ("bytes=250000-", "bytes 250000-299999/300000", &whole[250_000..]),
        ("bytes=0-0", "bytes 0-0/300000", &whole[..1]),
        ("bytes=-5", "bytes 299995-299999/300000", &whole[299_995..]),
    ] {
        let reply = ask(&client, "/s/large.bin", &[("Range", range), ("If-Range", &etag)]);
        let reply = reply.status(206).header("content-range", part);
        assert!(reply.body() == bytes, "{range}");
    }
    let other = ask(&client, "/s/large.bin", &[("Range", "bytes=9-"), ("If-Range", "\"old\"")]);
    assert!(other.status(200).body() == whole, "a part of another version fits to nothing");
    let none = ask(&client, "/s/large.bin", &[("Range", "bytes=300000-")]);
    none.status(416).header("content-range", "bytes */300000");
    let head = client.request(Method::Head, "/s/large.bin").header("range", "bytes=0-9").send();
    head.status(200).header("content-length", "300000");
}

#[test]
fn a_compressed_variant_is_sent_to_whom_takes_it() {
    let folder = Folder::new("variants");
    folder.write("site/app.css.br", "brotli");
    folder.write("site/app.css.gz", "gzip");
    let client = client(folder.files().precompressed());
    for (accepts, coding, text) in [
        ("gzip, br", Some("br"), "brotli"),
        ("gzip", Some("gzip"), "gzip"),
        ("zstd", None, "b{}"),
        ("br;q=0", None, "b{}"),
    ] {
        let reply = ask(&client, "/s/app.css", &[("Accept-Encoding", accepts)]).status(200);
        assert_eq!(reply.find_header("content-encoding"), coding, "{accepts}");
        let reply = reply.header("content-type", "text/css; charset=utf-8").text(text);
        reply.header("vary", "Accept-Encoding").header("content-length", &text.len().to_string());
    }
    // Each is a version of its own, or a cache would take one for the other; even of the same size and time.
    let time = std::fs::metadata(folder.0.join("site/app.css.br")).unwrap().modified().unwrap();
    for name in ["site/app.css.br", "site/app.css.gz"] {
        folder.write(name, "packed");
        let file = std::fs::File::options().write(true).open(folder.0.join(name)).unwrap();
        file.set_modified(time).unwrap();
    }
    let tag = |accepts| {
        let reply = ask(&client, "/s/app.css", &[("Accept-Encoding", accepts)]);
        reply.find_header("etag").unwrap().to_owned()
    };
    assert_ne!(tag("br"), tag("gzip"));
}

#[test]
fn a_page_that_reads_its_path_itself_is_what_browsers_get_for_any() {
    let folder = Folder::new("fallback");
    let client = client(folder.files().fallback("index.html").cache_control("max-age=3600"));
    std::os::unix::fs::symlink("loop", folder.0.join("site/loop")).unwrap();
    client.get("/s/loop").status(404);
    let page = [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    let reply = ask(&client, "/s/users/7", &page).status(200).text("<h1>home");
    reply.header("vary", "Accept").header("cache-control", "no-cache");
    ask(&client, "/s/app.css", &page).text("b{}");
    // One request for a path by something else, and a cache before us kept browsers from it.
    let reply = ask(&client, "/s/users/7.js", &[("Accept", "*/*")]).status(404);
    assert_eq!(reply.find_headers("vary").collect::<Vec<_>>(), ["Accept"], "once");
}

#[test]
fn a_folder_that_is_not_there_is_told_at_once() {
    let folder = Folder::new("mistakes");
    let error = Files::new(folder.0.join("none")).unwrap_err().to_string();
    assert!(error.contains("none` cannot be served: No such file"), "{error}");
    let error = Files::new(folder.0.join("outside.txt")).unwrap_err().to_string();
    assert!(error.ends_with("it is no folder; for a single file there is `send_file`"), "{error}");
}

#[test]
fn a_handler_sends_a_file_of_its_own() {
    let folder = Folder::new("single");
    let path = folder.0.join("outside.txt");
    let app = App::new(path, |r| {
        r.get("/one", async |path: &PathBuf, req: &Request, res: &mut Response| -> Result {
            res.content_type(ContentType::Markdown);
            send_file(path, req, res).await
        })
        .get("/none", async |_: &PathBuf, req: &Request, res: &mut Response| -> Result {
            send_file("/nowhere/at/all", req, res).await
        })
    });
    let client = Client::new(app);
    client.get("/one").header("content-type", "text/markdown; charset=utf-8").text("secret");
    client.get("/none").status(404);
}
