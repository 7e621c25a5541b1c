//! Signatures, as pure functions: they take what is signed and give the value of `Authorization`.

pub mod acs3;
mod encode;
pub mod oss4;

pub use encode::{encode, encode_path};

use ring::{digest, hmac};

/// SHA-256 in hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

fn hmac_sha256(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}
