//! Where the state of a program is, and how it is opened.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use infra_engine::state::{
    Files, Genesis, Holder, Host, LEASE, Lease, Lock, RealDisk, SealKey, SimulatedDisk, StateError,
    Store, process_has_ended,
};
use infra_lang::World;

use crate::error::{CommandError, ErrorKind};
use crate::world::{self, Environment, Project};

/// The folder of the simulated cloud's state, inside the program's directory.
const SIM_FOLDER: &str = ".infra/sim";

/// The state of one program: the real one, or the one of its simulated cloud. They never mix.
pub struct StateHome {
    folder: PathBuf,
    /// The state file as the user would write it.
    pub shown: String,
    program: String,
}

impl StateHome {
    pub fn of(project: &Project, simulated: bool) -> StateHome {
        let inside = if simulated { SIM_FOLDER } else { "" };
        let file = Files::default().snapshot;
        StateHome {
            folder: project.path(inside),
            shown: project.shown_path(&match inside {
                "" => file,
                folder => format!("{folder}/{file}"),
            }),
            program: project.program_name().to_owned(),
        }
    }

    /// Opens the state for reading; a program that has made nothing yet has an empty one.
    pub fn read(&self) -> Result<Store, CommandError> {
        Store::read(self.disk(), Files::default(), genesis(&self.program)?)
            .map_err(|error| state_error(&error))
    }

    /// Opens the state for changing it, under its lock. `command` is what others read in the lock file.
    pub fn open(&self, env: &Environment, command: &str) -> Result<Store, CommandError> {
        fs::create_dir_all(&self.folder).map_err(|error| {
            CommandError::files(format!(
                "the folder of `{}` cannot be made: {error}",
                self.shown
            ))
        })?;
        let holder = this_process(env, command);
        let genesis = genesis(&self.program)?;
        let files = Files::default();
        Lock::take(self.disk(), &files, Arc::new(ThisHost), holder, LEASE)
            .and_then(|lock| Store::open(self.disk(), files, genesis, lock))
            .map_err(|error| state_error(&error))
    }

    /// Who keeps others from changing the state now.
    pub fn held(&self) -> Result<Option<Held>, CommandError> {
        let lease = Lock::current(self.disk().as_ref(), &Files::default())
            .map_err(|error| state_error(&error))?;
        Ok(lease
            .filter(|lease| lease.is_live(&ThisHost))
            .map(|lease| Held {
                // A live lease of this machine is one whose process has not ended.
                runs_here: is_here(&lease.holder),
                lease,
            }))
    }

    /// Ends the hold of another.
    pub fn unlock(&self, env: &Environment, held: &Held) -> Result<(), CommandError> {
        let by = this_process(env, "infra unlock");
        Lock::unlock(
            self.disk(),
            &Files::default(),
            Arc::new(ThisHost),
            by,
            &held.lease,
        )
        .map_err(|error| state_error(&error))
    }

    /// When the earlier state with this serial was written, in milliseconds since 1970; a copy of the folder may
    /// not know it any more.
    pub fn written_ms(&self, serial: u64) -> Option<u64> {
        let file = format!("{}/{serial}.json", Files::default().history);
        let written = fs::metadata(self.folder.join(file)).ok()?.modified().ok()?;
        let since = written.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(since.as_millis()).ok()
    }

    fn disk(&self) -> Arc<RealDisk> {
        Arc::new(RealDisk::new(&self.folder))
    }
}

/// A state that is kept nowhere, for a cloud that is gone in the end.
pub fn in_memory(program: &str, env: &Environment) -> Result<Store, CommandError> {
    let holder = this_process(env, "infra test");
    let disk = Arc::new(SimulatedDisk::new());
    let files = Files::default();
    let genesis = genesis(program)?;
    Lock::take(disk.clone(), &files, Arc::new(ThisHost), holder, LEASE)
        .and_then(|lock| Store::open(disk, files, genesis, lock))
        .map_err(|error| state_error(&error))
}

fn genesis(program: &str) -> Result<Genesis, CommandError> {
    let lineage: [u8; 16] = world::random()?;
    Ok(Genesis {
        program: program.to_owned(),
        lineage: lineage.iter().map(|byte| format!("{byte:02x}")).collect(),
        key: SealKey::new(world::random()?),
    })
}

/// Somebody's hold of the lock.
pub struct Held {
    lease: Lease,
    /// The process of its holder is running on this machine.
    pub runs_here: bool,
}

impl Held {
    /// Who, for how long and since when.
    pub fn describe(&self) -> String {
        self.lease.describe(world::now_ms())
    }
}

fn this_process(env: &Environment, command: &str) -> Holder {
    Holder {
        who: env.who(),
        pid: std::process::id(),
        command: command.to_owned(),
    }
}

/// A state's refusal as the failure of a command.
pub fn state_error(error: &StateError) -> CommandError {
    CommandError::new(ErrorKind::State, error.to_string()).hint(error.help())
}

struct ThisHost;

impl Host for ThisHost {
    fn unix_ms(&self) -> u64 {
        world::now_ms()
    }

    fn has_ended(&self, holder: &Holder) -> bool {
        is_here(holder) && process_has_ended(holder.pid)
    }
}

fn is_here(holder: &Holder) -> bool {
    holder.who.rsplit('@').next() == Some(&world::host_name())
}
