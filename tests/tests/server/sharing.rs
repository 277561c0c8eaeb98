//! Which worker serves a connection, where workers share a socket.

use std::collections::HashMap;
use std::net::TcpListener;

use httpz::prelude::*;
use httpz::{Config, Handle, Listen};
use httpz_tests::{Raw, eventually};

use super::stop;

const WORKERS: usize = 3;

/// The name of the thread, which is that of the worker.
fn worker(_: &Request, _: &mut Response) -> String {
    std::thread::current().name().unwrap_or_default().to_owned()
}

fn start(place: Listen) -> Handle {
    let config = Config { workers: WORKERS, ..Config::default() };
    let app = App::new((), |r| r.get("/worker", worker)).config(config);
    app.start_on(place).expect("it starts")
}

/// How many of these connections each worker serves.
fn shares<'a>(peers: impl IntoIterator<Item = &'a mut Raw>) -> HashMap<String, usize> {
    let mut shares = HashMap::new();
    for peer in peers {
        *shares.entry(peer.get("/worker").body).or_default() += 1;
    }
    shares
}

/// All that look for the one with the fewest at the same moment may find the same.
fn is_even(shares: &HashMap<String, usize>) -> bool {
    let most = shares.values().max().copied().unwrap_or_default();
    let least = shares.values().min().copied().unwrap_or_default();
    shares.len() == WORKERS && most - least <= WORKERS
}

fn each_worker_gets_its_share(server: Handle, connect: impl Fn() -> Raw) {
    // Without a request in between, so that one worker could accept them all.
    let mut peers: Vec<Raw> = (0..WORKERS * 8).map(|_| connect()).collect();
    let first = shares(&mut peers);
    assert!(is_even(&first), "{first:?}");

    // Those that one worker has lost come to it again.
    let all = peers.len();
    let unlucky = peers[0].get("/worker").body;
    peers.retain_mut(|peer| peer.get("/worker").body != unlucky);
    eventually("the worker has its share again", || {
        let mut more: Vec<Raw> = (peers.len()..all).map(|_| connect()).collect();
        is_even(&shares(peers.iter_mut().chain(&mut more)))
    });
    stop(server);
}

#[test]
fn connections_over_a_unix_socket_are_spread_over_the_workers() {
    let path = std::env::temp_dir().join(format!("httpz-sharing-{}", std::process::id()));
    let server = start(Listen::unix(&path));
    each_worker_gets_its_share(server, || Raw::unix(&path).expect("it listens"));
}

#[test]
fn connections_to_a_shared_address_are_spread_over_the_workers() {
    let server = start("shared:127.0.0.1:0".parse().expect("a place"));
    assert!(matches!(server.places(), [Listen::Shared(addr)] if addr.port() != 0));
    let addr = server.addr();
    each_worker_gets_its_share(server, || Raw::connect(addr));
}

#[test]
fn connections_to_a_socket_that_was_open_already_are_spread_over_the_workers() {
    let socket = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let addr = socket.local_addr().expect("it has an address");
    let server = start(Listen::inherited(vec![socket.into()]).expect("it listens"));
    each_worker_gets_its_share(server, || Raw::connect(addr));
}
