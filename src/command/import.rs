//! `infra import`: what exists already becomes part of a program, and nothing changes in the cloud.

use std::path::Path;

use infra_engine::plan::{Action, Plan};
use infra_engine::providers::SchemaSource;
use infra_engine::state::State;
use infra_lang::{suggest, syntax};
use infra_model::{Address, FileId, Record};
use infra_sdk::{Observed, Target};
use serde_json::json;

use super::apply::{Verb, carry_out};
use super::session::Session;
use crate::args::{Directory, Going, Import, Planning};
use crate::edited_project::{self, LeftOut};
use crate::error::{CommandError, ErrorKind, Exit, Outcome};
use crate::runtime;
use crate::schemas::AllSchemas;
use crate::show::Console;
use crate::show::declaration::declaration;
use crate::world::{self, Environment};

pub fn run(args: &Import, console: &Console, env: &Environment) -> Outcome {
    let (dir, address, id) = words(&args.words)?;
    let directory = Directory { dir: dir.into() };
    let mut planning = Planning::reading(&directory, &args.inputs, &args.cloud);
    planning.target = vec![address.to_string()];
    let mut session = Session::open(&planning, false, console, env)?;
    let store = session.home.read()?;
    if store.state().entry(&address).is_some() {
        return Err(
            CommandError::usage(format!("the state has {address} already")).hint(format!(
                "`infra state show {address}` shows it; `infra state rm` lets go of it"
            )),
        );
    }
    if session.declares(&address) {
        if args.write.is_some() {
            return Err(CommandError::usage(format!(
                "the program declares {address} already, so there is nothing to write"
            ))
            .hint("import it without `--write`"));
        }
        session.import(&address, id);
        return carry_out(session, Verb::Import, Going::UNASKED, None);
    }
    if !address.path.is_empty() || address.key.is_some() {
        return Err(CommandError::usage(format!(
            "{address} belongs to a component or a `for`, so infra cannot write its declaration"
        ))
        .hint("declare it first; `infra import` then takes it into the state"));
    }
    let Found {
        text,
        left_out,
        untold,
    } = read(&mut session, store.state(), &address, id)?;
    for LeftOut { field, why } in &left_out {
        console.note(&format!(
            "Left out: `{field}`: {why}. `@ignore({field})` above the declaration keeps what the cloud has.\n",
        ));
    }
    if !untold.is_empty() {
        console.note(&format!(
            "The cloud does not report {}; infra assumes the defaults. Set the fields that differ.\n",
            untold.join(", ")
        ));
    }
    let Some(file) = &args.write else {
        let line = format!("import {address} = {}\n", infra_model::Value::string(id));
        match console.json {
            true => console.print_json(
                &json!({
                    "address": address.to_string(),
                    "id": id,
                    "declaration": text,
                    "import": line.trim_end(),
                    "left_out": left_out.iter().map(|it| json!({ "field": it.field, "why": it.why })).collect::<Vec<_>>(),
                }),
            ),
            false => console.print(&format!("{text}\n{line}")),
        }
        console.note(
            "\nAdd this to the program, and `infra apply` imports it; `--write FILE` does both.\n",
        );
        return Ok(Exit::Done);
    };
    drop(session);
    write(
        file,
        &text,
        |console, env| {
            let mut session = Session::open(&planning, false, console, env)?;
            if !session.declares(&address) {
                return Err(CommandError::usage(format!(
                    "`{}` is not a file of the program in `{dir}`",
                    file.display()
                )));
            }
            session.import(&address, id);
            carry_out(session, Verb::Import, Going::UNASKED, None)
        },
        console,
        env,
    )
}

/// `[DIR] ADDRESS ID`
fn words(words: &[String]) -> Result<(&str, Address, &str), CommandError> {
    let (dir, address, id) = match words {
        [dir, address, id] => (dir.as_str(), address, id),
        [address, id] => (".", address, id),
        _ => {
            return Err(CommandError::usage(
                "`infra import` takes an address and an id, after a directory if it is not this one",
            ));
        }
    };
    let address = address
        .parse()
        .map_err(|error: infra_model::address::AddressError| {
            CommandError::usage(error.to_string())
        })?;
    Ok((dir, address, id))
}

/// What was found in the cloud.
struct Found {
    /// Its declaration.
    text: String,
    /// The fields that the cloud tells and a program cannot say.
    left_out: Vec<LeftOut>,
    /// The fields that it may have, and that a cloud does not tell.
    untold: Vec<String>,
}

/// Asks the cloud for the thing.
fn read(
    session: &mut Session<'_>,
    state: &State,
    address: &Address,
    id: &str,
) -> Result<Found, CommandError> {
    let schemas = AllSchemas::library();
    let schema = schemas.schema(&address.type_name).ok_or_else(|| {
        let error =
            CommandError::usage(format!("there is no resource type `{}`", address.type_name));
        match suggest::nearest(&address.type_name, schemas.type_names()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("`infra types` lists them"),
        }
    })?;
    let attributes = runtime::new()?.block_on(async {
        let clouds = session.connect(state).await?;
        let target = Target {
            address: address.clone(),
            id: id.to_owned(),
            prior: Record::new(),
        };
        let seen = match clouds.providers.get(address.provider()) {
            Some(provider) => provider
                .read(&address.type_name, &[target])
                .await
                .map_err(|failure| CommandError::new(ErrorKind::Cloud, failure.to_string())),
            None => Err(CommandError::usage(format!(
                "the program does not configure the provider `{}`",
                address.provider()
            ))
            .hint(format!("write `provider {} {{ … }}`", address.provider()))),
        };
        clouds.close().await;
        match seen?.into_iter().next() {
            Some(Observed::Present(attributes)) => Ok(attributes),
            _ => Err(CommandError::new(
                ErrorKind::Cloud,
                format!("the cloud has no {} with the id `{id}`", address.type_name),
            )
            .hint("check the id, the account and the region")),
        }
    })?;
    // A firewall may name itself.
    let name_of = |known: &str| match known == id {
        true => Some(address.name.clone()),
        false => name_of(state, known),
    };
    let text = declaration(address, schema, &attributes, &name_of);
    let (text, left_out) = edited_project::acceptable(&session.project, schema, text);
    let (tree, _) = syntax::parse(FileId(0), &text);
    let unread = schema.fields.iter().filter(|field| field.unread);
    let untold = unread.filter(|field| !attributes.contains_key(&field.name));
    Ok(Found {
        left_out: left_out.into_iter().collect(),
        untold: untold.map(|field| format!("`{}`", field.name)).collect(),
        text: infra_lang::format(&tree, &text).unwrap_or(text),
    })
}

/// The name under which the program's own file knows a managed resource.
fn name_of(state: &State, id: &str) -> Option<String> {
    let mut fitting = state.entries().values().filter(|entry| entry.id == id);
    let address = fitting.next()?.address();
    let is_ours = address.path.is_empty() && fitting.next().is_none();
    let key = address.to_string();
    let rest = key.strip_prefix(&format!("{}.", address.type_name))?;
    is_ours.then(|| rest.to_owned())
}

/// Appends the text, does the work, and takes the text back when that fails.
fn write(
    file: &Path,
    text: &str,
    work: impl FnOnce(&Console, &Environment) -> Outcome,
    console: &Console,
    env: &Environment,
) -> Outcome {
    let old = match file.exists() {
        true => Some(world::read_named_file(file)?),
        false => None,
    };
    let between = match old.as_deref() {
        None | Some("") => "",
        Some(old) if old.ends_with('\n') => "\n",
        Some(_) => "\n\n",
    };
    let new = format!("{}{between}{text}", old.as_deref().unwrap_or_default());
    match &old {
        Some(_) => world::replace_file(file, &new)?,
        None => world::write_named_file(file, &new)?,
    }
    let outcome = work(console, env);
    if outcome.is_err() {
        match &old {
            Some(old) => world::replace_file(file, old)?,
            None => world::remove_file(file)?,
        }
        console.note("The change to the program was undone.\n");
    }
    outcome
}

/// An import must change nothing in the cloud.
pub fn demand_adoption(plan: &Plan) -> Result<(), CommandError> {
    let mut fields = Vec::new();
    for change in &plan.changes {
        if change.action != Action::Adopt {
            return Err(CommandError::new(
                ErrorKind::Refused,
                format!(
                    "nothing was done: beside the import, {} would need {}",
                    change.address, change.action
                ),
            )
            .hint("run `infra apply` first, and import then"));
        }
        fields.extend(
            change
                .fields
                .iter()
                .map(|field| format!("`{}`", field.name)),
        );
    }
    match fields.is_empty() {
        true => Ok(()),
        false => Err(CommandError::new(
            ErrorKind::Refused,
            format!(
                "nothing was done: the program and the cloud differ in {}",
                fields.join(", ")
            ),
        )
        .hint("write the fields as they are; or write `import ADDRESS = \"ID\"` into the program, and `infra apply` changes them")),
    }
}
