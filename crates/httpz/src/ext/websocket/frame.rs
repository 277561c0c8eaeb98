//! The frames of the protocol (RFC 6455 §5): bytes to meaning and back, without any I/O.

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    fn read(bits: u8) -> Option<Self> {
        [Self::Continuation, Self::Text, Self::Binary, Self::Close, Self::Ping, Self::Pong]
            .into_iter()
            .find(|opcode| *opcode as u8 == bits)
    }

    pub(super) fn is_control(self) -> bool {
        self as u8 >= 8
    }
}

/// The beginning of a frame of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Is it the last of its message?
    pub(super) last: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: [u8; 4],
    /// Bytes of data after the head.
    pub(super) len: u64,
    /// Bytes of the head itself.
    pub(super) size: usize,
}

/// The frame breaks the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl Head {
    /// The head at the front of these bytes; `None` when it is not whole.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        let &[first, second, ..] = bytes else { return Ok(None) };
        // No extension has been agreed on, so the three bits of extensions are zero.
        let opcode = Opcode::read(first & 0x0f).filter(|_| first & 0x70 == 0).ok_or(Malformed)?;
        let last = first & 0x80 != 0;
        // Clients mask what they send.
        if second & 0x80 == 0 {
            return Err(Malformed);
        }
        let short = second & 0x7f;
        if opcode.is_control() && (short > 125 || !last) {
            return Err(Malformed);
        }
        let rest = &bytes[2..];
        let (len, rest) = match short {
            126 => match rest.split_first_chunk() {
                Some((len, rest)) => (u64::from(u16::from_be_bytes(*len)), rest),
                None => return Ok(None),
            },
            127 => match rest.split_first_chunk() {
                Some((len, rest)) => (u64::from_be_bytes(*len), rest),
                None => return Ok(None),
            },
            short => (u64::from(short), rest),
        };
        // A length has one form.
        let shortest = match short {
            126 => len >= 126,
            127 => len > u64::from(u16::MAX) && len >> 63 == 0,
            _ => true,
        };
        if !shortest {
            return Err(Malformed);
        }
        let Some((mask, rest)) = rest.split_first_chunk() else { return Ok(None) };
        Ok(Some(Self { last, opcode, mask: *mask, len, size: bytes.len() - rest.len() }))
    }
}

/// Takes the mask off data, or puts it on.
pub(super) fn mask(mask: [u8; 4], data: &mut [u8]) {
    let whole = u64::from_ne_bytes([mask, mask].concat().try_into().unwrap_or_default());
    let mut words = data.chunks_exact_mut(8);
    for word in &mut words {
        let masked = u64::from_ne_bytes((&*word).try_into().unwrap_or_default()) ^ whole;
        word.copy_from_slice(&masked.to_ne_bytes());
    }
    for (byte, mask) in words.into_remainder().iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
}

/// A whole frame of a server, which is not masked.
pub(super) fn frame(opcode: Opcode, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + 10);
    out.push(0x80 | opcode as u8);
    match data.len() {
        n @ 0..126 => out.push(n as u8),
        n @ 126..=0xffff => {
            out.push(126);
            out.extend_from_slice(&(n as u16).to_be_bytes());
        }
        n => {
            out.push(127);
            out.extend_from_slice(&(n as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(data);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_heads_of_every_length_and_waits_for_the_rest() {
        for (bytes, len, size) in [
            (&[0x81, 0x85, 1, 2, 3, 4][..], 5, 6),
            (&[0x02, 0xfe, 0, 126, 1, 2, 3, 4], 126, 8),
            (&[0x80, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4], 65_536, 14),
        ] {
            let head = Head::read(bytes).unwrap().unwrap();
            assert_eq!((head.len, head.size, head.mask), (len, size, [1, 2, 3, 4]));
            for cut in 0..bytes.len() {
                assert_eq!(Head::read(&bytes[..cut]), Ok(None), "{cut} bytes of {bytes:?}");
            }
        }
    }

    #[test]
    fn refuses_what_breaks_the_protocol() {
        for (what, bytes) in [
            ("no mask", &[0x81, 0x05][..]),
            ("a bit of an extension", &[0xc1, 0x85]),
            ("an unknown opcode", &[0x83, 0x85]),
            ("an unknown control opcode", &[0x8b, 0x85]),
            ("a ping in parts", &[0x09, 0x80]),
            ("a long ping", &[0x89, 0xfe]),
            ("a length in too many bytes", &[0x81, 0xfe, 0, 125]),
            ("a length in far too many bytes", &[0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff]),
            ("a negative length", &[0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ] {
            assert_eq!(Head::read(bytes), Err(Malformed), "{what}");
        }
    }

    #[test]
    fn a_mask_undoes_itself() {
        let data: Vec<u8> = (0..37).collect();
        let mut masked = data.clone();
        mask([7, 8, 9, 10], &mut masked);
        assert_eq!(masked[0..6], [7, 9, 11, 9, 3, 13]);
        mask([7, 8, 9, 10], &mut masked);
        assert_eq!(masked, data);
    }

    #[test]
    fn writes_lengths_in_their_shortest_form() {
        for (n, head) in [
            (0, &[0x82, 0][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (65_535, &[0x82, 126, 0xff, 0xff]),
            (65_536, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let frame = frame(Opcode::Binary, &vec![b'x'; n]);
            assert_eq!((&frame[..head.len()], frame.len()), (head, head.len() + n));
        }
    }
}
