//! State files that were changed by anything but infra: each is refused with words, or means what it meant.

use std::sync::Arc;

use infra_engine::state::{
    Action, Disk, Files, Genesis, Lock, SimulatedDisk, State, StateError, Store,
};

use crate::common::*;

const SNAPSHOT: &str = "infra.state.json";
const JOURNAL: &str = "infra.state.journal";
const LOCK: &str = "infra.state.lock";

/// The same mutations in every run.
const SEED: u64 = 8;

/// How many of each file.
const ROUNDS: usize = 600;

/// Words of a parser or of our own code: a user shall read none of them.
const RAW: [&str; 10] = [
    "struct ",
    "enum ",
    "missing field",
    "invalid type",
    "invalid value",
    "unknown variant",
    "expected ",
    "EOF",
    "column",
    "untagged",
];

/// A sequence of numbers that looks random (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        drawn as usize % limit.max(1)
    }
}

/// A folder with a snapshot of several resources, a journal of several lines upon it, and a lock.
fn folder(lineage: &str) -> Arc<dyn Disk> {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let machine = Machine::new();
    let lock = take(&disk, &machine, 4711).unwrap();
    let mut store =
        Store::open(Arc::clone(&disk), Files::default(), of_dev(lineage), lock).unwrap();
    for name in ["a", "b", "c"] {
        let created = intent(first(name), Action::Create, &secret_fields("hunter2"));
        store.append(&[created]).unwrap();
        store.append(&[outcome(first(name), "id-1")]).unwrap();
        store
            .append(&[settled(first(name), "id-1", &fields(4))])
            .unwrap();
    }
    store.compact().unwrap();
    for name in ["d", "e"] {
        let created = intent(first(name), Action::Create, &fields(7));
        store.append(&[created]).unwrap();
        store
            .append(&[settled(first(name), "id-2", &fields(7))])
            .unwrap();
    }
    store
        .append(&[failed(first("a"), Action::Update, &quota())])
        .unwrap();
    // The store is dropped with its lock held, as if its process were at work.
    disk
}

fn read(disk: &Arc<dyn Disk>) -> Result<State, StateError> {
    let store = Store::read(Arc::clone(disk), Files::default(), of_dev("a1b2"));
    store.map(|store| store.state().clone())
}

fn of_dev(lineage: &str) -> Genesis {
    Genesis {
        lineage: lineage.to_owned(),
        environment: Some("dev".to_owned()),
        ..genesis()
    }
}

fn bytes(disk: &Arc<dyn Disk>, name: &str) -> Vec<u8> {
    disk.read(name).unwrap().unwrap()
}

/// One change of a file, and what kind of change it was. `other` is the same file of another state.
fn mutate(dice: &mut Dice, whole: &[u8], other: &[u8]) -> (&'static str, Vec<u8>) {
    let mut bytes = whole.to_vec();
    let at = dice.below(whole.len());
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let kind = match dice.below(12) {
        0..=2 => {
            bytes[at] ^= 1 << dice.below(8);
            "a bit"
        }
        3 => {
            bytes[at] = b"0123456789abcdef\"{}[],: \n\0"[dice.below(26)];
            "a byte"
        }
        4 => {
            bytes.truncate(at);
            "cut off"
        }
        5 => {
            let end = (at + 1 + dice.below(40)).min(whole.len());
            bytes.drain(at..end);
            "a hole"
        }
        6 => {
            let line = dice.below(lines.len());
            let mut all = lines.clone();
            all.insert(line, lines[line]);
            bytes = all.concat();
            "a line twice"
        }
        7 => {
            let (one, two) = (dice.below(lines.len()), dice.below(lines.len()));
            let mut all = lines.clone();
            all.swap(one, two);
            bytes = all.concat();
            "lines exchanged"
        }
        8 => {
            let mut all = lines.clone();
            all.remove(dice.below(lines.len()));
            bytes = all.concat();
            "a line gone"
        }
        9 => return ("another version", renumbered(dice, whole)),
        10 => return ("edited", edited(dice, whole)),
        _ => {
            let cut = at.min(other.len());
            bytes = [&whole[..cut], &other[cut..]].concat();
            "two states in one"
        }
    };
    (kind, bytes)
}

/// One number of the text is another one.
fn renumbered(dice: &mut Dice, whole: &[u8]) -> Vec<u8> {
    let digits: Vec<usize> = (0..whole.len())
        .filter(|at| whole[*at].is_ascii_digit())
        .collect();
    let at = digits[dice.below(digits.len())];
    let number: &[u8] =
        [&b"0"[..], b"1", b"3", b"99", b"18446744073709551615", b"-1"][dice.below(6)];
    [&whole[..at], number, &whole[at + 1..]].concat()
}

/// What a person would do with an editor.
fn edited(dice: &mut Dice, whole: &[u8]) -> Vec<u8> {
    let edits = [
        ("\"id-", "\"ix-"),
        ("aws", "awt"),
        ("\"resources\": [", "\"resources\": [], \"was\": ["),
        ("\"resources\"", "\"resource\""),
        ("test.thing.a", "test.thing.z"),
        ("\"format\": 2", "\"format\": 1"),
        ("\"environment\": \"dev\"", "\"environment\": \"release\""),
        ("\"serial\"", "\"Serial\""),
        ("\"fence\"", "\"fences\""),
        ("4711", "4712"),
        ("dev@laptop", "dev@other"),
        ("\"crc\"", "\"crd\""),
        ("  ", "\t"),
        ("\n", "\r\n"),
    ];
    let text = String::from_utf8_lossy(whole);
    let start = dice.below(edits.len());
    let fitting = (0..edits.len()).map(|at| edits[(start + at) % edits.len()]);
    let (from, to) = fitting
        .into_iter()
        .find(|(from, _)| text.contains(from))
        .expect("one fits");
    text.replacen(from, to, 1).into_bytes()
}

fn assert_words(error: &StateError, what: &str) {
    let said = format!("{error}\n{}", error.help());
    for raw in RAW {
        assert!(!said.contains(raw), "{what}: `{raw}` in: {said}");
    }
    assert!(said.len() > 40, "{what}: {said}");
}

/// How many of the mutations of one file were refused, and how many meant what the file had meant.
#[derive(Default)]
struct Figures {
    refused: usize,
    right: usize,
    earlier: usize,
}

#[test]
fn a_changed_snapshot_is_refused_or_means_the_same() {
    let (disk, other) = (folder("a1b2"), folder("c3d4"));
    let (whole, others) = (bytes(&disk, SNAPSHOT), bytes(&other, SNAPSHOT));
    let meant = view(&read(&disk).unwrap());
    let mut dice = Dice(SEED);
    let mut figures = Figures::default();
    for round in 0..ROUNDS {
        let (kind, changed) = mutate(&mut dice, &whole, &others);
        let what = format!("round {round}, {kind}");
        disk.replace(SNAPSHOT, &changed).unwrap();
        match read(&disk) {
            Err(error) => {
                assert_words(&error, &what);
                figures.refused += 1;
            }
            Ok(state) => {
                assert_eq!(changed, whole, "{what}: changed, and not noticed");
                assert_eq!(view(&state), meant, "{what}");
                figures.right += 1;
            }
        }
    }
    println!(
        "snapshot: {ROUNDS} mutations with seed {SEED}: {} refused, {} unchanged",
        figures.refused, figures.right
    );
    assert!(figures.refused > ROUNDS * 9 / 10);
}

/// What the state was after each line of the journal, the last one first.
fn prefixes(disk: &Arc<dyn Disk>) -> Vec<State> {
    let whole = bytes(disk, JOURNAL);
    let ends: Vec<usize> = (0..whole.len())
        .filter(|at| whole[*at] == b'\n')
        .map(|at| at + 1)
        .collect();
    let states = ends.iter().rev().map(|end| {
        disk.replace(JOURNAL, &whole[..*end]).unwrap();
        read(disk).expect("a journal that ends earlier")
    });
    let states = states.collect();
    disk.replace(JOURNAL, &whole).unwrap();
    states
}

#[test]
fn a_changed_journal_is_refused_or_ends_at_a_line() {
    let (disk, other) = (folder("a1b2"), folder("c3d4"));
    let (whole, others) = (bytes(&disk, JOURNAL), bytes(&other, JOURNAL));
    let states: Vec<_> = prefixes(&disk).iter().map(view).collect();
    let mut dice = Dice(SEED);
    let mut figures = Figures::default();
    for round in 0..ROUNDS {
        let (kind, changed) = mutate(&mut dice, &whole, &others);
        let what = format!("round {round}, {kind}");
        disk.replace(JOURNAL, &changed).unwrap();
        match read(&disk) {
            Err(error) => {
                assert_words(&error, &what);
                figures.refused += 1;
            }
            Ok(state) if view(&state) == states[0] => figures.right += 1,
            Ok(state) => {
                // Nothing tells a journal that lost its end from one that never had it: a torn last line is what a
                // kill leaves. All else must be noticed.
                let same = whole.iter().zip(&changed).take_while(|(a, b)| a == b);
                let mut before = changed[..same.count()].iter();
                let damaged = before
                    .rposition(|byte| *byte == b'\n')
                    .map_or(0, |at| at + 1);
                let mut rest = changed[damaged..].iter();
                let line = rest.position(|byte| *byte == b'\n');
                assert!(
                    line.is_none() || rest.len() == 0,
                    "{what}: a line follows what is damaged, and that is not noticed"
                );
                assert!(
                    states.contains(&view(&state)),
                    "{what}: a state that never was"
                );
                figures.earlier += 1;
            }
        }
    }
    println!(
        "journal: {ROUNDS} mutations with seed {SEED}: {} refused, {} as it was, {} without a torn end",
        figures.refused, figures.right, figures.earlier
    );
    assert!(figures.refused > ROUNDS / 2);
}

#[test]
fn a_changed_lock_is_refused_or_holds_as_before() {
    let (disk, other) = (folder("a1b2"), folder("c3d4"));
    let whole = bytes(&disk, LOCK);
    let others = String::from_utf8(bytes(&other, LOCK))
        .unwrap()
        .replace("4711", "815")
        .into_bytes();
    let held = Lock::current(disk.as_ref(), &Files::default()).unwrap();
    let mut dice = Dice(SEED);
    let mut figures = Figures::default();
    for round in 0..ROUNDS {
        let (kind, changed) = mutate(&mut dice, &whole, &others);
        let what = format!("round {round}, {kind}");
        disk.replace(LOCK, &changed).unwrap();
        match Lock::current(disk.as_ref(), &Files::default()) {
            Err(error) => {
                assert_words(&error, &what);
                figures.refused += 1;
            }
            Ok(lease) => {
                assert_eq!(lease, held, "{what}: {}", String::from_utf8_lossy(&changed));
                figures.right += 1;
            }
        }
    }
    println!(
        "lock: {ROUNDS} mutations with seed {SEED}: {} refused, {} as it was",
        figures.refused, figures.right
    );
    assert!(figures.refused > ROUNDS / 2);
}
