//! What apply tells while it runs.

use infra_sdk::Failure;

use crate::plan::Step;

/// Hears what happens, in order. Called from the loop itself: it must return quickly.
pub trait Progress: Send + Sync {
    fn event(&self, event: &ApplyEvent<'_>);
}

/// Hears nothing.
pub struct Quiet;

impl Progress for Quiet {
    fn event(&self, _: &ApplyEvent<'_>) {}
}

/// One event of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplyEvent<'a> {
    pub step: &'a Step,
    /// Milliseconds since the step started; 0 when it never did.
    pub elapsed_ms: u64,
    pub kind: EventKind<'a>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind<'a> {
    Started,
    /// The cloud has named it; it is not ready yet.
    IdKnown(&'a str),
    /// No call has come back for a while: what this step waits for, in words that follow "waiting". Told again now and
    /// then.
    Waiting(&'a str),
    /// Done.
    Settled,
    /// What became known does not differ: there was nothing to do.
    Unneeded,
    Failed(&'a StepError),
    NotDone(&'a Hindrance),
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StepError {
    /// The cloud or the provider refused or failed.
    #[error("{0}")]
    Provider(Failure),
    /// The provider did not answer in the time that the type or `@timeout` allows.
    #[error("it was not done within {}{}", span(*.limit_ms), still(.waiting))]
    Timeout {
        limit_ms: u64,
        /// What it was waiting for, in words that follow "waiting": `for the volume to be available`.
        waiting: Option<String>,
    },
    /// A create may or may not have happened, and looking for it did not tell: these were seen.
    #[error(
        "the answer to its creation was lost, and looking for it did not tell what happened ({})",
        seen(.candidates)
    )]
    InDoubt { candidates: Vec<String> },
    /// What became known while applying contradicts the plan.
    #[error("what became known while applying does not fit the plan: {why}")]
    Surprise { why: String },
    /// The program fails with what became known.
    #[error("{0}")]
    Resolve(infra_model::ResolveError),
}

fn still(waiting: &Option<String>) -> String {
    match waiting {
        Some(what) => format!(": it was still waiting {what}"),
        None => String::new(),
    }
}

/// `90s`, `15m`, `2h`: as `@timeout` has it.
fn span(ms: u64) -> String {
    match ms / 1000 {
        seconds if seconds > 0 && seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds > 0 && seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

fn seen(candidates: &[String]) -> String {
    match candidates {
        [] => "nothing could be listed".to_owned(),
        ids => format!("seen: {}", ids.join(", ")),
    }
}

impl StepError {
    /// What the user can do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            StepError::Provider(failure) => failure.help.clone(),
            StepError::Timeout { .. } => Some(
                "look at it in the cloud; the next run asks what became of it and goes on from there, and \
                 `@timeout(create = …)`, `update` or `delete`, gives it longer"
                    .to_owned(),
            ),
            StepError::InDoubt { .. } => Some(
                "look at it in the cloud: delete what should not be there, or `import` it, and apply again"
                    .to_owned(),
            ),
            StepError::Surprise { .. } => Some("plan again with what is known now".to_owned()),
            StepError::Resolve(error) => error.help.clone(),
        }
    }
}

/// Why a step was not begun.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Hindrance {
    /// It waits for a step of this resource, which failed or was not done itself.
    #[error("it needs {0}, which was not done")]
    Needs(infra_model::Address),
    /// The run was cancelled before its turn.
    #[error("the run was stopped before its turn")]
    Stopped,
}
