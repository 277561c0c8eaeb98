//! What does the client say about codings (RFC 9110 §12.5.3)?

use crate::Request;

/// The names in all `Accept-Encoding` of a request, in the order in which they stand there, and the weight of each in
/// thousandths. A weight that is none counts as zero: what nobody can misunderstand is the plain text.
pub(super) fn weights(req: &Request) -> impl Iterator<Item = (&str, u16)> {
    let lines =
        req.headers_all("accept-encoding").filter_map(|line| std::str::from_utf8(line).ok());
    lines.flat_map(|line| line.split(',')).map(item)
}

fn item(text: &str) -> (&str, u16) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight =
        parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('='));
    (name, weight.map_or(1000, |text| thousandths(text.trim()).unwrap_or(0)))
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let rest = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "0" => Some(rest),
        "1" if rest == 0 => Some(1000),
        _ => None,
    }
}
