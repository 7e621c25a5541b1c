//! `infra help`: the help of a command, a page of the guide, or what an error code means. Works without a network.

use clap::CommandFactory;
use include_dir::{Dir, include_dir};
use infra_lang::suggest;

use crate::args::{Cli, Help};
use crate::error::{CommandError, Exit, Outcome};
use crate::show::{Console, text};

/// The guide, as it is in the repository.
static GUIDE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/docs");

/// Pages that are for those who change infra itself.
const INTERNAL: &[&str] = &["architecture", "performance", "reliability"];

pub fn run(args: &Help, console: &Console) -> Outcome {
    let Some(topic) = args.topic.first() else {
        let help = Cli::command().render_help().to_string();
        console.print(&format!("{help}\n{}", topics()));
        return Ok(Exit::Done);
    };
    if let Some(mut command) = command(&args.topic) {
        console.print(&command.render_long_help().to_string());
        return Ok(Exit::Done);
    }
    if let Some(page) = page(topic) {
        console.print(page);
        return Ok(Exit::Done);
    }
    let whole = args.topic.join(" ");
    let error = CommandError::usage(format!("there is no help on `{}`", text::line(&whole)));
    let cli = Cli::command();
    let commands = cli.get_subcommands().map(|it| it.get_name().to_owned());
    let pages = pages().chain(codes()).map(str::to_owned);
    let known: Vec<String> = commands.chain(pages).collect();
    Err(
        match suggest::nearest(topic, known.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `infra help {near}`?")),
            None => error.hint("`infra help` lists the commands and the pages of the guide"),
        },
    )
}

/// `plan`, or `state mv`.
fn command(words: &[String]) -> Option<clap::Command> {
    let mut cli = Cli::command();
    cli.build();
    let mut found = cli;
    for word in words {
        found = found.find_subcommand(word)?.clone();
    }
    Some(found)
}

/// A page of the guide, or the page of an error code.
fn page(topic: &str) -> Option<&'static str> {
    let paths = [format!("{topic}.md"), format!("errors/{topic}.md")];
    let file = paths.iter().find_map(|path| GUIDE.get_file(path))?;
    file.contents_utf8()
}

fn pages() -> impl Iterator<Item = &'static str> {
    let files = GUIDE.files();
    let names = files.filter_map(|file| file.path().file_stem()?.to_str());
    names.filter(|name| !INTERNAL.contains(name))
}

fn codes() -> impl Iterator<Item = &'static str> {
    let files = GUIDE.get_dir("errors").into_iter().flat_map(Dir::files);
    files.filter_map(|file| file.path().file_stem()?.to_str())
}

fn topics() -> String {
    let mut names: Vec<&str> = pages().collect();
    names.sort_unstable();
    format!(
        "Guide:\n  infra help TOPIC prints a page: {}.\n  infra help CODE explains an error, such as `infra help unknown-field`.\n",
        names.join(", ")
    )
}
