//! The snapshot file: a whole state as readable JSON.

use std::collections::BTreeMap;

use infra_model::Address;
use serde::{Deserialize, Serialize};

use super::dependents::Dependents;
use super::{Entry, LastFailure, Pending, SealKey, Sealed, State, StateError};

/// The newest snapshot format this engine reads, and the one it writes.
pub(super) const FORMAT: u64 = 1;

/// What tells a state from other JSON, before the rest is understood.
#[derive(Deserialize)]
struct Probe {
    format: Option<u64>,
    lineage: Option<String>,
    terraform_version: Option<String>,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u64,
    lineage: &'a str,
    serial: u64,
    program: &'a str,
    fence: u64,
    key: &'a SealKey,
    outputs: &'a Sealed,
    resources: Vec<&'a Entry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    deposed: Vec<&'a Entry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pending: Vec<&'a Pending>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    failures: &'a BTreeMap<Address, LastFailure>,
}

#[derive(Deserialize)]
struct Read {
    lineage: String,
    serial: u64,
    program: String,
    fence: u64,
    key: SealKey,
    outputs: Sealed,
    resources: Vec<Entry>,
    #[serde(default)]
    deposed: Vec<Entry>,
    #[serde(default)]
    pending: Vec<Pending>,
    #[serde(default)]
    failures: BTreeMap<Address, LastFailure>,
}

/// The file's content: sorted by address, so that two versions can be compared by eye.
pub(super) fn write(state: &State) -> Vec<u8> {
    let file = Written {
        format: FORMAT,
        lineage: &state.lineage,
        serial: state.serial,
        program: &state.program,
        fence: state.fence,
        key: &state.key,
        outputs: &state.outputs,
        resources: state.entries.values().collect(),
        deposed: state.deposed.values().collect(),
        pending: state.pending.values().collect(),
        failures: &state.failures,
    };
    let mut bytes = serde_json::to_vec_pretty(&file).expect("a state has only string keys");
    bytes.push(b'\n');
    bytes
}

/// Understands a snapshot, or refuses it with words.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<State, StateError> {
    let file_name = || file.to_owned();
    if bytes
        .iter()
        .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
    {
        return Err(StateError::Empty { file: file_name() });
    }
    let probe: Probe = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => StateError::Truncated {
            file: file_name(),
            reason: format!("it ends in line {} before it is complete", error.line()),
        },
        serde_json::error::Category::Data => StateError::Foreign {
            file: file_name(),
            reason: "it is other JSON".to_owned(),
        },
        _ => StateError::Foreign {
            file: file_name(),
            reason: format!("it is not JSON ({error})"),
        },
    })?;
    let (Some(format), Some(_)) = (probe.format, probe.lineage) else {
        return Err(StateError::Foreign {
            file: file_name(),
            reason: match probe.terraform_version {
                Some(version) => format!("it is a state of Terraform {version}"),
                None => "it has no `format` and `lineage`".to_owned(),
            },
        });
    };
    if format > FORMAT {
        return Err(StateError::NewerFormat {
            file: file_name(),
            found: format,
            known: FORMAT,
        });
    }
    let read: Read = serde_json::from_slice(bytes).map_err(|error| StateError::Malformed {
        file: file_name(),
        reason: error.to_string(),
    })?;
    assemble(file, read)
}

fn assemble(file: &str, read: Read) -> Result<State, StateError> {
    let deposed = read.deposed.into_iter().map(|e| (e.of.clone(), e));
    let pending = read.pending.into_iter().map(|p| (p.intent.of.clone(), p));
    let entries = read.resources.into_iter().map(|e| (e.address().clone(), e));
    Ok(State {
        lineage: read.lineage,
        program: read.program,
        key: read.key,
        serial: read.serial,
        fence: read.fence,
        entries: unique(file, entries)?,
        deposed: unique(file, deposed)?,
        pending: unique(file, pending)?,
        failures: read.failures,
        outputs: read.outputs,
        dependents: Dependents::default(),
    })
}

fn unique<K: Ord + Clone + std::fmt::Display, V>(
    file: &str,
    items: impl Iterator<Item = (K, V)>,
) -> Result<BTreeMap<K, V>, StateError> {
    let mut map = BTreeMap::new();
    for (key, value) in items {
        if map.insert(key.clone(), value).is_some() {
            return Err(StateError::Duplicate {
                file: file.to_owned(),
                what: format!("`{key}`"),
            });
        }
    }
    Ok(map)
}
