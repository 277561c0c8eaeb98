//! Sizes and times as people write them: `"10MB"`, `"5s"`.

use syn::{Error, LitStr, Result};

/// How many bytes; `KB` is a thousand, `KiB` 1024.
pub(crate) fn bytes(text: &LitStr) -> Result<u64> {
    const UNITS: [(&str, u64); 7] = [
        ("B", 1),
        ("KB", 1000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
    ];
    let wrong = "is not a size: write a number and B, KB, MB, GB, KiB, MiB or GiB, as in \"10MB\"";
    measured(text, &UNITS, wrong)
}

/// How many milliseconds.
pub(crate) fn milliseconds(text: &LitStr) -> Result<u64> {
    const UNITS: [(&str, u64); 5] =
        [("ms", 1), ("s", 1000), ("min", 60_000), ("m", 60_000), ("h", 3_600_000)];
    let wrong = "is not a time: write a number and ms, s, min or h, as in \"5s\"";
    match measured(text, &UNITS, wrong)? {
        0 => Err(Error::new(text.span(), "no time at all: leave `timeout` out for no end")),
        time => Ok(time),
    }
}

fn measured(text: &LitStr, units: &[(&str, u64)], wrong: &str) -> Result<u64> {
    let value = text.value();
    read(&value, units).ok_or_else(|| Error::new(text.span(), format!("`{value}` {wrong}")))
}

fn read(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let unit = text[end..].trim_start();
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    text[..end].parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    fn literal(text: &str) -> LitStr {
        LitStr::new(text, Span::call_site())
    }

    #[test]
    fn reads_sizes() {
        for (text, expected) in [
            ("0B", Some(0)),
            ("512B", Some(512)),
            ("10MB", Some(10_000_000)),
            ("1 MiB", Some(1 << 20)),
            ("10", None),
            ("MB", None),
            ("-1B", None),
            ("1.5MB", None),
            ("10mb", None),
            ("99999999999GB", None),
        ] {
            assert_eq!(bytes(&literal(text)).ok(), expected, "{text}");
        }
    }

    #[test]
    fn reads_times() {
        for (text, expected) in [
            ("250ms", Some(250)),
            ("5s", Some(5000)),
            ("2min", Some(120_000)),
            ("2m", Some(120_000)),
            ("1h", Some(3_600_000)),
            ("0s", None),
            ("5", None),
            ("5 seconds", None),
        ] {
            assert_eq!(milliseconds(&literal(text)).ok(), expected, "{text}");
        }
    }
}
