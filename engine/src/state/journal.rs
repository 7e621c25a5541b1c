//! The journal: what happened since the snapshot, one checksummed JSON object a line.
//!
//! The first line binds the journal to its snapshot. Every further line is one batch of events, which was
//! appended by one write and one sync, so a batch is there whole or not at all. A line bears the fencing number
//! of the lock it was written under: a line of a holder who had lost the lock does not count.

use serde::{Deserialize, Serialize};

use super::checksum::{crc, json_trouble};
use super::snapshot::COUNT_MAX;
use super::{Event, StateError};

/// The newest journal format this engine reads, and the one it writes.
pub(super) const FORMAT: u64 = 1;

/// The end of every line: `,"crc":"0123abcd"}`. The checksum covers what stands before it.
const SEAL_LEN: usize = r#","crc":"00000000"}"#.len();
const SEAL_START: &[u8] = br#","crc":""#;

#[derive(Serialize, Deserialize)]
struct Header {
    journal: u64,
    lineage: String,
    /// The serial of the snapshot it builds upon.
    base: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    /// The serial of the state after the first event.
    serial: u64,
    fence: u64,
    events: &'a [Event],
}

#[derive(Deserialize)]
struct OwnedLine {
    serial: u64,
    fence: u64,
    events: Vec<Event>,
}

/// A last line that a crash left half written; it was never acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedLine {
    /// Counted from 1.
    pub line: usize,
    pub bytes: usize,
}

/// What a journal says.
#[derive(Debug)]
pub(super) struct Journal {
    pub lineage: String,
    pub base: u64,
    /// The events with the serial of the state after each; serials follow one another from `base + 1`.
    pub events: Vec<(u64, Event)>,
    /// The highest fencing number of its lines, 0 without lines.
    pub fence: u64,
    /// Where the sound part ends, in bytes.
    pub length: u64,
    pub dropped: Option<DroppedLine>,
}

impl Journal {
    /// The serial of the state after its last event.
    pub fn last_serial(&self) -> u64 {
        self.events.last().map_or(self.base, |(serial, _)| *serial)
    }
}

/// The first line of a journal upon the snapshot with the serial `base`.
pub(super) fn header(lineage: &str, base: u64) -> Vec<u8> {
    seal(&Header {
        journal: FORMAT,
        lineage: lineage.to_owned(),
        base,
    })
}

/// The line of one batch; `serial` is that of the state after its first event.
pub(super) fn line(serial: u64, fence: u64, events: &[Event]) -> Vec<u8> {
    seal(&Line {
        serial,
        fence,
        events,
    })
}

fn seal(content: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(content).expect("journal lines have only string keys");
    line.pop();
    let crc = crc(&line);
    line.extend_from_slice(format!(",\"crc\":\"{crc}\"}}\n").as_bytes());
    line
}

/// The content of a line without its checksum; `None` when that is wrong.
fn open(line: &[u8]) -> Option<Vec<u8>> {
    let (content, end) = line.split_at_checked(line.len().checked_sub(SEAL_LEN)?)?;
    let expected = format!(",\"crc\":\"{}\"}}", crc(content));
    (end == expected.as_bytes()).then(|| [content, b"}"].concat())
}

/// Whether a damaged line begins with a whole one and goes on behind the byte where that one's line break should
/// be: what looks like one torn line are two.
fn begins_whole(line: &[u8]) -> bool {
    line.windows(SEAL_LEN)
        .enumerate()
        .filter(|(_, window)| window.starts_with(SEAL_START))
        .any(|(at, _)| at + SEAL_LEN + 1 < line.len() && open(&line[..at + SEAL_LEN]).is_some())
}

/// Reads a journal. Of damage only the last line's is forgiven: it was never acknowledged.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Journal, StateError> {
    let damaged = |line: usize, reason: String| StateError::JournalDamaged {
        file: file.to_owned(),
        line,
        reason,
    };
    if bytes.is_empty() {
        return Err(damaged(1, "the file is empty".to_owned()));
    }
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
    let first = lines.next().map_or(&[][..], |(_, line)| line);
    let mut journal = read_header(file, first)?;
    for (index, line) in lines {
        let number = index + 1;
        let Some(content) = line.strip_suffix(b"\n").and_then(open) else {
            if journal.length as usize + line.len() < bytes.len() || begins_whole(line) {
                return Err(damaged(number, "its checksum is wrong".to_owned()));
            }
            journal.dropped = Some(DroppedLine {
                line: number,
                bytes: line.len(),
            });
            break;
        };
        let batch: OwnedLine =
            serde_json::from_slice(&content).map_err(|error| match error.classify() {
                serde_json::error::Category::Data => damaged(
                    number,
                    "it says something that this infra does not know".to_owned(),
                ),
                _ => damaged(number, json_trouble(&error)),
            })?;
        journal
            .add(batch)
            .map_err(|reason| damaged(number, reason))?;
        journal.length += line.len() as u64;
    }
    Ok(journal)
}

fn read_header(file: &str, line: &[u8]) -> Result<Journal, StateError> {
    let damaged = |reason: &str| StateError::JournalDamaged {
        file: file.to_owned(),
        line: 1,
        reason: reason.to_owned(),
    };
    let content = line
        .strip_suffix(b"\n")
        .and_then(open)
        .ok_or_else(|| damaged("its checksum is wrong"))?;
    let header: Header = serde_json::from_slice(&content)
        .map_err(|_| damaged("it does not name the state it belongs to"))?;
    if header.base > COUNT_MAX {
        return Err(damaged("its serial is larger than any that was counted"));
    }
    if header.journal > FORMAT {
        return Err(StateError::NewerFormat {
            file: file.to_owned(),
            found: header.journal,
            known: FORMAT,
        });
    }
    Ok(Journal {
        lineage: header.lineage,
        base: header.base,
        events: Vec::new(),
        fence: 0,
        length: line.len() as u64,
        dropped: None,
    })
}

impl Journal {
    /// Adds a sound line, or says why it cannot follow the ones before it.
    fn add(&mut self, batch: OwnedLine) -> Result<(), String> {
        if batch.fence > COUNT_MAX || batch.serial > COUNT_MAX {
            return Err("its numbers are larger than any that was counted".to_owned());
        }
        if batch.fence < self.fence {
            // Its writer had lost the lock and knew it right after the write: it did not act upon it.
            return Ok(());
        }
        if batch.fence > self.fence {
            // The new holder did not see what the old one appended after the takeover.
            self.events.retain(|(serial, _)| *serial < batch.serial);
        }
        let expected = self.last_serial() + 1;
        if batch.serial != expected {
            return Err(format!(
                "it says serial {} where {expected} follows: a line is missing or doubled",
                batch.serial
            ));
        }
        self.fence = batch.fence;
        self.events.extend((batch.serial..).zip(batch.events));
        Ok(())
    }
}
