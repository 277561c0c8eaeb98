//! Who holds an exchange and for how long, and what a connection that holds none costs.

use super::*;

#[test]
fn an_idle_connection_holds_no_exchange() {
    let common = common(1, small());
    let wire = Rc::new(Memory::open(["GET /a HTTP/1.1\r\nHost: x\r\n\r\n"]));
    let mut serving = pin!(Conn::new(wire.clone(), common.clone()).serve());
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!((common.pool.leased(), wire.waiting()), (0, Wait::KeepAlive));
    wire.send(b"GET /b HT");
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!((common.pool.leased(), wire.waiting()), (0, Wait::Head));
    wire.send(b"TP/1.1\r\nHost: x\r\n\r\n");
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!(common.pool.leased(), 0);
    assert!(wire.take_output().ends_with(b"/b"));
}

#[test]
fn peers_that_drip_take_no_exchange_from_those_that_ask() {
    let common = common(1, small());
    let cx = &mut Context::from_waker(Waker::noop());
    let slow = Rc::new(Memory::open(["GET /slow HTTP/1.1\r\nHo"]));
    let mut dripping = pin!(Conn::new(slow.clone(), common.clone()).serve());
    assert!(dripping.as_mut().poll(cx).is_pending());
    let wire = Rc::new(Memory::new(["GET /a HTTP/1.1\r\nHost: x\r\n\r\n"]));
    assert!(run(&wire, &common));
    assert!(wire.take_output().ends_with(b"/a"));
    for byte in b"st: x\r\n\r\n" {
        slow.send(&[*byte]);
        assert!(dripping.as_mut().poll(cx).is_pending());
        assert_eq!(common.pool.leased(), 0);
    }
    assert!(slow.take_output().ends_with(b"/slow"));
}

/// The exchange of a head that goes on has been that of another connection meanwhile.
#[test]
fn a_head_that_is_late_says_nothing_of_the_request_of_another() {
    for part in ["GE", "GET /x HTTP/1.1\r\nHo"] {
        let common = common(1, small());
        let cx = &mut Context::from_waker(Waker::noop());
        let wire = Rc::new(Memory::open([part]));
        let mut late = pin!(Conn::new(wire.clone(), common.clone()).serve());
        assert!(late.as_mut().poll(cx).is_pending());
        let other = Rc::new(Memory::new(["DELETE /secret HTTP/1.0\r\n\r\n"]));
        assert!(run(&other, &common));
        wire.expire();
        let _ = late.as_mut().poll(cx);
        let output = String::from_utf8(wire.take_output()).unwrap();
        assert!(output.starts_with("HTTP/1.1 408 "), "{output}");
        assert_eq!(REFUSED.take(), "GET Http11", "{part}");
    }
}

/// Whoever waits for the peer itself learns of it there.
#[test]
fn a_handler_that_waits_for_something_else_is_dropped_when_its_peer_has_left() {
    for path in ["/never", "/one-chunk"] {
        let common = common(1, small());
        let cx = &mut Context::from_waker(Waker::noop());
        let wire = Rc::new(Memory::open([format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")]));
        let mut serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
        assert!(serving.as_mut().poll(cx).is_pending());
        assert_eq!((common.pool.leased(), wire.waiting()), (1, Wait::Nothing), "{path}");
        wire.lapse();
        assert!(serving.as_mut().poll(cx).is_ready(), "{path}");
        drop(serving);
        assert_eq!(common.pool.leased(), 0, "{path}");
    }
}

#[test]
fn a_handler_that_must_finish_does_so_without_its_peer() {
    let common = common(1, small());
    let cx = &mut Context::from_waker(Waker::noop());
    let wire = Rc::new(Memory::open(["GET /insists HTTP/1.1\r\nHost: x\r\n\r\n"]));
    wire.shutdown();
    let mut serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
    FINISHED.set(false);
    for _ in 0..3 {
        wire.lapse();
        assert!(serving.as_mut().poll(cx).is_pending() && !FINISHED.get());
    }
    let _ = serving.as_mut().poll(cx);
    assert!(FINISHED.get());
}

#[test]
fn a_handler_can_wait_for_the_end_of_its_peer_or_of_the_server() {
    for server_leaves in [false, true] {
        let common = common(1, small());
        let cx = &mut Context::from_waker(Waker::noop());
        let wire = Rc::new(Memory::open(["GET /closed HTTP/1.1\r\nHost: x\r\n\r\n"]));
        let mut serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
        for _ in 0..3 {
            assert!(serving.as_mut().poll(cx).is_pending());
            assert_eq!((wire.take_output(), wire.waiting()), (Vec::new(), Wait::Ping));
            wire.lapse();
        }
        match server_leaves {
            true => common.ambient.enter(Phase::Leaving),
            false => wire.end(),
        }
        let _ = serving.as_mut().poll(cx);
        assert!(wire.take_output().ends_with(b"closed"), "{server_leaves}");
    }
}

#[test]
fn a_handler_whose_pieces_cannot_be_sent_is_dropped() {
    let common = common(1, small());
    let wire = Memory::open(["GET /one-chunk HTTP/1.1\r\nHost: x\r\n\r\n"]);
    // Nobody takes them.
    wire.shutdown();
    assert!(run(&Rc::new(wire), &common));
    assert_eq!(common.pool.leased(), 0);
}

#[test]
fn without_an_exchange_a_request_waits_and_is_then_refused() {
    let common = common(1, small());
    let held = hold(&common);
    let input = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    let wire = Rc::new(Memory::new([input]));
    let mut serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
    let cx = &mut Context::from_waker(Waker::noop());
    assert_eq!((serving.as_mut().poll(cx), wire.waiting()), (Poll::Pending, Wait::Exchange));
    drop(held);
    assert!(serving.as_mut().poll(cx).is_ready());
    assert!(wire.take_output().ends_with(b"/a"));

    let _held = hold(&common);
    let wire = Rc::new(Memory::open([input]));
    wire.expire();
    assert!(run(&wire, &common));
    let output = String::from_utf8(wire.take_output()).unwrap();
    assert!(output.starts_with("HTTP/1.1 503 ") && output.contains("Retry-After: 1"), "{output}");
}

#[test]
fn a_dropped_connection_gives_its_exchange_back() {
    let common = common(1, small());
    let wire =
        Rc::new(Memory::open(["POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na"]));
    let mut serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!(common.pool.leased(), 1);
    drop(serving);
    assert_eq!((common.pool.leased(), Rc::strong_count(&wire)), (0, 1));
}

#[test]
fn a_connection_that_waits_is_small() {
    let serving = Conn::new(Rc::new(Memory::new([""])), common(1, small())).serve();
    // What the runtime adds to a task makes 256 bytes of it; one word too many, and it takes 384.
    assert!(size_of_val(&serving) <= 144, "{} bytes", size_of_val(&serving));
}

/// The wait for a peer that took nothing was left standing when it had taken all.
#[test]
fn a_write_that_had_to_wait_hides_no_peer_that_leaves_later() {
    let common = common(1, small());
    let cx = &mut Context::from_waker(Waker::noop());
    let wire = Memory::open(["GET /stall HTTP/1.1\r\nHost: x\r\n\r\n"]).with_window(1);
    let wire = Rc::new(wire);
    let mut serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!(wire.waiting(), Wait::Write);
    wire.take_output();
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!(wire.waiting(), Wait::Nothing);
    wire.lapse();
    assert!(serving.as_mut().poll(cx).is_ready());
}

#[test]
fn that_one_request_must_finish_says_nothing_of_the_next() {
    for first in ["/x", "/sync-insists"] {
        let common = common(1, small());
        let cx = &mut Context::from_waker(Waker::noop());
        let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        let wire = Rc::new(Memory::open([get(first) + &get("/never")]));
        let mut serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
        assert!(serving.as_mut().poll(cx).is_pending());
        wire.lapse();
        assert!(serving.as_mut().poll(cx).is_ready(), "{first}");
    }
}
