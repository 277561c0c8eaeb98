//! The graph of small crates that do not exist.

use super::*;

fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let rooms = FLOORS
        .iter()
        .map(|(room, _)| Source::new(&format!("crates/httpz-core/src/{room}/mod.rs"), ""));
    let files = files.iter().map(|(path, text)| Source::new(&format!("crates/{path}"), text));
    let sources: Vec<_> = rooms.chain(files).collect();
    check(&Graph::of(&sources))
        .iter()
        .map(|finding| format!("{}: {}", finding.place, finding.what))
        .collect()
}

#[test]
fn an_edge_may_point_downwards_only() {
    for (path, text, finding) in [
        ("conn/mod.rs", "use crate::proto::Head;", None),
        ("conn/a/b.rs", "use super::super::super::proto::Head;", None),
        ("proto/head.rs", "\nuse crate::message::Request;", Some("2: `proto` names `message`")),
        ("proto/mod.rs", "use super::wire::Wire;", Some("1: `proto` names `wire`")),
        (
            "net/tcp.rs",
            "use crate::{error::Error, conn::{self, Conn}};",
            Some("1: `net` names `conn`"),
        ),
        ("error.rs", "fn f() {\n    crate::net::tcp::g() }", Some("2: `error` names `net`")),
        ("conn/mod.rs", "// use crate::server::Config;", None),
        ("conn/mod.rs", "#[cfg(test)] mod tests { use crate::server::Config; }", None),
    ] {
        let found = findings(&[(&format!("httpz-core/src/{path}"), text)]);
        match finding {
            None => assert!(found.is_empty(), "{path} {text:?}: {found:?}"),
            Some(part) => {
                assert!(found.len() == 1 && found[0].contains(part), "{text:?}: {found:?}")
            }
        }
    }
}

#[test]
fn a_room_without_a_floor_is_refused() {
    let found = findings(&[("httpz-core/src/attic.rs", "")]);
    assert_eq!(found, ["crates/httpz-core/src/attic: `attic` is no room we know"]);
}

#[test]
fn circles_are_found_in_every_crate_and_room() {
    let found = findings(&[
        ("httpz/src/route.rs", "use crate::handler::Handler;"),
        ("httpz/src/handler.rs", "\nuse crate::dispatch::Next;"),
        ("httpz/src/dispatch.rs", "use crate::route::Route;"),
        ("httpz/src/app.rs", "use crate::route::Route;"),
        ("httpz-core/src/proto/a.rs", "use super::b::B;"),
        ("httpz-core/src/proto/b.rs", "use super::A;"),
        ("httpz-core/src/proto/mod.rs", "mod a; mod b; pub use a::{A, self};"),
    ]);
    assert_eq!(
        found,
        [
            "crates/httpz/src/dispatch.rs:1: a circle in httpz: route → handler → dispatch → route",
            "crates/httpz-core/src/proto/b.rs:1: a circle in httpz-core::proto: a → b → a",
        ]
    );
}

#[test]
fn a_child_may_name_its_parent() {
    let found = findings(&[
        ("httpz-core/src/conn/mod.rs", "mod receive; use receive::receive; pub struct Conn;"),
        ("httpz-core/src/conn/receive.rs", "use super::Conn;"),
    ]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn use_trees_are_read_as_rust_reads_them() {
    for (tree, paths) in [
        ("a", &["a"][..]),
        ("a::b as c", &["a::c"]),
        ("a::{b, c::{d, e as f}, g}", &["a::b", "a::c::d", "a::c::f", "a::g"]),
        ("{ a::b, c, }", &["a::b", "c"]),
        ("a::*", &["a::*"]),
    ] {
        let flat: Vec<_> = flatten(tree).iter().map(|path| path.join("::")).collect();
        assert_eq!(flat, paths, "{tree}");
    }
}
