//! Unix milliseconds and the ways in which clouds write a moment.

/// Milliseconds in a day.
const DAY_MS: u64 = 86_400_000;

/// `2015-08-30T12:36:00.000Z`.
pub fn iso(ms: u64) -> String {
    let (year, month, day) = civil(ms / DAY_MS);
    let of_day = ms % DAY_MS;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1000 % 60,
        of_day % 1000
    )
}

/// `2015-08-30T12:36:00Z`.
pub fn second(ms: u64) -> String {
    format!("{}Z", &iso(ms)[..19])
}

/// `2015-08-30T12:36Z`.
pub fn minute(ms: u64) -> String {
    format!("{}Z", &iso(ms)[..16])
}

/// Reads `2015-08-30T12:36:00Z`.
pub fn parse_iso(text: &str) -> Option<u64> {
    let compact: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    parse_compact(&compact).filter(|ms| second(*ms) == text)
}

/// Reads the compact form of a signature, `20150830T123600Z`.
pub fn parse_compact(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    let valid = year >= 1970
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    valid.then(|| {
        days(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000
    })
}

/// Days since 1970-01-01 of a date of the Gregorian calendar; years begin in March so that the leap day comes last.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_agree() {
        for (compact, text) in [
            ("19700101T000000Z", "1970-01-01T00:00:00.000Z"),
            ("20000229T235959Z", "2000-02-29T23:59:59.000Z"),
            ("20150830T123600Z", "2015-08-30T12:36:00.000Z"),
            ("20261231T000001Z", "2026-12-31T00:00:01.000Z"),
        ] {
            assert_eq!(iso(parse_compact(compact).unwrap()), text);
        }
        assert_eq!(
            parse_iso("2026-12-31T00:00:01Z").map(second).as_deref(),
            Some("2026-12-31T00:00:01Z")
        );
        assert_eq!(parse_iso("2026-1231T00:00:01Z"), None);
        assert_eq!(minute(0), "1970-01-01T00:00Z");
        assert_eq!(parse_compact("20151330T123600Z"), None);
        assert_eq!(parse_compact("2015-08-30"), None);
    }
}
