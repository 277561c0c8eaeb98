//! The API as a client sees it: the whole application in memory, no socket and no runtime.

use std::{env, fs, process};

use httpz::Method;
use httpz::testing::{Client, Live, Reply};
use httpz_board::{Board, app};
use serde_json::{Value, json};

fn board() -> Client {
    Client::new(app(Board::open(None).expect("it is in memory")))
}

fn credentials(name: &str) -> Value {
    json!({ "name": name, "password": "correct horse" })
}

/// Signs somebody up, and gives what a program of theirs sends as `Authorization`.
fn sign_up(client: &Client, name: &str) -> String {
    client.post("/api/users", credentials(name)).status(201);
    client.clear_cookies();
    let token: Value = client.post("/api/tokens", credentials(name)).status(201).read_json();
    format!("Bearer {}", token["token"].as_str().expect("it is text"))
}

fn ask(client: &Client, bearer: &str, method: Method, path: &str, body: Value) -> Reply {
    client.request(method, path).header("authorization", bearer).json(body).send()
}

fn texts(client: &Client, path: &str) -> Vec<String> {
    let notes: Vec<Value> = client.get(path).status(200).read_json();
    notes.iter().map(|note| note["text"].as_str().expect("it is text").to_owned()).collect()
}

#[test]
fn people_sign_up_and_are_recognised_by_their_cookie() {
    let client = board();
    client.get("/api/me").status(200).json(Value::Null);
    let reply = client.post("/api/users", credentials("ann")).status(201);
    let cookie = reply.find_header("set-cookie").expect("a session is a cookie");
    for rule in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"] {
        assert!(cookie.contains(rule), "{cookie}");
    }
    client.get("/api/me").json(json!({ "name": "ann" }));

    let stolen = client.cookie("board").expect("a session is a cookie");
    client.delete("/api/session").status(204);
    assert_eq!(client.cookie("board"), None);
    client.set_cookie("board", &stolen).get("/api/me").json(Value::Null);
    client.delete("/api/session").status(401).header("www-authenticate", "Bearer");

    client.post("/api/session", credentials("ann")).status(200).json(json!({ "name": "ann" }));
    client.get("/api/me").json(json!({ "name": "ann" }));
}

#[test]
fn cookies_are_for_encrypted_connections_where_there_are_such() {
    let client = Client::new(app(Board::open(None).unwrap().https(true)));
    let reply = client.post("/api/users", credentials("ann"));
    assert!(reply.find_header("set-cookie").unwrap().contains("; Secure"));
}

#[test]
fn programs_are_recognised_by_their_token() {
    let client = board();
    let ann = sign_up(&client, "ann");
    let client = client.header("authorization", &ann);
    client.get("/api/me").json(json!({ "name": "ann" }));
    client.delete("/api/session").status(204);
    client.get("/api/me").json(Value::Null);
}

#[test]
fn names_and_passwords_have_rules() {
    let client = board().header("accept", "application/json");
    sign_up(&client, "ann");
    for (name, password, status, detail) in [
        ("ANN", "correct horse", 409, "that name is taken"),
        ("", "correct horse", 422, "a name has 1 to 24 letters, digits, dots or dashes"),
        ("a b", "correct horse", 422, "a name has 1 to 24 letters, digits, dots or dashes"),
        ("bo", "short", 422, "a password has at least 8 characters"),
    ] {
        let reply = client.post("/api/users", json!({ "name": name, "password": password }));
        let problem: Value = reply.status(status).read_json();
        assert_eq!(problem["detail"], detail);
    }
}

#[test]
fn wrong_passwords_and_unknown_names_are_told_the_same_and_only_a_few_times() {
    let client = board();
    sign_up(&client, "ann");
    for name in ["ann", "nobody"] {
        let wrong = json!({ "name": name, "password": "a wrong guess" });
        for _ in 0..5 {
            client.post("/api/session", &wrong).status(401).text("wrong name or password");
        }
        let refused = client.post("/api/session", &wrong).status(429);
        assert!(refused.find_header("retry-after").is_some());
    }
    // Not even with the right one, or the answer would tell which it is.
    client.post("/api/session", credentials("ann")).status(429);
}

#[test]
fn a_right_password_forgives_the_wrong_ones() {
    let client = board();
    sign_up(&client, "ann");
    for _ in 0..3 {
        for _ in 0..4 {
            let wrong = json!({ "name": "ann", "password": "a wrong guess" });
            client.post("/api/session", wrong).status(401);
        }
        client.post("/api/session", credentials("Ann")).status(200).json(json!({ "name": "ann" }));
    }
}

#[test]
fn notes_are_pinned_changed_and_removed_by_their_author_alone() {
    let client = board();
    client.post("/api/notes", json!({ "text": "x" })).status(401).text("sign in first");
    let (ann, bo) = (sign_up(&client, "ann"), sign_up(&client, "bo"));

    let note = json!({ "text": " tea at \"four\"\n", "colour": "mint" });
    let note: Value = ask(&client, &ann, Method::Post, "/api/notes", note).status(201).read_json();
    assert_eq!(note["text"], "tea at \"four\"");
    assert_eq!((&note["author"], &note["colour"]), (&json!("ann"), &json!("mint")));

    let path = format!("/api/notes/{}", note["id"]);
    ask(&client, &bo, Method::Patch, &path, json!({ "text": "mine" })).status(403);
    ask(&client, &bo, Method::Delete, &path, json!({})).status(403);
    let changed = ask(&client, &ann, Method::Patch, &path, json!({ "text": "tea at five" }));
    let changed: Value = changed.status(200).read_json();
    assert_eq!((&changed["text"], &changed["colour"]), (&json!("tea at five"), &json!("mint")));
    assert_eq!(texts(&client, "/api/notes"), ["tea at five"]);

    ask(&client, &ann, Method::Delete, &path, json!({})).status(204);
    ask(&client, &ann, Method::Delete, &path, json!({})).status(404);
    assert!(texts(&client, "/api/notes").is_empty());
}

#[test]
fn notes_have_rules() {
    let client = board();
    let ann = sign_up(&client, "ann");
    for (body, status) in [
        (json!({ "text": "" }), 422),
        (json!({ "text": " \n " }), 422),
        (json!({ "text": "é".repeat(501) }), 422),
        (json!({ "text": "é".repeat(500) }), 201),
        (json!({ "text": "x".repeat(9_000) }), 413),
        (json!({ "text": "x", "colour": "grey" }), 400),
        (json!({}), 400),
    ] {
        ask(&client, &ann, Method::Post, "/api/notes", body).status(status);
    }
}

#[test]
fn older_notes_come_page_by_page() {
    let client = board();
    let ann = sign_up(&client, "ann");
    for text in ["1", "2", "3"] {
        ask(&client, &ann, Method::Post, "/api/notes", json!({ "text": text })).status(201);
    }
    assert_eq!(texts(&client, "/api/notes"), ["3", "2", "1"]);
    assert_eq!(texts(&client, "/api/notes?limit=2"), ["3", "2"]);
    assert_eq!(texts(&client, "/api/notes?limit=2&before=2"), ["1"]);
}

#[test]
fn what_one_does_the_others_hear() {
    let client = board();
    let ann = sign_up(&client, "ann");
    let mut first = client.open("/api/live").status(200);
    let hears = |live: &mut Live, name: &str| {
        let event = live.next_event().expect("the stream goes on");
        assert_eq!(event.name, name, "{event:?}");
        event
    };
    assert_eq!(hears(&mut first, "watching").data, "1");
    let mut second = client.open("/api/live").status(200);
    assert_eq!(hears(&mut first, "watching").data, "2");
    assert_eq!(hears(&mut second, "watching").data, "2");

    ask(&client, &ann, Method::Post, "/api/notes", json!({ "text": "tea" })).status(201);
    ask(&client, &ann, Method::Patch, "/api/notes/1", json!({ "text": "cake" })).status(200);
    ask(&client, &ann, Method::Delete, "/api/notes/1", json!({})).status(204);
    for live in [&mut first, &mut second] {
        assert!(hears(live, "note").data.contains("tea"));
        assert!(hears(live, "note").data.contains("cake"));
        assert_eq!(hears(live, "gone").data, "1");
    }
    drop(second);
    assert_eq!(hears(&mut first, "watching").data, "1");

    // Who comes again is told what it has missed.
    let again = client.request(Method::Get, "/api/live").header("last-event-id", "2");
    assert_eq!(hears(&mut again.open(), "gone").data, "1");
}

#[test]
fn pages_of_other_sites_are_refused() {
    let client = board();
    let ask = |field: &str, value: &str, status: u16| {
        let request = client.request(Method::Post, "/api/session").header(field, value);
        request.header("host", "board.example").json(credentials("ann")).send().status(status);
    };
    ask("sec-fetch-site", "cross-site", 403);
    ask("sec-fetch-site", "same-site", 403);
    ask("origin", "https://evil.example", 403);
    ask("origin", "null", 403);
    // Let through, and then unknown.
    ask("sec-fetch-site", "same-origin", 401);
    ask("origin", "https://board.example", 401);
}

#[test]
fn what_is_in_a_file_is_there_the_next_time_but_sessions_expire() {
    let file = env::temp_dir().join(format!("httpz-board-{}.db", process::id()));
    let open = || Client::new(app(Board::open(file.to_str()).unwrap()));
    let ann = sign_up(&open(), "ann");
    ask(&open(), &ann, Method::Post, "/api/notes", json!({ "text": "kept" })).status(201);
    assert_eq!(texts(&open(), "/api/notes"), ["kept"]);

    let aside = rusqlite::Connection::open(&file).unwrap();
    aside.execute("UPDATE sessions SET expires = unixepoch()", ()).unwrap();
    ask(&open(), &ann, Method::Post, "/api/notes", json!({ "text": "late" })).status(401);

    aside.pragma_update(None, "user_version", 1_000).unwrap();
    let error = Board::open(file.to_str()).err().unwrap().to_string();
    assert_eq!(error, "the database is of a newer version of this program");
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", file.display()));
    }
}

#[test]
fn the_page_runs_nothing_but_its_own_script() {
    let client = board();
    let page = client.get("/").status(200).header("content-type", "text/html; charset=utf-8");
    let policy = page.find_header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    client.get("/script.js").status(200).header("x-content-type-options", "nosniff");
    client.get("/style.css").status(200).header("content-type", "text/css; charset=utf-8");
}
