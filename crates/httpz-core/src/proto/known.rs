//! Which fields decide about framing and connection, and what do they say?
//!
//! They are gathered while a head is read, so that nobody searches for them afterwards. What cannot be
//! right about a single one is refused here; what they amount to together is the head's business.

use super::{ProtocolError, chars, host};

/// The fields that decide about framing and connection, as they are met.
#[derive(Default)]
pub(super) struct Known<'b> {
    /// Has a sound `Host` been met?
    pub(super) host: bool,
    pub(super) length: Option<&'b [u8]>,
    pub(super) coding: Option<&'b [u8]>,
    pub(super) close: bool,
    pub(super) keep_alive: bool,
    pub(super) expects_continue: bool,
}

impl<'b> Known<'b> {
    /// Notes a field if it is one of those that decide; the length of the name sorts out the rest.
    #[inline]
    pub(super) fn meet(&mut self, name: &[u8], value: &'b [u8]) -> Result<(), ProtocolError> {
        match name.len() {
            4 if is(name, b"host") => self.host(value),
            6 if is(name, b"expect") => self.expect(value),
            10 if is(name, b"connection") => self.connection(value),
            14 if is(name, b"content-length") => {
                sole(&mut self.length, value, ProtocolError::BadLength)
            }
            17 if is(name, b"transfer-encoding") => {
                sole(&mut self.coding, value, ProtocolError::BadCoding)
            }
            _ => Ok(()),
        }
    }

    #[inline]
    fn host(&mut self, value: &[u8]) -> Result<(), ProtocolError> {
        if self.host || !host::is_host(value) {
            return Err(ProtocolError::BadHost);
        }
        self.host = true;
        Ok(())
    }

    fn expect(&mut self, value: &[u8]) -> Result<(), ProtocolError> {
        if !value.eq_ignore_ascii_case(b"100-continue") {
            return Err(ProtocolError::UnknownExpectation);
        }
        self.expects_continue = true;
        Ok(())
    }

    /// A list of tokens (RFC 9110 §7.6.1), possibly over several lines.
    fn connection(&mut self, value: &[u8]) -> Result<(), ProtocolError> {
        if value.eq_ignore_ascii_case(b"keep-alive") {
            self.keep_alive = true;
            return Ok(());
        }
        for option in value.split(|&byte| byte == b',') {
            let option = option.trim_ascii();
            if option.eq_ignore_ascii_case(b"close") {
                self.close = true;
            } else if option.eq_ignore_ascii_case(b"keep-alive") {
                self.keep_alive = true;
            } else if !option.is_empty() && !chars::is_token(option) {
                return Err(ProtocolError::BadConnection);
            }
        }
        Ok(())
    }
}

/// Is this field name, a token, the same as `lower` but for the casing?
///
/// Setting the bit that makes a letter lower case leaves `-` as it is, and turns no other `tchar` into a
/// letter or a `-`.
#[inline]
fn is<const N: usize>(name: &[u8], lower: &[u8; N]) -> bool {
    name.first_chunk().is_some_and(|name: &[u8; N]| name.map(|byte| byte | 0x20) == *lower)
}

#[inline]
fn sole<'b>(
    place: &mut Option<&'b [u8]>,
    value: &'b [u8],
    fault: ProtocolError,
) -> Result<(), ProtocolError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(fault),
    }
}
