//! Reads answers back from their bytes, whole or as far as they have come.

/// Names and values, in order.
pub(super) type Fields = Vec<(String, String)>;

/// The head of an answer.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) fields: Fields,
}

/// How the body after a head ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// After this many bytes.
    After(usize),
    /// With a chunk of nothing.
    WithChunk,
    /// With the connection.
    WithConnection,
}

impl Head {
    /// The head at the front of these bytes, and what follows it; `None` when it is not whole.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (first, mut bytes) = line(bytes)?;
        let first = std::str::from_utf8(first).ok()?;
        let status = first.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        let mut fields = Vec::new();
        loop {
            let (field, rest) = line(bytes)?;
            bytes = rest;
            if field.is_empty() {
                return Some((Self { status, fields }, bytes));
            }
            let field = String::from_utf8_lossy(field);
            let (name, value) = field.split_once(':')?;
            fields.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    /// Does a final answer follow this one, as after 100 Continue?
    pub(super) fn is_interim(&self) -> bool {
        self.status < 200 && self.status != 101
    }

    /// How the body ends; `None` when its length is not a number.
    pub(super) fn ends(&self, head_only: bool) -> Option<Ends> {
        let find = |name: &str| self.fields.iter().find(|field| field.0.eq_ignore_ascii_case(name));
        if head_only || self.status == 204 || self.status == 304 {
            return Some(Ends::After(0));
        }
        if find("transfer-encoding").is_some() {
            return Some(Ends::WithChunk);
        }
        Some(match find("content-length") {
            Some((_, length)) => Ends::After(length.parse().ok()?),
            None => Ends::WithConnection,
        })
    }
}

/// The next line without its end, and what follows it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    Some((bytes[..end].strip_suffix(b"\r")?, &bytes[end + 1..]))
}

/// The data of the chunk at the front, and what follows it; the last chunk has none.
pub(super) fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (size, rest) = line(bytes)?;
    let size = usize::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()?;
    let data = rest.get(..size)?;
    let (_, rest) = line(&rest[size..])?;
    Some((data, rest))
}

/// The whole body at the front of these bytes, and what follows it.
pub(super) fn body(ends: Ends, mut bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    match ends {
        Ends::After(n) => Some((bytes.get(..n)?.to_vec(), &bytes[n..])),
        Ends::WithConnection => Some((bytes.to_vec(), &[])),
        Ends::WithChunk => {
            let mut body = Vec::new();
            loop {
                let (data, rest) = chunk(bytes)?;
                bytes = rest;
                body.extend_from_slice(data);
                if data.is_empty() {
                    return Some((body, bytes));
                }
            }
        }
    }
}
