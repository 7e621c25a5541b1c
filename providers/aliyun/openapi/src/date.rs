//! The forms in which times are written.

use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// `2023-10-26T10:22:32Z`.
pub(crate) fn extended(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    let (hour, minute, second) = time.to_hms();
    let month = u8::from(time.month());
    format!(
        "{:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z",
        time.year(),
        time.day()
    )
}

/// `20231026T102232Z`.
pub(crate) fn basic(time: SystemTime) -> String {
    extended(time).replace(['-', ':'], "")
}

/// A time as Alibaba writes it: `2026-11-28T08:00:00Z`.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(Into::into)
}

/// The `Date` of an HTTP answer: `Sat, 28 Nov 2026 08:00:00 GMT`.
pub(crate) fn parse_http(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text, &Rfc2822).ok().map(Into::into)
}
