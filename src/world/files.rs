//! Files that the user names on the command line.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use infra_lang::TEXT_BYTES_MAX;

use crate::error::CommandError;

/// The suffix of program files.
pub(super) const SUFFIX: &str = ".infra";

/// Reads a file that the user named, wherever it is.
pub fn read_named_file(path: &Path) -> Result<String, CommandError> {
    fs::read_to_string(path).map_err(|error| {
        CommandError::files(format!("`{}` cannot be read: {error}", path.display()))
    })
}

/// Reads a file that the user named and that people write: a program or values for its parameters.
pub fn read_text_file(path: &Path) -> Result<String, CommandError> {
    let shown = path.display();
    let bytes = beginning(path)
        .map_err(|error| CommandError::files(format!("`{shown}` cannot be read: {error}")))?;
    if bytes.len() > TEXT_BYTES_MAX {
        let most = TEXT_BYTES_MAX >> 20;
        return Err(CommandError::files(format!(
            "`{shown}` is larger than {most} MiB, so infra does not read it"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|_| CommandError::files(format!("`{shown}` cannot be read: it is not UTF-8 text")))
}

/// The bytes of a file; of one that is longer than any text may be, a few more than those. A file can have no end.
pub(super) fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = TEXT_BYTES_MAX as u64 + 1;
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    // The cut may have gone through a character.
    let whole = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => Some(error.valid_up_to()),
        _ => None,
    };
    if bytes.len() as u64 == most
        && let Some(end) = whole(&bytes)
    {
        bytes.truncate(end);
        bytes.extend(b"    ");
    }
    Ok(bytes)
}

/// Writes a file that the user named, whether or not it is there.
pub fn write_named_file(path: &Path, text: impl AsRef<[u8]>) -> Result<(), CommandError> {
    fs::write(path, text).map_err(unwritable(path))
}

/// Replaces a file as a whole: a reader, or a crash, sees the old text or the new, never a part.
pub fn replace_file(path: &Path, text: &str) -> Result<(), CommandError> {
    let replace = || -> io::Result<()> {
        let real = fs::canonicalize(path)?;
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        let beside = real.with_file_name(format!(".{name}.{}.new", std::process::id()));
        let mut file = fs::File::create_new(&beside)?;
        let written = file
            .set_permissions(fs::metadata(&real)?.permissions())
            .and_then(|()| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&beside, &real));
        if written.is_err() {
            // The first failure is the one to report; what is left behind is a hidden file.
            let _ = fs::remove_file(&beside);
        }
        written
    };
    replace().map_err(unwritable(path))
}

pub fn remove_file(path: &Path) -> Result<(), CommandError> {
    fs::remove_file(path).map_err(|error| {
        CommandError::files(format!("`{}` cannot be removed: {error}", path.display()))
    })
}

/// Writes a file that only its owner may read, new or as a whole.
pub fn write_private_file(path: &Path, text: &str) -> Result<(), CommandError> {
    private()
        .write(true)
        .truncate(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(unwritable(path))
}

/// Makes a file, or empties the one that is there.
pub fn create_file(path: &Path) -> Result<fs::File, CommandError> {
    fs::File::create(path).map_err(unwritable(path))
}

/// Opens a file that only its owner may read, to write at its end.
pub fn append_private_file(path: &Path) -> Result<fs::File, CommandError> {
    private().append(true).open(path).map_err(unwritable(path))
}

/// Opens a file, new or not; a new one is readable by its owner only.
fn private() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn unwritable(path: &Path) -> impl Fn(io::Error) -> CommandError {
    move |error| CommandError::files(format!("`{}` cannot be written: {error}", path.display()))
}

/// All program files at or below a path, sorted; hidden directories and links to directories are left out.
pub fn program_files(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let unreadable = |path: &Path, error: io::Error| match is_absent(&error) {
        true => CommandError::files(format!(
            "there is no file or directory `{}`",
            path.display()
        )),
        false => CommandError::files(format!("`{}` cannot be read: {error}", path.display())),
    };
    if fs::metadata(path)
        .map_err(|error| unreadable(path, error))?
        .is_file()
    {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut left = vec![path.to_owned()];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(&dir).map_err(|error| unreadable(&dir, error))? {
            let entry = entry.map_err(|error| unreadable(&dir, error))?;
            let kind = entry.file_type().map_err(|error| unreadable(&dir, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            } else if kind.is_dir() {
                left.push(entry.path());
            } else if name.ends_with(SUFFIX) {
                files.push(entry.path());
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_replaced_with_its_permissions_kept() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("main.infra");
        fs::write(&path, "let a = 1").expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
        replace_file(&path, "let b = 2").expect("it is written");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "let b = 2");
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        let names = fs::read_dir(dir.path()).expect("a directory").count();
        assert_eq!(names, 1, "nothing is left behind");
    }

    #[test]
    fn program_files_are_found_in_directories_that_are_not_hidden() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for name in [
            "b.infra",
            "a.infra",
            "net/main.infra",
            ".infra/x.infra",
            ".#a.infra",
            "notes.md",
        ] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
            fs::write(path, "").expect("a file");
        }
        let found = program_files(dir.path()).expect("it can be read");
        let names: Vec<_> = found
            .iter()
            .map(|path| path.strip_prefix(dir.path()).expect("inside"))
            .collect();
        assert_eq!(
            names,
            ["a.infra", "b.infra", "net/main.infra"].map(Path::new)
        );
        let missing = program_files(&dir.path().join("nowhere")).expect_err("it is not there");
        assert!(
            missing.message.contains("there is no file or directory"),
            "{}",
            missing.message
        );
    }
}
