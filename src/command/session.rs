//! What plan, apply and destroy have in common: from the directory to a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_engine::plan::{self, Plan, PlanError, PlanInput, PlanOptions, Refreshed};
use infra_engine::providers::Providers;
use infra_engine::state::{State, Store};
use infra_lang::{Diagnostic, World};
use infra_model::desired::Lookup;
use infra_model::{Address, Record};
use infra_provider::Timer;
use infra_sim::Running;

use crate::args::Planning;
use crate::consent::Consent;
use crate::error::{CommandError, ErrorKind};
use crate::program::{self, Evaluated, Loaded};
use crate::schemas::AllSchemas;
use crate::show::place::Places;
use crate::show::plan::PlanView;
use crate::show::{Console, problems};
use crate::simulated;
use crate::store::StateHome;
use crate::wire::{self, Surroundings};
use crate::world::{Environment, Project, RealTimer};

/// How often lookups may open further lookups; each round answers at least one of finitely many.
const LOOKUP_ROUNDS_MAX: usize = 64;

/// A program with its inputs, read and evaluated: everything that needs no cloud.
pub struct Session<'a> {
    pub args: &'a Planning,
    pub console: &'a Console,
    pub env: &'a Environment,
    pub project: Project,
    pub loaded: Loaded,
    evaluated: Evaluated,
    pub home: StateHome,
    options: PlanOptions,
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
            targets: addresses("--target", &args.target)?,
            replace: addresses("--replace", &args.replace)?,
            destroy,
            ..PlanOptions::default()
        };
        let consent = Consent::new(&args.allow_data_loss, destroy)?;
        let project = Project::open_program(&args.directory.dir)?;
        let loaded = program::load(&project, console)?;
        let inputs = program::inputs(&args.inputs, &project, env)?;
        let evaluated = loaded.evaluate(inputs, &project, console)?;
        let home = StateHome::of(&project, args.cloud.sim);
        Ok(Session {
            args,
            console,
            env,
            project,
            loaded,
            evaluated,
            home,
            options,
            consent,
        })
    }

    /// Starts the simulated cloud if it is asked for, and makes the providers that program and state need.
    pub async fn connect(&self, state: &State) -> Result<Clouds, CommandError> {
        let simulator = match self.args.cloud.sim {
            true => {
                self.project.own_directory()?;
                let file = self.project.path(simulated::CLOUD_FILE);
                let chaos = self.args.cloud.sim_chaos.as_deref();
                Some(simulated::start(None, Some(file), chaos).await?)
            }
            false => None,
        };
        let timer: Arc<dyn Timer> = Arc::new(RealTimer::start());
        let around = Surroundings {
            program: self.project.program_name(),
            env: self.env,
            timer: timer.clone(),
            simulator: simulator.as_ref().map(Running::endpoint),
        };
        let desired = self.evaluated.desired();
        let entries = state.entries().values().chain(state.deposed().values());
        let keys: BTreeSet<String> = entries
            .map(|entry| entry.draft.provider.clone())
            .chain(state.pending().values().map(|pending| pending.intent.draft.provider.clone()))
            .chain(desired.instances.iter().map(|instance| instance.provider.clone()))
            .chain(desired.lookups.iter().map(|lookup| lookup.provider.clone()))
            .chain(desired.providers.iter().map(infra_model::desired::ProviderConfig::key))
            .collect();
        let providers = wire::connect(&keys, &desired.providers, &around).await?;
        Ok(Clouds {
            providers,
            timer,
            simulator,
        })
    }

    /// Answers lookups and evaluates again until no lookup is open. Destroying needs none.
    pub async fn answer_lookups(&mut self, clouds: &Clouds) -> Result<BTreeMap<Address, Record>, CommandError> {
        let mut answers = BTreeMap::new();
        if self.options.destroy {
            return Ok(answers);
        }
        for _ in 0..LOOKUP_ROUNDS_MAX {
            let lookups = &self.evaluated.desired().lookups;
            let open: Vec<&Lookup> =
                lookups.iter().filter(|lookup| !answers.contains_key(&lookup.address)).collect();
            if open.is_empty() {
                return Ok(answers);
            }
            let asked = futures::future::join_all(open.iter().map(|lookup| answer(lookup, &clouds.providers)));
            let mut problems = Vec::new();
            for (lookup, answered) in open.iter().zip(asked.await) {
                match answered {
                    Ok(record) => drop(answers.insert(lookup.address.clone(), record)),
                    Err(error) => problems.extend(problems::of_plan(&error)),
                }
            }
            if !problems.is_empty() {
                return Err(self.refuse(&problems));
            }
            self.evaluated = self.loaded.evaluate_again(&self.evaluated, &answers, &self.project, self.console)?;
        }
        Err(CommandError::new(ErrorKind::Program, "lookups open further lookups without an end"))
    }

    /// Reads the clouds, unless told not to, and compares.
    pub async fn plan(
        &self,
        state: &State,
        clouds: &Clouds,
        lookups: &BTreeMap<Address, Record>,
    ) -> Result<(Plan, AllSchemas), CommandError> {
        let desired = self.evaluated.desired();
        let schemas = AllSchemas::new(self.loaded.schemas(), state);
        let refreshed = match self.args.refresh {
            true => {
                plan::refresh(state, &desired.imports, &desired.instances, &clouds.providers, &schemas).await
            }
            false => Ok(Refreshed::default()),
        };
        let planned = refreshed.and_then(|refreshed| {
            plan::plan(&PlanInput {
                desired,
                digest: self.evaluated.digest(),
                resolver: self.evaluated.resolver(),
                schemas: &schemas,
                providers: &clouds.providers,
                state,
                refreshed: &refreshed,
                lookups,
                options: &self.options,
            })
        });
        let mut planned = planned.map_err(|error| self.no_plan(&error))?;
        planned.calls = clouds.providers.calls();
        self.consent.apply_to(&mut planned);
        Ok((planned, schemas))
    }

    pub fn evaluated(&self) -> &Evaluated {
        &self.evaluated
    }

    pub fn places(&self) -> Places<'_> {
        Places(self.loaded.sources())
    }

    /// The plan for people.
    pub fn render(&self, plan: &Plan, state: &State) -> String {
        let changed: BTreeSet<&Address> = plan.changes.iter().map(|change| &change.address).collect();
        let unchanged: Vec<Address> = match self.args.all {
            true => state.entries().keys().filter(|address| !changed.contains(address)).cloned().collect(),
            false => Vec::new(),
        };
        let view = PlanView {
            places: self.places(),
            painter: self.console.out,
            width: self.console.width,
            verbose: self.console.verbose > 0,
            unchanged: &unchanged,
        };
        view.render(plan)
    }

    /// What a run on the simulated cloud says first, so that nobody takes it for a real one.
    pub fn announce(&self) {
        if self.args.cloud.sim {
            let words = format!("On the simulated cloud; its state is `{}`.\n\n", self.home.shown);
            self.console.note(&crate::show::text::block(&words));
        }
    }

    /// Warns of what an earlier run has left behind.
    pub fn warn_of_leftovers(&self, store: &Store) {
        if let Some(dropped) = store.dropped() {
            self.console.warn(&format!(
                "the last line of the journal (line {}) was half written when a run was killed; it counts as not written",
                dropped.line
            ));
        }
    }

    fn no_plan(&self, error: &PlanError) -> CommandError {
        let problems = problems::of_plan(error);
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
                PlanError::NoSuchAddress { .. } => refusal.hint("`infra state list` shows what the state has"),
                _ => refusal,
            };
        }
        self.refuse(&problems)
    }

    fn refuse(&self, problems: &[Diagnostic]) -> CommandError {
        program::report(problems, self.loaded.sources(), self.console)
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

async fn answer(lookup: &Lookup, providers: &Providers) -> Result<Record, PlanError> {
    let provider = providers.get(&lookup.provider).ok_or_else(|| PlanError::UnknownProvider {
        address: lookup.address.clone(),
        provider: lookup.provider.clone(),
        span: Some(lookup.span),
    })?;
    let failed = |failure| PlanError::Lookup {
        address: lookup.address.clone(),
        failure,
        span: lookup.span,
    };
    let answered = provider.lookup(&lookup.address.type_name, &lookup.fields).await.map_err(failed)?;
    answered.ok_or_else(|| {
        let nothing = infra_provider::Failure::new(infra_provider::FailureKind::NotFound, "nothing fits the lookup");
        failed(nothing.help("loosen its conditions, or look in the cloud for what they should find"))
    })
}

fn addresses(option: &str, words: &[String]) -> Result<BTreeSet<Address>, CommandError> {
    let parse = |word: &String| word.parse().map_err(|error| CommandError::usage(format!("{option}: {error}")));
    words.iter().map(parse).collect::<Result<_, _>>().map_err(|error: CommandError| error)
}
