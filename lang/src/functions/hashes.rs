//! Hashes.

use infra_model::Value;
use sha2::{Digest, Sha256, Sha512};

use super::Function;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "sha256",
        signature: "(text: string) -> string",
        doc: "The SHA-256 of the text's bytes, in hexadecimal.",
        example: (
            r#"sha256("abc")"#,
            r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad""#,
        ),
        partial: false,
        run: |args| Ok(Value::String(hex::encode(Sha256::digest(args.text(0)?)))),
    },
    Function {
        name: "sha512",
        signature: "(text: string) -> string",
        doc: "The SHA-512 of the text's bytes, in hexadecimal.",
        example: (
            r#"substring(sha512("abc"), 0, 16)"#,
            r#""ddaf35a193617aba""#,
        ),
        partial: false,
        run: |args| Ok(Value::String(hex::encode(Sha512::digest(args.text(0)?)))),
    },
];
