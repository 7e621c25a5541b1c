//! `infra`: the command line.
//!
//! The only room with a terminal, a clock and an async runtime. Everything that decides anything lives in the
//! libraries; here it is called and shown.

mod args;
mod candidates;
mod clouds;
mod command;
mod consent;
mod edited_project;
mod error;
mod graph;
mod log;
mod program;
mod renames;
mod runtime;
mod saved;
mod schemas;
mod selection;
mod show;
mod simulated;
mod store;
mod trial;
mod usage;
mod world;
mod write_back;

use std::panic;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use clap_complete::CompleteEnv;

use args::Cli;
use command::COMPLETE;
use error::{CommandError, ErrorKind, Outcome};
use log::Log;
use show::Console;
use world::Environment;

fn main() -> ExitCode {
    // Answers a shell that asks for completions, and ends the process then.
    CompleteEnv::with_factory(Cli::command)
        .var(COMPLETE)
        .complete();
    let env = Environment::of_process();
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => return usage::answer(&error, &words, &env),
    };
    let global = &cli.global;
    let mut console = Console::new(
        global.json,
        global.quiet,
        global.verbose,
        global.no_color,
        &env,
    );
    let log = match Log::start(global.log.as_deref(), &env, &console.secrets) {
        Ok(log) => log,
        Err(error) => return ExitCode::from(finish(&console, Err(error))),
    };
    console.draws &= !log.as_ref().is_some_and(Log::is_on_stderr);
    hide_panics();
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        command::run(&cli, &console, &env)
    }))
    .unwrap_or_else(|_| Err(bug()));
    let code = finish(&console, outcome);
    if let Some(failure) = log.and_then(|log| log.failure()) {
        console.warn(&failure);
    }
    ExitCode::from(code)
}

/// Shows the outcome and gives the exit code.
fn finish(console: &Console, outcome: Outcome) -> u8 {
    let outcome = outcome.and_then(|exit| console.finish().map(|()| exit));
    match outcome {
        Ok(exit) => exit.code(),
        Err(error) => {
            console.fail(&error);
            1
        }
    }
}

/// A panic says where it happened and nothing else: its message may hold values of the program.
fn hide_panics() {
    panic::set_hook(Box::new(|info| {
        if let Some(at) = info.location() {
            eprintln!(
                "infra stopped because of a bug, at {}:{}",
                at.file(),
                at.line()
            );
        }
    }));
}

fn bug() -> CommandError {
    CommandError::new(ErrorKind::Bug, "infra stopped because of a bug")
        .hint("everything done so far is recorded; run the same command again to continue")
        .hint("please report it with the place above, the output of `infra version`, and, if you can share it, the program")
}
