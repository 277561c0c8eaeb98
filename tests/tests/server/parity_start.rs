//! Rows 1, 4 and 50 of the feature list: where and how a server starts, and what it logs.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use httpz::prelude::*;
use httpz::{Config, Listen};
use httpz_tests::{PATIENCE, Raw};

/// A path for a socket that no other test uses.
fn socket(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("httpz-test-{name}-{}", std::process::id()))
}

/// The server that its environment configures, listening on this socket.
struct Configured {
    child: Child,
    path: PathBuf,
}

impl Configured {
    fn start(name: &str, variables: &[(&str, &str)]) -> Self {
        let path = socket(name);
        let child = Command::new(env!("CARGO_BIN_EXE_configured"))
            .env("HTTPZ_LISTEN", format!("unix:{}", path.display()))
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        Self { child, path }
    }

    fn connect(&self) -> Raw {
        let end = Instant::now() + PATIENCE;
        loop {
            match Raw::unix(&self.path) {
                Ok(peer) => return peer,
                Err(error) => assert!(Instant::now() < end, "nobody listens: {error}"),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it by a signal; tells what it had said and that it ended well.
    fn end(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
        let mut said = String::new();
        let stderr = self.child.stderr.as_mut().expect("it is piped");
        stderr.read_to_string(&mut said).expect("it speaks UTF-8");
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0), "{said}");
        assert!(!self.path.exists(), "the socket's file is still there");
        said
    }
}

fn hello() -> App<()> {
    App::new((), |r| r.get("/", handler(|_, _| "hello")))
}

#[test]
fn row_1_listen_serves_until_a_signal_comes_in_a_runtime_too() {
    for variables in [&[][..], &[("IN_RUNTIME", "1")]] {
        let server = Configured::start("listen", variables);
        assert_eq!(server.connect().get("/plaintext").body, "Hello, World!");
        assert_eq!(server.end(), "", "a sound server says nothing");
    }
}

/// Else what a program does afterwards, and hangs in, could only be killed.
#[test]
fn row_1_a_signal_ends_what_comes_after_the_server() {
    let mut server = Configured::start("afterwards", &[("AFTERWARDS", "60")]);
    assert_eq!(server.connect().get("/plaintext").body, "Hello, World!");
    let pid = server.child.id().to_string();
    let signal = || {
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
    };
    signal();
    let mut said = [0; 11];
    server.child.stderr.as_mut().expect("it is piped").read_exact(&mut said).expect("it speaks");
    assert_eq!(&said, b"tidying up\n");
    // The thread that receives it may have to begin yet.
    let ended = (0..100).find_map(|_| {
        signal();
        std::thread::sleep(Duration::from_millis(50));
        server.child.try_wait().expect("it can be asked")
    });
    assert_eq!(ended.and_then(|status| status.code()), Some(128 + 15));
}

#[test]
fn row_1_start_gives_a_handle_inside_a_running_runtime_too() {
    let server = hello().start_on("127.0.0.1:0").expect("it starts");
    assert_eq!(Raw::connect(server.addr()).get("/").body, "hello");
    super::stop(server);

    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let server = runtime.block_on(async { hello().start_on("127.0.0.1:0").expect("it starts") });
    // Its workers are not on that runtime, so it serves while nobody drives it, and when it is gone.
    assert_eq!(Raw::connect(server.addr()).get("/").body, "hello");
    drop(runtime);
    assert_eq!(Raw::connect(server.addr()).get("/").body, "hello");
    super::stop(server);
}

#[test]
fn row_1_mistakes_are_told_before_anything_is_bound() {
    let path = socket("mistakes");
    let hi = || handler(|_, _| "hi");
    let twice = || App::new((), |r| r.get("/:a", hi()).get("/:b", hi()));
    let place = format!("unix:{}", path.display());
    // Before the place is so much as looked at: one without a port is no place.
    for outcome in [
        twice().start_on(&place).map(drop),
        twice().start_on("127.0.0.1").map(drop),
        twice().listen("127.0.0.1"),
    ] {
        let error = outcome.expect_err("both answer the same").to_string();
        assert!(error.contains("/:a") && error.contains("/:b"), "{error}");
    }
    let mut config = Config::default();
    config.pool.min = 501;
    let error = hello().config(config).start_on(&place).expect_err("min is above max");
    assert_eq!(
        error.chain().to_string(),
        "configuration: pool.min is 501, above pool.max (500); lower it"
    );
    assert!(!path.exists());
}

#[test]
fn row_4_errors_nobody_handled_are_logged_with_the_raw_url_and_not_told() {
    let server = Configured::start("log", &[]);
    let mut peer = server.connect();
    for (target, status, body) in [
        ("/fail?a=%41&b", 500, "Internal Server Error"),
        ("/boasts", 500, "Internal Server Error"),
        ("/busy", 503, "come again"),
        ("/nowhere", 404, "Not Found"),
    ] {
        let answer = peer.get(target);
        assert_eq!((answer.status, &*answer.body), (status, body), "{target}");
    }
    for target in ["/late", "/late?yours"] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        assert!(server.connect().send(&request).rest().contains("half"), "{target}");
    }
    let said = server.end();
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "httpz: GET /fail?a=%41&b: 500: no database httpz: forged",
            "httpz: GET /boasts: 500: the response has more fields than response.max_header_count: \
             raise that, or set fewer",
            "httpz: GET /late: 500: after its head was sent: the rest is lost",
        ]
    );
}

/// Else anybody could fill it.
#[test]
fn row_4_a_peer_that_breaks_off_writes_nothing_into_the_log() {
    let server = Configured::start("quiet", &[]);
    let mut peer = server.connect();
    peer.send("GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
    assert!(peer.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    // What is answered is there and is not read, so this is a reset.
    peer.send("hello");
    std::thread::sleep(Duration::from_millis(100));
    drop(peer);
    assert_eq!(server.connect().get("/plaintext").status, 200);
    assert_eq!(server.end(), "");
}

#[test]
fn row_50_a_server_listens_at_several_places_at_once() {
    let paths = [socket("several-a"), socket("several-b")];
    let places = [
        Listen::tcp(([127, 0, 0, 1], 0)),
        Listen::unix(&paths[0]).mode(0o600),
        "127.0.0.1:0".parse().expect("an address"),
        Listen::unix(&paths[1]),
    ];
    let config = Config { workers: 2, listen: places.to_vec(), ..Config::default() };
    let server = hello().config(config).start().expect("it starts");
    let [Listen::Tcp(first), Listen::Unix { .. }, Listen::Tcp(second), Listen::Unix { .. }] =
        server.places()
    else {
        panic!("other places than asked for: {:?}", server.places());
    };
    assert_eq!(server.addr(), *first);
    for _ in 0..8 {
        for addr in [*first, *second] {
            assert_eq!(Raw::connect(addr).get("/").body, "hello");
        }
        for path in &paths {
            assert_eq!(Raw::unix(path).expect("it listens").get("/").body, "hello");
        }
    }
    super::stop(server);
    assert!(paths.iter().all(|path| !path.exists()), "a socket's file is still there");
}

#[test]
fn row_50_a_unix_socket_has_its_mode_and_its_stale_file_is_replaced() {
    use std::os::unix::fs::{MetadataExt, symlink};

    let path = socket("stale");
    // What a server leaves that was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("a free path"));
    assert!(path.exists() && Raw::unix(&path).is_err());
    let server = hello().start_on(Listen::unix(&path).mode(0o640)).expect("it starts");
    let mode = std::fs::metadata(&path).expect("it is there").mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(Raw::unix(&path).expect("it listens").get("/").body, "hello");

    let error = hello().start_on(Listen::unix(&path)).expect_err("somebody lives there");
    assert!(error.to_string().contains("another process listens there"), "{error}");
    assert_eq!(Raw::unix(&path).expect("it listens").get("/").body, "hello");
    super::stop(server);

    // Nothing but a socket is ever removed.
    let target = path.with_extension("precious");
    std::fs::write(&target, "precious").expect("a free path");
    symlink(&target, &path).expect("a free path");
    let error = hello().start_on(Listen::unix(&path)).expect_err("it is no socket").to_string();
    assert!(error.contains("there is a file that is no socket"), "{error}");
    assert_eq!(std::fs::read(&target).expect("it is there"), b"precious");
    [path, target].iter().for_each(|path| std::fs::remove_file(path).expect("it is ours"));
}

#[test]
fn row_50_a_list_of_places_excludes_address_and_port() {
    let path = socket("exclusive");
    let config = Config { listen: vec![Listen::unix(&path)], port: 8080, ..Config::default() };
    let error = hello().config(config).start().expect_err("both are set").chain().to_string();
    assert!(
        error.starts_with("configuration: listen takes the place of `address` and `port`"),
        "{error}"
    );
    assert!(!path.exists(), "it was bound all the same");
    // The same mistake in the environment.
    let output = Command::new(env!("CARGO_BIN_EXE_configured"))
        .env("HTTPZ_LISTEN", format!("unix:{}", path.display()))
        .env("HTTPZ_PORT", "8080")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("unset HTTPZ_PORT"), "{said}");
    assert!(!path.exists(), "it was bound all the same");
}
