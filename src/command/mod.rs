//! One verb a file.

mod completions;
pub mod output;
mod sim;
mod state;
mod version;

use crate::args::{Cli, Verb};
use crate::error::Outcome;
use crate::show::Console;
use crate::world::Environment;

/// Runs the verb of the command line.
pub fn run(cli: &Cli, console: &Console, env: &Environment) -> Outcome {
    match &cli.verb {
        Verb::Output(args) => output::run(args, console),
        Verb::State(args) => state::run(args, console, env),
        Verb::Sim(args) => sim::run(args, console),
        Verb::Version => version::run(console),
        Verb::Completions(args) => completions::run(args, console),
        _ => {
            let _ = env;
            Ok(crate::error::Exit::Failed)
        }
    }
}
