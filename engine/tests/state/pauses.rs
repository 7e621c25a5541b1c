//! A holder that is stopped right before any operation of its disk, for so long that another one takes the lock.

use std::fmt;
use std::sync::{Arc, Mutex};

use infra_engine::state::{
    Action, Alone, Disk, DiskError, DiskErrorKind, DiskResult, SimulatedDisk, State, StateError,
    Store,
};

use crate::common::*;

/// What happens while the process of this disk is stopped.
type Interlude = Box<dyn FnOnce() + Send>;

/// A disk whose process is stopped once, right before one operation.
struct Pausing {
    inner: Arc<dyn Disk>,
    /// Operations until then, and what happens meanwhile.
    pause: Mutex<Option<(usize, Interlude)>>,
    /// The file system cannot keep others out.
    unguarded: bool,
    /// Appends write only half of their bytes from the pause on: the disk is full.
    full_then: bool,
    full: Mutex<bool>,
}

impl fmt::Debug for Pausing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pausing")
    }
}

impl Pausing {
    fn new(inner: &Arc<dyn Disk>) -> Pausing {
        Pausing {
            inner: Arc::clone(inner),
            pause: Mutex::new(None),
            unguarded: false,
            full_then: false,
            full: Mutex::new(false),
        }
    }

    fn before(&self, operation: usize, interlude: impl FnOnce() + Send + 'static) {
        *self.pause.lock().unwrap() = Some((operation, Box::new(interlude)));
    }

    /// Whether the pause is still to come.
    fn waits(&self) -> bool {
        self.pause.lock().unwrap().is_some()
    }

    fn step(&self) {
        let mut pause = self.pause.lock().unwrap();
        match pause.as_mut() {
            Some((left, _)) if *left > 0 => *left -= 1,
            Some(_) => {
                let interlude = pause.take().map(|(_, interlude)| interlude);
                drop(pause);
                *self.full.lock().unwrap() = self.full_then;
                interlude.into_iter().for_each(|interlude| interlude());
            }
            None => {}
        }
    }
}

impl Disk for Pausing {
    fn read(&self, name: &str) -> DiskResult<Option<Vec<u8>>> {
        self.step();
        self.inner.read(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> DiskResult<()> {
        self.step();
        self.inner.write(name, bytes)
    }

    fn append(&self, name: &str, bytes: &[u8]) -> DiskResult<()> {
        self.step();
        if !*self.full.lock().unwrap() {
            return self.inner.append(name, bytes);
        }
        self.inner.append(name, &bytes[..bytes.len() / 2])?;
        Err(DiskError {
            kind: DiskErrorKind::Full,
            operation: "append to",
            name: name.to_owned(),
            reason: "no space left on device".to_owned(),
        })
    }

    fn truncate(&self, name: &str, length: u64) -> DiskResult<()> {
        self.step();
        self.inner.truncate(name, length)
    }

    fn sync(&self, name: &str) -> DiskResult<()> {
        self.step();
        self.inner.sync(name)
    }

    fn rename(&self, from: &str, to: &str) -> DiskResult<()> {
        self.step();
        self.inner.rename(from, to)
    }

    fn link(&self, from: &str, to: &str) -> DiskResult<bool> {
        self.step();
        self.inner.link(from, to)
    }

    fn remove(&self, name: &str) -> DiskResult<()> {
        self.step();
        self.inner.remove(name)
    }

    fn list(&self) -> DiskResult<Vec<String>> {
        self.step();
        self.inner.list()
    }

    fn alone(&self, wait: bool) -> DiskResult<Option<Alone>> {
        self.step();
        match self.unguarded {
            true => Ok(Some(Alone::unguarded())),
            false => self.inner.alone(wait),
        }
    }

    fn sync_folder(&self) -> DiskResult<()> {
        self.step();
        self.inner.sync_folder()
    }
}

fn create(name: &str) -> infra_engine::state::Event {
    intent(first(name), Action::Create, &fields(1))
}

/// What the old holder does: appends, a prolonged lease, the end of a run. Returns what it was told is written.
fn old_run(disk: &Arc<dyn Disk>, machine: &Arc<Machine>) -> Vec<&'static str> {
    let mut told = Vec::new();
    let Ok(mut store) = open(disk, machine, 1) else {
        return told;
    };
    for name in ["a", "b"] {
        machine.wait(infra_engine::state::LEASE * 3 / 4);
        if store.append(&[create(name)]).is_ok() {
            told.push(name);
        }
    }
    let _ = store.close();
    told
}

/// The other one: takes the lock if it is to be had, and appends.
fn other_begins(disk: &Arc<dyn Disk>, machine: &Arc<Machine>) -> Result<Store, StateError> {
    machine.wait(PAST_LEASE);
    let mut store = open(disk, machine, 2)?;
    store.append(&[create("c")])?;
    Ok(store)
}

fn begun(state: &State, name: &str) -> bool {
    state.pending().contains_key(&first(name))
}

/// Stops the old holder before its `operation`th operation; `false` when it has not that many.
fn one(operation: usize, closes: bool, full: bool, counts: &mut [usize; 2]) -> bool {
    let inner: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let machine = Machine::new();
    open(&inner, &machine, 9).unwrap().close().unwrap();
    let pausing = Arc::new(Pausing {
        full_then: full,
        ..Pausing::new(&inner)
    });
    let other: Arc<Mutex<Option<Store>>> = Arc::default();
    let took = Arc::new(Mutex::new(false));
    let interlude = {
        let (inner, machine) = (Arc::clone(&inner), Arc::clone(&machine));
        let (other, took) = (Arc::clone(&other), Arc::clone(&took));
        move || match other_begins(&inner, &machine) {
            Ok(store) => {
                *took.lock().unwrap() = true;
                match closes {
                    true => drop(store.close().unwrap()),
                    false => *other.lock().unwrap() = Some(store),
                }
            }
            Err(StateError::HolderWrites(lease)) => assert_eq!(lease.holder.pid, 1),
            Err(error) => panic!("operation {operation}: {error}"),
        }
    };
    pausing.before(operation, interlude);
    let told = old_run(&(Arc::clone(&pausing) as Arc<dyn Disk>), &machine);
    if pausing.waits() {
        return false;
    }
    let took = *took.lock().unwrap();
    counts[usize::from(took)] += 1;
    // The other one goes on, or begins now that nobody is in its way.
    if let Some(mut store) = other.lock().unwrap().take() {
        store
            .append(&[create("d")])
            .unwrap_or_else(|error| panic!("operation {operation}: {error}"));
        let state = store.close().unwrap();
        assert!(begun(&state, "d"), "operation {operation}");
    }
    let state = read(&inner).unwrap_or_else(|error| panic!("operation {operation}: {error}"));
    assert_eq!(begun(&state, "c"), took, "operation {operation}");
    for name in told {
        assert!(
            begun(&state, name),
            "operation {operation}: {name} was acknowledged"
        );
    }
    let mut after = other_begins(&inner, &machine).expect("nobody holds it any more");
    after.append(&[create("e")]).unwrap();
    let after = after.close().unwrap();
    assert!(begun(&after, "c") && begun(&after, "e"));
    assert_eq!(read(&inner).unwrap(), after);
    true
}

#[test]
fn a_holder_stopped_before_any_operation_neither_loses_nor_overwrites_anything() {
    let mut counts = [0, 0];
    for closes in [true, false] {
        for full in [false, true] {
            let points = (0..).take_while(|operation| one(*operation, closes, full, &mut counts));
            assert!(points.count() > 40);
        }
    }
    let [waited, taken] = counts;
    println!(
        "holder paused at {} points: taken over at {taken}, not before the write was over at {waited}",
        waited + taken
    );
    assert!(waited > 20 && taken > 20, "{counts:?}");
}

#[test]
fn where_nobody_can_be_kept_out_a_late_line_does_not_count_and_its_writer_is_told() {
    let inner: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let machine = Machine::new();
    let pausing = Arc::new(Pausing {
        unguarded: true,
        ..Pausing::new(&inner)
    });
    let mut paused = open(&(Arc::clone(&pausing) as Arc<dyn Disk>), &machine, 1).unwrap();
    paused.append(&[create("a")]).unwrap();
    // It enters, looks at the lock twice, and is stopped before it writes.
    let (disk, clock) = (Arc::clone(&inner), Arc::clone(&machine));
    pausing.before(3, move || {
        let mut store = other_begins(&disk, &clock).expect("the lease has ended");
        store.append(&[create("d")]).unwrap();
        std::mem::forget(store);
    });
    let error = paused.append(&[create("b")]).unwrap_err();
    assert!(matches!(error, StateError::LockLost { .. }), "{error}");
    assert_eq!(paused.state().pending().len(), 1);
    let state = read(&inner).unwrap();
    assert!(begun(&state, "c") && begun(&state, "d") && !begun(&state, "b"));
}
