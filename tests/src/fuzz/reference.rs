//! A second reading of requests, as plain as it can be: whole input, line by line, no cleverness.
//!
//! It shares nothing with `httpz-core` but the limits. Where a head has several faults any of their
//! statuses will do, so complaints are collected rather than returned at the first.

use std::collections::BTreeSet;
use std::net::Ipv6Addr;

use httpz_core::proto::Limits;

/// A request as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The target as it was sent.
    pub target: String,
    /// Names in lower case, and values.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The decoded body.
    pub body: Vec<u8>,
}

/// The end of what could be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything was read, or the last request wanted the connection closed.
    Over,
    /// The input ended in the middle of a head: silence, or a refusal of what was wrong already.
    InHead,
    /// One of these statuses.
    Refused(BTreeSet<u16>),
}

/// A head as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The request so far, without its body.
    pub asked: Asked,
    /// How the body is framed: `None` for chunks.
    pub length: Option<u64>,
    /// May another request follow?
    pub persists: bool,
    /// Bytes of the head.
    pub len: usize,
}

/// Reads everything that a connection sent before it ended its side.
pub fn connection(mut input: &[u8], limits: &Limits) -> (Vec<Asked>, End) {
    let mut all = Vec::new();
    while !input.is_empty() {
        let mut head = match head(input, limits) {
            Ok(Some(head)) => head,
            Ok(None) => return (all, End::InHead),
            Err(statuses) => return (all, End::Refused(statuses)),
        };
        let rest = &input[head.len..];
        let body = match head.length {
            Some(n) => counted(rest, n, limits.body),
            None => chunked(rest, limits.body),
        };
        match body {
            Ok((body, len)) => {
                head.asked.body = body;
                input = &rest[len..];
            }
            Err(status) => return (all, End::Refused([status].into())),
        }
        let over = !head.persists || head.asked.method == "CONNECT";
        all.push(head.asked);
        if over {
            break;
        }
    }
    (all, End::Over)
}

/// Reads one head; `None` when it is not all there.
pub fn head(input: &[u8], limits: &Limits) -> Result<Option<Head>, BTreeSet<u16>> {
    let skipped = if input.starts_with(b"\r\n") { 2 } else { 0 };
    let Some(end) = find(&input[skipped..], b"\r\n\r\n") else { return Ok(None) };
    let text = &input[skipped..skipped + end];
    let mut complaints = BTreeSet::new();
    let len = skipped + end + 4;
    if len > limits.head {
        complaints.extend([414, 431]);
    }
    // Who counts lines may count those that a bare LF ends, though they are refused as well.
    if text.iter().filter(|&&byte| byte == b'\n').count() > limits.fields {
        complaints.insert(431);
    }

    let mut lines = split(text, b"\r\n").into_iter();
    let line = lines.next().unwrap_or_default();
    let parts: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    let &[method, target, version] = parts.as_slice() else {
        complaints.insert(400);
        return Err(complaints);
    };
    if !is_token(method) {
        complaints.insert(400);
    } else if method.len() > 22 {
        complaints.insert(501);
    }
    let new = match version {
        b"HTTP/1.1" => true,
        b"HTTP/1.0" => false,
        [b'H', b'T', b'T', b'P', b'/', a, b'.', b] if a.is_ascii_digit() && b.is_ascii_digit() => {
            complaints.insert(505);
            true
        }
        _ => {
            complaints.insert(400);
            true
        }
    };
    if target.len() > limits.target {
        complaints.insert(414);
    }
    if !is_target(method, target) {
        complaints.insert(400);
    }

    let mut fields = Vec::new();
    for line in lines {
        match field(line) {
            Some(field) => fields.push(field),
            None => drop(complaints.insert(400)),
        }
    }
    let (length, persists) = judge(&fields, new, &mut complaints);
    if length.is_some_and(|length| length > limits.body) {
        complaints.insert(413);
    }
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let asked = Asked {
        method: String::from_utf8_lossy(method).into(),
        target: String::from_utf8_lossy(target).into(),
        fields,
        body: Vec::new(),
    };
    Ok(Some(Head { asked, length, persists, len }))
}

/// Framing, and whether another request may follow.
fn judge(
    fields: &[(String, Vec<u8>)],
    new: bool,
    complaints: &mut BTreeSet<u16>,
) -> (Option<u64>, bool) {
    let all = |name: &str| -> Vec<&[u8]> {
        fields
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.as_slice())
            .collect()
    };
    match all("host").as_slice() {
        [] if !new => {}
        [host] if is_host(host, true) => {}
        _ => drop(complaints.insert(400)),
    }
    if all("expect").iter().any(|value| !value.eq_ignore_ascii_case(b"100-continue")) {
        complaints.insert(417);
    }
    let options: Vec<String> = all("connection")
        .iter()
        .flat_map(|value| value.split(|&byte| byte == b','))
        .map(|option| String::from_utf8_lossy(option.trim_ascii()).to_ascii_lowercase())
        .filter(|option| !option.is_empty())
        .collect();
    if options.iter().any(|option| !is_token(option.as_bytes())) {
        complaints.insert(400);
    }
    let said = |word: &str| options.iter().any(|option| option == word);
    let persists = !said("close") && (new || said("keep-alive"));

    let length = match (all("content-length").as_slice(), all("transfer-encoding").as_slice()) {
        ([], []) => Some(0),
        ([digits], []) => {
            let number = std::str::from_utf8(digits)
                .ok()
                .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
            let number = number.and_then(|text| text.parse::<u64>().ok());
            if number.is_none() {
                complaints.insert(400);
            }
            number.or(Some(0))
        }
        ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") && new => None,
        ([], [codings]) => {
            let codings = String::from_utf8_lossy(codings).to_ascii_lowercase();
            let mut codings: Vec<&str> = codings.split(',').map(str::trim).collect();
            let ends_in_chunked = codings.pop() == Some("chunked");
            let others = !codings.contains(&"chunked") && !codings.contains(&"");
            complaints.insert(if new && ends_in_chunked && others { 501 } else { 400 });
            None
        }
        _ => {
            complaints.insert(400);
            None
        }
    };
    (length, persists)
}

/// `name: value`, the name in lower case and the value without blanks around it.
fn field(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    let sound = is_token(name) && value.iter().all(|&byte| may_stand_in_value(byte));
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let begin = value.iter().position(|byte| !blank(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !blank(byte)).map_or(begin, |last| last + 1);
    sound.then(|| (String::from_utf8_lossy(name).to_ascii_lowercase(), value[begin..end].to_vec()))
}

/// Takes `n` bytes.
fn counted(input: &[u8], n: u64, limit: u64) -> Result<(Vec<u8>, usize), u16> {
    if n > limit {
        return Err(413);
    }
    let n = usize::try_from(n).map_err(|_| 413u16)?;
    Ok((input.get(..n).ok_or(400u16)?.to_vec(), n))
}

/// Does every quote of this chunk extension end in it?
fn has_whole_quotes(mut extension: &[u8]) -> bool {
    while let Some(begin) = extension.iter().position(|&byte| byte == b'"') {
        let mut at = begin + 1;
        while extension.get(at).is_some_and(|&byte| byte != b'"') {
            at += if extension[at] == b'\\' { 2 } else { 1 };
        }
        let Some(behind) = extension.get(at + 1..) else { return false };
        extension = behind;
    }
    true
}

/// Reads a chunked body; returns it, and how many bytes it took on the wire.
///
/// # Errors
///
/// The status it is refused with, 400 also when the input ends too early.
pub fn chunked(input: &[u8], limit: u64) -> Result<(Vec<u8>, usize), u16> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = &input[at..at + find(&input[at..], b"\r\n").ok_or(400u16)?];
        at += line.len() + 2;
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits == 0 || digits > 16 {
            return Err(400);
        }
        match &line[digits..] {
            [] => {}
            [b';', extension @ ..]
                if extension.iter().all(|&byte| may_stand_in_value(byte))
                    && has_whole_quotes(extension) => {}
            _ => return Err(400),
        }
        let text = std::str::from_utf8(&line[..digits]).map_err(|_| 400u16)?;
        let size = u64::from_str_radix(text, 16).map_err(|_| 400u16)?;
        if size == 0 {
            break;
        }
        if size > limit - body.len() as u64 {
            return Err(413);
        }
        let size = size as usize;
        body.extend_from_slice(input.get(at..at + size).ok_or(400u16)?);
        if input.get(at + size..at + size + 2) != Some(b"\r\n") {
            return Err(400);
        }
        at += size + 2;
    }
    loop {
        let line = &input[at..at + find(&input[at..], b"\r\n").ok_or(400u16)?];
        at += line.len() + 2;
        if line.is_empty() {
            return Ok((body, at));
        }
        const NEVER: [&str; 9] = [
            "authorization",
            "connection",
            "content-length",
            "expect",
            "host",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
        ];
        match field(line) {
            Some((name, _)) if !NEVER.contains(&name.as_str()) => {}
            _ => return Err(400),
        }
    }
}

/// Is this a target that goes with this method?
pub fn is_target(method: &[u8], target: &[u8]) -> bool {
    if method == b"CONNECT" {
        let colon = target.iter().rposition(|&byte| byte == b':');
        return colon.is_some_and(|colon| {
            let port = &target[colon + 1..];
            let is_digits = (1..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit);
            let number = port.iter().take(5).fold(0, |n, digit| n * 10 + u32::from(digit & 15));
            colon > 0 && is_digits && (1..=65535).contains(&number) && is_host(target, false)
        });
    }
    if target == b"*" {
        return method == b"OPTIONS";
    }
    let rest = if target.starts_with(b"/") {
        target
    } else {
        let lower = target.to_ascii_lowercase();
        let scheme = ["http://", "https://"].iter().find(|it| lower.starts_with(it.as_bytes()));
        let Some(scheme) = scheme else { return false };
        let rest = &target[scheme.len()..];
        let end = rest.iter().position(|&byte| byte == b'/' || byte == b'?');
        let (authority, path) = rest.split_at(end.unwrap_or(rest.len()));
        if !is_host(authority, false) {
            return false;
        }
        path
    };
    let path = rest.split(|&byte| byte == b'?').next().unwrap_or_default();
    let never = |bytes: &[u8], these: &[u8]| {
        bytes.iter().any(|byte| !byte.is_ascii_graphic() || these.contains(byte))
    };
    !never(rest, b"#\"<>") && !never(path, b"\\`") && decoded_path(path).is_some()
}

/// A path with all its escapes undone; `None` when one is malformed, hides a NUL, or when the
/// octets beyond ASCII are not UTF-8.
pub fn decoded_path(path: &[u8]) -> Option<Vec<u8>> {
    let octets = unescape(path)?;
    let sound = !octets.contains(&0) && std::str::from_utf8(&octets).is_ok();
    sound.then_some(octets)
}

/// Undoes every `%xx`.
pub fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first != b'%' {
            out.push(*first);
            continue;
        }
        let [high, low, behind @ ..] = rest else { return None };
        let digit =
            |byte: u8| b"0123456789abcdef".iter().position(|d| *d == byte.to_ascii_lowercase());
        out.push((digit(*high)? * 16 + digit(*low)?) as u8);
        rest = behind;
    }
    Some(out)
}

/// `uri-host [ ":" port ]` of RFC 3986, without escapes; a name may be empty only in `Host`.
pub fn is_host(host: &[u8], may_be_empty: bool) -> bool {
    let Ok(text) = std::str::from_utf8(host) else { return false };
    let (name, port) = if let Some(inside) = text.strip_prefix('[') {
        let Some((address, behind)) = inside.split_once(']') else { return false };
        let sound = address.parse::<Ipv6Addr>().is_ok();
        match (sound, behind.strip_prefix(':')) {
            (true, port @ Some(_)) => (address, port),
            (true, None) if behind.is_empty() => (address, None),
            _ => return false,
        }
    } else {
        match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        }
    };
    let letter = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&b);
    let named = text.starts_with('[') || name.bytes().all(letter);
    let complete = !name.is_empty() || (may_be_empty && port.is_none());
    named && complete && port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()))
}

fn is_token(bytes: &[u8]) -> bool {
    let tchar = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b);
    !bytes.is_empty() && bytes.iter().all(tchar)
}

fn may_stand_in_value(byte: u8) -> bool {
    byte == b'\t' || byte >= b' ' && byte != 0x7f
}

/// Where `word` first stands.
pub fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}

fn split<'b>(mut bytes: &'b [u8], at: &[u8]) -> Vec<&'b [u8]> {
    let mut parts = Vec::new();
    while let Some(place) = find(bytes, at) {
        parts.push(&bytes[..place]);
        bytes = &bytes[place + at.len()..];
    }
    parts.push(bytes);
    parts
}
