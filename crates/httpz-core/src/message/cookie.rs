//! Cookies, as they come and as they are set (RFC 6265, and 6265bis where browsers have moved on).
//!
//! Browsers silently drop a cookie that breaks their rules. What they are known to drop is refused here, so that
//! it shows at the first try and not to the first user.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::Duration;

use super::fault::ResponseFault;
use super::{Request, Response};

/// From which pages a browser sends a cookie with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// From pages of the same site only.
    Strict,
    /// Also when a link on another site leads here. Browsers assume this when nothing is said.
    Lax,
    /// From everywhere; must be secure.
    None,
}

/// Bytes of name and value that browsers keep (6265bis §5.7).
const LARGEST: usize = 4096;

/// A cookie for [`Response::cookie`].
///
/// Unless told otherwise, it holds for every path of this host until the browser is closed.
///
/// ```
/// use std::time::Duration;
/// # use httpz_core::{Cookie, Response, SameSite};
/// let mut res = Response::new();
/// res.cookie(
///     Cookie::new("session", "c0ffee")
///         .http_only()
///         .secure()
///         .same_site(SameSite::Lax)
///         .max_age(Duration::from_secs(3600)),
/// );
/// let expected = "session=c0ffee; Path=/; Max-Age=3600; SameSite=Lax; Secure; HttpOnly";
/// assert_eq!(res.find_header("set-cookie"), Some(expected.as_bytes()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a cookie is set by `Response::cookie`"]
pub struct Cookie {
    name: Cow<'static, str>,
    value: String,
    path: Cow<'static, str>,
    domain: Option<Cow<'static, str>>,
    max_age: Option<u64>,
    same_site: Option<SameSite>,
    secure: bool,
    http_only: bool,
}

impl Cookie {
    /// A cookie with this name and value.
    ///
    /// The value must be ASCII without blanks, commas, semicolons, quotes and backslashes; encode any other.
    pub fn new(name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            path: Cow::Borrowed("/"),
            domain: None,
            max_age: None,
            same_site: None,
            secure: false,
            http_only: false,
        }
    }

    /// Removes a cookie from the browser. Path and domain must be those that it was set with.
    ///
    /// ```
    /// # use httpz_core::{Cookie, Response};
    /// let mut res = Response::new();
    /// res.cookie(Cookie::removal("session"));
    /// assert_eq!(res.find_header("set-cookie"), Some(&b"session=; Path=/; Max-Age=0"[..]));
    /// ```
    pub fn removal(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name, "").max_age(Duration::ZERO)
    }

    /// Sends it only for this path and those below. `/` when it is never set.
    pub fn path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.path = path.into();
        self
    }

    /// Sends it to this domain and all its subdomains; without this, only to this very host.
    pub fn domain(mut self, domain: impl Into<Cow<'static, str>>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// How long the browser keeps it, in whole seconds; without this, until it is closed.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age.as_secs());
        self
    }

    /// From which pages it is sent.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = Some(same_site);
        self
    }

    /// Sends it only over TLS.
    pub fn secure(mut self) -> Self {
        self.secure = true;
        self
    }

    /// Hides it from the scripts of pages.
    pub fn http_only(mut self) -> Self {
        self.http_only = true;
        self
    }

    /// The value of the field.
    fn written(&self) -> Result<String, ResponseFault> {
        let Self { name, value, path, domain, .. } = self;
        let is_token = crate::proto::chars::is_token(name.as_bytes());
        let attributes = [&**path, domain.as_deref().unwrap_or_default()];
        if !is_token
            || !value.bytes().all(is_cookie_octet)
            || !attributes.iter().all(|text| text.bytes().all(is_attribute_octet))
            || !path.starts_with('/')
        {
            return Err(ResponseFault::CookieText);
        }
        if name.len() + value.len() > LARGEST {
            return Err(ResponseFault::CookieTooLarge);
        }
        let prefix = |prefix: &str| {
            name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let must_be_secure =
            self.same_site == Some(SameSite::None) || prefix("__Secure-") || prefix("__Host-");
        let must_be_host = prefix("__Host-");
        if (must_be_secure && !self.secure) || (must_be_host && (domain.is_some() || path != "/")) {
            return Err(ResponseFault::CookieRefused);
        }
        let mut text = format!("{name}={value}; Path={path}");
        // Writing to a string cannot fail.
        if let Some(domain) = domain {
            let _ = write!(text, "; Domain={domain}");
        }
        if let Some(age) = self.max_age {
            let _ = write!(text, "; Max-Age={age}");
        }
        if let Some(same_site) = self.same_site {
            let _ = write!(text, "; SameSite={same_site:?}");
        }
        text.push_str(if self.secure { "; Secure" } else { "" });
        text.push_str(if self.http_only { "; HttpOnly" } else { "" });
        Ok(text)
    }
}

/// `cookie-octet` of RFC 6265 §4.1.1.
fn is_cookie_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}

/// `av-octet` of RFC 6265 §4.1.1.
fn is_attribute_octet(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) && byte != b';'
}

impl Request {
    /// The value of the cookie with this name; of the first, where there are several.
    ///
    /// ```
    /// # use httpz_core::{Method, Request};
    /// let req = Request::build(Method::Get, "/", &[("Cookie", "theme=dark; session=c0ffee")], b"")?;
    /// assert_eq!(req.cookie("session"), Some("c0ffee"));
    /// # Ok::<(), httpz_core::Error>(())
    /// ```
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Names and values of all cookies, in the order they were sent.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.headers_all("cookie").flat_map(|value| value.split(|&byte| byte == b';'));
        // One by one, so that one that is no text hides none of the others.
        let pairs = pairs.filter_map(|pair| std::str::from_utf8(pair).ok());
        pairs.filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
    }
}

impl Response {
    /// Sets a cookie, besides others.
    ///
    /// A cookie that no browser would keep makes the answer a 500 with a log line.
    pub fn cookie(&mut self, cookie: Cookie) -> &mut Self {
        match cookie.written() {
            Ok(value) => self.header("Set-Cookie", value),
            Err(fault) => self.spoil(fault, &cookie.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::Method;

    #[test]
    fn every_attribute_is_said_and_in_one_order() {
        let cookie = Cookie::new("a", "b")
            .domain("example.org")
            .path("/app")
            .same_site(SameSite::None)
            .secure()
            .http_only()
            .max_age(Duration::from_millis(1999));
        let expected =
            "a=b; Path=/app; Domain=example.org; Max-Age=1; SameSite=None; Secure; HttpOnly";
        assert_eq!(cookie.written().as_deref(), Ok(expected));
        assert_eq!(Cookie::new("a", "").written().as_deref(), Ok("a=; Path=/"));
    }

    #[test]
    fn what_no_browser_would_keep_is_refused() {
        use ResponseFault::{CookieRefused, CookieText, CookieTooLarge};
        for (cookie, fault) in [
            (Cookie::new("", "b"), CookieText),
            (Cookie::new("a b", "c"), CookieText),
            (Cookie::new("a", "b; Domain=evil"), CookieText),
            (Cookie::new("a", "b\r\nSet-Cookie: c=d"), CookieText),
            (Cookie::new("a", "b c"), CookieText),
            (Cookie::new("a", "caffè"), CookieText),
            (Cookie::new("a", "b").path("app"), CookieText),
            (Cookie::new("a", "b").path("/; Secure"), CookieText),
            (Cookie::new("a", "b").domain("a;b"), CookieText),
            (Cookie::new("a", "b".repeat(4096)), CookieTooLarge),
            (Cookie::new("a", "b").same_site(SameSite::None), CookieRefused),
            (Cookie::new("__Secure-a", "b"), CookieRefused),
            (Cookie::new("__Host-a", "b").secure().path("/app"), CookieRefused),
            (Cookie::new("__host-a", "b").secure().domain("example.org"), CookieRefused),
        ] {
            assert_eq!(cookie.written(), Err(fault), "{cookie:?}");
        }
        assert!(Cookie::new("__Host-a", "b").secure().written().is_ok());
        assert!(Cookie::new("a", "b".repeat(4095)).written().is_ok());
    }

    #[test]
    fn cookies_are_read_from_every_field() {
        let fields = [("Cookie", "a=1; b=x=y;c=;; bad"), ("cookie", " a=2 ")];
        let req = Request::build(Method::Get, "/", &fields, b"").unwrap();
        let all: Vec<_> = req.cookies().collect();
        assert_eq!(all, [("a", "1"), ("b", "x=y"), ("c", ""), ("a", "2")]);
        assert_eq!((req.cookie("a"), req.cookie("A"), req.cookie("bad")), (Some("1"), None, None));
    }

    /// A neighbour may have set it for the whole domain, and browsers send all of them in one line.
    #[test]
    fn a_cookie_that_is_no_text_hides_none_of_the_others() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1; evil=\xff; b=2\r\n\r\n";
        let req = Request::from_bytes(head).unwrap();
        assert_eq!(req.cookies().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
    }
}
