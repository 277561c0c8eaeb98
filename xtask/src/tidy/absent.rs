//! Which words may not stand where? Invariants of absence, each a row of a table.
//!
//! About line ends the rule is: a string literal with `\r\n` in it may stand in
//! `proto/encode.rs`; anywhere else in `httpz-core` and `httpz` only on a line that compares or
//! searches (see [`COMPARISONS`]). So a parser may ask whether bytes end a line, but only one file
//! can write such an end. Comments, examples in docs and tests are not looked at.

use super::Finding;
use super::edges::flatten;
use super::source::Source;

/// Words that may not stand in sources whose path begins like this.
struct Ban {
    places: &'static [&'static str],
    except: &'static [&'static str],
    words: &'static [&'static str],
    mend: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        places: &["crates/httpz-core/src/proto", "crates/httpz-core/src/memory"],
        except: &[],
        words: &["async", "await", "std::net", "std::time", "core::time", "Instant", "SystemTime"],
        mend: "`proto` and `memory` are pure: let the caller wait, measure or connect, and pass the value in",
    },
    Ban {
        places: &["crates/"],
        except: &["crates/httpz-core/src/net", "crates/httpz-core/src/server"],
        words: &["tokio"],
        mend: "only `net` and `server` know the runtime: go through `Wire`, or move the code there",
    },
    Ban {
        places: REQUEST_PATH,
        except: BESIDE_THE_REQUEST_PATH,
        words: &[
            "Mutex",
            "RwLock",
            "OnceLock",
            "LazyLock",
            "Condvar",
            "mpsc",
            "std::sync::atomic",
            "core::sync::atomic",
        ],
        mend: "nothing on the request path waits for another worker or shares a cache line with it: \
               keep it per worker, in a `Cell` or a `RefCell`",
    },
    Ban {
        places: CORE_ROOMS,
        except: &[],
        words: &["Config"],
        mend: "no room reads `Config`: let `server` hand it its own section",
    },
    Ban {
        places: &["crates/"],
        except: &[
            "crates/httpz-core/src/wire",
            "crates/httpz-core/src/net",
            "crates/httpz-core/src/message/link",
        ],
        words: &["poll_write"],
        mend: "an answer reaches the wire through `message/link.rs` alone: put it into the outgoing buffer",
    },
    Ban {
        places: &["crates/httpz-router/"],
        except: &[],
        words: &["http", "httparse", "httpz", "httpz_core", "Method", "Request", "Response"],
        mend: "the router knows patterns and paths only; what it finds belongs to its caller",
    },
    Ban {
        places: &["crates/httpz-core/"],
        except: &[],
        words: &["httpz_router", "Route", "Router"],
        mend: "`httpz-core` never mentions a route: let a `Service` decide, in `httpz`",
    },
    Ban {
        places: &[""],
        except: &["crates/httpz-core/"],
        words: &["unsafe"],
        mend: "write it safely, or move it behind a safe door of `httpz-core`",
    },
];

/// Where every request passes.
const REQUEST_PATH: &[&str] = &[
    "crates/httpz-core/src/proto",
    "crates/httpz-core/src/memory",
    "crates/httpz-core/src/message",
    "crates/httpz-core/src/exchange",
    "crates/httpz-core/src/conn",
    "crates/httpz-core/src/service",
    "crates/httpz-core/src/wire",
    "crates/httpz-core/src/net/socket",
    "crates/httpz-core/src/net/timed",
    "crates/httpz-router/src",
    "crates/httpz/src",
];

/// Where one comes by who asks for what workers share: channels of events, numbers for what each thread has of its own,
/// metrics and the like.
const BESIDE_THE_REQUEST_PATH: &[&str] = &[
    "crates/httpz/src/ext",
    "crates/httpz/src/per_thread",
    "crates/httpz/src/sse",
    "crates/httpz/src/testing",
];

/// Everything below `server`, which gathers the sections of `Config`.
const CORE_ROOMS: &[&str] = &[
    "crates/httpz-core/src/proto",
    "crates/httpz-core/src/memory",
    "crates/httpz-core/src/error",
    "crates/httpz-core/src/message",
    "crates/httpz-core/src/exchange",
    "crates/httpz-core/src/conn",
    "crates/httpz-core/src/net",
    "crates/httpz-core/src/service",
    "crates/httpz-core/src/wire",
    "crates/httpz-core/src/log",
];

/// What makes a line one that compares or searches.
const COMPARISONS: &[&str] =
    &["==", "!=", "starts_with", "ends_with", "strip_prefix", "strip_suffix", "find", "split"];

/// Files of `httpz-core` that may hold `unsafe`.
const UNSAFE_FILES: usize = 3;

pub fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings: Vec<_> = sources.iter().flat_map(in_one_file).collect();
    findings.extend(spread_of_unsafe(sources));
    findings
}

fn in_one_file(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !source.text.starts_with("//!") {
        findings.push(Finding::new(
            source,
            1,
            "the file does not open with a `//!` header",
            "say in its first line which question the file answers",
        ));
    }
    for ban in BANS.iter().filter(|ban| ban.covers(&source.path)) {
        for word in ban.words {
            for at in places_of(source, word) {
                let what = format!("`{word}` may not stand here");
                findings.push(Finding::new(source, source.line(at), what, ban.mend));
            }
        }
    }
    findings.extend(line_ends(source));
    findings
}

/// Where the word stands; a path is met in every way of writing it in a `use`.
fn places_of(source: &Source, word: &str) -> Vec<usize> {
    let mut places = source.places_of(word);
    if word.contains("::") {
        let inside = format!("{word}::");
        places.extend(source.places_of("use").into_iter().filter(|&at| {
            let tree = source.code[at + "use".len()..].split(';').next().unwrap_or_default();
            let named = |path: &str| path == word || path.starts_with(&inside);
            tree.contains('{') && flatten(tree).iter().any(|path| named(&path.join("::")))
        }));
    }
    places
}

impl Ban {
    fn covers(&self, path: &str) -> bool {
        self.places.iter().any(|place| path.starts_with(place))
            && !self.except.iter().any(|place| path.starts_with(place))
    }
}

fn line_ends(source: &Source) -> Vec<Finding> {
    let speaks_http =
        ["crates/httpz-core/", "crates/httpz/"].iter().any(|it| source.path.starts_with(it));
    if !speaks_http || source.path.ends_with("proto/encode.rs") {
        return Vec::new();
    }
    let compares = |at| COMPARISONS.iter().any(|sign| source.code_line(at).contains(sign));
    source
        .literals
        .iter()
        .filter(|(at, literal)| literal.contains(r"\r\n") && !compares(*at))
        .map(|(at, _)| {
            Finding::new(
                source,
                source.line(*at),
                r"a line end `\r\n` is written outside proto/encode.rs",
                "call a function of `proto::encode`; only there are values known to hold no line end",
            )
        })
        .collect()
}

fn spread_of_unsafe(sources: &[Source]) -> Option<Finding> {
    let files: Vec<_> = sources
        .iter()
        .filter_map(|source| Some((source, *source.places_of("unsafe").first()?)))
        .filter(|(source, _)| source.path.starts_with("crates/httpz-core/"))
        .collect();
    let (source, at) = files.get(UNSAFE_FILES)?;
    Some(Finding::new(
        source,
        source.line(*at),
        format!("`unsafe` stands in {} files of httpz-core", files.len()),
        format!(
            "bring it together in at most {UNSAFE_FILES}, so that its claims can be read in one go"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(path, &format!("//! Header.\n{text}"));
        check(&[source])
            .iter()
            .map(|finding| format!("{}: {}", finding.place, finding.what))
            .collect()
    }

    #[test]
    fn a_word_is_refused_where_it_may_not_stand() {
        for (path, text, refused) in [
            ("crates/httpz-core/src/net/tcp.rs", "use tokio::net::TcpStream;", false),
            ("crates/httpz-core/src/conn/mod.rs", "use tokio::net::TcpStream;", true),
            ("crates/httpz-core/src/conn/mod.rs", "//! No tokio here.", false),
            ("crates/httpz/src/sse.rs", "tokio::spawn(f)", true),
            ("tests/tests/server.rs", "tokio::spawn(f)", false),
            ("crates/httpz-core/src/proto/head.rs", "async fn f() {}", true),
            ("crates/httpz-core/src/proto/date.rs", "use std::time::Duration;", true),
            ("crates/httpz-core/src/proto/date.rs", "use std::{fmt, net::IpAddr};", true),
            ("crates/httpz-core/src/proto/date.rs", "use std::{fmt, network::Ip};", false),
            ("crates/httpz-core/src/conn/mod.rs", "use std::sync::{Arc, Mutex};", true),
            ("crates/httpz-core/src/conn/mod.rs", "use std::sync::{Arc, atomic};", true),
            ("crates/httpz-core/src/server/control.rs", "use std::sync::{Arc, Mutex};", false),
            ("crates/httpz/src/app/mod.rs", "use std::sync::atomic::AtomicU8;", true),
            ("crates/httpz-core/src/net/listen.rs", "fn f(config: &Config) {}", true),
            ("crates/httpz-core/src/server/worker.rs", "fn f(config: &Config) {}", false),
            ("crates/httpz-core/src/memory/arena.rs", "fn asynchronous() {}", false),
            ("crates/httpz-core/src/conn/mod.rs", "use core::sync::atomic::AtomicU8;", true),
            ("crates/httpz-core/src/net/socket.rs", "use std::sync::atomic::AtomicU8;", true),
            ("crates/httpz-core/src/net/gate.rs", "use std::sync::atomic::AtomicU8;", false),
            ("crates/httpz/src/respond.rs", "use std::sync::Mutex;", true),
            ("crates/httpz/src/sse.rs", "use std::sync::Mutex;", false),
            ("crates/httpz-core/src/message/link.rs", "wire.poll_write(cx, bufs)", false),
            ("crates/httpz-core/src/message/tunnel.rs", "wire.poll_write(cx, bufs)", true),
            ("crates/httpz-core/src/net/socket.rs", "stream.poll_write_ready(cx)", false),
            ("crates/httpz-router/src/lib.rs", "use http::Method;", true),
            ("crates/httpz-core/src/memory/arena.rs", "unsafe { f() }", false),
            ("xtask/src/main.rs", "unsafe { f() }", true),
        ] {
            assert_eq!(!found(path, text).is_empty(), refused, "{path}: {text}");
        }
    }

    #[test]
    fn a_line_end_is_written_in_one_file_and_compared_anywhere() {
        for (path, text, refused) in [
            ("proto/encode.rs", r#"out.extend(b"a\r\n")"#, false),
            ("proto/head.rs", r#"line.ends_with(b"\r\n\r\n")"#, false),
            ("proto/head.rs", r#"if line != Some(b"\r\n") {}"#, false),
            ("proto/head.rs", r#"out.extend(b"\r\n")"#, true),
            ("proto/head.rs", r#"if rest != b" HTTP/1.1\r\n" {}"#, false),
            ("conn/mod.rs", r#"const ANSWER: &str = "HTTP/1.1 100 Continue\r\n\r\n";"#, true),
            ("conn/mod.rs", r#"/// let a = b"x\r\n";"#, false),
            ("conn/tests.rs", r#"let a = b"x\r\n";"#, false),
        ] {
            let path = format!("crates/httpz-core/src/{path}");
            assert_eq!(!found(&path, text).is_empty(), refused, "{path}: {text}");
        }
    }

    #[test]
    fn a_file_opens_with_a_header() {
        let place = |text| check(&[Source::new("examples/a.rs", text)]).len();
        assert_eq!(
            [place("//! Says why.\nfn main() {}"), place("fn main() {}"), place("")],
            [0, 1, 1]
        );
    }

    #[test]
    fn unsafe_stays_in_few_files() {
        let sources: Vec<_> = (0..4)
            .map(|n| Source::new(&format!("crates/httpz-core/src/{n}.rs"), "//! H.\nunsafe {}"))
            .collect();
        assert!(check(&sources[..3]).is_empty());
        let found = check(&sources);
        assert!(found.len() == 1 && found[0].what.contains("4 files"), "{found:?}");
    }
}
