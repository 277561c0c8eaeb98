//! Where everything is kept: an SQLite database, in a file or in memory.
//!
//! SQLite answers in microseconds and blocks while it does, so queries run right on the worker that
//! asks: handing them to another thread would cost more than they do. Every worker has a connection
//! of its own to read with and waits for nobody. There is one to write with, behind a lock: SQLite
//! has one writer at a time anyway, a lock queues better than its retries, and what is done under it
//! (a change, and the event that tells of it) happens in one order for everybody.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use httpz::{Error, PerThread, Status};
use rusqlite::{Connection, ErrorCode, Result, TransactionBehavior};

/// Each is run once, in this order; what has been released is never changed.
const MIGRATIONS: &[&str] =
    &[include_str!("migrations/1_users.sql"), include_str!("migrations/2_notes.sql")];

/// The database.
pub(crate) struct Db {
    place: String,
    readers: PerThread<RefCell<Option<Connection>>>,
    /// Also what keeps a database in memory alive.
    writer: Mutex<Connection>,
}

impl Db {
    /// Opens this file, or a database in memory, and brings it up to date.
    ///
    /// To SQLite `""` and `:memory:` are a database for each connection; here they are one for all.
    pub(crate) fn open(file: Option<&str>) -> Result<Self, Error> {
        let file = file.filter(|file| !matches!(*file, "" | ":memory:"));
        let place = file.map_or_else(in_memory, str::to_owned);
        let mut writer = connect(&place)?;
        migrate(&mut writer)?;
        let readers = PerThread::new(RefCell::default);
        Ok(Self { place, readers, writer: Mutex::new(writer) })
    }

    /// Reads with this thread's connection.
    pub(crate) fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let reader = self.readers.get();
        let mut reader = reader.borrow_mut();
        match &mut *reader {
            Some(connection) => query(connection),
            none => query(none.insert(connect(&self.place)?)),
        }
    }

    /// The connection to write with; nobody else writes until it is given back.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        // Each change is one statement, which is done or not, whatever became of its handler.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an error of the database means to a client. One that is busy is worth another try.
pub(crate) fn meaning(error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::status(503, "the board is busy; try again in a moment")
                .with_header("Retry-After", "1")
        }
        _ => Error::status(500, Status::INTERNAL_SERVER_ERROR.reason()),
    }
}

/// A name that all connections to one database in memory share, and no two databases.
fn in_memory() -> String {
    static OPENED: AtomicU64 = AtomicU64::new(0);
    format!("file:/board-{}?vfs=memdb", OPENED.fetch_add(1, Ordering::Relaxed))
}

fn connect(place: &str) -> Result<Connection> {
    let connection = Connection::open(place)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch(
        "PRAGMA journal_mode = wal; -- readers do not wait for the writer, nor it for them
         PRAGMA synchronous = normal; -- enough under wal: a power cut may lose, but not corrupt
         PRAGMA foreign_keys = on;",
    )?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), Error> {
    // At once the writer, so that two processes that start together do not both migrate.
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done: u32 = change.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if done as usize > MIGRATIONS.len() {
        return Err(Error::status(500, "the database is of a newer version of this program"));
    }
    for (number, sql) in (1_u32..).zip(MIGRATIONS).filter(|(number, _)| *number > done) {
        change.execute_batch(sql)?;
        change.pragma_update(None, "user_version", number)?;
    }
    Ok(change.commit()?)
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn a_busy_database_is_worth_another_try_and_a_broken_one_is_not() {
        let status = |code| {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            meaning(&error).code()
        };
        let codes = [ffi::SQLITE_BUSY, ffi::SQLITE_LOCKED, ffi::SQLITE_CORRUPT];
        assert_eq!(codes.map(status), [503, 503, 500]);
    }

    #[test]
    fn every_way_to_ask_for_memory_gives_one_database_to_all_connections() {
        for file in [None, Some(""), Some(":memory:")] {
            let db = Db::open(file).expect("memory opens");
            let users = |reader: &Connection| {
                reader.query_row("SELECT count(*) FROM users", [], |row| row.get::<_, i64>(0))
            };
            assert_eq!(db.read(users), Ok(0), "{file:?}");
        }
    }
}
