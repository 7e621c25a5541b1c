//! When each step of an apply began and ended, and how long the whole must take at least.

use std::collections::BTreeMap;
use std::sync::Mutex;

use infra_engine::apply::{ApplyEvent, EventKind, Progress};
use infra_engine::plan::{Plan, Step, StepId};
use infra_sdk::Timer;
use infra_sdk::clock::Clock;

/// When a step began and ended, in milliseconds of virtual time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    pub began_ms: u64,
    pub ended_ms: u64,
}

/// The longest ways to the start of a step, and from there to the end of all, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    pub before_ms: u64,
    pub from_here_ms: u64,
}

/// The steps of one apply.
pub struct Trace {
    clock: Clock,
    began_ms: u64,
    pub steps: Vec<Step>,
    spans: Mutex<BTreeMap<StepId, Span>>,
    pub took_ms: u64,
}

impl Trace {
    pub fn new(clock: &Clock, plan: &Plan) -> Trace {
        Trace {
            clock: clock.clone(),
            began_ms: clock.now_ms(),
            steps: plan.steps.clone(),
            spans: Mutex::default(),
            took_ms: 0,
        }
    }

    /// The apply has ended.
    pub fn ended(mut self) -> Trace {
        self.took_ms = self.clock.now_ms() - self.began_ms;
        self
    }

    /// Where each step lies, when each takes as long as `length_ms` says.
    pub fn paths(&self, length_ms: impl Fn(&Step) -> u64) -> Vec<Path> {
        let mut paths: Vec<Path> = Vec::new();
        for step in &self.steps {
            let end = |id: &StepId| paths[id.index()].before_ms + paths[id.index()].from_here_ms;
            let before_ms = step.after.iter().map(end).max().unwrap_or(0);
            paths.push(Path {
                before_ms,
                from_here_ms: length_ms(step),
            });
        }
        for step in self.steps.iter().rev() {
            let behind_ms = paths[step.id.index()].from_here_ms;
            for before in &step.after {
                let own_ms = length_ms(&self.steps[before.index()]);
                let path = &mut paths[before.index()];
                path.from_here_ms = path.from_here_ms.max(own_ms + behind_ms);
            }
        }
        paths
    }

    /// The mean time that the steps of each kind took: count and milliseconds.
    pub fn means(&self) -> BTreeMap<String, (u64, u64)> {
        let spans = self.spans.lock().expect("no step panics");
        let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for step in &self.steps {
            let Some(span) = spans.get(&step.id) else {
                continue;
            };
            let kind = format!("{} {}", step.kind.word(), step.address.type_name);
            let (count, sum) = sums.entry(kind).or_default();
            *count += 1;
            *sum += span.ended_ms.saturating_sub(span.began_ms);
        }
        for (count, sum) in sums.values_mut() {
            *sum /= *count;
        }
        sums
    }
}

impl Progress for Trace {
    fn event(&self, event: &ApplyEvent<'_>) {
        let now_ms = self.clock.now_ms();
        let mut spans = self.spans.lock().expect("no step panics");
        let span = spans.entry(event.step.id).or_default();
        match event.kind {
            EventKind::Started => span.began_ms = now_ms,
            _ => span.ended_ms = now_ms,
        }
    }
}
