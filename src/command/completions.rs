//! `infra completions`

use clap_complete::env::Shells;

use crate::args::Completions;
use crate::error::{CommandError, Exit, Outcome};
use crate::show::Console;

/// The variable by which a script of a shell asks the binary for completions. Its value is the name of the shell.
pub const COMPLETE: &str = "INFRA_COMPLETE";

/// Prints a script that asks the binary: what addresses, parameters and environments there are, it knows only then.
pub fn run(args: &Completions, console: &Console) -> Outcome {
    let name = args.shell.to_string();
    let shells = Shells::builtins();
    let unknown = || CommandError::usage(format!("there are no completions for {name}"));
    let shell = shells.completer(&name).ok_or_else(unknown)?;
    let mut script = Vec::new();
    shell
        .write_registration(COMPLETE, "infra", "infra", "infra", &mut script)
        .map_err(|error| CommandError::files(format!("the script cannot be written: {error}")))?;
    console.print(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
