//! One test of a program: applied on a simulated cloud of its own, asserted, planned again, destroyed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_engine::apply::{self, ApplyInput, ApplyOptions, ApplyReport, Cancel, Quiet};
use infra_engine::plan::{self, Plan, PlanError, PlanInput, PlanOptions};
use infra_engine::providers::Providers;
use infra_engine::state::{State, Store};
use infra_engine::{Answers, Unanswered, answer_lookups};
use infra_lang::{Diagnostic, Evaluation, TestInfo, World, codes};
use infra_model::desired::AssertOutcome;
use infra_model::{Address, Known, Record, ResolveError, Resolver, SchemaKind, Span, Value};
use infra_sdk::{Observed, Secrets, Target, Timer};

use crate::clouds::{self, Surroundings};
use crate::error::CommandError;
use crate::program::Program;
use crate::schemas::AllSchemas;
use crate::show::problems;
use crate::store::in_memory;
use crate::world::{Environment, Project, RealTimer};
use crate::{simulated, world};

/// What is the same for all tests of a program.
pub struct Laboratory<'a> {
    pub project: &'a Project,
    pub program: &'a Program,
    pub env: &'a Environment,
    pub secrets: Arc<Secrets>,
}

/// A test that has been run.
pub struct Trial {
    pub test: TestInfo,
    /// What did not hold; empty when the test passed.
    pub failures: Vec<Diagnostic>,
    pub elapsed_ms: u64,
}

/// Why a test does not go on.
type Failed = Vec<Diagnostic>;

impl Laboratory<'_> {
    /// Runs the test with this number among the program's tests.
    pub async fn run(&self, number: usize, test: &TestInfo) -> Trial {
        let timer = Arc::new(RealTimer::start());
        let start_ms = timer.now_ms();
        let failures = match self.with_cloud(number, test.span, timer.clone()).await {
            Ok(()) => Vec::new(),
            Err(failures) => failures,
        };
        Trial {
            test: test.clone(),
            failures,
            elapsed_ms: timer.now_ms().saturating_sub(start_ms),
        }
    }

    /// A simulated cloud for one test. It ends with the test, whatever becomes of it.
    async fn with_cloud(
        &self,
        number: usize,
        span: Span,
        timer: Arc<RealTimer>,
    ) -> Result<(), Failed> {
        let mut evaluation = self
            .program
            .evaluate_test(self.project, number, &BTreeMap::new())?;
        let cloud = simulated::start(None, None, None, None)
            .await
            .map_err(|error| told(span, &error))?;
        let around = Surroundings {
            program: self.project.program_name(),
            env: self.env,
            timer: timer.clone(),
            secrets: self.secrets.clone(),
            simulator: Some(cloud.endpoint()),
        };
        let mut store =
            in_memory(self.project.program_name(), self.env).map_err(|error| told(span, &error))?;
        let keys = clouds::keys(&evaluation.desired, store.state());
        let outcome = match clouds::connect(&keys, &evaluation.desired.providers, &around).await {
            Err(error) => Err(told(span, &error)),
            Ok(providers) => {
                let mut attempt = Attempt {
                    laboratory: self,
                    number,
                    span,
                    timer: &*timer,
                    providers: &providers,
                    store: &mut store,
                    answers: BTreeMap::new(),
                };
                attempt.run(&mut evaluation).await
            }
        };
        cloud.shutdown().await;
        outcome
    }
}

/// A test under way.
struct Attempt<'a> {
    laboratory: &'a Laboratory<'a>,
    number: usize,
    /// The test's name, for what has no other place.
    span: Span,
    timer: &'a dyn Timer,
    providers: &'a Providers,
    store: &'a mut Store,
    /// The answers to lookups so far.
    answers: Answers,
}

impl Attempt<'_> {
    async fn run(&mut self, evaluation: &mut Evaluation) -> Result<(), Failed> {
        self.answer_lookups(evaluation).await?;
        // A test destroys what it made: what guards real things must not stand in its way.
        for instance in &mut evaluation.desired.instances {
            let instance = Arc::make_mut(instance);
            instance.lifecycle.protect = None;
            instance.lifecycle.keep = false;
        }
        let plan = self.plan(evaluation, false).await?;
        self.apply(evaluation, &plan).await?;

        let mut failures = self.asserts(evaluation).await?;
        let again = self.plan(evaluation, false).await?;
        failures.extend(again.changes.iter().map(|change| {
            let message = format!("a second plan is not empty: {} {}", change.action, change.address);
            self.failure(change.span, message)
                .help("the cloud answers something else than was asked for; write the value it answers, or `@ignore` the field")
        }));

        let made = self.store.state().clone();
        let plan = self.plan(evaluation, true).await?;
        self.apply(evaluation, &plan).await?;
        failures.extend(self.leftovers(&made).await?);
        match failures.is_empty() {
            true => Ok(()),
            false => Err(failures),
        }
    }

    async fn answer_lookups(&mut self, evaluation: &mut Evaluation) -> Result<(), Failed> {
        let Laboratory {
            program, project, ..
        } = self.laboratory;
        let evaluate = |answers: &Answers| program.evaluate_test(project, self.number, answers);
        let answered =
            answer_lookups(evaluation, &mut self.answers, self.providers, evaluate).await;
        answered.map_err(|error| match error {
            Unanswered::Lookup(error) => self.no_plan(&error),
            Unanswered::Program(failed) => failed,
        })
    }

    async fn plan(&self, evaluation: &Evaluation, destroy: bool) -> Result<Plan, Failed> {
        let state = self.store.state();
        let schemas = self.schemas();
        let desired = &evaluation.desired;
        let refreshed = plan::refresh(
            state,
            &desired.imports,
            &desired.instances,
            self.providers,
            &schemas,
        )
        .await
        .map_err(|error| self.no_plan(&error))?;
        let options = PlanOptions {
            destroy,
            allow_data_loss: state.entries().keys().cloned().collect(),
            ..PlanOptions::default()
        };
        let plan = plan::plan(&PlanInput {
            desired,
            digest: self.laboratory.program.digest(),
            resolver: evaluation,
            schemas: &schemas,
            providers: self.providers,
            state,
            refreshed: &refreshed,
            lookups: &self.answers,
            options: &options,
        })
        .map_err(|error| self.no_plan(&error))?;
        let refused = plan.refusals.iter();
        let failures: Failed = refused
            .map(|refusal| {
                self.failure(refusal.span(), refusal.to_string())
                    .help(refusal.help())
            })
            .collect();
        match failures.is_empty() {
            true => Ok(plan),
            false => Err(failures),
        }
    }

    async fn apply(&mut self, evaluation: &Evaluation, plan: &Plan) -> Result<(), Failed> {
        let run: [u8; 8] = world::random().map_err(|error| told(self.span, &error))?;
        let options = ApplyOptions::new(format!("{:016x}", u64::from_be_bytes(run)));
        let schemas = self.schemas();
        let input = ApplyInput {
            plan,
            resolver: evaluation,
            schemas: &schemas,
            providers: self.providers,
            timer: self.timer,
            progress: &Quiet,
            cancel: &Cancel::new(),
            options: &options,
        };
        match apply::apply(self.store, &input).await {
            Ok(report) if report.is_complete() => Ok(()),
            Ok(report) => Err(self.incomplete(plan, &report)),
            Err(error) => Err(vec![self.failure(None, error.to_string())]),
        }
    }

    /// What an apply did not do, by the place in the program that asked for it.
    fn incomplete(&self, plan: &Plan, report: &ApplyReport) -> Failed {
        let failed = report.failed.iter().map(|failed| {
            let change = plan.change_of(failed.step);
            let failure =
                self.failure(change.span, format!("{}: {}", failed.address, failed.error));
            match failed.error.help() {
                Some(help) => failure.help(help),
                None => failure,
            }
        });
        let mut failures: Failed = failed.collect();
        failures.extend(report.broken.iter().map(problems::of_resolve));
        failures.extend(
            report
                .broken_asserts
                .iter()
                .map(|assert| self.broken(assert)),
        );
        if failures.is_empty() {
            failures.push(self.failure(None, "not everything could be applied"));
        }
        failures
    }

    /// The test's own assertions, on the program's values and on what the cloud says.
    async fn asserts(&self, evaluation: &Evaluation) -> Result<Failed, Failed> {
        let unreadable = |error: &ResolveError| vec![problems::of_resolve(error)];
        let cloud = self.cloud(evaluation).await?;
        let mut known = self.store.state().known();
        known.extend(self.answers.clone());
        let known: &dyn Known = &known;
        let project = self.laboratory.project;
        let own = evaluation
            .test_asserts(self.number, project, known, cloud)
            .map_err(|error| unreadable(&error))?;
        let programs = evaluation
            .asserts(known)
            .map_err(|error| unreadable(&error))?;
        let broken = own
            .iter()
            .chain(&programs)
            .filter(|it| it.holds != Some(true));
        Ok(broken.map(|assert| self.broken(assert)).collect())
    }

    fn broken(&self, assert: &AssertOutcome) -> Diagnostic {
        let what = match assert.holds {
            Some(_) => "this does not hold",
            None => "this cannot be evaluated although everything was created",
        };
        let message = match assert.message.as_str() {
            "" => what.to_owned(),
            message => format!("{what}: {message}"),
        };
        self.failure(Some(assert.span), message)
    }

    /// What the cloud answers of everything that was made, without any help of the state: by provider, type and
    /// address. Every type that the program mentions is there, if only empty.
    async fn cloud(&self, evaluation: &Evaluation) -> Result<Value, Failed> {
        let mut all: BTreeMap<String, BTreeMap<String, Record>> = BTreeMap::new();
        let schemas = evaluation.program().program().schemas();
        let types = schemas.iter().filter(|it| it.kind == SchemaKind::Resource);
        for (provider, name) in types.filter_map(|it| it.type_name.split_once('.')) {
            let types = all.entry(provider.to_owned()).or_default();
            types.entry(name.to_owned()).or_default();
        }
        for (address, observed) in self.observed(self.store.state()).await? {
            let Observed::Present(mut attributes) = observed else {
                continue;
            };
            let Some(schema) = schemas.get(&address.type_name, SchemaKind::Resource) else {
                continue;
            };
            for field in &schema.fields {
                if !attributes.contains_key(&field.name) {
                    attributes.insert(field.name.clone(), Value::Null);
                }
            }
            let (provider, name) = schema.type_name.split_once('.').unwrap_or_default();
            let types = all.entry(provider.to_owned()).or_default();
            let records = types.entry(name.to_owned()).or_default();
            records.insert(address.to_string(), Value::Map(attributes));
        }
        let types = |types: BTreeMap<String, Record>| {
            types
                .into_iter()
                .map(|(name, records)| (name, Value::Map(records)))
        };
        let providers = all
            .into_iter()
            .map(|(name, all)| (name, Value::Map(types(all).collect())));
        Ok(Value::Map(providers.collect()))
    }

    /// What the cloud answers of everything in a state, one order per provider and type.
    async fn observed(&self, state: &State) -> Result<Vec<(Address, Observed)>, Failed> {
        let mut groups: BTreeMap<(&str, &str), Vec<Target>> = BTreeMap::new();
        for (address, entry) in state.entries() {
            let key = (entry.draft.provider.as_str(), address.type_name.as_str());
            let prior = match is_cloudless(address) {
                true => entry.attributes.usable(),
                false => Record::new(),
            };
            groups.entry(key).or_default().push(Target {
                address: address.clone(),
                id: entry.id.clone(),
                prior,
            });
        }
        let mut all = Vec::new();
        for ((provider, type_name), targets) in groups {
            let Some(provider) = self.providers.get(provider) else {
                continue;
            };
            let answers = provider
                .read(type_name, &targets)
                .await
                .map_err(|failure| {
                    vec![self.failure(None, format!("reading every {type_name}: {failure}"))]
                })?;
            all.extend(targets.into_iter().map(|it| it.address).zip(answers));
        }
        Ok(all)
    }

    /// After destroying, neither the state nor the cloud has any of what was made.
    async fn leftovers(&self, made: &State) -> Result<Failed, Failed> {
        let known: BTreeSet<&Address> = self.store.state().entries().keys().collect();
        let there = self.observed(made).await?.into_iter();
        let left = there.filter(|(address, observed)| {
            known.contains(address)
                || (!is_cloudless(address) && matches!(observed, Observed::Present(_)))
        });
        Ok(left
            .map(|(address, _)| {
                self.failure(
                    None,
                    format!("{address} is still there after everything was destroyed"),
                )
            })
            .collect())
    }

    fn schemas(&self) -> AllSchemas {
        AllSchemas::new(self.laboratory.program.schemas(), self.store.state())
    }

    fn failure(&self, span: Option<Span>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(codes::TEST_FAILED, span.unwrap_or(self.span), message)
    }

    fn no_plan(&self, error: &PlanError) -> Failed {
        let problems = problems::of_plan(error);
        match problems.is_empty() {
            true => vec![self.failure(None, error.to_string())],
            false => problems,
        }
    }
}

/// What only the state has, no cloud can tell.
fn is_cloudless(address: &Address) -> bool {
    address.provider() == "std"
}

/// A failure of the surroundings, told at the test.
fn told(span: Span, error: &CommandError) -> Failed {
    let found = Diagnostic::error(codes::TEST_FAILED, span, &error.message);
    vec![match error.hints.first() {
        Some(hint) => found.help(hint),
        None => found,
    }]
}
