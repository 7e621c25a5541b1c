//! `infra state envs` and `infra state assign`: which environments there are, and whose a state is.

use std::fs;

use infra_engine::state::{Files, StateError, Store};
use serde_json::{Value as Json, json};

use crate::args::{StateAssign, StateEnvs};
use crate::error::{CommandError, Exit, Outcome};
use crate::show::{Console, text};
use crate::store::{StateHome, StatePlace, environments, state_error};
use crate::world::{Environment, Project};

/// Lists the environments that have a state.
pub fn list(args: &StateEnvs, console: &Console) -> Outcome {
    let project = Project::open(&args.directory.dir)?;
    let mut rows = Vec::new();
    for name in environments(&project, args.sim) {
        let place = StatePlace::of(&project, args.sim, Some(&name))?;
        let shown = place.shown.clone();
        let read = StateHome::at(&project, place, Some(&name)).read();
        rows.push((name, shown, read));
    }
    if console.json {
        let rows = rows.iter().map(|(name, file, read)| {
            let resources = read
                .as_ref()
                .ok()
                .map(|store| store.state().entries().len());
            let error = read.as_ref().err().map(ToString::to_string);
            json!({ "environment": name, "file": file, "resources": resources, "error": error })
        });
        console.print_json(&Json::Array(rows.collect()));
        return Ok(Exit::Done);
    }
    let names = rows.iter().map(|(name, ..)| text::width(name));
    let column = names.max().unwrap_or(0);
    for (name, file, read) in &rows {
        let holds = match read {
            Ok(store) => text::count(store.state().entries().len(), "resource"),
            Err(error) => text::line(&error.message).into_owned(),
        };
        let name = text::pad(name, column);
        console.print(&format!("{name}  {}  {holds}\n", text::line(file)));
    }
    if rows.is_empty() {
        console
            .note("No environment has a state: the first `infra apply --env NAME` creates one.\n");
    }
    Ok(Exit::Done)
}

/// Makes the state that belongs to no environment that of one.
pub fn assign(args: &StateAssign, console: &Console, env: &Environment) -> Outcome {
    let project = Project::open(&args.directory.dir)?;
    let to = StatePlace::of(&project, args.sim, Some(&args.env))?;
    let single = StatePlace::of(&project, args.sim, None)?;
    // A state file that somebody renamed by hand only needs to be told whose it is.
    let (from, renamed) = match (single.is_there(), to.is_there()) {
        (true, _) => (single, false),
        (false, true) => (to.clone(), true),
        (false, false) => {
            return Err(CommandError::files(format!(
                "there is no state yet: `{}` does not exist",
                single.shown
            ))
            .hint(format!("`infra apply --env {}` creates one", args.env)));
        }
    };
    let mut store = open(&project, &from, &args.env, env)?;
    let moved = store.assign(&args.env).and_then(|()| match &from.link {
        _ if renamed => Ok(()),
        // Where a link leads may be shared: only the link gets another name.
        Some(_) => Ok(()),
        None => store.relocate(&Files::of(Some(&args.env))),
    });
    let closed = store.close();
    moved
        .and(closed.map(drop))
        .map_err(|error| state_error(&error))?;
    if let Some(link) = from.link.filter(|_| !renamed) {
        let name = Files::of(Some(&args.env)).snapshot;
        fs::rename(&link, link.with_file_name(name)).map_err(|error| {
            CommandError::files(format!(
                "the link `{}` cannot be renamed: {error}",
                link.display()
            ))
            .hint("run the command again once that is repaired")
        })?;
    }
    console.note(&format!(
        "`{}` is now the state of the environment `{}`. Use it with `--env {}`.\n",
        text::line(&to.shown),
        args.env,
        args.env
    ));
    Ok(Exit::Done)
}

/// Opens the state whether it belongs to nobody yet or, after an interrupted run, to the environment already.
fn open(
    project: &Project,
    place: &StatePlace,
    name: &str,
    env: &Environment,
) -> Result<Store, CommandError> {
    let home = |environment| StateHome::at(project, place.clone(), environment);
    let assigned = matches!(
        home(None).trouble()?,
        Some(StateError::AnotherEnvironment { found: Some(found), .. }) if found == name
    );
    home(assigned.then_some(name)).open(env, "infra state assign")
}
