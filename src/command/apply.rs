//! `infra apply`

use infra_engine::apply::{
    self, ApplyError, ApplyEvent, ApplyInput, ApplyOptions, ApplyReport, Cancel, Progress, Stage,
};
use infra_engine::plan::Plan;
use infra_engine::state::Store;
use infra_model::Value;

use super::leave::leave;
use super::session::{Clouds, Session};
use super::{drift, import, output};
use crate::args::{Apply, Going};
use crate::error::{CommandError, ErrorKind, Exit, Outcome};
use crate::runtime::{self, Signals};
use crate::saved::SavedPlan;
use crate::show::events::Events;
use crate::show::progress::{StepLines, elapsed};
use crate::show::style::Style;
use crate::show::{Console, plan_json, report, text};
use crate::store::state_error;
use crate::world::{self, Environment};

pub fn run(args: &Apply, console: &Console, env: &Environment) -> Outcome {
    let given = &args.planning;
    // A file in the place of the directory is a saved plan.
    let positional = Some(&given.directory.dir).filter(|path| path.is_file());
    if let Some(file) = args.plan.as_ref().or(positional) {
        let saved = SavedPlan::read(file)?;
        let planning = saved.planning(given)?;
        let session = Session::open(&planning, false, console, env)?;
        return carry_out(
            session,
            Verb::Apply,
            args.going.clone().agreed(),
            Some(&saved),
        );
    }
    let session = Session::open(given, false, console, env)?;
    if args.refresh_only {
        return drift::accept(session, args.going.yes);
    }
    carry_out(session, Verb::Apply, args.going.clone(), None)
}

/// What is being done, for the words of questions and endings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Apply,
    Destroy,
    /// Taking something over, which changes nothing in the cloud.
    Import,
}

impl Verb {
    fn command(self) -> &'static str {
        match self {
            Verb::Apply => "infra apply",
            Verb::Destroy => "infra destroy",
            Verb::Import => "infra import",
        }
    }

    fn question(self) -> &'static str {
        match self {
            Verb::Apply | Verb::Import => "Type yes to do this: ",
            Verb::Destroy => "Type yes to delete all of this: ",
        }
    }
}

/// Plans under the lock, asks, applies, and says how it ended.
/// A saved plan must be what is planned now.
pub fn carry_out(
    mut session: Session<'_>,
    verb: Verb,
    going: Going,
    saved: Option<&SavedPlan>,
) -> Outcome {
    must_be_answerable(session.console, verb.command(), going.yes)?;
    let events = match &going.events {
        Some(path) => Some(Events::open(path)?),
        None => None,
    };
    if session.console.json && events.as_ref().is_some_and(Events::are_on_stdout) {
        return Err(CommandError::usage(
            "`--json` and `--events -` cannot both have standard output",
        )
        .hint("write the events to a file: `--events FILE`"));
    }
    session.announce();
    let mut store = session.home.open(session.env, verb.command())?;
    session.warn_of_leftovers(&store);
    let outcome = runtime::new()?.block_on(async {
        let clouds = match session.connect(store.state()).await {
            Ok(clouds) => clouds,
            Err(error) => return close(store).and(Err(error)),
        };
        let run = Undertaking {
            verb,
            going: &going,
            saved,
            events: events.as_ref(),
        };
        let outcome = attempt(&mut session, &mut store, &clouds, run).await;
        clouds.close().await;
        let closed = close(store);
        outcome.and_then(|exit| closed.map(|()| exit))
    });
    if let Some(events) = &events {
        if let Err(error) = &outcome {
            events.failed(error);
        }
        if let Some(failure) = events.failure() {
            session.console.warn(&failure);
        }
    }
    leave(session);
    outcome
}

/// What is to be done, and how.
#[derive(Clone, Copy)]
struct Undertaking<'a> {
    verb: Verb,
    going: &'a Going,
    saved: Option<&'a SavedPlan>,
    events: Option<&'a Events>,
}

impl Undertaking<'_> {
    /// Shows plan or results to people: on standard output, unless events have it for themselves.
    fn show(self, console: &Console, text: &str) {
        match self.events.is_some_and(Events::are_on_stdout) {
            true => console.note(text),
            false if !console.json => console.print(text),
            false => {}
        }
    }
}

/// Progress for people and for other programs.
struct Told<'a> {
    lines: &'a StepLines<'a>,
    events: Option<&'a Events>,
}

impl Progress for Told<'_> {
    fn event(&self, event: &ApplyEvent<'_>) {
        self.lines.event(event);
        if let Some(events) = self.events {
            events.event(event);
        }
    }
}

/// Somebody must be there for the question, or have answered it already.
pub fn must_be_answerable(console: &Console, command: &str, yes: bool) -> Result<(), CommandError> {
    if yes || (!console.json && console.asks) {
        return Ok(());
    }
    Err(CommandError::new(
        ErrorKind::Refused,
        "this needs a confirmation, and standard input is not a terminal",
    )
    .hint(format!("review the plan, then run `{command} --yes`")))
}

pub fn close(store: Store) -> Result<(), CommandError> {
    store
        .close()
        .map(leave)
        .map_err(|error| state_error(&error))
}

async fn attempt(
    session: &mut Session<'_>,
    store: &mut Store,
    clouds: &Clouds,
    run: Undertaking<'_>,
) -> Outcome {
    let Undertaking {
        verb,
        going,
        saved,
        events,
    } = run;
    let console = session.console;
    if let Some(saved) = saved {
        saved.check(session.digest(), store.state())?;
    }
    session.answer_lookups(clouds).await?;
    let schemas = session.schemas(store.state());
    let refreshed = session.prepare(store, clouds, &schemas).await?;
    let plan = session.plan(store.state(), clouds, &schemas, &refreshed)?;
    if let Some(saved) = saved {
        let shown = plan_json::plan(&plan, session.places());
        saved.demand_same(&plan, shown, store.state())?;
    }
    if verb == Verb::Import {
        import::demand_adoption(&plan)?;
    }
    if let Some(events) = events {
        events.planned(&plan);
    }
    if !console.json {
        run.show(console, &session.render(&plan, store.state(), &schemas));
    }
    if !plan.refusals.is_empty() {
        let refused = text::count(plan.refusals.len(), "reason");
        let refusal = CommandError::new(
            ErrorKind::Refused,
            format!("nothing was done: the plan cannot be applied ({refused} above)"),
        );
        return Err(refusal.plan(session.document(&plan)));
    }
    if plan.is_empty() && console.json {
        let planned = session.document(&plan);
        console.print_json(&report::json(&ApplyReport::default(), &plan, planned));
        return Ok(Exit::Done);
    }
    if !plan.is_empty() && !going.yes && !agreed(verb.question(), console) {
        return Err(CommandError::new(
            ErrorKind::Refused,
            "nothing was done: the answer was not yes",
        ));
    }
    let start_ms = clouds.timer.now_ms();
    let cancel = Cancel::new();
    let lines = StepLines::new(console, &*clouds.timer, plan.steps.len());
    let name: [u8; 12] = world::random()?;
    let mut options = ApplyOptions::new(
        name.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>(),
    );
    if let Some(steps) = going.parallelism {
        options.concurrency = steps as usize;
    }
    let input = ApplyInput {
        plan: &plan,
        resolver: session.evaluation(),
        schemas: &schemas,
        providers: &clouds.providers,
        timer: &*clouds.timer,
        progress: &Told {
            lines: &lines,
            events,
        },
        cancel: &cancel,
        options: &options,
    };
    let work = apply::apply(store, &input);
    let ended = until_stopped(work, &cancel, &lines, events).await;
    lines.finish();
    let took_ms = clouds.timer.now_ms().saturating_sub(start_ms);
    let outcome = conclude(session, run, &plan, ended, took_ms, &cancel);
    leave((plan, schemas, refreshed));
    outcome
}

pub fn agreed(question: &str, console: &Console) -> bool {
    let question = console.err.paint(Style::Heading, question);
    console.ask_anew(&question).as_deref() == Some("yes")
}

/// Runs the apply; the first signal drains it, the second stops it.
async fn until_stopped<T>(
    work: impl Future<Output = T>,
    cancel: &Cancel,
    lines: &StepLines<'_>,
    events: Option<&Events>,
) -> T {
    let mut work = std::pin::pin!(work);
    let Ok(mut signals) = Signals::listen() else {
        return work.await;
    };
    let mut beat = runtime::beat();
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = beat.tick() => lines.beat(),
            () = signals.next() => {
                cancel.request();
                if let Some(events) = events {
                    events.stopping(cancel.stage());
                }
                lines.say(match cancel.stage() {
                    Stage::Stopped => "Stopping at once; the next run finds out how the running steps ended.",
                    _ => "Stopping after the running steps; no new steps start. Interrupt again to stop at once.",
                });
            }
        }
    }
}

fn conclude(
    session: &Session<'_>,
    run: Undertaking<'_>,
    plan: &Plan,
    ended: Result<ApplyReport, ApplyError>,
    took_ms: u64,
    cancel: &Cancel,
) -> Outcome {
    let console = session.console;
    let (done, failure) = match ended {
        Ok(report) => (report, None),
        Err(ApplyError::State { error, report }) => (*report, Some(state_error(&error))),
        Err(error) => return Err(CommandError::new(ErrorKind::State, error.to_string())),
    };
    if let Some(events) = run.events {
        events.ended(&done, took_ms);
    }
    if console.json {
        console.print_json(&report::json(&done, plan, session.document(plan)));
    } else if !plan.is_empty() {
        let (cut_off, took) = (failure.is_some(), elapsed(took_ms));
        run.show(
            console,
            &report::render(&done, plan, cut_off, &took, console.out),
        );
    }
    for error in &done.broken {
        console.warn(&error.message);
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    if !console.json && !done.outputs.is_empty() {
        // What waits for something that was not made has no value to show.
        let known = done.outputs.iter().filter(|it| it.value.is_known());
        let outputs: Vec<(&str, &Value)> = known
            .map(|output| (output.name.as_str(), &output.value))
            .collect();
        if !outputs.is_empty() {
            run.show(console, &format!("\n{}", output::table(&outputs, console)));
        }
    }
    if done.is_complete() {
        return Ok(Exit::Done);
    }
    let message = match cancel.stage() {
        Stage::Running => "not everything was done",
        Stage::Draining | Stage::Stopped => "the run was stopped before its end",
    };
    Err(CommandError::new(ErrorKind::Incomplete, message)
        .hint("everything done is recorded; run the same command again to continue"))
}
