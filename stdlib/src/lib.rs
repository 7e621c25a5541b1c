//! The standard library as text: schemas, catalogues and components, built into the binary.

use include_dir::{Dir, include_dir};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/text");

/// The text of a file, by its path below `text/` (`aws/volume.infra`, `std/server.infra`).
pub fn file(path: &str) -> Option<&'static str> {
    FILES.get_file(path)?.contents_utf8()
}

/// All `.infra` files with their paths, sorted by path.
pub fn files() -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    collect(&FILES, &mut found);
    found.sort_unstable();
    found
}

fn collect(dir: &'static Dir<'static>, found: &mut Vec<(&'static str, &'static str)>) {
    for file in dir.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8())
            && path.ends_with(".infra")
        {
            found.push((path, text));
        }
    }
    for inner in dir.dirs() {
        collect(inner, found);
    }
}
