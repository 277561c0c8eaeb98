//! Numbers from the text of a path or a query, one spelling each.
//!
//! `str::parse` is more lenient than an address should be: it takes `+5`, `inf` and `nan`. Here an
//! integer is an optional `-` (if the type has negative values) and digits, and a float is finite.

/// A number with exactly one way of being read from text.
pub(super) trait Number: Sized {
    /// The type's name with its article, for messages.
    const A_NAME: &'static str;

    /// The number; `None` when the text is none or does not fit.
    fn read(text: &str) -> Option<Self>;
}

macro_rules! integers {
    ($($article:literal $type:ident)*) => {$(
        impl Number for $type {
            const A_NAME: &'static str = concat!($article, " ", stringify!($type));

            #[inline]
            fn read(text: &str) -> Option<Self> {
                let (negative, digits) = match text.as_bytes() {
                    [b'-', digits @ ..] if $type::MIN != 0 => (true, digits),
                    digits => (false, digits),
                };
                if digits.is_empty() {
                    return None;
                }
                let mut number: $type = 0;
                for byte in digits {
                    let digit = byte.wrapping_sub(b'0');
                    if digit > 9 {
                        return None;
                    }
                    number = number.checked_mul(10)?;
                    number = match negative {
                        true => number.checked_sub(digit as $type)?,
                        false => number.checked_add(digit as $type)?,
                    };
                }
                Some(number)
            }
        }
    )*};
}

integers! {
    "a" u8 "a" u16 "a" u32 "a" u64 "a" u128 "a" usize
    "an" i8 "an" i16 "an" i32 "an" i64 "an" i128 "an" isize
}

macro_rules! floats {
    ($($type:ident)*) => {$(
        impl Number for $type {
            const A_NAME: &'static str = concat!("an ", stringify!($type));

            fn read(text: &str) -> Option<Self> {
                // Leaves out `inf`, `nan` and a leading `+`.
                let plain = |byte: u8| byte.is_ascii_digit() || b".-+eE".contains(&byte);
                if text.starts_with('+') || !text.bytes().all(plain) {
                    return None;
                }
                text.parse().ok().filter(|number: &$type| number.is_finite())
            }
        }
    )*};
}

floats! { f32 f64 }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_spelling_of_each_integer() {
        for (text, expected) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("127", Some(127)),
            ("128", None),
            ("-128", Some(-128)),
            ("-129", None),
            ("-0", Some(0)),
            ("+5", None),
            ("", None),
            ("-", None),
            ("--1", None),
            ("1_000", None),
            (" 1", None),
            ("0x1", None),
            ("١", None),
        ] {
            assert_eq!(i8::read(text), expected, "{text:?}");
        }
        assert_eq!(u8::read("-0"), None);
        assert_eq!(u64::read("18446744073709551615"), Some(u64::MAX));
        assert_eq!(u64::read("18446744073709551616"), None);
        assert_eq!(u128::read(&u128::MAX.to_string()), Some(u128::MAX));
        assert_eq!(i128::read(&i128::MIN.to_string()), Some(i128::MIN));
    }

    #[test]
    fn reads_finite_floats() {
        for (text, expected) in [
            ("1.5", Some(1.5)),
            ("-2e3", Some(-2000.0)),
            ("1e+2", Some(100.0)),
            ("+1", None),
            ("inf", None),
            ("NaN", None),
            ("1e999", None),
            ("", None),
            ("1,5", None),
        ] {
            assert_eq!(f64::read(text), expected, "{text:?}");
        }
    }
}
