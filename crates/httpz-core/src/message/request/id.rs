//! The name under which a request is known in logs, where the application gives it one.

use super::Request;

impl Request {
    /// The id that the application has given to it.
    pub fn id(&self) -> Option<&str> {
        self.id.get().map(|id| &**id)
    }

    /// Gives it an id, under which handlers, observers and the log know it. The first one stays.
    ///
    /// ```
    /// # use httpz_core::Request;
    /// let req = Request::get("/");
    /// assert_eq!(req.id(), None);
    /// assert_eq!(req.set_id("c0ffee"), "c0ffee");
    /// assert_eq!(req.set_id("another"), "c0ffee");
    /// assert_eq!(req.id(), Some("c0ffee"));
    /// ```
    pub fn set_id(&self, id: &str) -> &str {
        // It is forgotten when the arena is emptied, which is asked at the end of every request anyhow: those without
        // an id pay nothing for it.
        self.arena.touch();
        self.id.get_or_init(|| id.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_forgotten_with_the_request() {
        let mut req = Request::get("/");
        req.set_id("a");
        req.end();
        assert_eq!(req.id(), None);
        assert_eq!(req.set_id("b"), "b");
    }
}
