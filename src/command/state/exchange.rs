//! `infra state pull` and `infra state push`: the state as one file.

use std::path::Path;

use infra_engine::state::{Incarnation, State};
use serde_json::json;

use crate::args::{StatePull, StatePush};
use crate::error::{CommandError, Exit, Outcome};
use crate::show::{Console, text};
use crate::store::{StateHome, state_error};
use crate::world::{Environment, Project, read_named_file};

/// Prints the snapshot with everything that the journal adds. `--json` changes nothing: it is JSON.
pub fn pull(args: &StatePull, console: &Console) -> Outcome {
    let home = StateHome::of(&Project::open(&args.directory.dir)?, &args.choice, console)?;
    let store = home.read()?;
    if !store.exists() {
        return Err(CommandError::files(format!(
            "there is no state yet: `{}` does not exist",
            home.shown
        ))
        .hint("the first `infra apply` creates it"));
    }
    console.print(&String::from_utf8_lossy(&store.state().encode()));
    console.note("It holds the key of the fingerprints: keep it as safe as the state.\n");
    Ok(Exit::Done)
}

pub fn push(args: &StatePush, console: &Console, env: &Environment) -> Outcome {
    let (dir, file) = match args.words.as_slice() {
        [dir, file] => (dir.as_str(), file.as_str()),
        [file] => (".", file.as_str()),
        _ => return Err(CommandError::usage("`infra state push` takes a file")),
    };
    let bytes = read_named_file(Path::new(file))?;
    let pushed = State::decode(file, bytes.as_bytes()).map_err(|error| {
        let refusal = state_error(&error);
        // The advice for a broken state is about the current one, which has nothing to do with this file.
        CommandError {
            hints: vec![
                "nothing was changed; push a file that `infra state pull` has written".to_owned(),
            ],
            ..refusal
        }
    })?;
    let home = StateHome::of(&Project::open(dir.as_ref())?, &args.choice, console)?;
    let mut store = match args.force {
        true => home.open_edited(env, "infra state push")?,
        false => home.open(env, "infra state push")?,
    };
    let before = store.state().clone();
    let became = store.become_state(file, pushed, args.force);
    let closed = store.close();
    became.map_err(|error| state_error(&error))?;
    let state = closed.map_err(|error| state_error(&error))?;
    show_difference(&before, &state, console);
    if console.json {
        console.print_json(&json!({ "before": before.serial(), "serial": state.serial() }));
    }
    console.note(&format!(
        "The state has serial {} now; what it was before is in `infra state history`.\n",
        state.serial()
    ));
    Ok(Exit::Done)
}

/// Says what becomes of the resources when `other` takes the place of `state`.
pub fn show_difference(state: &State, other: &State, console: &Console) {
    let difference = state.difference(other);
    let mut page = String::new();
    let mut add = |mark: &str, of: &Incarnation, words: &str| {
        page.push_str(&format!(
            "{mark} {}  {words}\n",
            text::line(&of.to_string())
        ));
    };
    for of in &difference.added {
        add("+", of, "known again");
    }
    for (of, fields) in &difference.changed {
        add("~", of, &text::line(&fields.join(", ")));
    }
    for of in &difference.removed {
        add("-", of, "no longer known; the cloud keeps it");
    }
    if difference.is_empty() {
        page.push_str("The resources are the same.\n");
    }
    console.note(&page);
}
