//! `infra unlock`

use serde_json::json;

use crate::args::Unlock;
use crate::error::{CommandError, ErrorKind, Exit, Outcome};
use crate::show::{Console, text};
use crate::store::StateHome;
use crate::world::{Environment, Project};

/// Ends the hold that somebody has on the state, and says who it was.
pub fn run(args: &Unlock, console: &Console, env: &Environment) -> Outcome {
    let home = StateHome::of(&Project::open(&args.directory.dir)?, &args.choice, console)?;
    let Some(held) = home.held()? else {
        if console.json {
            console.print_json(&json!({ "unlocked": false }));
        }
        console.note(&format!("`{}` is not locked.\n", text::line(&home.shown)));
        return Ok(Exit::Done);
    };
    let whom = held.describe();
    if held.runs_here && !args.force {
        return Err(CommandError::new(
            ErrorKind::Refused,
            format!("the state is locked by {whom}, and that process is running on this machine"),
        )
        .hint("wait until it has finished, or stop it: Ctrl-C lets it finish what is under way")
        .hint("if that process is not infra, add `--force`"));
    }
    console.note(&format!("Locked by {}.\n", text::line(&whom)));
    if !args.yes {
        console.note("If that run is still active, it stops before its next step; the next run finds what it has started.\n");
        console.confirm("Type yes to unlock the state: ", "infra unlock --yes")?;
    }
    home.unlock(env, &held)?;
    if console.json {
        console.print_json(&json!({ "unlocked": true, "holder": whom }));
    }
    console.note("Unlocked.\n");
    Ok(Exit::Done)
}
