//! Opens listening sockets, one per worker on the same port.
//!
//! With `SO_REUSEPORT` the kernel spreads new connections over the workers' sockets, so that accepting needs
//! no lock and no hand-over.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd;

use socket2::{Domain, Protocol, SockRef, Socket, Type};

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
    tune(&socket);
    socket.bind(&addr.into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

/// How many bytes of answers a socket takes in advance of what it has sent. There is room again when half of them
/// have left, so a peer makes progress that we can see with every 128 KiB that it takes, and one that takes little
/// does not keep megabytes of the system's memory. More than that would only be cut later, fewer would wake us often.
const NOT_YET_SENT: u32 = 256 * 1024;

/// Makes a socket send small writes at once, since we gather answers ourselves, and say soon that there is room
/// again. One that cannot do this still works, only less well.
///
/// On Linux connections inherit it from their listener, from the moment they are queued there, which saves each of them
/// the system calls.
pub fn tune(socket: &impl AsFd) {
    let socket = SockRef::from(socket);
    let _ = socket.set_tcp_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_notsent_lowat(NOT_YET_SENT);
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
