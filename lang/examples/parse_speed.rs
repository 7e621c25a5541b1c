//! How fast programs are read: `cargo run --release -p infra-lang --example parse_speed -- FILE…`
//!
//! Reads each file many times and prints the bytes per second of the whole.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a measurement reads files and the clock and prints, which the library may not"
)]

use std::time::{Duration, Instant};
use std::{env, fs, hint, io};

use infra_lang::syntax::parse;
use infra_model::FileId;

/// Long enough for a stable figure, short enough to try often.
const MEASURED: Duration = Duration::from_secs(3);

fn main() -> io::Result<()> {
    let texts: Vec<String> = env::args()
        .skip(1)
        .map(fs::read_to_string)
        .collect::<Result<_, _>>()?;
    let bytes: usize = texts.iter().map(String::len).sum();
    let start = Instant::now();
    let mut rounds = 0_u32;
    while start.elapsed() < MEASURED && bytes > 0 {
        for text in &texts {
            hint::black_box(parse(FileId(0), hint::black_box(text)));
        }
        rounds += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    let total = bytes as f64 * f64::from(rounds);
    println!(
        "{} files, {bytes} bytes, {rounds} times: {:.2} MB/s",
        texts.len(),
        total / seconds / 1e6
    );
    Ok(())
}
