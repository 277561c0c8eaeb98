//! Takes what would block off the thread of a worker.

/// Does something that blocks, on another thread, and waits for it without holding up anybody: files, a database
/// whose calls wait, a long computation.
///
/// Within a server, or any other runtime of tokio, the thread is one of those that the runtime has for such work (up to
/// 512 for each worker). Where there is none, as in a test without a server, the caller does it itself.
///
/// ```
/// # use httpz_core::Result;
/// async fn lines(path: String) -> Result<usize> {
///     let text = httpz_core::blocking(move || std::fs::read_to_string(path)).await?;
///     Ok(text.lines().count())
/// }
/// ```
///
/// # Panics
///
/// When `work` does.
///
/// # Cancel safety
///
/// What has begun goes on when the future is dropped, and when the server has ended; its value is lost.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => match runtime.spawn_blocking(work).await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime ends, and with it whoever waits here.
                Err(_) => std::future::pending().await,
            },
        },
        Err(_) => work(),
    }
}
