//! The cookies of a test client, kept as a browser keeps them (RFC 6265 §5), as far as one host goes.

use std::time::{SystemTime, UNIX_EPOCH};

use super::reply::Reply;

/// Cookies that one application has set.
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<Kept>,
}

#[derive(Debug)]
struct Kept {
    name: String,
    value: String,
    path: String,
}

impl Jar {
    /// Takes in everything that an answer to a request for `target` sets.
    pub(super) fn take_in_all(&mut self, target: &str, reply: &Reply) {
        reply.find_headers("set-cookie").for_each(|cookie| self.take_in(target, cookie));
    }

    /// Takes in what an answer to a request for `target` sets with the value of `Set-Cookie`.
    fn take_in(&mut self, target: &str, set_cookie: &str) {
        let mut parts = set_cookie.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (mut path, mut max_age, mut expires) = (None, None, None);
        for part in parts {
            let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
            match attribute.to_ascii_lowercase().as_str() {
                "path" if value.starts_with('/') => path = Some(value.to_owned()),
                "max-age" => max_age = value.parse::<i64>().ok(),
                "expires" => expires = seconds(value),
                _ => {}
            }
        }
        let path = path.unwrap_or_else(|| folder(target));
        self.cookies.retain(|kept| (&*kept.name, &kept.path) != (name, &path));
        let is_over = match (max_age, expires) {
            (Some(age), _) => age <= 0,
            (None, Some(at)) => at <= now(),
            (None, None) => false,
        };
        if !is_over {
            self.cookies.push(Kept { name: name.to_owned(), value: value.to_owned(), path });
        }
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.take_in("/", &format!("{name}={value}; Path=/"));
    }

    /// The value of `Cookie` for a request for this target: the longest paths go first.
    pub(super) fn field(&self, target: &str) -> Option<String> {
        let mut sent: Vec<&Kept> = self.sent(target).collect();
        sent.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        let pairs: Vec<_> =
            sent.iter().map(|kept| format!("{}={}", kept.name, kept.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|kept| kept.name == name).map(|kept| &*kept.value)
    }

    pub(super) fn clear(&mut self) {
        self.cookies.clear();
    }

    fn sent(&self, target: &str) -> impl Iterator<Item = &Kept> {
        let path = path(target);
        self.cookies.iter().filter(move |kept| {
            path.strip_prefix(&*kept.path).is_some_and(|rest| {
                rest.is_empty() || kept.path.ends_with('/') || rest.starts_with('/')
            })
        })
    }
}

fn path(target: &str) -> &str {
    target.split('?').next().unwrap_or_default()
}

/// Where a cookie without a path belongs: the folder of what was asked for.
fn folder(target: &str) -> String {
    match path(target).rsplit_once('/') {
        Some((folder, _)) if folder.starts_with('/') => folder.to_owned(),
        _ => "/".to_owned(),
    }
}

/// The seconds after 1970 of `Thu, 01 Jan 1970 00:00:00 GMT`.
fn seconds(date: &str) -> Option<i64> {
    let mut parts = date.split([' ', '-', ':']).skip(1);
    let mut next = || parts.next();
    let day: i64 = next()?.parse().ok()?;
    let month = next()?;
    let year: i64 = next()?.parse().ok()?;
    let [hours, minutes, seconds] =
        [next()?, next()?, next()?].map(|part| part.parse::<i64>().ok());
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let month = MONTHS.find(month).filter(|_| month.len() == 3)? as i64 / 3;
    // Counted from March, a leap day is the last of its year.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = days + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hours?) * 60 + minutes?) * 60 + seconds?)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_kept_replaced_and_ended() {
        let mut jar = Jar::default();
        for (set, expected) in [
            ("a=1; Path=/", Some("a=1")),
            ("b=2; Path=/; HttpOnly; SameSite=Lax", Some("a=1; b=2")),
            ("a=3; Path=/; Max-Age=60", Some("b=2; a=3")),
            ("b=; Path=/; Max-Age=0", Some("a=3")),
            ("a=4; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None),
            ("a=5; Path=/; Expires=Fri, 31 Dec 2100 23:59:59 GMT", Some("a=5")),
            ("no cookie", Some("a=5")),
        ] {
            jar.take_in("/x", set);
            assert_eq!(jar.field("/y?q").as_deref(), expected, "{set}");
        }
    }

    #[test]
    fn cookies_go_where_their_path_says() {
        let mut jar = Jar::default();
        jar.take_in("/shop/basket?x=/y", "here=1");
        jar.take_in("/", "there=2; Path=/shop/basket");
        jar.take_in("/", "root=3");
        for (target, expected) in [
            ("/shop/basket", Some("there=2; here=1; root=3")),
            ("/shop/other", Some("here=1; root=3")),
            ("/shopping", Some("root=3")),
            ("/", Some("root=3")),
        ] {
            assert_eq!(jar.field(target).as_deref(), expected, "{target}");
        }
    }

    #[test]
    fn reads_dates() {
        for (date, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 29-Feb-2024 12:00:00 GMT", Some(1_709_208_000)),
            ("soon", None),
        ] {
            assert_eq!(seconds(date), expected, "{date}");
        }
    }
}
