//! Which name has which value: the fields of a head, as positions in the received bytes.
//!
//! Nothing is copied. A [`Span`] is an offset and a length into the buffer that the head was parsed
//! from; [`Fields`] is a table of pairs of them. Looking a field up compares length first, then the
//! bytes without regard to case.

/// A place in a buffer.
///
/// Offsets fit in 32 bits: the configuration allows a buffer of 16 MiB at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub at: u32,
    /// How many bytes it has.
    pub len: u32,
}

impl Span {
    /// The span from `at` of `len` bytes.
    #[inline]
    pub const fn new(at: usize, len: usize) -> Self {
        Self { at: at as u32, len: len as u32 }
    }

    /// The place of `part` inside `whole`, of which it is a subslice, as an offset from `whole`'s
    /// start plus `base`.
    #[inline]
    pub fn of(part: &[u8], whole: &[u8], base: usize) -> Self {
        Self::new((part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize) + base, part.len())
    }

    /// The offset of the first byte after it.
    #[inline]
    pub const fn end(self) -> usize {
        self.at as usize + self.len as usize
    }

    /// These bytes of `buf`; nothing when the span lies outside.
    #[inline]
    pub fn of_bytes(self, buf: &[u8]) -> &[u8] {
        buf.get(self.at as usize..self.end()).unwrap_or_default()
    }
}

/// One field line: the places of its name and its value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field {
    /// The name, with the casing it was sent in.
    pub name: Span,
    /// The value without the blanks around it.
    pub value: Span,
}

/// The fields of a head, in the order they came.
#[derive(Debug, Default)]
pub struct Fields {
    table: Vec<Field>,
}

impl Fields {
    /// A table with room for `n` fields.
    pub fn with_capacity(n: usize) -> Self {
        Self { table: Vec::with_capacity(n) }
    }

    /// Forgets the fields, keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.table.clear();
    }

    /// Adds a field at the end.
    #[inline]
    pub fn push(&mut self, field: Field) {
        self.table.push(field);
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Name and value of each field, in order.
    pub fn iter<'b>(&self, buf: &'b [u8]) -> impl Iterator<Item = (&'b [u8], &'b [u8])> {
        self.table.iter().map(move |field| (field.name.of_bytes(buf), field.value.of_bytes(buf)))
    }

    /// The values of every field of this name, whatever the casing, in order.
    #[inline]
    pub fn all<'b>(&self, buf: &'b [u8], name: &str) -> impl Iterator<Item = &'b [u8]> {
        self.table
            .iter()
            .filter(move |field| {
                field.name.len as usize == name.len()
                    && field.name.of_bytes(buf).eq_ignore_ascii_case(name.as_bytes())
            })
            .map(move |field| field.value.of_bytes(buf))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_fields_whatever_their_casing() {
        let buf = b"Host: a\r\nX-Tag: 1\r\nx-tag: 2\r\n";
        let mut fields = Fields::default();
        fields.push(Field { name: Span::new(0, 4), value: Span::new(6, 1) });
        fields.push(Field { name: Span::new(9, 5), value: Span::new(16, 1) });
        fields.push(Field { name: Span::new(19, 5), value: Span::new(26, 1) });
        assert_eq!(fields.all(buf, "host").collect::<Vec<_>>(), [b"a"]);
        assert_eq!(fields.all(buf, "X-TAG").collect::<Vec<_>>(), [b"1", b"2"]);
        assert_eq!(fields.all(buf, "absent").count(), 0);
    }

    #[test]
    fn a_span_outside_its_buffer_is_empty() {
        assert_eq!(Span::new(3, 9).of_bytes(b"four"), b"");
    }
}
