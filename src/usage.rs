//! Wrong command lines: what is wrong with them, and what was probably meant.

mod habits;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind as ClapError};
use clap::{CommandFactory, Error};

use crate::args::Cli;
use crate::error::CommandError;
use crate::show::Console;
use crate::world::Environment;

/// Answers a command line that clap did not take: help where that was asked for, else an error with exit code 1, since
/// clap's own 2 has another meaning here.
pub fn answer(error: &Error, given: &[OsString], env: &Environment) -> ExitCode {
    let words: Vec<&str> = given.iter().filter_map(|word| word.to_str()).collect();
    let has = |option: &str| words.contains(&option);
    let console = Console::new(has("--json"), false, 0, has("--no-color"), env);
    match error.kind() {
        ClapError::DisplayHelp | ClapError::DisplayVersion => {
            // There is nobody to tell when it cannot be written.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        ClapError::DisplayHelpOnMissingArgumentOrSubcommand if !console.json => {
            let _ = error.print();
        }
        _ => console.fail(&explain(error, &words)),
    }
    ExitCode::FAILURE
}

/// The error in the words and the layout of all others.
fn explain(error: &Error, words: &[&str]) -> CommandError {
    let rendered = error.render().to_string();
    match error.kind() {
        ClapError::InvalidSubcommand => {
            let wrong = context(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let refusal = CommandError::usage(format!("there is no command `{wrong}`"));
            if let Some(habit) = habits::verb(&wrong) {
                return refusal.hint(habit);
            }
            let similar = context(error, ContextKind::SuggestedSubcommand);
            with_usage(with_similar(refusal, similar), &rendered)
        }
        ClapError::UnknownArgument => {
            let wrong = context(error, ContextKind::InvalidArg).unwrap_or_default();
            let (written, habit) = match single_dash(words, &wrong) {
                Some((word, meant)) => (word, Some(meant)),
                None => (wrong.clone(), habits::option(wrong.trim_start_matches('-'))),
            };
            let refusal = CommandError::usage(match written.starts_with('-') {
                true => format!("there is no option `{written}`"),
                false => format!("the argument `{written}` is not expected"),
            });
            if let Some(habit) = habit {
                return refusal.hint(habit);
            }
            let similar = context(error, ContextKind::SuggestedArg);
            with_usage(with_similar(refusal, similar), &rendered)
        }
        ClapError::DisplayHelpOnMissingArgumentOrSubcommand => {
            CommandError::usage("the command is missing").hint("`infra --help` lists them")
        }
        // Positional words have an order, which the usage shows better than their names do.
        ClapError::MissingRequiredArgument
        | ClapError::TooFewValues
        | ClapError::WrongNumberOfValues
            if !message(&rendered).contains("--") =>
        {
            with_usage(CommandError::usage("an argument is missing"), &rendered)
        }
        _ => with_usage(CommandError::usage(message(&rendered)), &rendered),
    }
}

/// What clap says in its first paragraph.
fn message(rendered: &str) -> String {
    let first = rendered.split("\n\n").next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let lines: Vec<&str> = first.lines().map(str::trim).collect();
    lines.join(" ")
}

fn with_usage(refusal: CommandError, rendered: &str) -> CommandError {
    let usage = rendered
        .lines()
        .find_map(|line| line.strip_prefix("Usage: "));
    match usage {
        Some(usage) => refusal.hint(format!("usage: {usage}; `--help` says more")),
        None => refusal.hint("`--help` says more"),
    }
}

fn with_similar(refusal: CommandError, similar: Option<String>) -> CommandError {
    match similar {
        Some(similar) => refusal.hint(format!("did you mean `{similar}`?")),
        None => refusal,
    }
}

fn context(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(word) => Some(word.clone()),
        ContextValue::Strings(words) => (!words.is_empty()).then(|| words.join("`, `")),
        _ => None,
    }
}

/// `-target=x`, of which clap only saw `-t`: the word as it was written, and how it is written here.
fn single_dash(words: &[&str], wrong: &str) -> Option<(String, String)> {
    if wrong.starts_with("--") {
        return None;
    }
    let is_it = |word: &&&str| {
        let name = word.strip_prefix('-').unwrap_or_default();
        name.len() > 1 && !name.starts_with('-') && name.contains(wrong.trim_start_matches('-'))
    };
    let word = words.iter().find(is_it)?;
    let written = word.split('=').next().unwrap_or(word);
    let name = written.trim_start_matches('-');
    let meant = match habits::option(name) {
        Some(habit) => habit,
        None if is_option(name) => {
            format!("a whole word takes two dashes: `--{name}`")
        }
        None => return None,
    };
    Some((written.to_owned(), meant))
}

/// Whether any command has an option of this name.
fn is_option(name: &str) -> bool {
    let command = Cli::command();
    let has = |command: &clap::Command| {
        let mut options = command.get_arguments();
        options.any(|option| option.get_long() == Some(name))
    };
    has(&command) || command.get_subcommands().any(has)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    /// The message and the first hint.
    fn said(line: &str) -> (String, String) {
        let words: Vec<&str> = line.split(' ').collect();
        let error = Cli::try_parse_from(&words).expect_err("it is wrong");
        let refusal = explain(&error, &words);
        let hint = refusal.hints.first().cloned().unwrap_or_default();
        (refusal.message, hint)
    }

    #[test]
    fn habits_of_another_tool_are_understood() {
        for (line, meant) in [
            ("infra validate", "`infra check`"),
            ("infra taint aws.volume.x", "--replace"),
            ("infra workspace list", "--env"),
            ("infra move a b", "`infra state mv"),
            ("infra plan -var a=b", "`--set NAME=VALUE`"),
            ("infra plan --var-file=x", "`--vars FILE`"),
            ("infra apply -auto-approve", "`--yes`"),
            ("infra plan -target=aws.volume.x", "`--target`"),
            ("infra plan -out f", "`--out`"),
        ] {
            let (message, hint) = said(line);
            assert!(message.starts_with("there is no"), "{line}: {message}");
            assert!(hint.contains(meant), "{line}: {hint}");
        }
    }

    #[test]
    fn what_is_near_is_proposed() {
        assert_eq!(said("infra plam").1, "did you mean `plan`?");
        assert_eq!(
            said("infra plan --allow-dataloss x").1,
            "did you mean `--allow-data-loss`?"
        );
        let (message, hint) = said("infra plan here there");
        assert_eq!(message, "the argument `there` is not expected");
        assert!(hint.starts_with("usage: infra plan"), "{hint}");
    }

    #[test]
    fn other_mistakes_keep_their_own_words() {
        let (message, hint) = said("infra graph --format png");
        assert_eq!(
            message,
            "invalid value 'png' for '--format <FORMAT>' [possible values: dot, mermaid, svg]"
        );
        assert_eq!(hint, "`--help` says more");
        let (message, hint) = said("infra state mv aws.volume.a");
        assert_eq!(message, "an argument is missing");
        assert!(
            hint.contains("mv [OPTIONS] [DIR] ADDRESS ADDRESS"),
            "{hint}"
        );
    }

    #[test]
    fn every_habit_leads_to_something_that_there_is() {
        habits::each(|meant| {
            for (index, quoted) in meant.split('`').enumerate() {
                if index % 2 == 0 {
                    continue;
                }
                if let Some(rest) = quoted.strip_prefix("infra ") {
                    let words = rest
                        .split(' ')
                        .take_while(|word| word.chars().all(|c| c.is_ascii_lowercase()));
                    let mut command = Cli::command();
                    for word in words {
                        let next = command.find_subcommand(word).cloned();
                        command = next.unwrap_or_else(|| panic!("{meant}: there is no `{word}`"));
                    }
                }
                let options = quoted.split(' ').filter_map(|word| word.strip_prefix("--"));
                for option in options {
                    assert!(is_option(option), "{meant}: there is no `--{option}`");
                }
            }
        });
    }
}
