//! A world of texts, with the real standard library.

use infra_lang::Texts;

/// A project whose files are texts in memory.
#[allow(dead_code, reason = "each test binary uses what it needs")]
pub fn texts(files: &[(&str, &str)]) -> Texts {
    let nothing = Texts::new("test", infra_stdlib::files());
    files
        .iter()
        .fold(nothing, |texts, (path, text)| texts.with(*path, *text))
}

/// The project in a directory of the disk, with the directories inside it.
#[allow(dead_code, reason = "each test binary uses what it needs")]
pub fn from_disk(root: &std::path::Path) -> Texts {
    fn collect(dir: &std::path::Path, prefix: &str, texts: &mut Texts) {
        for entry in std::fs::read_dir(dir).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() {
                name
            } else {
                format!("{prefix}/{name}")
            };
            if entry.path().is_dir() {
                collect(&entry.path(), &path, texts);
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                texts.files.insert(path, text);
            }
        }
    }
    let mut world = texts(&[]);
    collect(root, "", &mut world);
    world
}
