//! What plan, apply and destroy have in common: from the directory to a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_engine::plan::{self, Drift, Plan, PlanError, PlanInput, PlanOptions, Refreshed};
use infra_engine::providers::Providers;
use infra_engine::state::{State, Store};
use infra_engine::{Answers, PrepareError, Unanswered, answer_lookups};
use infra_lang::{Diagnostic, Evaluation, Sources, World};
use infra_model::desired::Import;
use infra_model::{Address, Desired, Value};
use infra_sdk::Timer;
use infra_sim::Running;

use crate::args::Planning;
use crate::clouds::{self, Surroundings};
use crate::consent::Consent;
use crate::edited_project;
use crate::error::{CommandError, ErrorKind};
use crate::program::{self, Program};
use crate::renames;
use crate::saved::SavedPlan;
use crate::schemas::AllSchemas;
use crate::selection;
use crate::show::place::Places;
use crate::show::plan::{Background, PlanView};
use crate::show::progress::Waiting;
use crate::show::{Console, plan_json, problems, text};
use crate::simulated;
use crate::store::{StateHome, identity, state_error};
use crate::world::{Environment, Project, RealTimer};

/// What a plan waits for.
const READING: &str = "reading the current state from the cloud";

/// A program with its inputs, read and evaluated: everything that needs no cloud.
pub struct Session<'a> {
    pub args: &'a Planning,
    pub console: &'a Console,
    pub env: &'a Environment,
    pub project: Project,
    program: Program,
    evaluation: Evaluation,
    /// The answers to lookups so far.
    answers: Answers,
    pub home: StateHome,
    /// What the program's things are known by in the cloud.
    identity: String,
    options: PlanOptions,
    /// What the command line imports, beside what the program says.
    imports: Vec<Import>,
    consent: Consent<'a>,
}

/// The clouds of a session.
pub struct Clouds {
    pub providers: Providers,
    pub timer: Arc<dyn Timer>,
    simulator: Option<Running>,
}

impl<'a> Session<'a> {
    /// Reads and evaluates the program; its errors have been shown when this fails.
    pub fn open(
        args: &'a Planning,
        destroy: bool,
        console: &'a Console,
        env: &'a Environment,
    ) -> Result<Session<'a>, CommandError> {
        let options = PlanOptions {
            destroy,
            ..PlanOptions::default()
        };
        let project = Project::open_program(&args.directory.dir)?;
        let consent = Consent::new(
            &args.allow_data_loss,
            destroy.then_some(project.program_name()),
        );
        let program = Program::open(&project, &args.inputs, env, console)?;
        let answers = BTreeMap::new();
        let evaluation = program.evaluate(&project, &answers, console)?;
        let home = StateHome::of(&project, &args.state(), console)?;
        Ok(Session {
            identity: project.program_name().to_owned(),
            args,
            console,
            env,
            project,
            program,
            evaluation,
            answers,
            home,
            options,
            imports: Vec::new(),
            consent,
        })
    }

    /// Starts the simulated cloud if it is asked for, and makes the providers that program and state need.
    pub async fn connect(&mut self, state: &State) -> Result<Clouds, CommandError> {
        self.refuse_foreign(state)?;
        // What was made before there were environments is known by the program's name alone.
        if state.program() != self.project.program_name() {
            self.identity = identity(&self.project, self.args.inputs.env.as_deref());
        }
        self.name_program();
        let simulator = match self.args.cloud.sim {
            true => {
                self.project.own_directory()?;
                let file = self.project.path(simulated::CLOUD_FILE);
                let chaos = self.args.cloud.sim_chaos.as_deref();
                Some(simulated::start(None, None, Some(file), chaos).await?)
            }
            false => None,
        };
        let timer: Arc<dyn Timer> = Arc::new(RealTimer::start());
        let around = Surroundings {
            program: &self.identity,
            env: self.env,
            timer: timer.clone(),
            secrets: self.console.secrets.clone(),
            simulator: simulator.as_ref().map(Running::endpoint),
        };
        let desired = &self.evaluation.desired;
        let keys = clouds::keys(desired, state);
        let providers = clouds::connect(&keys, &desired.providers, &around).await?;
        self.learn_secrets(&providers);
        let providers = clouds::locate(providers, state).await?;
        Ok(Clouds {
            providers,
            timer,
            simulator,
        })
    }

    /// Everything secret that the program knows may be quoted by a cloud, also parameters that are only a part of what
    /// was sent.
    fn learn_secrets(&self, providers: &Providers) {
        providers.learn(&self.evaluation.desired);
        for value in self.evaluation.parameters() {
            providers.secrets().learn(value);
        }
    }

    fn name_program(&mut self) {
        self.evaluation.desired.program.clone_from(&self.identity);
    }

    /// Refuses the state of another program: a plan with it would destroy all that the other one made. A directory
    /// that was renamed still shares addresses with its state.
    fn refuse_foreign(&self, state: &State) -> Result<(), CommandError> {
        let program = self.project.program_name();
        let desired = &self.evaluation.desired;
        let shared = || {
            let moved = desired.moves.iter().map(|step| &step.from);
            let declared = desired.instances.iter().map(|instance| &instance.address);
            declared
                .chain(moved)
                .any(|address| state.entries().contains_key(address))
        };
        let environment = self.args.inputs.env.as_deref();
        let own = [program, &identity(&self.project, environment)];
        if own.contains(&state.program()) || state.entries().is_empty() || shared() {
            return Ok(());
        }
        let message = format!(
            "the state `{}` belongs to another program, `{}`: this program declares none of its resources",
            self.home.shown,
            state.program()
        );
        Err(CommandError::new(ErrorKind::State, message)
            .hint("replace it with this program's state, or move it away if this program has no state yet")
            .hint(format!(
                "if you renamed the directory and emptied the program, rename it back to `{}` for the last apply",
                state.program()
            )))
    }

    /// Answers lookups and evaluates again until no lookup is open. Destroying needs none.
    pub async fn answer_lookups(&mut self, clouds: &Clouds) -> Result<(), CommandError> {
        if !self.options.destroy {
            let wait = || Waiting::on("answering lookups", self.console);
            let mut waiting = Some(wait());
            let answered = answer_lookups(
                &mut self.evaluation,
                &mut self.answers,
                &clouds.providers,
                |answers| {
                    // Evaluation may show warnings.
                    waiting = None;
                    let evaluated = self.program.evaluate(&self.project, answers, self.console);
                    waiting = Some(wait());
                    evaluated
                },
            )
            .await;
            drop(waiting);
            answered.map_err(|error| match error {
                Unanswered::Lookup(error) => self.no_plan(&error),
                Unanswered::Program(error) => error,
            })?;
            self.name_program();
        }
        self.evaluation.desired.imports.extend(self.imports.clone());
        Ok(())
    }

    /// Brings what an interrupted run left to a known end, and reads the clouds.
    pub async fn prepare(
        &self,
        store: &mut Store,
        clouds: &Clouds,
        schemas: &AllSchemas,
    ) -> Result<Refreshed, CommandError> {
        let unfinished = !store.state().pending().is_empty();
        if !self.args.refresh && !unfinished {
            return Ok(Refreshed::default());
        }
        let desired = &self.evaluation.desired;
        let waiting = Waiting::on(READING, self.console);
        let prepared =
            infra_engine::prepare(store, desired, &clouds.providers, schemas, &*clouds.timer).await;
        drop(waiting);
        let prepared = prepared.map_err(|error| match error {
            PrepareError::State(error) => state_error(&error),
            PrepareError::Plan(error) => self.no_plan(&error),
        })?;
        if !prepared.recovered.steps.is_empty() {
            let steps = text::count(prepared.recovered.steps.len(), "step");
            self.console.note(&format!(
                "An earlier run was interrupted; infra found out how {steps} ended.\n\n"
            ));
        }
        for left in &prepared.recovered.unresolved {
            self.console.warn(&format!(
                "{} {}: {}",
                left.action.word(),
                left.of,
                left.failure
            ));
        }
        Ok(prepared.refreshed)
    }

    /// Reads the clouds, unless told not to, and changes nothing.
    pub async fn refresh(
        &self,
        state: &State,
        clouds: &Clouds,
        schemas: &AllSchemas,
    ) -> Result<Refreshed, CommandError> {
        if !self.args.refresh {
            return Ok(Refreshed::default());
        }
        let Desired {
            imports, instances, ..
        } = &self.evaluation.desired;
        let _waiting = Waiting::on(READING, self.console);
        plan::refresh(state, imports, instances, &clouds.providers, schemas)
            .await
            .map_err(|error| self.no_plan(&error))
    }

    /// Compares what shall be with what was read.
    pub fn plan(
        &self,
        state: &State,
        clouds: &Clouds,
        schemas: &AllSchemas,
        refreshed: &Refreshed,
    ) -> Result<Plan, CommandError> {
        let declared = self.evaluation.desired.instances.iter();
        let declared = declared.map(|instance| &instance.address);
        let kept = state.entries().keys();
        let deposed = state.deposed().keys().map(|of| &of.address);
        let known = declared.chain(kept).chain(deposed).cloned();
        let args = self.args;
        let naming = [&args.target, &args.replace, &args.allow_data_loss];
        // Only options that name resources need all names.
        let mut known: BTreeSet<Address> = match naming.iter().any(|words| !words.is_empty()) {
            true => known.collect(),
            false => BTreeSet::new(),
        };
        let options = PlanOptions {
            targets: selection::expand("--target", &self.args.target, &known)?,
            replace: selection::expand("--replace", &self.args.replace, &known)?,
            ..self.options.clone()
        };
        let planned = plan::plan(&PlanInput {
            desired: &self.evaluation.desired,
            digest: self.program.digest(),
            resolver: &self.evaluation,
            schemas,
            providers: &clouds.providers,
            state,
            refreshed,
            lookups: &self.answers,
            options: &options,
        });
        let mut planned = planned.map_err(|error| self.no_plan(&error))?;
        planned.calls = clouds.providers.calls();
        self.consent.apply_to(&mut planned);
        if !args.allow_data_loss.is_empty() {
            known.extend(planned.changes.iter().map(|change| change.address.clone()));
        }
        for stranger in self.consent.strangers(self.project.program_name(), &known) {
            self.console.warn(&stranger);
        }
        Ok(planned)
    }

    pub fn schemas(&self, state: &State) -> AllSchemas {
        AllSchemas::new(self.program.schemas(), state)
    }

    /// What would be wrong with the program if its files had these texts.
    pub fn problem_of(&self, files: &BTreeMap<String, String>) -> Option<String> {
        edited_project::first_error(&self.project, files, self.program.inputs())
    }

    pub fn evaluation(&self) -> &Evaluation {
        &self.evaluation
    }

    /// Whether the program has this address.
    pub fn declares(&self, address: &Address) -> bool {
        let instances = &self.evaluation.desired.instances;
        instances.iter().any(|it| it.address == *address)
    }

    /// Plans as if the program had an `import` of this address.
    pub fn import(&mut self, address: &Address, id: &str) {
        let instances = self.evaluation.desired.instances.iter();
        let declared = instances.filter(|it| it.address == *address);
        let spans = declared.map(|it| Import {
            address: address.clone(),
            id: id.to_owned(),
            span: it.span,
        });
        self.imports.extend(spans);
    }

    /// The saved form of a plan.
    pub fn save(&self, plan: &Plan, state: &State) -> SavedPlan {
        let shown = plan_json::plan(plan, self.places());
        let inputs = self.program.open_inputs();
        SavedPlan::new(self.args, inputs, plan, shown, state)
    }

    pub fn digest(&self) -> &str {
        self.program.digest()
    }

    pub fn sources(&self) -> &Sources {
        self.program.sources()
    }

    pub fn places(&self) -> Places<'_> {
        Places(self.program.sources())
    }

    /// The plan for other programs, with what is worth saying about the program.
    pub fn document(&self, plan: &Plan) -> serde_json::Value {
        let mut document = plan_json::plan(plan, self.places());
        document["diagnostics"] = self.program.warnings().into();
        document
    }

    /// The plan for people.
    pub fn render(&self, plan: &Plan, state: &State, schemas: &AllSchemas) -> String {
        let unchanged: Vec<Address> = match self.args.all {
            true => {
                let changed: BTreeSet<&Address> =
                    plan.changes.iter().map(|change| &change.address).collect();
                let kept = state.entries().keys();
                kept.filter(|address| !changed.contains(address))
                    .cloned()
                    .collect()
            }
            false => Vec::new(),
        };
        let shown = plan.changes.iter().filter_map(|it| it.address.path.first());
        let background = Background {
            components: self
                .program
                .component_uses(shown.map(|step| step.name.as_str())),
            names: match plan.changes.is_empty() {
                true => BTreeMap::new(),
                false => self.names(state),
            },
            unchanged,
            renamed: renames::probable(plan, state),
        };
        self.view(schemas, &background).render(plan)
    }

    /// What the program calls the things that exist, by type and id.
    fn names(&self, state: &State) -> BTreeMap<(String, String), Address> {
        let made = state.entries().iter().map(|(it, entry)| (it, &entry.id));
        let read = self.answers.iter().filter_map(|(it, record)| {
            let Some(Value::String(id)) = record.get("id") else {
                return None;
            };
            Some((it, id))
        });
        let all = made.chain(read);
        all.map(|(it, id)| ((it.type_name.clone(), id.clone()), it.clone()))
            .collect()
    }

    /// What was changed outside, for people.
    pub fn render_drift(&self, drift: &[Drift]) -> String {
        let schemas = AllSchemas::of_program(self.program.schemas());
        let mut page = String::new();
        self.view(&schemas, &Background::default())
            .drifted(drift, &mut page);
        page
    }

    fn view<'v>(&'v self, schemas: &'v AllSchemas, background: &'v Background) -> PlanView<'v> {
        PlanView {
            places: self.places(),
            painter: self.console.out,
            width: self.console.width,
            long: self.args.long,
            verbose: self.console.verbose > 0,
            schemas,
            background,
        }
    }

    /// What a run on the simulated cloud says first, so that nobody takes it for a real one.
    pub fn announce(&self) {
        if self.args.cloud.sim {
            let words = format!(
                "On the simulated cloud; its state is `{}`.\n\n",
                self.home.shown
            );
            self.console.note(&text::block(&words));
        }
    }

    /// Warns of what an earlier run has left behind.
    pub fn warn_of_leftovers(&self, store: &Store) {
        if let Some(dropped) = store.dropped() {
            self.console.warn(&format!(
                "a run was killed while it wrote the last line of the journal (line {}); infra ignores that line",
                dropped.line
            ));
        }
    }

    fn no_plan(&self, error: &PlanError) -> CommandError {
        let problems = problems::of_plan(error);
        if let PlanError::Lookup { address, .. } = error
            && !problems::is_of_program(error)
        {
            let mut refusal = self.refuse(&problems);
            refusal.kind = ErrorKind::Cloud;
            refusal.message = format!("the cloud did not answer the lookup {address}");
            return refusal;
        }
        if problems.is_empty() {
            let kind = match error {
                PlanError::Read { .. } => ErrorKind::Cloud,
                PlanError::NoSuchAddress { .. } => ErrorKind::Usage,
                _ => ErrorKind::Program,
            };
            let refusal = CommandError::new(kind, error.to_string());
            return match error {
                PlanError::Read { failure, .. } => match &failure.help {
                    Some(help) => refusal.hint(help),
                    None => refusal,
                },
                PlanError::NoSuchAddress { .. } => {
                    refusal.hint("`infra state list` shows what the state has")
                }
                _ => refusal,
            };
        }
        self.refuse(&problems)
    }

    fn refuse(&self, problems: &[Diagnostic]) -> CommandError {
        program::report(problems, self.program.sources(), self.console)
    }
}

impl Clouds {
    /// Ends the simulated cloud, which writes its file.
    pub async fn close(self) {
        if let Some(simulator) = self.simulator {
            simulator.shutdown().await;
        }
    }
}
