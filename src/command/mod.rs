//! One verb a file.

mod apply;
mod check;
mod completions;
mod console;
mod destroy;
mod drift;
mod fmt;
mod graph;
mod help;
mod import;
mod init;
mod leave;
mod man;
mod output;
mod plan;
mod session;
mod sim;
mod state;
mod test;
mod types;
mod unlock;
mod version;

pub use completions::COMPLETE;

use crate::args::{Cli, Verb};
use crate::error::Outcome;
use crate::show::Console;
use crate::world::Environment;

/// Runs the verb of the command line.
pub fn run(cli: &Cli, console: &Console, env: &Environment) -> Outcome {
    match &cli.verb {
        Verb::Check(args) => check::run(args, console, env),
        Verb::Fmt(args) => fmt::run(args, console),
        Verb::Plan(args) => plan::run(args, console, env),
        Verb::Apply(args) => apply::run(args, console, env),
        Verb::Destroy(args) => destroy::run(args, console, env),
        Verb::Drift(args) => drift::run(args, console, env),
        Verb::Import(args) => import::run(args, console, env),
        Verb::Output(args) => output::run(args, console),
        Verb::State(args) => state::run(args, console, env),
        Verb::Unlock(args) => unlock::run(args, console, env),
        Verb::Test(args) => test::run(args, console, env),
        Verb::Graph(args) => graph::run(args, console, env),
        Verb::Console(args) => console::run(args, console, env),
        Verb::Sim(args) => sim::run(args, console),
        Verb::Types(args) => types::run(args, console),
        Verb::Init(args) => init::run(args, console),
        Verb::Help(args) => help::run(args, console),
        Verb::Man(args) => man::run(args, console),
        Verb::Version => version::run(console),
        Verb::Completions(args) => completions::run(args, console),
    }
}
