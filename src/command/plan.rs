//! `infra plan`

use std::path::Path;

use infra_engine::plan as engine;
use infra_engine::state::State;

use super::drift;
use super::leave::leave;
use super::session::{Clouds, Session};
use crate::args::Plan;
use crate::error::{CommandError, ErrorKind, Exit, Outcome};
use crate::runtime;
use crate::schemas::AllSchemas;
use crate::show::{Console, text};
use crate::world::Environment;

pub fn run(args: &Plan, console: &Console, env: &Environment) -> Outcome {
    let mut session = Session::open(&args.planning, false, console, env)?;
    if args.refresh_only {
        let found = drift::show(session)?;
        return Ok(match args.detailed_exitcode && found {
            true => Exit::Changes,
            false => Exit::Done,
        });
    }
    session.announce();
    let store = session.home.read()?;
    session.warn_of_leftovers(&store);
    if store.is_interrupted() {
        console.warn(
            "an earlier run was interrupted; `infra apply` finds out how its last steps ended",
        );
    }
    let outcome = runtime::new()?.block_on(async {
        let clouds = session.connect(store.state()).await?;
        let planned = planned(&mut session, store.state(), &clouds).await;
        clouds.close().await;
        let (plan, schemas) = planned?;
        let shown = console.json.then(|| session.document(&plan));
        if shown.is_none() {
            console.print(&session.render(&plan, store.state(), &schemas));
        }
        // What fails now is told in the same document as the plan.
        if let Some(file) = &args.out
            && let Err(error) = save(&session, &plan, store.state(), file)
        {
            return Err(match shown {
                Some(shown) => error.plan(shown),
                None => error,
            });
        }
        let never = plan
            .refusals
            .iter()
            .filter(|it| matches!(it, engine::Refusal::Forbidden { .. }))
            .count();
        if never > 0 {
            let reasons = text::count(never, "reason");
            let error = CommandError::new(
                ErrorKind::Refused,
                format!("no option allows this plan to be applied ({reasons} above)"),
            );
            return Err(match shown {
                Some(shown) => error.plan(shown),
                None => error,
            });
        }
        if let Some(shown) = shown {
            console.print_json(&shown);
        }
        let exit = match args.detailed_exitcode && !plan.is_empty() {
            true => Exit::Changes,
            false => Exit::Done,
        };
        leave((plan, schemas));
        Ok(exit)
    });
    // The store was opened for reading: it holds no lock.
    leave((session, store));
    outcome
}

/// Saves the plan, if it may be applied.
fn save(
    session: &Session<'_>,
    plan: &engine::Plan,
    state: &State,
    file: &Path,
) -> Result<(), CommandError> {
    if !plan.refusals.is_empty() {
        let refused = text::count(plan.refusals.len(), "reason");
        return Err(CommandError::new(
            ErrorKind::Refused,
            format!("the plan was not saved: it cannot be applied ({refused} above)"),
        ));
    }
    session.save(plan, state).write(file)?;
    let words = format!(
        "\nSaved. `infra apply {}` does exactly this.\n",
        text::shell(&file.display().to_string())
    );
    session.console.note(&text::block(&words));
    Ok(())
}

async fn planned(
    session: &mut Session<'_>,
    state: &State,
    clouds: &Clouds,
) -> Result<(engine::Plan, AllSchemas), CommandError> {
    session.answer_lookups(clouds).await?;
    let schemas = session.schemas(state);
    let refreshed = session.refresh(state, clouds, &schemas).await?;
    let plan = session.plan(state, clouds, &schemas, &refreshed)?;
    leave(refreshed);
    Ok((plan, schemas))
}
