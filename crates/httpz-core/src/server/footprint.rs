//! How much memory the exchanges of a server take, computed from its configuration.
//!
//! `docs/tuning.md` explains the arithmetic, and a test measures a server against it.

use super::config::Config;

/// What one exchange takes besides its configured buffers, at most: gathered answers and
/// pieces of them (128 KiB), what was read beyond the end of a body in chunks (64 KiB), futures of async handlers
/// (4 KiB), and its tables.
const BESIDES: usize = 208 * 1024;
/// The same for one that an event stream or a tunnel holds: a small body (16 KiB), the future (4 KiB), the outgoing
/// buffer between two pieces (4 KiB), and its tables.
const BESIDES_A_STREAM: usize = 32 * 1024;

/// Bytes of memory; see [`Config::footprint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Footprint {
    /// What is allocated at start and kept. The system only provides pages when they are first used, so less is
    /// resident until there is some load.
    pub least: usize,
    /// What the exchanges take when all of them are in use, with bodies as large as is allowed.
    pub most: usize,
}

impl Config {
    /// What the exchanges take at least and at most, over all workers:
    ///
    /// ```text
    /// least  pool.min · (request.buffer_size + response.header_buffer_size + response.body_buffer_size)
    /// most   pool.max · (request.buffer_size + response.header_buffer_size + response.body_buffer_size
    ///                    + request.max_body_size + 208 KiB)
    ///        + pool.streams · (request.buffer_size + response.header_buffer_size + response.body_buffer_size
    ///                        + 32 KiB)
    /// ```
    ///
    /// `pool.min`, `pool.max` and `pool.streams` are rounded up to a multiple of the workers. Not counted is what the
    /// application allocates (its own state, bodies of answers over `response.body_buffer_size`, arenas), the piece
    /// that a stream is just sending, what groups allow beyond `request.max_body_size`, and the connections, which
    /// take about 1 KiB each.
    ///
    /// ```
    /// # use httpz_core::Config;
    ///
    /// let config = Config { workers: 1, ..Config::default() };
    /// let (requests, streams) = (500 * (64 + 4 + 32 + 1024 + 208), 2000 * (64 + 4 + 32 + 32));
    /// assert_eq!(config.footprint().most, (requests + streams) * 1024);
    /// ```
    pub fn footprint(&self) -> Footprint {
        let share = self.pool_share();
        let workers = self.worker_count();
        let made = self
            .request
            .buffer_size
            .saturating_add(self.response.header_buffer_size)
            .saturating_add(self.response.body_buffer_size);
        let full = made.saturating_add(self.request.max_body_size).saturating_add(BESIDES);
        let stream = made.saturating_add(BESIDES_A_STREAM);
        let all = |share: usize, each| share.saturating_mul(workers).saturating_mul(each);
        Footprint {
            least: all(share.min, made),
            most: all(share.max, full).saturating_add(all(self.stream_share(), stream)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_without_bound_has_no_bound() {
        let mut config = Config { workers: 2, ..Config::default() };
        config.pool.max = usize::MAX;
        assert_eq!(config.footprint().most, usize::MAX);
    }
}
