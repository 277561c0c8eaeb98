//! Opens listening sockets, one per worker on the same port.
//!
//! With `SO_REUSEPORT` the kernel spreads new connections over the workers' sockets, so that accepting needs
//! no lock and no hand-over.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Opens `n` listeners on `addr`; if its port is 0, all on the port that the first one gets.
///
/// # Errors
///
/// What the system says: the address is taken, is not one of this machine, or needs privileges.
pub fn bind(addr: SocketAddr, n: usize, backlog: u32) -> io::Result<Vec<TcpListener>> {
    let first = bind_one(addr, backlog)?;
    let addr = first.local_addr()?;
    let mut listeners = vec![first];
    for _ in 1..n {
        listeners.push(bind_one(addr, backlog)?);
    }
    Ok(listeners)
}

fn bind_one(addr: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

/// Refuses an address on which some other process listens already.
///
/// `SO_REUSEPORT` would let a second server of the same user share the port, and each would get half of the
/// connections. A server that is started twice by mistake should say so instead.
///
/// # Errors
///
/// `AddrInUse` when it is taken.
pub fn check_free(addr: SocketAddr) -> io::Result<()> {
    if addr.port() == 0 {
        return Ok(());
    }
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&addr.into())?;
    socket.listen(1)
}
