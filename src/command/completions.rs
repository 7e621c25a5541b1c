//! `infra completions`

use clap::CommandFactory;

use crate::args::{Cli, Completions};
use crate::error::{Exit, Outcome};
use crate::show::Console;

pub fn run(args: &Completions, console: &Console) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "infra", &mut script);
    console.print(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
