//! Cookies that only this application can have written.
//!
//! Such a cookie is a text, the second at which it ends, and a code of both (HMAC-SHA256) that nobody can make who
//! does not have the key. The code is about the name of the cookie, too, so that what was signed for one is not taken
//! for another. Text and code are in base64 as URLs have it, joined by dots: `YW5u.1790000000.…`.
//!
//! It is signed and not encrypted: whoever has the cookie can read it.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::base64;
use crate::{Cookie, Error, Request, Result, SameSite};

/// Shorter keys are refused: 32 bytes are what HMAC-SHA256 can make use of.
const SHORTEST_KEY: usize = 32;

/// What the code is about besides, so that no other use of the same key makes codes that are valid here.
const PURPOSE: &[u8] = b"httpz signed cookie 1";

/// Signs cookies and reads those that it has signed.
///
/// It is part of the application's state:
///
/// ```
/// use std::time::Duration;
///
/// use httpz::ext::signed_cookies::Keys;
/// use httpz::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Session {
///     user: String,
/// }
///
/// /// A guard: what it makes, handlers behind it may ask for.
/// fn signed_in(keys: &mut Shared<Keys>, req: &Request) -> Result<Session> {
///     keys.read_json(req, "session").or_status(401)
/// }
///
/// #[post("/login/:user")]
/// fn login(keys: &Keys, user: String, res: &mut Response) -> Result {
///     let week = Duration::from_secs(7 * 24 * 3600);
///     res.cookie(keys.json_cookie("session", &Session { user }, week)?.secure());
///     Ok(())
/// }
///
/// #[get("/me")]
/// fn me(session: &Session) -> String {
///     session.user.clone()
/// }
///
/// let key = std::env::var("COOKIE_KEY"); // made by `openssl rand -hex 32`
/// # let key = key.or_else(|_| Ok::<_, Error>("0123456789abcdef".repeat(4)));
/// let keys = Keys::new(key?)?;
/// let app = App::new(keys, |r| r.mount(routes![login]).guard(signed_in).mount(routes![me]));
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/me").status(401);
/// # client.request(Method::Post, "/login/ann").send().status(200);
/// # client.get("/me").text("ann");
/// # let forged = client.cookie("session").or_404()?.replacen('.', "x.", 1);
/// # client.set_cookie("session", &forged);
/// # client.get("/me").status(401);
/// # Ok::<_, Error>(())
/// ```
///
/// # What it does not do
///
/// The browser has the cookie, so it can be read by who sits there, be copied, and be sent again after another has
/// replaced it. Until it ends, nobody can take it back but by changing the key for all of them: what must end at once,
/// such as a session that is ended on another device, is kept in a store, and its id in the cookie.
#[derive(Clone)]
pub struct Keys {
    /// The one that signs first.
    codes: Vec<Hmac<Sha256>>,
}

impl Keys {
    /// Signs with this key, of 32 bytes or more that nobody can guess: made by `openssl rand -hex 32`, say, and kept
    /// where passwords are.
    ///
    /// # Errors
    ///
    /// When the key is shorter.
    pub fn new(current: impl AsRef<[u8]>) -> Result<Self> {
        Ok(Self { codes: vec![code(current.as_ref())?] })
    }

    /// Reads what was signed with these keys, too. They were current once, and are left out when the last cookie that
    /// they signed has ended.
    ///
    /// ```
    /// use httpz::ext::signed_cookies::Keys;
    ///
    /// # let [new, old] = ["n".repeat(32), "o".repeat(32)];
    /// let keys = Keys::new(new)?.also([old])?;
    /// # Ok::<_, httpz::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When one of them is shorter than 32 bytes.
    pub fn also<K: AsRef<[u8]>>(mut self, old: impl IntoIterator<Item = K>) -> Result<Self> {
        for key in old {
            self.codes.push(code(key.as_ref())?);
        }
        Ok(self)
    }

    /// A cookie with any text as its value, until the browser is closed. The signature itself does not end: for
    /// whatever lets somebody in, take [`Keys::cookie_for`].
    ///
    /// It is hidden from scripts, and not sent from forms of other sites; [`Cookie::secure`] is for you to say.
    pub fn cookie(&self, name: &'static str, value: &str) -> Cookie {
        hidden(Cookie::new(name, self.sign(name, value.as_bytes(), None)))
    }

    /// A cookie with any text as its value, which is kept for this long, and not valid after it whatever the
    /// browser does.
    pub fn cookie_for(&self, name: &'static str, value: &str, age: Duration) -> Cookie {
        let end = now().saturating_add(age.as_secs());
        hidden(Cookie::new(name, self.sign(name, value.as_bytes(), Some(end))).max_age(age))
    }

    /// Like [`Keys::cookie_for`], with a value as JSON.
    ///
    /// What is larger than browsers keep, 4 KiB with the name and a third more for base64, makes the answer a 500
    /// with a log line, as with any [`Cookie`].
    ///
    /// # Errors
    ///
    /// When the value cannot be JSON: a map whose keys are no texts, for example.
    pub fn json_cookie(
        &self,
        name: &'static str,
        value: &impl Serialize,
        age: Duration,
    ) -> Result<Cookie> {
        Ok(self.cookie_for(name, &serde_json::to_string(value)?, age))
    }

    /// The text of a cookie, if these keys have signed it for this name and it has not ended.
    ///
    /// Of several with this name the first that is valid: a neighbour that may set cookies for this host cannot hide
    /// ours behind its own.
    pub fn read(&self, req: &Request, name: &str) -> Option<String> {
        self.read_at(req, name, now())
    }

    /// The value of a cookie that is JSON. `None` as well where it was signed for another type, as before an update.
    pub fn read_json<T: DeserializeOwned>(&self, req: &Request, name: &str) -> Option<T> {
        serde_json::from_str(&self.read(req, name)?).ok()
    }

    fn read_at(&self, req: &Request, name: &str, now: u64) -> Option<String> {
        let mut same = req.cookies().filter(|(other, _)| *other == name);
        same.find_map(|(_, value)| self.open(name, value, now))
    }

    fn sign(&self, name: &str, value: &[u8], end: Option<u64>) -> String {
        let mut text = base64(value);
        text.push('.');
        if let Some(end) = end {
            text.push_str(&end.to_string());
        }
        // There is one at least: `new` takes it.
        let code = self.codes.first().map(|code| about(code, name, &text).finalize().into_bytes());
        text.push('.');
        text.push_str(&base64(&code.unwrap_or_default()));
        text
    }

    fn open(&self, name: &str, signed: &str, now: u64) -> Option<String> {
        let (text, tag) = signed.rsplit_once('.')?;
        let tag = from_base64(tag)?;
        // Compares in the same time wherever they differ, so that a code cannot be found byte by byte.
        let is_ours = |code: &Hmac<Sha256>| about(code, name, text).verify_slice(&tag).is_ok();
        if !self.codes.iter().any(is_ours) {
            return None;
        }
        let (value, end) = text.split_once('.')?;
        if !end.is_empty() && end.parse::<u64>().ok()? <= now {
            return None;
        }
        String::from_utf8(from_base64(value)?).ok()
    }
}

/// Never shows a key.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("len", &self.codes.len()).finish_non_exhaustive()
    }
}

fn code(key: &[u8]) -> Result<Hmac<Sha256>> {
    if key.len() < SHORTEST_KEY {
        let said = format!(
            "a key for cookies has {} bytes and needs {SHORTEST_KEY}: make one by `openssl rand -hex 32`",
            key.len()
        );
        return Err(Error::status(500, said));
    }
    Ok(Hmac::new_from_slice(key)?)
}

/// The code about this text in a cookie of this name. The length tells where the name ends.
fn about(code: &Hmac<Sha256>, name: &str, text: &str) -> Hmac<Sha256> {
    let length = (name.len() as u64).to_be_bytes();
    let parts = [PURPOSE, &length, name.as_bytes(), text.as_bytes()];
    parts.into_iter().fold(code.clone(), Mac::chain_update)
}

fn hidden(cookie: Cookie) -> Cookie {
    cookie.http_only().same_site(SameSite::Lax)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Base64 with letters that may all stand in a cookie.
fn base64(bytes: &[u8]) -> String {
    base64::encode(base64::URL_SAFE, bytes)
}

/// The bytes, if the text is just what [`base64`] writes for them.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut n_bits) = (0u32, 0);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((bits >> n_bits) as u8);
            bits &= (1 << n_bits) - 1;
        }
    }
    // What is left over are the zeros that filled the last digit.
    (n_bits < 6 && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    fn keys(key: char) -> Keys {
        Keys::new(key.to_string().repeat(32)).unwrap()
    }

    fn with(cookies: &str) -> Request {
        Request::build(Method::Get, "/", &[("cookie", cookies)], b"").unwrap()
    }

    #[test]
    fn only_what_was_signed_for_this_name_is_read() {
        let keys = keys('k');
        for text in ["", "ann", "caffè; \"x\"=\r\n", "a.b.c"] {
            let signed = keys.sign("id", text.as_bytes(), None);
            assert_eq!(keys.read(&with(&format!("id={signed}")), "id").as_deref(), Some(text));
            assert_eq!(keys.open("di", &signed, 0), None);
            for at in 0..signed.len() {
                for other in ["A", "B", "0", ".", ""] {
                    let mut changed = signed.clone();
                    changed.replace_range(at..=at, other);
                    if changed != signed {
                        assert_eq!(keys.open("id", &changed, 0), None, "{changed}");
                    }
                }
            }
        }
        for forged in ["", ".", "..", "...", "YW5u", "YW5u..", "YW5u..YW5u", "YW5u.9."] {
            assert_eq!(keys.open("id", forged, 0), None, "{forged}");
        }
    }

    #[test]
    fn the_code_is_that_of_the_standard() {
        // python3: hmac.new(b'k'*32, b'httpz signed cookie 1' + struct.pack('>Q', 2) + b'id' + b'YW5u.7', sha256)
        let signed = keys('k').sign("id", b"ann", Some(7));
        assert_eq!(signed, "YW5u.7.BV_ajwKnXcSh905d4H1-3ZFXuQYriKWlAGHRYUZIv88");
    }

    #[test]
    fn a_name_does_not_run_into_the_text() {
        let keys = keys('k');
        let signed = keys.sign("a", b"", None);
        let tag = signed.rsplit_once('.').unwrap().1;
        assert_eq!(keys.open("a.", &format!(".{tag}"), 0), None);
    }

    #[test]
    fn ends_at_its_second_whatever_the_browser_does() {
        let keys = keys('k');
        let signed = keys.sign("id", b"ann", Some(100));
        assert_eq!(keys.open("id", &signed, 99).as_deref(), Some("ann"));
        assert_eq!(keys.open("id", &signed, 100), None);
        let later = signed.replacen(".100.", ".900.", 1);
        assert_eq!(keys.open("id", &later, 99), None);
        assert_eq!(keys.open("id", &signed.replacen(".100.", "..", 1), 99), None);
    }

    #[test]
    fn old_keys_read_and_the_current_one_signs() {
        let signed = keys('o').sign("id", b"ann", None);
        assert_eq!(keys('n').open("id", &signed, 0), None);
        let both = keys('n').also(["x".repeat(40), "o".repeat(32)]).unwrap();
        assert_eq!(both.open("id", &signed, 0).as_deref(), Some("ann"));
        assert_eq!(both.sign("id", b"ann", None), keys('n').sign("id", b"ann", None));
    }

    #[test]
    fn a_neighbours_cookie_of_the_same_name_hides_none_of_ours() {
        let keys = keys('k');
        let ours = keys.sign("id", b"ann", None);
        let req = with(&format!("id=evil; other=1; id={ours}"));
        assert_eq!(keys.read(&req, "id").as_deref(), Some("ann"));
    }

    #[test]
    fn keys_are_long_enough_and_never_shown() {
        for short in ["", "secret", &"a".repeat(31)] {
            for error in [Keys::new(short).unwrap_err(), keys('k').also([short]).unwrap_err()] {
                let said = error.to_string();
                let bytes = format!("has {} bytes", short.len());
                assert!(said.contains(&bytes) && said.contains("openssl rand"), "{said}");
            }
        }
        assert_eq!(format!("{:?}", keys('k').also(["l".repeat(32)])), "Ok(Keys { len: 2, .. })");
    }

    #[test]
    fn base64_is_written_in_one_way_and_read_in_no_other() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (&[0xfb, 0xff, 0xfe], "-__-"),
        ] {
            assert_eq!(base64(bytes), text);
            assert_eq!(from_base64(text).as_deref(), Some(bytes));
        }
        for wrong in ["Z", "Zh", "Zm9", "Zg==", "Zm9vY", "+/+/", "Zg\n", "è"] {
            assert_eq!(from_base64(wrong), None, "{wrong}");
        }
    }
}
