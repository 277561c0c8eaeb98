//! The parameters that a route has captured from the path.
//!
//! They are places in [`Request::route_path`], set by the service that matched the route. If the path has
//! escapes, all of them are decoded together, when the first is asked for.

use smallvec::SmallVec;

use super::Request;
use crate::proto::{Span, percent};

/// Path parameters, decoded.
#[derive(Default)]
pub(super) struct Decoded {
    text: String,
    places: SmallVec<[Span; 8]>,
}

impl Decoded {
    fn get(&self, index: usize) -> Option<&str> {
        self.text.get(self.places.get(index).map(|s| s.at as usize..s.end())?)
    }
}

impl Request {
    /// The value of a path parameter, decoded.
    #[inline]
    pub fn param(&self, name: &str) -> Option<&str> {
        let index = self.names.iter().position(|other| *other == name)?;
        self.value(index)
    }

    /// The value of the path parameter with this place in the route's pattern, decoded.
    #[inline]
    pub fn param_at(&self, index: usize) -> Option<&str> {
        // Beyond the names there may be places that an earlier request has left.
        if index < self.names.len() { self.value(index) } else { None }
    }

    #[inline]
    fn value(&self, index: usize) -> Option<&str> {
        if self.head.target.escaped {
            return self.decoded.get_or_init(|| self.decode_params()).get(index);
        }
        self.route_path().get(self.values.get(index).map(|s| s.at as usize..s.end())?)
    }

    #[cold]
    fn decode_params(&self) -> Decoded {
        let mut decoded = Decoded::default();
        for span in &self.values {
            let raw = self.route_path().get(span.at as usize..span.end()).unwrap_or_default();
            let at = decoded.text.len();
            // Only ASCII characters are still escaped in `route_path`, so this succeeds.
            if percent::decode(raw.as_bytes(), false, &mut decoded.text).is_err() {
                decoded.text.truncate(at);
                decoded.text.push_str(raw);
            }
            decoded.places.push(Span::new(at, decoded.text.len() - at));
        }
        decoded
    }

    /// Names and values of the path parameters, in the order of the pattern.
    pub fn params(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let names = self.names.iter().enumerate();
        names.filter_map(|(i, name)| Some((*name, self.value(i)?)))
    }

    /// The last path parameter, decoded, if the path ends with it.
    #[doc(hidden)]
    pub fn rest_of_path(&self) -> Option<&str> {
        let last = self.names.len().checked_sub(1)?;
        let ends_path = self.values.get(last)?.end() == self.route_path().len();
        self.value(last).filter(|_| ends_path)
    }

    /// The path that routes are matched against: [`Request::path`] with the escapes of unreserved
    /// characters and of UTF-8 octets undone.
    #[doc(hidden)]
    #[inline]
    pub fn route_path(&self) -> &str {
        if self.head.target.escaped { &self.normal } else { self.path() }
    }

    /// Sets the path parameters: the names of the route and their places in
    /// [`Request::route_path`].
    #[doc(hidden)]
    #[inline]
    pub fn set_params(
        &mut self,
        names: &'static [&'static str],
        places: impl Iterator<Item = (usize, usize)>,
    ) {
        self.names = names;
        self.values.clear();
        self.values.extend(places.map(|(at, len)| Span::new(at, len)));
    }

    /// Sets path parameters by hand, in place of those that a route has captured. For tests: their names are
    /// leaked, a few bytes for each call.
    ///
    /// ```
    /// # use httpz_core::Request;
    /// let mut req = Request::get("/");
    /// req.pretend_params(&[("id", "7"), ("name", "100%")]);
    /// assert_eq!((req.param("name"), req.path()), (Some("100%"), "/"));
    /// ```
    pub fn pretend_params(&mut self, params: &[(&str, &str)]) {
        // Parameters are places in the path that routes are matched against, so they are appended to it.
        let mut path = self.route_path().to_owned();
        let (mut names, mut places) = (Vec::<&'static str>::new(), Vec::new());
        for (name, value) in params {
            let value = value.replace('%', "%25");
            names.push(name.to_string().leak());
            places.push((path.len(), value.len()));
            path.push_str(&value);
        }
        self.normal = path;
        self.head.target.escaped = true;
        self.decoded.take();
        self.set_params(names.leak(), places.into_iter());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_params_in_full() {
        let mut req = Request::get("/caf%C3%A9/a%2Fb");
        // "/café/a%2Fb": é has two bytes.
        req.set_params(&["one", "two"], [(1, 5), (7, 5)].into_iter());
        assert_eq!(req.param("one"), Some("café"));
        assert_eq!(req.param("two"), Some("a/b"));
        assert_eq!(req.param("three"), None);
        assert_eq!(req.params().count(), 2);
    }

    /// A handler of a route without parameters was given pieces of its path by `param_at`, where the
    /// request before it on the connection had parameters.
    #[test]
    fn parameters_end_with_their_request() {
        let mut req = Request::get("/users/7");
        req.set_params(&["id"], [(7, 1)].into_iter());
        assert_eq!(req.param_at(0), Some("7"));
        req.end();
        req.inbound.refill(b"GET /articles HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(req.parse(true).unwrap());
        assert_eq!((req.param_at(0), req.params().count()), (None, 0));
    }
}
