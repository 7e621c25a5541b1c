//! `infra drift`, and `--refresh-only` of plan and apply: what was changed outside of infra.

use std::collections::{BTreeMap, BTreeSet};

use infra_engine::plan::{self, Drift, Refreshed};
use infra_engine::state::State;
use infra_lang::World;
use serde_json::{Value as Json, json};

use super::apply::{agreed, close, must_be_answerable};
use super::session::{Clouds, Session};
use crate::args::{self, Planning};
use crate::error::{CommandError, ErrorKind, Exit, Outcome};
use crate::runtime;
use crate::show::{Console, plan_json, text};
use crate::store::state_error;
use crate::world::{self, Environment};
use crate::write_back::{WriteBack, write_back};

/// What can be done about drift.
const ANSWERS: &str = "\n`infra apply` restores what the program says, `infra drift --write` lets the program say it, \
    and `infra apply --refresh-only` the state alone.\n";

/// The question before the state takes what the cloud says.
const QUESTION: &str = "Type yes to accept these changes into the state: ";

pub fn run(args: &args::Drift, console: &Console, env: &Environment) -> Outcome {
    let planning = Planning::reading(&args.directory, &args.inputs, &args.cloud);
    let session = Session::open(&planning, false, console, env)?;
    let found = match args.write {
        true => write(session)?,
        false => show(session)?,
    };
    Ok(match found {
        true => Exit::Changes,
        false => Exit::Done,
    })
}

/// Shows what was changed; whether anything was.
pub fn show(mut session: Session<'_>) -> Result<bool, CommandError> {
    let drift = find(&mut session)?;
    match session.console.json {
        true => session.console.print_json(&json(&drift, None, &session)),
        false => print(&drift, &session),
    }
    if !drift.is_empty() {
        session.console.note(ANSWERS);
    }
    Ok(!drift.is_empty())
}

/// Writes what was changed into the program; whether something is left for a person.
fn write(mut session: Session<'_>) -> Result<bool, CommandError> {
    let drift = find(&mut session)?;
    let project = &session.project;
    let is_ours = |path: &str| infra_stdlib::file(path).is_none() && project.read(path).is_some();
    let desired = &session.evaluation().desired;
    let problem = |files: &BTreeMap<String, String>| session.problem_of(files);
    let back = write_back(&drift, desired, session.sources(), &is_ours, &problem);
    for (path, text) in &back.files {
        world::replace_file(&project.path(path), text)?;
    }
    if session.console.json {
        session
            .console
            .print_json(&json(&drift, Some(&back), &session));
    } else {
        print(&drift, &session);
        session.console.print(&told(&back, &session));
    }
    Ok(!back.left.is_empty())
}

/// Lets the state say what the cloud says; the cloud stays as it is.
pub fn accept(mut session: Session<'_>, yes: bool) -> Outcome {
    let console = session.console;
    let command = "infra apply --refresh-only";
    must_be_answerable(console, command, yes)?;
    session.announce();
    let mut store = session.home.open(session.env, command)?;
    session.warn_of_leftovers(&store);
    let accepted = runtime::new()?.block_on(async {
        let clouds = session.connect(store.state()).await?;
        let accepted = async {
            session.answer_lookups(&clouds).await?;
            let schemas = session.schemas(store.state());
            let refreshed = session.prepare(&mut store, &clouds, &schemas).await?;
            let drift = drift(&session, store.state(), &refreshed);
            match console.json {
                true => console.print_json(&json(&drift, None, &session)),
                false => print(&drift, &session),
            }
            if !drift.is_empty() && !yes && !agreed(QUESTION, console) {
                return Err(CommandError::new(
                    ErrorKind::Refused,
                    "nothing was done: the answer was not yes",
                ));
            }
            plan::accept(&mut store, &refreshed).map_err(|error| state_error(&error))?;
            if !drift.is_empty() {
                console.note("The state has these changes now; the next plan shows where the program differs.\n");
            }
            Ok(Exit::Done)
        }
        .await;
        clouds.close().await;
        accepted
    });
    let closed = close(store);
    accepted.and_then(|exit| closed.map(|()| exit))
}

/// Asks the clouds, and changes nothing.
fn find(session: &mut Session<'_>) -> Result<Vec<Drift>, CommandError> {
    session.announce();
    let store = session.home.read()?;
    session.warn_of_leftovers(&store);
    let state = store.state();
    runtime::new()?.block_on(async {
        let clouds = session.connect(state).await?;
        let found = read(session, state, &clouds).await;
        clouds.close().await;
        found
    })
}

async fn read(
    session: &mut Session<'_>,
    state: &State,
    clouds: &Clouds,
) -> Result<Vec<Drift>, CommandError> {
    session.answer_lookups(clouds).await?;
    let schemas = session.schemas(state);
    let refreshed = session.refresh(state, clouds, &schemas).await?;
    Ok(drift(session, state, &refreshed))
}

fn drift(session: &Session<'_>, state: &State, refreshed: &Refreshed) -> Vec<Drift> {
    plan::drift(state, &session.evaluation().desired.instances, refreshed)
}

fn print(drift: &[Drift], session: &Session<'_>) {
    let page = match drift.is_empty() {
        true => "Nothing was changed outside of infra.\n".to_owned(),
        false => session.render_drift(drift),
    };
    session.console.print(&page);
}

/// What was written and what is left, with places.
fn told(back: &WriteBack, session: &Session<'_>) -> String {
    let places = session.places();
    let mut page = String::new();
    if !back.written.is_empty() {
        let fields = text::count(back.written.len(), "field");
        page.push_str(&format!("\nWritten into the program: {fields}\n"));
        for one in &back.written {
            let place = places.short(Some(one.span));
            let line = format!("{place}  {} of {} = {}", one.field, one.address, one.value);
            page.push_str(&format!("  {}\n", text::line(&line)));
        }
    }
    if !back.left.is_empty() {
        page.push_str("\nTo do by hand\n");
        for one in &back.left {
            let what = match &one.field {
                Some(field) => format!("{field} of {}", one.address),
                None => one.address.to_string(),
            };
            let place = places.short(one.span);
            let line = format!("{place}  {what}: {}", one.why);
            page.push_str(&format!("  {}\n", text::line(line.trim_start())));
        }
    }
    page
}

fn json(drift: &[Drift], back: Option<&WriteBack>, session: &Session<'_>) -> Json {
    let places = session.places();
    let gone: BTreeSet<String> = drift
        .iter()
        .filter(|one| one.gone)
        .map(|one| one.address.to_string())
        .collect();
    let mut page = json!({
        "drift": drift.iter().map(plan_json::drift).collect::<Vec<_>>(),
        "summary": { "changed": drift.len() - gone.len(), "gone": gone.len() },
    });
    if let Some(back) = back {
        let written = back.written.iter().map(|one| {
            let mut object = json!({ "address": one.address.to_string(), "field": one.field });
            places.add_to(&mut object, Some(one.span));
            object
        });
        page["written"] = written.collect();
        let left = back.left.iter().map(|one| {
            let mut object = json!({
                "address": one.address.to_string(),
                "field": one.field,
                "why": one.why,
            });
            places.add_to(&mut object, one.span);
            object
        });
        page["left"] = left.collect();
    }
    page
}
