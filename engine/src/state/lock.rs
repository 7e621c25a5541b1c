//! The lock: a lease with a heartbeat and a fencing number.
//!
//! Who holds the lock may write until the lease ends, and prolongs it as it goes. A lease that ended can be taken
//! over, with a higher fencing number. The old holder, should it wake up, compares the lock file with its own
//! lease before and after every write, and stops.
//!
//! Looking and writing are two things, and a process can be stopped between them. So both happen while it is
//! [`alone`](Disk::alone) with the folder, and nobody takes over without being that: whoever is stopped in the
//! middle of a write is not succeeded before it went on or ended. On a file system that cannot do this, the fencing
//! numbers in the journal still catch a line that was written too late.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::checksum::{crc, json_trouble};
use super::moment::{span, utc};
use super::snapshot::COUNT_MAX;
use super::{Alone, Disk, DiskErrorKind, Files, StateError};

mod heartbeat;
mod sweep;
mod unlock;

pub(crate) use heartbeat::{HEARTBEAT, with_heartbeat};

/// How often a lock's temporary file is written again when somebody else swept it away.
const ATTEMPTS: usize = 8;

/// How long a lease lasts when it is not prolonged.
pub const LEASE: Duration = Duration::from_secs(120);

/// What the lock must know of the machine it runs on.
pub trait Host: Send + Sync {
    /// Milliseconds since 1970-01-01 UTC.
    fn unix_ms(&self) -> u64;

    /// Whether the holder is a process that this one can see, and it has surely ended; then its lease ends with it.
    /// Of a holder in another [`Holder::space`] nothing is known.
    fn has_ended(&self, holder: &Holder) -> bool;
}

/// Whether no process of this number runs on this machine. One that was killed and whose parent has not asked for
/// its end yet does not run any more.
pub fn process_has_ended(pid: u32) -> bool {
    let raw = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    raw.is_some_and(|raw| {
        rustix::process::test_kill_process(raw) == Err(rustix::io::Errno::SRCH) || is_zombie(pid)
    })
}

/// Whether only the entry in the process table is left (proc_pid_stat(5), field `state`), and no other thread of
/// the process is still at work.
fn is_zombie(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    // The name before the state is in parentheses and may hold any character.
    let state = stat
        .rsplit_once(')')
        .and_then(|(_, rest)| rest.trim_start().chars().next());
    let threads =
        std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, std::iter::Iterator::count);
    matches!(state, Some('Z' | 'X')) && threads <= 1
}

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// `user@host`.
    pub who: String,
    pub pid: u32,
    /// `infra apply`.
    pub command: String,
    /// Within which `pid` means this process: one boot of one machine, one namespace of process numbers (a
    /// container has its own). Two machines may bear one name, and two containers of a machine do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {}, `{}`)", self.who, self.pid, self.command)
    }
}

/// The content of the lock file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    #[serde(flatten)]
    pub holder: Holder,
    /// When the lock was taken, in milliseconds since 1970.
    pub since_ms: u64,
    /// When the lease ends unless it is prolonged.
    pub expires_ms: u64,
    /// Grows with each holder.
    pub fence: u64,
}

impl Lease {
    /// `dev@laptop (process 4711, `infra apply`) for 12 minutes, since 2024-05-01 10:00:00 UTC`.
    pub fn describe(&self, now_ms: u64) -> String {
        let held = span(now_ms.saturating_sub(self.since_ms));
        format!("{} for {held}, since {}", self.holder, utc(self.since_ms))
    }

    /// Whether it still keeps others out: it has not ended, and neither has its holder's process.
    pub fn is_live(&self, host: &dyn Host) -> bool {
        self.expires_ms > host.unix_ms() && !host.has_ended(&self.holder)
    }

    /// Whether it only marks that somebody unlocked the state.
    pub(super) fn marks_an_unlock(&self) -> bool {
        self.expires_ms <= self.since_ms
    }

    /// The same hold of the lock, perhaps prolonged in between.
    fn is_same_hold(&self, other: &Lease) -> bool {
        self.fence == other.fence && self.since_ms == other.since_ms && self.holder == other.holder
    }

    fn bytes(&self) -> Vec<u8> {
        let written = Written {
            crc: Some(self.crc()),
            lease: self.clone(),
        };
        let mut text =
            serde_json::to_string_pretty(&written).expect("a lease has only plain fields");
        text.push('\n');
        text.into_bytes()
    }

    fn crc(&self) -> String {
        crc(&serde_json::to_vec(self).expect("a lease has only plain fields"))
    }

    /// Understands the content of a lock file, or says why not.
    fn parse(bytes: &[u8]) -> Result<Lease, String> {
        let written: Written = match serde_json::from_slice(bytes) {
            Ok(written) => written,
            Err(_) if bytes.iter().all(|byte| *byte == 0) => return Err("it is empty".to_owned()),
            Err(error) => return Err(json_trouble(&error)),
        };
        let Written { lease, crc } = written;
        match crc {
            Some(crc) if crc != lease.crc() => {
                Err("its checksum does not fit what it says".to_owned())
            }
            // An infra that wrote no checksum wrote no space either.
            None if lease.holder.space.is_some() => Err("its checksum is missing".to_owned()),
            _ if lease.fence > COUNT_MAX => Err(format!(
                "its fencing number {} is larger than any that was counted",
                lease.fence
            )),
            _ => Ok(lease),
        }
    }

    /// A word for temporary file names that no other holder uses.
    fn unique(&self) -> String {
        hex::encode(&Sha256::digest(self.bytes())[..6])
    }
}

/// A lease as the lock file has it.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(flatten)]
    lease: Lease,
    /// Of the lease. Files of an infra before there were checksums have none.
    #[serde(default)]
    crc: Option<String>,
}

/// The right to write a state.
pub struct Lock {
    disk: Arc<dyn Disk>,
    host: Arc<dyn Host>,
    file: String,
    lease: Lease,
    lease_ms: u64,
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lock").field(&self.lease).finish()
    }
}

impl Lock {
    /// The time on its host's clock, in milliseconds since 1970.
    pub(super) fn now_ms(&self) -> u64 {
        self.host.unix_ms()
    }

    /// Takes the lock, or says who holds it. `length` is usually [`LEASE`].
    pub fn take(
        disk: Arc<dyn Disk>,
        files: &Files,
        host: Arc<dyn Host>,
        holder: Holder,
        length: Duration,
    ) -> Result<Lock, StateError> {
        let mut lock = Lock::wanted(disk, files, host, holder, length);
        let now = lock.lease.since_ms;
        loop {
            match read(lock.disk.as_ref(), &lock.file)? {
                None if lock.create(&lock.file)? => return Ok(lock),
                // Somebody was faster: look again at who it is.
                None => {}
                Some(current) if lock.is_live(&current) => {
                    return Err(StateError::Locked(Box::new(current), now));
                }
                Some(current) if lock.take_over(&current)? => return Ok(lock),
                // Somebody was faster here too.
                Some(_) => {}
            }
        }
    }

    /// What the lock will be once it is taken.
    fn wanted(
        disk: Arc<dyn Disk>,
        files: &Files,
        host: Arc<dyn Host>,
        holder: Holder,
        length: Duration,
    ) -> Lock {
        let lease_ms = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        let now = host.unix_ms();
        Lock {
            disk,
            host,
            file: files.lock.clone(),
            lease: Lease {
                holder,
                since_ms: now,
                expires_ms: now.saturating_add(lease_ms),
                fence: 1,
            },
            lease_ms,
        }
    }

    /// Who holds the lock of a state, without taking it.
    pub fn current(disk: &dyn Disk, files: &Files) -> Result<Option<Lease>, StateError> {
        read(disk, &files.lock)
    }

    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    fn is_live(&self, lease: &Lease) -> bool {
        lease.is_live(self.host.as_ref())
    }

    fn create(&self, name: &str) -> Result<bool, StateError> {
        let unique = self.lease.unique();
        let mut attempts = ATTEMPTS;
        loop {
            attempts -= 1;
            match self.disk.create_new(name, &unique, &self.lease.bytes()) {
                // The holder took the half-written temporary file for one that a power cut has left.
                Err(error) if error.kind == DiskErrorKind::Missing && attempts > 0 => {}
                created => return Ok(created?),
            }
        }
    }

    fn write(&self) -> Result<(), StateError> {
        let temporary = format!("{}.{}", self.file, self.lease.unique());
        Ok(self
            .disk
            .replace_through(&temporary, &self.file, &self.lease.bytes())?)
    }

    /// Takes over from `old`, unless its holder, or somebody who takes over too, is writing right now.
    fn take_over(&mut self, old: &Lease) -> Result<bool, StateError> {
        match self.disk.alone(false)? {
            Some(_alone) => self.succeed(old),
            None => Err(StateError::HolderWrites(Box::new(old.clone()))),
        }
    }

    /// Takes over from `old`, whose lease ended, while alone. Of several who try, the one that creates the claim file of the
    /// next fencing number wins; `false` when somebody else did something meanwhile and one must look again.
    fn succeed(&mut self, old: &Lease) -> Result<bool, StateError> {
        let mut fence = old.fence + 1;
        let claim = loop {
            self.lease.fence = fence;
            let claim = format!("{}.{fence}", self.file);
            if self.create(&claim)? {
                break claim;
            }
            match read(self.disk.as_ref(), &claim)? {
                Some(rival) if self.is_live(&rival) => {
                    return Err(StateError::Locked(Box::new(rival), self.host.unix_ms()));
                }
                // The rival stopped between its claim and the lock: its number is spent.
                Some(_) => fence += 1,
                None => return Ok(false),
            }
        };
        let unchanged = read(self.disk.as_ref(), &self.file)?.is_some_and(|now| now == *old);
        if unchanged {
            self.write()?;
            // The old holder's own claim is among them, should it have stopped right after its takeover.
            for spent in old.fence..fence {
                self.disk.remove(&format!("{}.{spent}", self.file))?;
            }
        }
        self.disk.remove(&claim)?;
        Ok(unchanged)
    }

    /// Makes sure that the lock is still held, and prolongs the lease when half of it is over. To be called now
    /// and then while waiting.
    pub fn hold(&mut self) -> Result<(), StateError> {
        self.enter().map(drop)
    }

    /// As [`Lock::hold`]; until the answer is dropped, nobody takes the lock over.
    pub(super) fn enter(&mut self) -> Result<Alone, StateError> {
        // Whoever is in is taking over or was so a moment ago, and that does not last.
        let alone = self.disk.alone(true)?.unwrap_or_else(Alone::unguarded);
        self.check()?;
        Ok(alone)
    }

    /// As [`Lock::hold`], while alone. To be called before and after every write.
    pub(super) fn check(&mut self) -> Result<(), StateError> {
        let now = self.host.unix_ms();
        let current = read(self.disk.as_ref(), &self.file)?;
        let Some(current) = current.filter(|current| current.is_same_hold(&self.lease)) else {
            return Err(self.lost()?);
        };
        if now >= self.lease.expires_ms {
            // Nobody took it over yet, but somebody may be about to: compete for it like them.
            self.lease.expires_ms = now.saturating_add(self.lease_ms);
            return match self.succeed(&current) {
                Ok(true) => Ok(()),
                Ok(false) => Err(self.lost()?),
                Err(StateError::Locked(by, now_ms)) => Err(StateError::LockLost {
                    by: Some(by),
                    now_ms,
                }),
                Err(other) => Err(other),
            };
        }
        // A lease that ends too late was made before the clock was set back.
        let left_ms = self.lease.expires_ms - now;
        if left_ms <= self.lease_ms / 2 || left_ms > self.lease_ms {
            self.lease.expires_ms = now.saturating_add(self.lease_ms);
            self.write()?;
        }
        Ok(())
    }

    fn lost(&self) -> Result<StateError, StateError> {
        Ok(StateError::LockLost {
            by: read(self.disk.as_ref(), &self.file)?.map(Box::new),
            now_ms: self.host.unix_ms(),
        })
    }

    /// Makes the fencing number larger than `floor`, the last one under which the state was written.
    pub(super) fn raise(&mut self, floor: u64) -> Result<(), StateError> {
        let _alone = self.enter()?;
        if self.lease.fence <= floor {
            self.lease.fence = floor + 1;
            self.write()?;
        }
        Ok(())
    }

    /// Gives the lock back. One that was lost meanwhile is left to its new holder.
    pub fn release(mut self) -> Result<(), StateError> {
        match self.enter() {
            Ok(alone) => {
                self.disk.remove(&self.file)?;
                // The next one may take it from here on, and shall not wait for this sync.
                drop(alone);
                Ok(self.disk.sync_folder()?)
            }
            Err(StateError::LockLost { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

fn read(disk: &dyn Disk, name: &str) -> Result<Option<Lease>, StateError> {
    let Some(bytes) = disk.read(name)? else {
        return Ok(None);
    };
    let lease = Lease::parse(&bytes).map_err(|reason| StateError::LockUnreadable {
        file: name.to_owned(),
        reason,
    })?;
    Ok(Some(lease))
}
