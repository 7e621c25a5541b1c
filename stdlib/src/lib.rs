//! The standard library as text: schemas, catalogues and components, built into the binary.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

static TEXT: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/text");

/// Path and text of each file, sorted by path.
static FILES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut found = Vec::new();
    collect(&TEXT, &mut found);
    found.sort_unstable();
    found
});

/// The text of a file, by its path below `text/` (`aws/volume.infra`, `std/server.infra`).
pub fn file(path: &str) -> Option<&'static str> {
    let at = FILES.binary_search_by_key(&path, |(path, _)| path).ok()?;
    Some(FILES[at].1)
}

/// Path and text of each `.infra` file, sorted by path.
pub fn files() -> &'static [(&'static str, &'static str)] {
    &FILES
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
