//! `infra plan`

use infra_engine::plan as engine;
use infra_engine::state::State;

use super::session::{Clouds, Session};
use crate::args::Plan;
use crate::error::{CommandError, Exit, Outcome};
use crate::runtime;
use crate::schemas::AllSchemas;
use crate::show::{Console, plan_json};
use crate::world::Environment;

pub fn run(args: &Plan, console: &Console, env: &Environment) -> Outcome {
    let mut session = Session::open(&args.planning, false, console, env)?;
    session.announce();
    let store = session.home.read()?;
    session.warn_of_leftovers(&store);
    if store.is_interrupted() {
        console
            .warn("an earlier run was interrupted; apply finds out what became of its last steps");
    }
    runtime::new()?.block_on(async {
        let clouds = session.connect(store.state()).await?;
        let planned = planned(&mut session, store.state(), &clouds).await;
        clouds.close().await;
        let (plan, schemas) = planned?;
        if console.json {
            console.print_json(&plan_json::plan(&plan, session.places()));
        } else {
            console.print(&session.render(&plan, store.state(), &schemas));
        }
        Ok(match args.detailed_exitcode && !plan.is_empty() {
            true => Exit::Changes,
            false => Exit::Done,
        })
    })
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
    Ok((plan, schemas))
}
