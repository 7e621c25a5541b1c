//! What shells may complete a word of the command line to: addresses, parameters, outputs, environments, types.
//! A program that cannot be read, or no state, only means fewer candidates: nothing is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap_complete::engine::{
    ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use infra_lang::{ParamInfo, Schemas};
use infra_model::{Address, Record, Type};

use crate::args::Inputs;
use crate::program::{COMMON_VARS, VARS_SUFFIX, read_inputs};
use crate::selection;
use crate::store::{StateHome, StatePlace, environments};
use crate::world::{Environment, Project, library};

/// Resources and components of the program and of the state.
pub fn addresses() -> ArgValueCompleter {
    completer(|scene| {
        let mut known = scene.state();
        known.extend(scene.program());
        selection::names(&known).into_iter().collect()
    })
}

/// Resources and components of the state, or the directory of a program.
pub fn kept_addresses() -> ArgValueCompleter {
    with_directories(|scene| selection::names(&scene.state()).into_iter().collect())
}

/// Resources of the program that the state does not have, or the directory of a program.
pub fn missing_addresses() -> ArgValueCompleter {
    with_directories(|scene| {
        let kept = scene.state();
        let missing = scene.program().into_iter();
        let missing = missing.filter(|address| !kept.contains(address));
        missing.map(|address| address.to_string()).collect()
    })
}

/// The outputs of the last apply, or the directory of a program.
pub fn outputs() -> ArgValueCompleter {
    with_directories(|scene| scene.outputs())
}

/// `NAME=` of each parameter, and its words where it has a few only.
pub fn parameters() -> ArgValueCompleter {
    completer(|scene| {
        let params = scene.params();
        params.iter().flat_map(assignments).collect()
    })
}

/// The environments that have parameters or a state.
pub fn all_environments() -> ArgValueCompleter {
    completer(|scene| scene.environments())
}

/// The types, and the directories that hold components.
pub fn types() -> ArgValueCompleter {
    with_directories(|_| {
        let (schemas, _, _) = Schemas::load(&library());
        let names = schemas.iter().map(|schema| schema.type_name.clone());
        names.collect::<BTreeSet<_>>().into_iter().collect()
    })
}

/// What is known where the command line is typed.
struct Scene {
    project: Project,
    inputs: Inputs,
    simulated: bool,
}

fn completer(
    candidates: impl Fn(&Scene) -> Vec<String> + Send + Sync + 'static,
) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| offered(&candidates, current))
}

/// The same where the directory of a program may stand first.
fn with_directories(
    candidates: impl Fn(&Scene) -> Vec<String> + Send + Sync + 'static,
) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| {
        let mut all = offered(&candidates, current);
        all.extend(PathCompleter::dir().complete(current));
        all
    })
}

fn offered(
    candidates: &impl Fn(&Scene) -> Vec<String>,
    current: &OsStr,
) -> Vec<CompletionCandidate> {
    let Some(scene) = Scene::of_process() else {
        return Vec::new();
    };
    let current = current.to_string_lossy();
    let all = candidates(&scene).into_iter();
    let fitting = all.filter(|candidate| candidate.starts_with(&*current));
    fitting.map(CompletionCandidate::new).collect()
}

impl Scene {
    /// The command line that a shell asks about stands behind `--` on that of the process.
    fn of_process() -> Option<Scene> {
        let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        let words: Vec<String> = words.collect();
        let typed = words.iter().skip_while(|word| *word != "--").skip(1);
        let typed: Vec<&str> = typed.map(String::as_str).collect();
        Scene::of(&typed)
    }

    fn of(typed: &[&str]) -> Option<Scene> {
        let value = |option: &str| {
            let mut pairs = typed.windows(2).filter(|pair| pair[0] == option);
            pairs.next().map(|pair| pair[1].to_owned())
        };
        let set = typed
            .windows(2)
            .filter(|pair| pair[0] == "--set" && pair[1].contains('='));
        let vars = typed.windows(2).filter(|pair| pair[0] == "--vars");
        let inputs = Inputs {
            set: set.map(|pair| pair[1].to_owned()).collect(),
            vars: vars.map(|pair| PathBuf::from(pair[1])).collect(),
            env: value("--env"),
        };
        // The program, its command, and what follows that.
        let mut words = typed.iter().skip(2);
        let directory = words.find(|word| Path::new(word).is_dir());
        let project = Project::open(Path::new(directory.unwrap_or(&"."))).ok()?;
        Some(Scene {
            project,
            inputs,
            simulated: typed.contains(&"--sim"),
        })
    }

    fn home(&self) -> Option<StateHome> {
        let environment = self.inputs.env.as_deref();
        let place = StatePlace::of(&self.project, self.simulated, environment).ok()?;
        Some(StateHome::at(&self.project, place, environment))
    }

    fn state(&self) -> BTreeSet<Address> {
        let Some(store) = self.home().and_then(|home| home.read().ok()) else {
            return BTreeSet::new();
        };
        store.state().entries().keys().cloned().collect()
    }

    fn outputs(&self) -> Vec<String> {
        let Some(store) = self.home().and_then(|home| home.read().ok()) else {
            return Vec::new();
        };
        store.state().outputs().keys().cloned().collect()
    }

    /// What the program declares, as far as that is known without the cloud.
    fn program(&self) -> BTreeSet<Address> {
        let Ok((sound, mut sources)) = infra_lang::load(&self.project).sound() else {
            return BTreeSet::new();
        };
        let (env, params) = (Environment::of_process(), sound.params());
        let read = read_inputs(&self.inputs, &self.project, &env, &params, &mut sources);
        let Ok((inputs, _)) = read else {
            return BTreeSet::new();
        };
        let nothing = BTreeMap::<Address, Record>::new();
        let evaluated = Arc::new(sound).evaluate(&self.project, &inputs, &nothing);
        let Ok(evaluation) = evaluated else {
            return BTreeSet::new();
        };
        let instances = evaluation.desired.instances.iter();
        instances.map(|instance| instance.address.clone()).collect()
    }

    fn params(&self) -> Vec<ParamInfo> {
        match infra_lang::load(&self.project).sound() {
            Ok((sound, _)) => sound.params(),
            Err(_) => Vec::new(),
        }
    }

    fn environments(&self) -> Vec<String> {
        let mut names = environments(&self.project, self.simulated);
        let with_parameters = self.project.names_with(VARS_SUFFIX).into_iter();
        names.extend(with_parameters.filter(|name| name != COMMON_VARS));
        names.into_iter().collect()
    }
}

/// `size=`, or `size=small` and `size=large` where those are the only words.
fn assignments(param: &ParamInfo) -> Vec<String> {
    let words: Vec<&str> = match &param.ty {
        Type::Enum(words) => words.iter().map(String::as_str).collect(),
        Type::Bool => vec!["true", "false"],
        _ => vec![""],
    };
    let each = words.iter().map(|word| format!("{}={word}", param.name));
    each.collect()
}
