//! Where the state of a program is, and how it is opened.

mod place;

use std::fs;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use infra_engine::state::{
    Files, Genesis, Holder, Host, LEASE, Lease, Lock, MemoryDisk, RealDisk, SealKey, StateError,
    Store, process_has_ended,
};
use infra_lang::World;

pub use place::{StatePlace, belongs_to_a_state, environments};

use crate::args::StateChoice;
use crate::error::{CommandError, ErrorKind};
use crate::show::Console;
use crate::world::{self, Environment, Project};

/// The state of one program: the real one or that of its simulated cloud, of one environment. They never mix.
pub struct StateHome {
    place: StatePlace,
    /// The state file as the user would write it.
    pub shown: String,
    program: String,
    environment: Option<String>,
}

impl StateHome {
    /// The state that is chosen. Warns when every user of the machine can read it.
    pub fn of(
        project: &Project,
        choice: &StateChoice,
        console: &Console,
    ) -> Result<StateHome, CommandError> {
        let environment = choice.env.as_deref();
        let place = StatePlace::chosen(project, choice.sim, environment)?;
        let exposed: Vec<String> = place
            .exposed()
            .iter()
            .map(|path| format!("'{}'", path.display()))
            .collect();
        if !exposed.is_empty() {
            console.warn(&format!(
                "every user of this machine can read the state, which names every resource and holds the key of the \
                 fingerprints of secrets: chmod 600 {}",
                exposed.join(" ")
            ));
        }
        Ok(StateHome::at(project, place, environment))
    }

    /// The state at this place, whether it is chosen by the rules or not.
    pub fn at(project: &Project, place: StatePlace, environment: Option<&str>) -> StateHome {
        StateHome {
            shown: place.shown.clone(),
            place,
            program: identity(project, environment),
            environment: environment.map(str::to_owned),
        }
    }

    /// Opens the state for reading; a program that has made nothing yet has an empty one.
    pub fn read(&self) -> Result<Store, CommandError> {
        let genesis = self.genesis()?;
        Store::read(self.disk(), self.files(), genesis).map_err(|error| state_error(&error))
    }

    /// Why the state cannot be read, if it cannot.
    pub fn trouble(&self) -> Result<Option<StateError>, CommandError> {
        let genesis = self.genesis()?;
        Ok(Store::read(self.disk(), self.files(), genesis).err())
    }

    /// Opens the state for changing it, under its lock. `command` is what others read in the lock file.
    pub fn open(&self, env: &Environment, command: &str) -> Result<Store, CommandError> {
        self.lock(env, command).and_then(|lock| {
            Store::open(self.disk(), self.files(), self.genesis()?, lock)
                .map_err(|error| state_error(&error))
        })
    }

    /// The same, also for a state that was edited by hand, so that the edit can be handed over.
    pub fn open_edited(&self, env: &Environment, command: &str) -> Result<Store, CommandError> {
        let lock = self.lock(env, command)?;
        Store::open_edited(self.disk(), self.files(), self.genesis()?, lock)
            .map_err(|error| state_error(&error))
    }

    fn lock(&self, env: &Environment, command: &str) -> Result<Lock, CommandError> {
        fs::create_dir_all(&self.place.folder).map_err(|error| {
            CommandError::files(format!(
                "the folder of `{}` cannot be made: {error}",
                self.shown
            ))
        })?;
        let holder = this_process(env, command);
        Lock::take(
            self.disk(),
            &self.files(),
            Arc::new(ThisHost),
            holder,
            LEASE,
        )
        .map_err(|error| state_error(&error))
    }

    /// Who keeps others from changing the state now.
    pub fn held(&self) -> Result<Option<Held>, CommandError> {
        let lease = Lock::current(self.disk().as_ref(), &self.files())
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
            &self.files(),
            Arc::new(ThisHost),
            by,
            &held.lease,
        )
        .map_err(|error| state_error(&error))
    }

    /// When the earlier state with this serial was written, in milliseconds since 1970; a copy of the folder may
    /// not know it any more.
    pub fn written_ms(&self, serial: u64) -> Option<u64> {
        let file = format!("{}/{serial}.json", self.place.files.history);
        let path = self.place.folder.join(file);
        let written = fs::metadata(path).ok()?.modified().ok()?;
        let since = written.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(since.as_millis()).ok()
    }

    fn files(&self) -> Files {
        self.place.files.clone()
    }

    fn disk(&self) -> Arc<RealDisk> {
        Arc::new(RealDisk::new(&self.place.folder))
    }

    fn genesis(&self) -> Result<Genesis, CommandError> {
        genesis(&self.program, self.environment.as_deref())
    }
}

/// The name by which what a program makes is known in the cloud: two environments in one account must not take each
/// other's things for their own.
pub fn identity(project: &Project, environment: Option<&str>) -> String {
    match environment {
        Some(name) => format!("{}-{name}", project.program_name()),
        None => project.program_name().to_owned(),
    }
}

/// A state that is kept nowhere, for a cloud that is gone in the end.
pub fn in_memory(program: &str, env: &Environment) -> Result<Store, CommandError> {
    let holder = this_process(env, "infra test");
    let disk = Arc::new(MemoryDisk::default());
    let files = Files::default();
    let genesis = genesis(program, None)?;
    Lock::take(disk.clone(), &files, Arc::new(ThisHost), holder, LEASE)
        .and_then(|lock| Store::open(disk, files, genesis, lock))
        .map_err(|error| state_error(&error))
}

fn genesis(program: &str, environment: Option<&str>) -> Result<Genesis, CommandError> {
    let lineage: [u8; 16] = world::random()?;
    Ok(Genesis {
        program: program.to_owned(),
        lineage: lineage.iter().map(|byte| format!("{byte:02x}")).collect(),
        key: SealKey::new(world::random()?),
        environment: environment.map(str::to_owned),
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
        space: world::process_space(),
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

/// Whether the number of the holder's process means the same to this process: a name of a machine proves nothing.
fn is_here(holder: &Holder) -> bool {
    holder.space.is_some() && holder.space == world::process_space()
}
