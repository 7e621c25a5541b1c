//! A plan in a file: what it was made from and what it said, so that apply can make it again and demand the same.
//!
//! The plan stands in it as `infra plan --json` prints it; there is no second form that could disagree with it.

use std::path::{Path, PathBuf};

use infra_engine::plan::Plan;
use infra_engine::state::{State, json_trouble};
use infra_model::Record;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::args::{Cloud, Directory, Inputs, Planning};
use crate::error::{CommandError, ErrorKind};
use crate::world;

/// The version of the file's layout.
const FORMAT: u64 = 2;

/// The name of the checksum in the file.
const CHECKSUM: &str = "checksum";

/// What is not part of what a plan says: which calls it cost, and the identity of a state that is yet to be made.
const NOT_COMPARED: [&str; 2] = ["calls", "lineage"];

/// A plan that was written by `infra plan --out`.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedPlan(Json);

impl SavedPlan {
    /// `inputs` are the parameters without the secret ones: those must be given again.
    pub fn new(
        args: &Planning,
        inputs: &[(String, String)],
        plan: &Plan,
        shown: Json,
        state: &State,
    ) -> SavedPlan {
        let set: Vec<String> = inputs
            .iter()
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        SavedPlan(sealed(json!({
            "saved_plan": FORMAT,
            "directory": args.directory.dir,
            "sim": args.cloud.sim,
            "set": set,
            "vars": args.inputs.vars,
            "env": args.inputs.env,
            "refresh": args.refresh,
            "target": args.target,
            "replace": args.replace,
            "allow_data_loss": args.allow_data_loss,
            "lineage": (!is_new(state)).then_some(&plan.lineage),
            "serial": plan.serial,
            "digest": plan.digest,
            "secrets": secrets(plan, state),
            "plan": compared(shown),
        })))
    }

    pub fn read(path: &Path) -> Result<SavedPlan, CommandError> {
        let text = world::read_named_file(path)?;
        let unreadable = |why: String| {
            CommandError::files(format!("`{}` is not a saved plan: {why}", path.display()))
                .hint("`infra plan --out FILE` writes one")
        };
        let json: Json =
            serde_json::from_str(&text).map_err(|error| unreadable(json_trouble(&error)))?;
        match json["saved_plan"].as_u64() {
            Some(FORMAT) if json[CHECKSUM] == checksum(&json) => Ok(SavedPlan(json)),
            Some(FORMAT) => Err(unreadable(
                "it was edited or damaged: its checksum does not match".to_owned(),
            )),
            Some(other) => Err(unreadable(format!(
                "its format is {other}, and this infra knows format {FORMAT}"
            ))),
            None => Err(unreadable("it has no `saved_plan`".to_owned())),
        }
    }

    pub fn write(&self, path: &Path) -> Result<(), CommandError> {
        world::write_private_file(path, &format!("{:#}\n", self.0))
    }

    /// The command line that made it; `given` are the inputs that are given again, the directory unless it is the
    /// saved one.
    pub fn planning(&self, given: &Planning) -> Result<Planning, CommandError> {
        let part = [
            ("--target", !given.target.is_empty()),
            ("--replace", !given.replace.is_empty()),
            ("--allow-data-loss", !given.allow_data_loss.is_empty()),
        ];
        if let Some((option, _)) = part.iter().find(|(_, is_given)| *is_given) {
            return Err(CommandError::usage(format!(
                "`{option}` is part of a plan, so it cannot be added to a saved one"
            ))
            .hint(format!("plan again: `infra plan {option} … --out FILE`")));
        }
        let words = |name: &str| -> Vec<String> {
            let items = self.0[name].as_array().into_iter().flatten();
            items
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect()
        };
        let mut set = words("set");
        set.extend(given.inputs.set.iter().cloned());
        let mut vars: Vec<PathBuf> = words("vars").into_iter().map(PathBuf::from).collect();
        let more = given.inputs.vars.iter();
        vars.extend(
            more.filter(|path| !vars.contains(path))
                .cloned()
                .collect::<Vec<_>>(),
        );
        let env = self.0["env"].as_str().map(str::to_owned);
        Ok(Planning {
            directory: Directory {
                dir: PathBuf::from(self.0["directory"].as_str().unwrap_or(".")),
            },
            inputs: Inputs {
                set,
                vars,
                env: given.inputs.env.clone().or(env),
            },
            cloud: Cloud {
                sim: self.0["sim"] == true,
                sim_chaos: given.cloud.sim_chaos.clone(),
            },
            refresh: self.0["refresh"] != false,
            target: words("target"),
            replace: words("replace"),
            allow_data_loss: words("allow_data_loss"),
            long: given.long,
            all: given.all,
        })
    }

    /// Whether program, inputs and state are still those that the plan was made from.
    pub fn check(&self, digest: &str, state: &State) -> Result<(), CommandError> {
        if self.0["digest"] != digest {
            return Err(stale(
                "the program or its inputs changed since the plan was saved",
            ));
        }
        let lineage = (!is_new(state)).then(|| state.lineage());
        if self.0["lineage"].as_str() != lineage {
            return Err(match self.0["lineage"].is_null() {
                true => stale("the plan was made when there was no state yet; there is one now"),
                false => stale("the plan was made for another state"),
            });
        }
        if self.0["serial"] != state.serial() {
            let planned = &self.0["serial"];
            let found = state.serial();
            return Err(stale(&format!(
                "the state changed since the plan was saved: it was at serial {planned} and is at {found}"
            )));
        }
        Ok(())
    }

    /// Whether a plan that was made just now says the same.
    pub fn demand_same(&self, plan: &Plan, shown: Json, state: &State) -> Result<(), CommandError> {
        let now = compared(shown);
        let was = &self.0["plan"];
        if *was != now {
            let differing = differing(was, &now);
            return Err(stale(&format!(
                "the plan made now differs from the saved one{}",
                match differing.is_empty() {
                    true => String::new(),
                    false => format!(": {}", differing.join(", ")),
                }
            )));
        }
        if self.0["secrets"] != json!(secrets(plan, state)) {
            return Err(stale("a secret input changed since the plan was saved"));
        }
        Ok(())
    }
}

/// The plan with its checksum: what is applied without a question must be what was looked at.
fn sealed(mut plan: Json) -> Json {
    plan[CHECKSUM] = checksum(&plan).into();
    plan
}

/// The digest of everything else in the file.
fn checksum(plan: &Json) -> String {
    let mut rest = plan.clone();
    if let Some(object) = rest.as_object_mut() {
        object.shift_remove(CHECKSUM);
    }
    let digest = Sha256::digest(rest.to_string());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn stale(why: &str) -> CommandError {
    CommandError::new(ErrorKind::Refused, format!("nothing was done: {why}"))
        .hint("plan again, look at it, and apply that")
}

/// A state that nothing was ever written to has no identity yet.
fn is_new(state: &State) -> bool {
    state.serial() == 0
}

fn compared(mut plan: Json) -> Json {
    if let Some(object) = plan.as_object_mut() {
        for name in NOT_COMPARED {
            object.remove(name);
        }
    }
    plan
}

/// A digest of the secrets that the plan sends, under the state's key, without which no guess can be tested.
/// `None` while there is no state, and so no key that outlives this command.
fn secrets(plan: &Plan, state: &State) -> Option<String> {
    if is_new(state) {
        return None;
    }
    let mut hash = Sha256::new();
    for change in &plan.changes {
        let fields = change.fields.iter();
        let secret: Record = fields
            .filter(|field| field.planned.has_secret() && field.planned.is_known())
            .map(|field| (field.name.clone(), field.planned.clone()))
            .collect();
        let sealed = serde_json::to_string(&state.key().seal(&secret)).unwrap_or_default();
        hash.update(format!("{} {sealed}\n", change.address));
    }
    let digest = hash.finalize();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The addresses whose changes are not the same in both plans.
fn differing(was: &Json, now: &Json) -> Vec<String> {
    let changes = |plan: &Json| plan["changes"].as_array().cloned().unwrap_or_default();
    let (was, now) = (changes(was), changes(now));
    let mut addresses: Vec<String> = was
        .iter()
        .filter(|change| !now.contains(change))
        .chain(now.iter().filter(|change| !was.contains(change)))
        .filter_map(|change| change["address"].as_str().map(str::to_owned))
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same mutations in every run.
    const SEED: u64 = 8;

    const ROUNDS: usize = 400;

    fn plan() -> SavedPlan {
        SavedPlan(sealed(json!({
            "saved_plan": FORMAT,
            "directory": "examples/hello",
            "sim": false,
            "set": ["name=moon", "size=12"],
            "refresh": true,
            "target": [],
            "allow_data_loss": ["aws.volume.data"],
            "lineage": "a1b2",
            "serial": 42,
            "plan": { "changes": [{ "address": "aws.volume.data", "action": "delete" }] },
        })))
    }

    /// A sequence of numbers that looks random (xorshift64*).
    fn draw(seed: &mut u64, limit: usize) -> usize {
        *seed ^= *seed >> 12;
        *seed ^= *seed << 25;
        *seed ^= *seed >> 27;
        (seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit.max(1)
    }

    #[test]
    fn a_changed_plan_is_refused_or_says_the_same() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("saved");
        plan().write(&path).expect("it is written");
        let whole = std::fs::read(&path).expect("it is there");
        assert_eq!(SavedPlan::read(&path).expect("it is sound"), plan());
        let mut seed = SEED;
        let (mut refused, mut same) = (0, 0);
        for round in 0..ROUNDS {
            let mut bytes = whole.clone();
            let at = draw(&mut seed, bytes.len());
            match draw(&mut seed, 5) {
                0 | 1 => bytes[at] ^= 1 << draw(&mut seed, 8),
                2 => bytes.truncate(at),
                3 => {
                    let end = (at + 1 + draw(&mut seed, 20)).min(bytes.len());
                    bytes.drain(at..end);
                }
                _ => {
                    let text = String::from_utf8(bytes).expect("it is text");
                    let edits = [
                        ("42", "43"),
                        ("delete", "create"),
                        ("moon", "sun"),
                        ("\"saved_plan\": 2", "\"saved_plan\": 1"),
                        ("  ", "\t"),
                        ("[]", "[ ]"),
                    ];
                    let (from, to) = edits[draw(&mut seed, edits.len())];
                    bytes = text.replacen(from, to, 1).into_bytes();
                }
            }
            std::fs::write(&path, &bytes).expect("it is written");
            match SavedPlan::read(&path) {
                Ok(read) => {
                    assert_eq!(read, plan(), "round {round}");
                    same += 1;
                }
                Err(error) => {
                    let said = format!("{} {:?}", error.message, error.hints);
                    for raw in ["expected", "EOF", "column", "struct", "invalid"] {
                        assert!(!said.contains(raw), "round {round}: {said}");
                    }
                    refused += 1;
                }
            }
        }
        println!(
            "saved plan: {ROUNDS} mutations with seed {SEED}: {refused} refused, {same} the same"
        );
        assert!(refused > ROUNDS / 2);
    }
}
