//! The state file: one JSON object a line, appended as the cloud changes.
//!
//! The first line says what the file is; each further line is an entity as it is now, or `null` when it is gone. The
//! lines of one request share its number `tx`, and the last of them has `"end":true`: lines without their end (the
//! process was killed between or inside writes) are dropped when the file is read. At start the file is rewritten
//! with the living entities only, by a temporary file and a rename.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

const FORMAT: &str = "infra-sim";
const VERSION: u32 = 1;

/// A change of one entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The region whose entity it is.
    pub region: String,
    /// For example `volume`.
    pub kind: String,
    /// The entity's key within region and kind.
    pub id: String,
    /// The entity, or `null` when it is gone.
    pub entity: Value,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    tx: u64,
}

#[derive(Serialize, Deserialize)]
struct Line {
    tx: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    end: bool,
    #[serde(flatten)]
    change: Change,
}

/// An open state file.
#[derive(Debug)]
pub struct Journal {
    file: File,
    /// Where the last complete request ends: a write that failed half-way is cut off there.
    len: u64,
    // Held, not read: the lock ends with it.
    _lock: File,
}

/// What a state file said.
#[derive(Debug, Default)]
pub struct Contents {
    /// The number of the last request that changed something.
    pub tx: u64,
    /// All changes in order.
    pub changes: Vec<Change>,
}

impl Journal {
    /// Reads a state file (one that does not exist is an empty cloud) and locks it against a second simulator.
    ///
    /// # Errors
    /// What the file system answers; `WouldBlock` when another simulator has the file; `InvalidData` when the file is not
    /// a state file, is of another version, or is damaged anywhere but at its end.
    pub fn read(path: &Path) -> io::Result<(Contents, Lock)> {
        let lock = Lock::take(path)?;
        let text = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok((
            parse(&text).map_err(|problem| invalid(path, &problem))?,
            lock,
        ))
    }

    /// Writes the file anew with the given entities, and opens it for further changes.
    ///
    /// # Errors
    /// What the file system answers.
    pub fn compact(path: &Path, lock: Lock, tx: u64, entities: &[Change]) -> io::Result<Self> {
        let temporary = path.with_added_extension("new");
        let mut out = BufWriter::new(create_private(&temporary)?);
        serde_json::to_writer(
            &mut out,
            &Header {
                format: FORMAT.to_owned(),
                version: VERSION,
                tx,
            },
        )?;
        out.write_all(b"\n")?;
        out.write_all(&lines(tx, entities)?)?;
        out.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()?;
        fs::rename(&temporary, path)?;
        let folder = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        let file = OpenOptions::new().append(true).open(path)?;
        let len = file.metadata()?.len();
        Ok(Self {
            file,
            len,
            _lock: lock.0,
        })
    }

    /// Appends the changes of request `tx` in one write.
    ///
    /// # Errors
    /// What the file system answers; the file then ends where it ended before.
    pub fn append(&mut self, tx: u64, changes: &[Change]) -> io::Result<()> {
        let bytes = lines(tx, changes)?;
        if let Err(error) = self.file.write_all(&bytes) {
            self.file.set_len(self.len)?;
            return Err(error);
        }
        self.len += bytes.len() as u64;
        Ok(())
    }
}

/// Creates a file that only its owner can read: a cloud keeps the secrets it was given in the clear.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A lock can outlive its simulator for a moment: a process that is just being started holds a copy of every open
/// file until its program is loaded. So it is asked for more than once.
const LOCK_TRIES: usize = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// The right to write a state file, held through a file beside it.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    fn take(path: &Path) -> io::Result<Self> {
        let beside: PathBuf = path.with_added_extension("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(beside)?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(fs::TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
                Err(fs::TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::WouldBlock,
            format!(
                "{}: another simulator is using this state file",
                path.display()
            ),
        ))
    }
}

fn lines(tx: u64, changes: &[Change]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for (n, change) in changes.iter().enumerate() {
        let line = Line {
            tx,
            end: n + 1 == changes.len(),
            change: change.clone(),
        };
        serde_json::to_writer(&mut out, &line)?;
        out.push(b'\n');
    }
    Ok(out)
}

fn parse(bytes: &[u8]) -> Result<Contents, String> {
    let mut rows = bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>();
    // What follows the last line feed is either nothing or a line that was being written.
    let torn = rows.pop().is_some_and(|rest| !rest.is_empty());
    let Some((first, rows)) = rows.split_first() else {
        return if torn {
            Err("line 1 is not complete".to_owned())
        } else {
            Ok(Contents::default())
        };
    };
    let header: Header = serde_json::from_slice(first)
        .map_err(|_| "line 1 is not that of a state file".to_owned())?;
    if header.format != FORMAT || header.version != VERSION {
        return Err(format!(
            "format {} version {} is not {FORMAT} version {VERSION}",
            header.format, header.version
        ));
    }
    let mut contents = Contents {
        tx: header.tx,
        changes: Vec::new(),
    };
    let mut open: Vec<Change> = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let line: Line =
            serde_json::from_slice(row).map_err(|_| format!("line {} is damaged", n + 2))?;
        open.push(line.change);
        if line.end {
            contents.tx = contents.tx.max(line.tx);
            contents.changes.append(&mut open);
        }
    }
    Ok(contents)
}

fn invalid(path: &Path, problem: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{}: {problem}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(id: &str) -> Change {
        Change {
            region: "r".into(),
            kind: "k".into(),
            id: id.into(),
            entity: Value::Bool(true),
        }
    }

    fn file() -> Vec<u8> {
        let mut bytes = br#"{"format":"infra-sim","version":1,"tx":4}"#.to_vec();
        bytes.push(b'\n');
        bytes.extend(lines(5, &[change("a"), change("b")]).unwrap());
        bytes.extend(lines(6, &[change("c"), change("d")]).unwrap());
        bytes
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cloud");
        let lock = Lock::take(&path).unwrap();
        Journal::compact(&path, lock, 1, &[change("a")]).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn cut_at_any_byte_it_holds_whole_requests_only() {
        let whole = file();
        let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for cut in header..=whole.len() {
            let contents = parse(&whole[..cut]).unwrap();
            assert!(
                [0, 2, 4].contains(&contents.changes.len()),
                "cut at {cut}: {contents:?}"
            );
            assert_eq!(contents.tx, 4 + contents.changes.len() as u64 / 2);
        }
    }

    #[test]
    fn damage_before_the_end_is_refused() {
        let mut bytes = file();
        let middle = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 3;
        bytes[middle] = b'#';
        assert!(parse(&bytes).unwrap_err().starts_with("line 2"));
        assert!(parse(b"hello\n").unwrap_err().contains("line 1"));
        assert!(
            parse(br#"{"format":"infra-sim","version":9,"tx":4}"#.to_vec().as_slice()).is_err()
        );
    }
}
