//! `infra state …`: the state, without the program having to be sound.

mod environments;
mod exchange;
mod history;

use infra_engine::state::{Entry, Status};
use infra_model::{Address, json::to_plain};
use serde_json::{Map, Value as Json, json};

use crate::args::{State, StateList, StateMv, StateRm, StateShow};
use crate::error::{CommandError, Exit, Outcome};
use crate::show::{Console, style::Style, text};
use crate::store::{StateHome, state_error};
use crate::world::{Environment, Project, names_directory};

pub fn run(args: &State, console: &Console, env: &Environment) -> Outcome {
    match args {
        State::List(args) => list(args, console),
        State::Show(args) => show(args, console),
        State::Rm(args) => rm(args, console, env),
        State::Mv(args) => mv(args, console, env),
        State::History(args) => history::list(args, console),
        State::Restore(args) => history::restore(args, console, env),
        State::Pull(args) => exchange::pull(args, console),
        State::Push(args) => exchange::push(args, console, env),
        State::Envs(args) => environments::list(args, console),
        State::Assign(args) => environments::assign(args, console, env),
    }
}

fn list(args: &StateList, console: &Console) -> Outcome {
    let (dir, prefixes) = match args.words.as_slice() {
        [first, rest @ ..] if names_directory(first) => (first.as_str(), rest),
        all => (".", all),
    };
    let home = StateHome::of(&Project::open(dir.as_ref())?, &args.choice, console)?;
    let store = home.read()?;
    let state = store.state();
    let entries = state.list(prefixes);
    let replaced = state.deposed().values();
    let replaced = replaced.filter(|entry| is_within(entry.address(), prefixes));
    if console.json {
        let entries = entries.map(|entry| brief(entry, false));
        let deposed = replaced.map(|entry| brief(entry, true));
        console.print_json(&Json::Array(entries.chain(deposed).collect()));
        return Ok(Exit::Done);
    }
    let names: Vec<(String, &Entry)> = entries
        .chain(replaced)
        .map(|entry| (text::line(&entry.of.to_string()).into_owned(), entry))
        .collect();
    let column = names
        .iter()
        .map(|(name, _)| text::width(name))
        .max()
        .unwrap_or(0);
    let mut page = String::new();
    for (name, entry) in &names {
        let id = console.out.paint(Style::Quiet, &text::line(&entry.id));
        page.push_str(&format!(
            "{}  {id}{}\n",
            text::pad(name, column),
            remark(entry)
        ));
    }
    console.print(&page);
    if let (true, Some(word)) = (names.is_empty(), prefixes.first()) {
        // Nothing begins with it, so most likely it means a directory.
        Project::open(word.as_ref())?;
    }
    if names.is_empty() {
        let there = match prefixes.is_empty() {
            true => String::new(),
            false => " there".to_owned(),
        };
        console.note(&format!(
            "`{}` has no resources{there}.\n",
            text::line(&home.shown)
        ));
    }
    for (of, doubt) in state.doubts() {
        console.warn(&format!(
            "it is unknown whether {of} was created: {}",
            doubt.why
        ));
    }
    Ok(Exit::Done)
}

fn show(args: &StateShow, console: &Console) -> Outcome {
    let (dir, what) = match args.words.as_slice() {
        [dir, what] => (dir.as_str(), what),
        [what] => (".", what),
        _ => return Err(CommandError::usage("`infra state show` takes an address")),
    };
    let home = StateHome::of(&Project::open(dir.as_ref())?, &args.choice, console)?;
    let store = home.read()?;
    let state = store.state();
    let one = what.parse::<Address>();
    let component = std::slice::from_ref(what);
    let entries: Vec<&Entry> = match &one {
        Ok(address) => vec![state.show(address).map_err(|error| state_error(&error))?],
        Err(_) => state.list(component).collect(),
    };
    if let (true, Err(error)) = (entries.is_empty(), &one) {
        return Err(CommandError::usage(format!(
            "the state has no component `{what}`, and this is not an address: {error}"
        ))
        .hint("`infra state list` shows what there is"));
    }
    if console.json {
        let shown = entries.iter().map(|entry| whole(entry));
        console.print_json(&match one {
            Ok(_) => shown.collect::<Vec<_>>().remove(0),
            Err(_) => Json::Array(shown.collect()),
        });
        return Ok(Exit::Done);
    }
    let pages: Vec<String> = entries
        .iter()
        .map(|entry| page_of(entry, state, console))
        .collect();
    console.print(&pages.join("\n"));
    Ok(Exit::Done)
}

fn whole(entry: &Entry) -> Json {
    let mut object = brief(entry, false);
    object["attributes"] = plain(&entry.attributes);
    object["authored"] = json!(entry.draft.authored.keys().collect::<Vec<_>>());
    object["depends"] = json!(entry.draft.depends);
    object
}

fn page_of(entry: &Entry, state: &infra_engine::state::State, console: &Console) -> String {
    let mut page = format!(
        "{}\n",
        console
            .out
            .paint(Style::Heading, &text::line(&entry.of.to_string()))
    );
    let mut line =
        |name: &str, words: &str| page.push_str(&format!("  {name:<10} {}\n", text::line(words)));
    line("id", &entry.id);
    line("provider", &entry.draft.provider);
    if entry.status != Status::Ready {
        line("status", status(entry.status));
    }
    if let Some(why) = &entry.draft.guard.protect {
        line("protected", why);
    }
    for address in &entry.draft.depends {
        line("needs", &address.to_string());
    }
    if let Some(failure) = state.failure(entry.address()) {
        line(
            "failed",
            &format!("{}: {}", failure.action.word(), failure.message),
        );
    }
    let column = entry
        .attributes
        .keys()
        .map(|name| text::width(name))
        .max()
        .unwrap_or(0);
    page.push_str(&format!(
        "\n  {}\n",
        console.out.paint(Style::Quiet, "what a plan compares: *")
    ));
    for (name, value) in entry.attributes.iter() {
        let mark = if entry.draft.authored.contains_key(name) {
            "*"
        } else {
            " "
        };
        let name = text::pad(&text::line(name), column);
        page.push_str(&format!(
            "  {mark} {name} = {}\n",
            text::line(&value.to_string())
        ));
    }
    page
}

fn rm(args: &StateRm, console: &Console, env: &Environment) -> Outcome {
    let (dir, addresses) = split(&args.words, 1)?;
    let home = StateHome::of(&Project::open(dir.as_ref())?, &args.choice, console)?;
    let mut store = home.open(env, "infra state rm")?;
    let forgotten = store.forget(&addresses);
    let closed = store.close();
    forgotten
        .and(closed.map(drop))
        .map_err(|error| state_error(&error))?;
    let number = text::count(addresses.len(), "resource");
    console.note(&format!(
        "{number} forgotten; the cloud keeps what was there.\n"
    ));
    Ok(Exit::Done)
}

fn mv(args: &StateMv, console: &Console, env: &Environment) -> Outcome {
    let (dir, from, to) = match args.words.as_slice() {
        [dir, from, to] => (dir.as_str(), from, to),
        [from, to] => (".", from, to),
        _ => {
            return Err(CommandError::usage(
                "`infra state mv` takes an old and a new address",
            ));
        }
    };
    let home = StateHome::of(&Project::open(dir.as_ref())?, &args.choice, console)?;
    let addresses = match (from.parse::<Address>(), to.parse::<Address>()) {
        (Ok(from), Ok(to)) => Some((from, to)),
        (Err(_), Err(_)) => None,
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => {
            return Err(CommandError::usage(error.to_string()).hint(
                "a resource gets the address of a resource, and a component that of a component",
            ));
        }
    };
    let mut store = home.open(env, "infra state mv")?;
    let moved = match &addresses {
        Some((from, to)) => store.rename(from, to).map(|()| 1),
        None => store.rename_component(from, to),
    };
    let closed = store.close();
    let moved = moved
        .and_then(|moved| closed.map(|_| moved))
        .map_err(|error| state_error(&error))?;
    let words = match &addresses {
        Some((from, to)) => format!("{from} is now {to}."),
        None => format!(
            "{from} is now {to}, with {}.",
            text::count(moved, "resource")
        ),
    };
    console.note(&format!("{}\n", text::line(&words)));
    console.note("Rename it in the program too, or the next plan replaces it.\n");
    Ok(Exit::Done)
}

/// The directory, when the first word is no address and more words than `least` are there; then the addresses.
fn split(words: &[String], least: usize) -> Result<(&str, Vec<Address>), CommandError> {
    let (dir, rest) = match words {
        [first, rest @ ..] if rest.len() >= least && first.parse::<Address>().is_err() => {
            (first.as_str(), rest)
        }
        all => (".", all),
    };
    let addresses: Result<Vec<Address>, _> = rest.iter().map(|word| word.parse()).collect();
    let addresses = addresses.map_err(|error: infra_model::address::AddressError| {
        CommandError::usage(error.to_string())
    })?;
    Ok((dir, addresses))
}

fn is_within(address: &Address, prefixes: &[String]) -> bool {
    let text = address.to_string();
    let begins = |prefix: &String| {
        text.strip_prefix(prefix.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[', '.']))
    };
    prefixes.is_empty() || prefixes.iter().any(begins)
}

fn brief(entry: &Entry, deposed: bool) -> Json {
    json!({
        "address": entry.address().to_string(),
        "type": entry.address().type_name,
        "generation": entry.of.generation,
        "deposed": deposed,
        "provider": entry.draft.provider,
        "id": entry.id,
        "status": status(entry.status),
        "protect": entry.draft.guard.protect,
    })
}

fn plain(record: &infra_model::Record) -> Json {
    let object: Map<_, _> = record
        .iter()
        .map(|(name, value)| (name.clone(), to_plain(value)))
        .collect();
    Json::Object(object)
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Ready => "ready",
        Status::Creating => "creating",
        Status::Unsettled => "unsettled",
    }
}

fn remark(entry: &Entry) -> &'static str {
    match entry.status {
        Status::Ready => "",
        Status::Creating => "  (its creation was interrupted; the next run completes it)",
        Status::Unsettled => "  (its creation was not completed)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_the_directory_when_it_is_no_address() {
        let owned = |given: &[&str]| given.iter().map(ToString::to_string).collect::<Vec<_>>();
        let words = owned(&["examples/51desk", "aws.vpc.desk"]);
        let (dir, addresses) = split(&words, 1).expect("both are understood");
        assert_eq!((dir, addresses.len()), ("examples/51desk", 1));
        let words = owned(&["aws.vpc.a", "aws.vpc.b"]);
        assert_eq!(split(&words, 1).expect("two addresses").0, ".");
        let error = split(&owned(&["data"]), 1).expect_err("it is neither");
        assert!(
            error.message.contains("it has no type"),
            "{}",
            error.message
        );
    }
}
