//! The snapshot file: a whole state as readable JSON, with a checksum in its last line.

use std::collections::BTreeMap;

use infra_model::Address;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::checksum::{crc, json_trouble};
use super::dependents::Dependents;
use super::{Entry, LastFailure, Late, Pending, Place, SealKey, Sealed, State, StateError};

/// The newest snapshot format this engine reads, and the one it writes.
pub(super) const FORMAT: u64 = 2;

/// The format before there were checksums. It is read, and replaced by the next write.
const WITHOUT_CHECKSUM: u64 = 1;

/// The end of the file: `,\n  "checksum": "0123abcd"\n}\n`. The checksum covers what stands before it.
const SEAL_LEN: usize = ",\n  \"checksum\": \"00000000\"\n}\n".len();

/// Serials, fencing numbers and generations count what happened, one by one: a larger number was not counted. Far
/// below the largest number, so that adding to one never overflows.
pub(super) const COUNT_MAX: u64 = 1 << 53;

/// Whether a snapshot that was edited is understood all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Only what infra wrote itself.
    Sealed,
    /// Also what somebody edited and now hands over.
    Edited,
}

/// What a snapshot file says.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub state: State,
    /// It has the format before there were checksums.
    pub unsealed: bool,
}

/// What tells a state from other JSON, before the rest is understood.
#[derive(Deserialize)]
struct Probe {
    format: Option<u64>,
    lineage: Option<String>,
    terraform_version: Option<String>,
    /// What only later formats have.
    checksum: Option<IgnoredAny>,
    environment: Option<IgnoredAny>,
    providers: Option<IgnoredAny>,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u64,
    lineage: &'a str,
    serial: u64,
    program: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    fence: u64,
    key: &'a SealKey,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    providers: &'a BTreeMap<String, Place>,
    outputs: &'a Sealed,
    resources: Vec<&'a Entry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deposed: Vec<&'a Entry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pending: Vec<&'a Pending>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    failures: &'a BTreeMap<Address, LastFailure>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    late: Vec<&'a Late>,
}

#[derive(Deserialize)]
struct Read {
    format: u64,
    lineage: String,
    serial: u64,
    program: String,
    #[serde(default)]
    environment: Option<String>,
    fence: u64,
    key: SealKey,
    #[serde(default)]
    providers: BTreeMap<String, Place>,
    outputs: Sealed,
    resources: Vec<Entry>,
    #[serde(default)]
    deposed: Vec<Entry>,
    #[serde(default)]
    pending: Vec<Pending>,
    #[serde(default)]
    failures: BTreeMap<Address, LastFailure>,
    #[serde(default)]
    late: Vec<Late>,
}

/// The file's content: sorted by address, so that two versions can be compared by eye.
pub(super) fn write(state: &State) -> Vec<u8> {
    let file = Written {
        format: FORMAT,
        lineage: &state.lineage,
        serial: state.serial,
        program: &state.program,
        environment: state.environment(),
        fence: state.fence,
        key: &state.key,
        providers: &state.places,
        outputs: &state.outputs,
        resources: state.entries.values().collect(),
        deposed: state.deposed.values().collect(),
        pending: state.pending.values().collect(),
        failures: &state.failures,
        late: state.late.values().collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&file).expect("a state has only string keys");
    bytes.truncate(bytes.len() - "\n}".len());
    let end = end_of(&bytes);
    bytes.extend_from_slice(end.as_bytes());
    bytes
}

fn end_of(content: &[u8]) -> String {
    format!(",\n  \"checksum\": \"{}\"\n}}\n", crc(content))
}

fn is_sealed(bytes: &[u8]) -> bool {
    let content = bytes.len().checked_sub(SEAL_LEN);
    content.is_some_and(|at| {
        let (content, end) = bytes.split_at(at);
        end == end_of(content).as_bytes()
    })
}

/// Understands a snapshot, or refuses it with words.
pub(super) fn read(file: &str, bytes: &[u8], trust: Trust) -> Result<Snapshot, StateError> {
    let file_name = || file.to_owned();
    if bytes
        .iter()
        .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
    {
        return Err(StateError::Empty { file: file_name() });
    }
    let edited = |reason: String| StateError::Edited {
        file: file.to_owned(),
        reason,
    };
    // A whole and sealed file is read once. What is not is probed for what is wrong with it.
    if let Ok(read) = serde_json::from_slice::<Read>(bytes)
        && read.format == FORMAT
        && (trust == Trust::Edited || is_sealed(bytes))
    {
        return understand(file, read, false);
    }
    let probe: Probe = serde_json::from_slice(bytes).map_err(|error| {
        let reason = json_trouble(&error);
        match error.classify() {
            serde_json::error::Category::Eof => StateError::Truncated {
                file: file_name(),
                reason,
            },
            _ if looks_like_ours(bytes) => edited(reason),
            serde_json::error::Category::Data => StateError::Foreign {
                file: file_name(),
                reason: "it is other JSON".to_owned(),
            },
            _ => StateError::Foreign {
                file: file_name(),
                reason,
            },
        }
    })?;
    let (Some(format), Some(_)) = (probe.format, probe.lineage) else {
        if looks_like_ours(bytes) {
            return Err(edited("it has no `format` and `lineage`".to_owned()));
        }
        return Err(StateError::Foreign {
            file: file_name(),
            reason: match probe.terraform_version {
                Some(version) => format!("it is a state of Terraform {version}"),
                None => "it has no `format` and `lineage`".to_owned(),
            },
        });
    };
    let unsealed = format == WITHOUT_CHECKSUM;
    match format {
        FORMAT if trust == Trust::Sealed && !is_sealed(bytes) => {
            return Err(edited("its checksum does not fit what it holds".to_owned()));
        }
        FORMAT => {}
        WITHOUT_CHECKSUM => {
            let later = [probe.checksum, probe.environment, probe.providers];
            if later.iter().any(Option::is_some) {
                return Err(edited(format!(
                    "it says format {WITHOUT_CHECKSUM}, but has parts that came with format {FORMAT}"
                )));
            }
        }
        newer if newer > FORMAT => {
            return Err(StateError::NewerFormat {
                file: file_name(),
                found: newer,
                known: FORMAT,
            });
        }
        _ => return Err(edited(format!("there is no format {format}"))),
    }
    let read: Read = serde_json::from_slice(bytes).map_err(|error| StateError::Malformed {
        file: file_name(),
        reason: json_trouble(&error),
    })?;
    understand(file, read, unsealed)
}

fn understand(file: &str, read: Read, unsealed: bool) -> Result<Snapshot, StateError> {
    let state = assemble(file, read)?;
    sensible(&state).map_err(|reason| StateError::Malformed {
        file: file.to_owned(),
        reason,
    })?;
    Ok(Snapshot { state, unsealed })
}

/// Whether a damaged text most likely was a state of ours.
fn looks_like_ours(bytes: &[u8]) -> bool {
    let has = |word: &str| {
        bytes
            .windows(word.len())
            .any(|window| window == word.as_bytes())
    };
    let marks = ["\"lineage\"", "\"serial\"", "\"fence\"", "\"resources\""];
    marks.into_iter().filter(|mark| has(mark)).count() >= 3
}

/// Whether the numbers of a state are such as counting makes.
fn sensible(state: &State) -> Result<(), String> {
    let entries = state.entries.values().chain(state.deposed.values());
    let generations = entries
        .map(|entry| &entry.of)
        .chain(state.pending.keys())
        .map(|of| ("generation", of.generation));
    let counts = [("serial", state.serial), ("fence", state.fence)];
    for (name, count) in counts.into_iter().chain(generations) {
        if count > COUNT_MAX {
            return Err(format!(
                "its {name} {count} is larger than any that was counted"
            ));
        }
    }
    let something = !state.entries.is_empty() || !state.deposed.is_empty();
    if state.serial == 0 && (something || !state.pending.is_empty()) {
        return Err("it has resources, but its serial is 0".to_owned());
    }
    Ok(())
}

fn assemble(file: &str, read: Read) -> Result<State, StateError> {
    let deposed = read.deposed.into_iter().map(|e| (e.of.clone(), e));
    let pending = read.pending.into_iter().map(|p| (p.intent.of.clone(), p));
    let late = read.late.into_iter().map(|l| (l.token.clone(), l));
    let entries = read.resources.into_iter().map(|e| (e.address().clone(), e));
    Ok(State {
        lineage: read.lineage,
        program: read.program,
        environment: read.environment,
        places: read.providers,
        key: read.key,
        serial: read.serial,
        fence: read.fence,
        entries: unique(file, entries)?,
        deposed: unique(file, deposed)?,
        pending: unique(file, pending)?,
        failures: read.failures,
        late: unique(file, late)?,
        outputs: read.outputs,
        dependents: Dependents::default(),
    })
}

fn unique<K: Ord + std::fmt::Display, V>(
    file: &str,
    items: impl Iterator<Item = (K, V)>,
) -> Result<BTreeMap<K, V>, StateError> {
    let mut items: Vec<(K, V)> = items.collect();
    // They are written in order, so sorting has nothing to do, and the map is built at once.
    items.sort_by(|one, other| one.0.cmp(&other.0));
    if let Some(pair) = items.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(StateError::Duplicate {
            file: file.to_owned(),
            what: format!("`{}`", pair[0].0),
        });
    }
    Ok(items.into_iter().collect())
}
