//! Decides what becomes of the connection after an answer.
//!
//! The facts are gathered while the request is read and answered; [`Cycle::verdict`] weighs them
//! once, at the end.
//!
//! | the peer keeps alive | our answer persists | body read | verdict |
//! |---|---|---|---|
//! | yes | yes | whole | again |
//! | yes | yes | in part | drain, then again |
//! | yes | yes | withheld until `100 Continue` | close |
//! | any other | | | close |

/// What a request and its answer say about the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The request allows another one to follow (version and `Connection`).
    pub peer_persists: bool,
    /// The answer allows it: framed, complete, without `Connection: close`.
    pub answer_persists: bool,
    /// The whole request body has been taken off the wire.
    pub body_read: bool,
    /// The peer is still waiting for `100 Continue`, so it is unknown whether a body follows.
    pub body_withheld: bool,
}

/// What the connection does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Read the next request.
    Again,
    /// Read the rest of the body and throw it away, then the next request.
    Drain,
    /// Send what is left and close.
    Close,
}

impl Cycle {
    /// Weighs the facts.
    #[inline]
    pub const fn verdict(self) -> Verdict {
        if !(self.peer_persists && self.answer_persists) {
            Verdict::Close
        } else if self.body_read {
            Verdict::Again
        } else if self.body_withheld {
            // A client that expected 100 and got a final answer may send the body all the same or
            // leave it out (RFC 9110 §10.1.1); two readers could differ, so the connection ends.
            Verdict::Close
        } else {
            Verdict::Drain
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_when_either_side_wants_it_and_drains_what_was_not_read() {
        for (peer, answer, read, withheld, expected) in [
            (true, true, true, false, Verdict::Again),
            (true, true, false, false, Verdict::Drain),
            (true, true, false, true, Verdict::Close),
            (false, true, true, false, Verdict::Close),
            (true, false, true, false, Verdict::Close),
            (false, false, false, false, Verdict::Close),
        ] {
            let cycle = Cycle {
                peer_persists: peer,
                answer_persists: answer,
                body_read: read,
                body_withheld: withheld,
            };
            assert_eq!(cycle.verdict(), expected, "{cycle:?}");
        }
    }
}
