//! Wires over real sockets.
//!
//! Beside `conn`: neither knows the other. A wire reads and writes through tokio and watches its
//! own deadlines; what a deadline means is the connection's business.

pub mod gate;
pub mod listen;
pub mod socket;
pub mod timed;
#[cfg(feature = "tls")]
pub mod tls;
pub mod unix;

pub use gate::{ConnectionLimits, Gate, Pass, Refused};
pub use socket::{Detached, Socket, SocketWire};
pub use timed::{Timeouts, Watch, Watches};
