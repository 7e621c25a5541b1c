//! Moments and lengths of time, for people.

/// A length of time for people: the largest unit that fits.
pub(super) fn span(ms: u64) -> String {
    let (count, unit) = match ms / 1000 {
        seconds @ 0..=119 => (seconds, "second"),
        seconds @ 120..=7199 => (seconds / 60, "minute"),
        seconds => (seconds / 3600, "hour"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// `2024-05-01 10:00:00 UTC`.
pub fn utc(unix_ms: u64) -> String {
    let (date, time) = date_and_time(unix_ms);
    format!("{date} {time} UTC")
}

/// `2024-05-01T10:00:00.000Z`, as RFC 3339 has it.
pub fn timestamp(unix_ms: u64) -> String {
    let (date, time) = date_and_time(unix_ms);
    format!("{date}T{time}.{:03}Z", unix_ms % 1000)
}

/// `2024-05-01` and `10:00:00`, in UTC by the proleptic Gregorian calendar.
fn date_and_time(unix_ms: u64) -> (String, String) {
    let seconds = unix_ms / 1000;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Years are counted from March, so that the leap day is the last of its year; eras have 400 years.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    (
        format!("{year:04}-{month:02}-{day:02}"),
        format!("{hours:02}:{minutes:02}:{seconds:02}"),
    )
}

#[cfg(test)]
mod tests {
    use super::{timestamp, utc};

    #[test]
    fn moments_are_shown_in_utc() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc(951_782_400_000), "2000-02-29 00:00:00 UTC");
        assert_eq!(utc(1_714_557_599_000), "2024-05-01 09:59:59 UTC");
        assert_eq!(timestamp(1_714_557_599_007), "2024-05-01T09:59:59.007Z");
        assert_eq!(utc(4_102_444_800_000), "2100-01-01 00:00:00 UTC");
    }
}
