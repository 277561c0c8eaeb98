//! What the time is, in HTTP's words (RFC 9110 §5.6.7).
//!
//! Formatting costs more than the rest of a small head, so a worker formats once a second and every
//! answer copies the finished line. This file does not read the clock; it is told the seconds.

/// The value of a `Date` field, 29 bytes long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateLine([u8; DateLine::LEN]);

impl DateLine {
    /// Every IMF-fixdate has this length.
    pub const LEN: usize = 29;

    /// The date this many seconds after 1970; what lies beyond the year 9999 stays there.
    pub fn at(unix_seconds: u64) -> Self {
        const LAST: u64 = 253_402_300_799;
        let seconds = unix_seconds.min(LAST);
        let (days, second) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = civil(days);

        let mut line = *b"Thu, 01 Jan 1970 00:00:00 GMT";
        // 1970 began on a Thursday.
        line[..3].copy_from_slice(&WEEKDAYS[(days % 7) as usize]);
        two_digits(&mut line[5..7], day);
        line[8..11].copy_from_slice(&MONTHS[(month - 1) as usize]);
        two_digits(&mut line[12..14], year / 100);
        two_digits(&mut line[14..16], year % 100);
        two_digits(&mut line[17..19], second / 3_600);
        two_digits(&mut line[20..22], second / 60 % 60);
        two_digits(&mut line[23..25], second % 60);
        Self(line)
    }

    /// The date as it stands on the wire.
    #[inline]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

const WEEKDAYS: [[u8; 3]; 7] = [*b"Thu", *b"Fri", *b"Sat", *b"Sun", *b"Mon", *b"Tue", *b"Wed"];
const MONTHS: [[u8; 3]; 12] = [
    *b"Jan", *b"Feb", *b"Mar", *b"Apr", *b"May", *b"Jun", *b"Jul", *b"Aug", *b"Sep", *b"Oct",
    *b"Nov", *b"Dec",
];

fn two_digits(place: &mut [u8], n: u64) {
    place[0] = b'0' + (n / 10 % 10) as u8;
    place[1] = b'0' + (n % 10) as u8;
}

/// Year, month and day of a number of days since 1970.
///
/// Counts in years that begin in March, so that the leap day is the last of its year; 400 of them
/// always have 146,097 days.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_dates_as_imf_fixdate() {
        for (seconds, expected) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (u64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] {
            assert_eq!(DateLine::at(seconds).as_bytes(), expected.as_bytes());
        }
    }
}
