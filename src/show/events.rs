//! What an apply does, as a stream of JSON lines for other programs. `docs/command-line.md` lists the kinds of events.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use infra_engine::apply::{
    ApplyEvent, ApplyReport, EventKind, Hindrance, Progress, Stage, StepError,
};
use infra_engine::plan::{Plan, StepId};
use infra_engine::state::timestamp;
use serde_json::{Map, Value as Json, json};

use super::plan_json;
use crate::error::CommandError;
use crate::world;

/// The version of the events' shape.
const FORMAT: u32 = 1;

/// Standard output, as a path.
const STDOUT: &str = "-";

/// Writes the events of one apply.
pub struct Events {
    /// The file; `None` is standard output.
    path: Option<PathBuf>,
    inner: Mutex<Inner>,
}

struct Inner {
    file: Option<File>,
    /// The ids that the cloud gave to what is being created.
    ids: BTreeMap<StepId, String>,
    /// The first failure to write.
    broken: Option<io::Error>,
}

impl Events {
    /// Starts a stream into a file, whose contents are lost, or to standard output for `-`.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(path: &Path) -> Result<Events, CommandError> {
        let path = (path != Path::new(STDOUT)).then(|| path.to_owned());
        let file = path.as_deref().map(world::create_file).transpose()?;
        Ok(Events {
            path,
            inner: Mutex::new(Inner {
                file,
                ids: BTreeMap::new(),
                broken: None,
            }),
        })
    }

    /// Whether standard output has nothing but events.
    pub fn are_on_stdout(&self) -> bool {
        self.path.is_none()
    }

    /// There is a plan, and it is about to be carried out, unless it is refused.
    pub fn planned(&self, plan: &Plan) {
        let event = json!({
            "format": FORMAT,
            "program": plan.program,
            "serial": plan.serial,
            "destroy": plan.destroy,
            "summary": plan_json::summary(plan),
            "steps": plan.steps.len(),
            "refusals": plan.refusals.len(),
        });
        self.write("planned", event);
    }

    /// Somebody asked the run to stop.
    pub fn stopping(&self, stage: Stage) {
        self.write("stopping", json!({ "at_once": stage == Stage::Stopped }));
    }

    /// The run has ended after `duration_ms` milliseconds.
    pub fn ended(&self, report: &ApplyReport, duration_ms: u64) {
        let event = json!({
            "complete": report.is_complete(),
            "done": report.done.len(),
            "failed": report.failed.len(),
            "not_done": report.not_done.len(),
            "abandoned": report.abandoned.iter().map(|id| id.0).collect::<Vec<_>>(),
            "duration_ms": duration_ms,
        });
        self.write("ended", event);
    }

    /// The command failed.
    pub fn failed(&self, error: &CommandError) {
        self.write("error", json!({ "error": error.json() }));
    }

    /// Why events are missing, if any are.
    pub fn failure(&self) -> Option<String> {
        let error = self.lock().broken.take()?;
        let path = self.path.as_deref().unwrap_or(Path::new(STDOUT));
        Some(format!(
            "the events in `{}` are incomplete: {error}",
            path.display()
        ))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes one line: the time, the kind of the event, and its members.
    fn write(&self, event: &str, members: Json) {
        let mut line = Map::new();
        line.insert("time".to_owned(), json!(timestamp(world::now_ms())));
        line.insert("event".to_owned(), json!(event));
        if let Json::Object(members) = members {
            line.extend(members);
        }
        let line = format!("{}\n", Json::Object(line));
        let mut inner = self.lock();
        let written = match &mut inner.file {
            Some(file) => file.write_all(line.as_bytes()),
            None => io::stdout().lock().write_all(line.as_bytes()),
        };
        // An apply goes on when its reader went away, and when a disk is full.
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            inner.broken.get_or_insert(error);
        }
    }
}

impl Progress for Events {
    fn event(&self, event: &ApplyEvent<'_>) {
        let step = event.step;
        let mut members = json!({
            "step": step.id.0,
            "address": step.address.to_string(),
            "kind": step.kind.word(),
            "duration_ms": event.elapsed_ms,
        });
        let word = match &event.kind {
            EventKind::Started => "started",
            EventKind::IdKnown(id) => {
                self.lock().ids.insert(step.id, (*id).to_owned());
                members["id"] = json!(id);
                "id"
            }
            EventKind::Waiting(what) => {
                members["waiting"] = json!(what);
                "waiting"
            }
            EventKind::Settled => {
                let id = self.lock().ids.remove(&step.id);
                members["id"] = json!(id);
                "done"
            }
            EventKind::Unneeded => "unneeded",
            EventKind::Failed(error) => {
                members["error"] = error_members(error);
                "failed"
            }
            EventKind::NotDone(why) => {
                members["why"] = json!(why.to_string());
                let needs = match why {
                    Hindrance::Needs(address) => Some(address.to_string()),
                    Hindrance::Stopped => None,
                };
                members["needs"] = json!(needs);
                "not_done"
            }
        };
        self.write(word, members);
    }
}

/// The message and the help; of a failed call also its action, its code and its request id.
fn error_members(error: &StepError) -> Json {
    let mut members = json!({ "message": error.to_string(), "help": error.help() });
    if let StepError::Provider(failure) = error {
        members["action"] = json!(failure.action);
        members["code"] = json!(failure.code);
        members["request_id"] = json!(failure.request_id);
    }
    members
}
