//! `infra man`: manual pages, one a command, as a package installs them.

use clap::CommandFactory;

use crate::args::{Cli, Man};
use crate::error::{Exit, Outcome};
use crate::show::Console;
use crate::world::write_named_file;

pub fn run(args: &Man, console: &Console) -> Outcome {
    let mut cli = Cli::command();
    cli.build();
    let pages = pages(&cli, "infra");
    for (name, page) in &pages {
        write_named_file(&args.dir.join(format!("{name}.1")), page)?;
    }
    console.note(&format!("{} manual pages written\n", pages.len()));
    Ok(Exit::Done)
}

/// The page of a command and of each of its own, by their names: `infra-state-mv`.
fn pages(command: &clap::Command, name: &str) -> Vec<(String, Vec<u8>)> {
    let titled = command
        .clone()
        .name(name.to_owned())
        .bin_name(name.replace('-', " "));
    let mut page = Vec::new();
    // A vector takes everything that is written to it.
    let _ = clap_mangen::Man::new(titled).render(&mut page);
    let mut all = vec![(name.to_owned(), page)];
    for part in command.get_subcommands().filter(|part| !part.is_hide_set()) {
        all.extend(pages(part, &format!("{name}-{}", part.get_name())));
    }
    all
}
