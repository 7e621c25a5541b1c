//! Percent-encoding by RFC 3986: everything but letters, digits and `-_.~`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const TEXT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
const PATH: &AsciiSet = &TEXT.remove(b'/');

/// A name or a value: `a/b c` becomes `a%2Fb%20c`.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, TEXT).to_string()
}

/// A path, whose slashes stay: `/a b` becomes `/a%20b`.
pub fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}
