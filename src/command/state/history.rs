//! `infra state history` and `infra state restore`: the states before this one.

use infra_engine::state::{HISTORY_LENGTH, State, Store, utc};
use serde_json::{Value as Json, json};

use super::exchange::show_difference;
use crate::args::{StateHistory, StateRestore};
use crate::error::{CommandError, Exit, Outcome};
use crate::show::{Console, text};
use crate::store::{StateHome, state_error};
use crate::world::{Environment, Project};

pub fn list(args: &StateHistory, console: &Console) -> Outcome {
    let home = StateHome::of(&Project::open(&args.directory.dir)?, &args.choice, console)?;
    let store = home.read()?;
    let serials = store.history().map_err(|error| state_error(&error))?;
    let mut rows = Vec::new();
    for serial in serials {
        rows.push((serial, home.written_ms(serial), store.earlier(serial)));
    }
    if console.json {
        let rows = rows.iter().map(|(serial, written_ms, state)| {
            let error = state.as_ref().err().map(ToString::to_string);
            let resources = state.as_ref().ok().map(|state| state.entries().len());
            json!({ "serial": serial, "written_ms": written_ms, "resources": resources, "error": error })
        });
        console.print_json(&Json::Array(rows.collect()));
        return Ok(Exit::Done);
    }
    for (serial, written_ms, state) in &rows {
        let written = written_ms.map_or_else(String::new, utc);
        let holds = match state {
            Ok(state) => text::count(state.entries().len(), "resource"),
            Err(error) => text::line(&error.to_string()).into_owned(),
        };
        console.print(&format!(
            "{serial:>8}  {}  {holds}\n",
            text::pad(&written, 23)
        ));
    }
    let current = text::count(store.state().entries().len(), "resource");
    console.note(&format!(
        "Now: serial {}, {current}. The last {HISTORY_LENGTH} states before it are kept.\n",
        store.state().serial()
    ));
    Ok(Exit::Done)
}

pub fn restore(args: &StateRestore, console: &Console, env: &Environment) -> Outcome {
    let (dir, word) = match args.words.as_slice() {
        [dir, word] => (dir.as_str(), word),
        [word] => (".", word),
        _ => return Err(CommandError::usage("`infra state restore` takes a serial")),
    };
    let serial: u64 = word.parse().map_err(|_| {
        CommandError::usage(format!("`{word}` is not a serial"))
            .hint("a serial is a number; `infra state history` lists them")
    })?;
    let home = StateHome::of(&Project::open(dir.as_ref())?, &args.choice, console)?;
    let mut store = home.open(env, "infra state restore")?;
    let restored = ask_and_restore(&mut store, serial, args.yes, console);
    let closed = store.close();
    restored?;
    let state = closed.map_err(|error| state_error(&error))?;
    if console.json {
        console.print_json(&json!({ "restored": serial, "serial": state.serial() }));
    }
    console.note(&format!(
        "Serial {serial} is the current state again, as serial {}. `infra plan` compares it with the cloud.\n",
        state.serial()
    ));
    Ok(Exit::Done)
}

fn ask_and_restore(
    store: &mut Store,
    serial: u64,
    yes: bool,
    console: &Console,
) -> Result<(), CommandError> {
    let name = format!("serial {serial}");
    let earlier: State = store.earlier(serial).map_err(|error| state_error(&error))?;
    store
        .may_become(&name, &earlier, true)
        .map_err(|error| state_error(&error))?;
    show_difference(store.state(), &earlier, console);
    if !yes {
        console.confirm(
            "Type yes to put it in the place of the current state: ",
            "infra state restore --yes",
        )?;
    }
    store
        .become_state(&name, earlier, true)
        .map_err(|error| state_error(&error))
}
