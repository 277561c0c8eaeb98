//! `timeout = "5s"`: cuts an async handler off that takes longer than its attribute allows.
//!
//! The handler is dropped where it waits, and the answer is 503; when part of one has been sent, the
//! connection is cut. The time comes from the worker's clock, so a route without a timeout pays nothing
//! and one with it is up to half a second late.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use httpz_core::message::Alarm;

use crate::{Error, Response, Result};

/// When a handler is to be cut off.
pub fn alarm(res: &Response, milliseconds: u64) -> Alarm {
    res.alarm(Duration::from_millis(milliseconds))
}

/// Cuts a handler off that takes longer than its attribute allows.
pub async fn within(
    alarm: Alarm,
    milliseconds: u64,
    handler: impl Future<Output = Result>,
) -> Result {
    let (mut alarm, mut handler) = (pin!(alarm), pin!(handler));
    poll_fn(|cx| match handler.as_mut().poll(cx) {
        Poll::Ready(outcome) => Poll::Ready(outcome),
        Poll::Pending => alarm.as_mut().poll(cx).map(|()| Err(cut_off(milliseconds))),
    })
    .await
}

#[cold]
fn cut_off(milliseconds: u64) -> Error {
    let source = format!("the handler was cut off after {milliseconds} ms");
    Error::status(503, "this takes too long").with_source(source)
}
