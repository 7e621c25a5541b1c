//! The swap header beside what util-linux writes and reads.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use infra_aws::swap::{header, uuid};
use infra_model::Size;

const SIZE: Size = Size::gib(16);

/// A tool's output, or `None` when it is not installed; a CI run must have it.
fn run(tool: &str, arguments: &[&str], file: &Path) -> Option<String> {
    let found = ["/usr/sbin", "/sbin", "/usr/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(tool))
        .find(|path| path.exists());
    let Some(path) = found else {
        #[allow(clippy::disallowed_methods, reason = "a test is stricter in CI")]
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!ci, "{tool} is not installed");
        println!("skipped: {tool} is not installed");
        return None;
    };
    let output = Command::new(path)
        .args(arguments)
        .arg(file)
        .output()
        .expect("the tool starts");
    assert!(
        output.status.success(),
        "{tool}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).expect("the tool writes text"))
}

/// A sparse file of the size, with these bytes at its start.
fn disk(start: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(start).expect("the file can be written");
    file.as_file()
        .set_len(SIZE.0)
        .expect("the file system knows sparse files");
    file
}

fn hyphenated(uuid: [u8; 16]) -> String {
    let digits: String = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
    let (a, b, c, d, e) = (
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    );
    format!("{a}-{b}-{c}-{d}-{e}")
}

#[test]
fn the_header_is_what_mkswap_writes() {
    let uuid = uuid("desk", SIZE, "swap");
    let file = disk(&[]);
    if run(
        "mkswap",
        &[
            "--quiet",
            "--label",
            "swap",
            "--uuid",
            &hyphenated(uuid),
            "--pagesize",
            "4096",
        ],
        file.path(),
    )
    .is_none()
    {
        return;
    }
    let mut written = vec![0; 4096];
    File::open(file.path())
        .and_then(|mut file| file.read_exact(&mut written))
        .expect("the first page");
    assert_eq!(header(SIZE, "swap", uuid), written);
}

#[test]
fn the_header_is_recognised() {
    let uuid = uuid("desk", SIZE, "swap");
    let file = disk(&header(SIZE, "swap", uuid));
    if let Some(seen) = run("blkid", &["-p", "-o", "export"], file.path()) {
        for line in [
            "TYPE=swap",
            "LABEL=swap",
            "VERSION=1",
            &format!("UUID={}", hyphenated(uuid)),
        ] {
            assert!(seen.lines().any(|seen| seen == line), "{line} in {seen}");
        }
    }
    if let Some(seen) = run("swaplabel", &[], file.path()) {
        assert!(
            seen.contains(&hyphenated(uuid)) && seen.contains("swap"),
            "{seen}"
        );
    }
}

#[test]
fn the_uuid_follows_from_program_size_and_label() {
    let one = uuid("desk", SIZE, "swap");
    assert_eq!(one, uuid("desk", SIZE, "swap"));
    assert_ne!(one, uuid("desk", Size::gib(8), "swap"));
    assert_ne!(one, uuid("other", SIZE, "swap"));
    assert_eq!(
        (one[6] >> 4, one[8] >> 6),
        (8, 2),
        "version and variant of RFC 9562"
    );
}
