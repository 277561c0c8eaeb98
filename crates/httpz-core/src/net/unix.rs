//! Opens listening unix sockets.
//!
//! The name of a unix socket is a file, which outlives its server. A file that a dead server has left behind
//! is removed; one that a living server listens on, or that is no socket at all, is not.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use socket2::{Domain, SockAddr, Socket, Type};

/// Opens a listener at `path`. Its file gets this mode, or what the process's umask leaves when it is `None`.
///
/// # Errors
///
/// `AddrInUse` when somebody listens there, `AlreadyExists` when something else is there, else what
/// the system says.
pub fn bind(path: &Path, mode: Option<u32>, backlog: u32) -> io::Result<UnixListener> {
    remove_stale(path)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::unix(path)?)?;
    if let Some(mode) = mode {
        // Nobody can connect before `listen`, so nobody slips in while the mode is laxer.
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

fn remove_stale(path: &Path) -> io::Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    if !found.file_type().is_socket() {
        let text = "there is a file that is no socket; move it away or choose another path";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Ok(_) => Err(io::Error::new(io::ErrorKind::AddrInUse, "another process listens there")),
        Err(error) => Err(error),
    }
}

/// Removes the file of a socket, at the latest when it is dropped, if it is still the one that was made.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    made: Option<(u64, u64)>,
    passed_on: AtomicBool,
}

impl SocketFile {
    /// Removes the file at `path` in the end.
    pub fn new(path: PathBuf) -> Self {
        Self { made: identity(&path), path, passed_on: AtomicBool::new(false) }
    }

    /// Removes it now, so that nobody connects any more, unless it has been left to somebody else.
    pub fn remove(&self) {
        let ours = self.made.is_some() && identity(&self.path) == self.made;
        if ours && !self.passed_on.load(Ordering::Relaxed) {
            // A file that cannot be removed is found stale by the next server.
            let _ = fs::remove_file(&self.path);
        }
    }

    /// Leaves the file to somebody else.
    pub fn pass_on(&self) {
        self.passed_on.store(true, Ordering::Relaxed);
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        self.remove();
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("httpz-unix-{name}-{}", std::process::id()))
    }

    #[test]
    fn takes_over_what_a_dead_server_left_and_nothing_else() {
        let path = place("stale");
        let living = bind(&path, Some(0o600), 16).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(bind(&path, None, 16).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(living);
        let next = bind(&path, None, 16).unwrap();
        drop(SocketFile::new(path.clone()));
        assert!(!path.exists());
        drop(next);

        fs::write(&path, "precious").unwrap();
        assert_eq!(bind(&path, None, 16).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"precious");
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn leaves_the_file_of_a_successor_alone() {
        let path = place("successor");
        let first = bind(&path, None, 16).unwrap();
        let file = SocketFile::new(path.clone());
        fs::rename(&path, path.with_extension("old")).unwrap();
        let _second = bind(&path, None, 16).unwrap();
        drop((first, file));
        assert!(path.exists());
        fs::remove_file(&path).unwrap();
        fs::remove_file(path.with_extension("old")).unwrap();
    }
}
