//! Checks against software that others wrote: moto as a second AWS, boto3 and Alibaba's SDKs as other clients of the
//! simulator.
//!
//! They need Python packages (`tests/peers/*/requirements.txt`); `.ci/run` installs them under `target/peers`.

use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The Python that has the peers' packages: `INFRA_PEERS_PYTHON`, else the virtual environment of `.ci/run`.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("INFRA_PEERS_PYTHON").map(PathBuf::from);
    named
        .or_else(|| Some(Path::new(ROOT).join("target/peers/bin/python")))
        .filter(|path| path.exists())
}

/// Runs one folder of pytest files; what they print is shown when one fails.
fn pytest(folder: &str) {
    let Some(python) = python() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "in CI the peers must be installed"
        );
        println!("skipped: no Python with the peers' packages; see tests/peers/README.md");
        return;
    };
    let done = Command::new(python)
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", folder])
        .current_dir(ROOT)
        .env("INFRA_BIN", env!("CARGO_BIN_EXE_infra"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python starts");
    let text = String::from_utf8_lossy(&done.stdout);
    println!("{text}");
    assert!(
        done.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(
        !text.contains("skipped") || std::env::var_os("CI").is_none(),
        "nothing is skipped in CI:\n{text}"
    );
}

#[test]
fn moto_brings_up_51desk() {
    pytest("tests/peers/moto");
}

#[test]
fn boto3_finds_a_cloud_in_the_simulator() {
    pytest("tests/peers/boto3");
}

#[test]
fn alibabas_sdks_find_a_cloud_in_the_simulator() {
    pytest("tests/peers/aliyun");
}
