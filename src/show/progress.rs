//! What apply does, while it does it: lines that move on a terminal, plain lines elsewhere. On standard error.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use infra_engine::apply::{ApplyEvent, EventKind, Progress};
use infra_engine::plan::{StepId, StepKind};
use infra_sdk::Timer;

use super::console::Console;
use super::style::Style;
use super::text;

/// How often moving lines move.
const TICK: Duration = Duration::from_millis(120);

/// How many running steps have a line; the others are only counted.
const LINES_MAX: usize = 12;

/// Where no lines move, a step that takes longer than this is told of, and again each time it has passed.
const STILL_MS: u64 = 30_000;

/// Where no lines move, lines are written together when this much has come up, and else at the next beat.
const BUFFER_BYTES: usize = 8 << 10;

/// Shows the steps of one apply.
pub struct StepLines<'a> {
    console: &'a Console,
    timer: &'a dyn Timer,
    inner: Mutex<Inner>,
}

struct Inner {
    /// How many steps there are, and how many came to an end.
    steps: usize,
    ended: usize,
    running: BTreeMap<StepId, Step>,
    drawing: Option<Drawing>,
    /// Lines to be written.
    unwritten: String,
}

/// A step under way.
struct Step {
    /// What is being done, and what is waited for.
    line: String,
    /// The id that the cloud gave.
    id: Option<String>,
    start_ms: u64,
    /// How many times it was told of.
    told: u64,
}

/// The lines at the bottom of a terminal.
struct Drawing {
    all: MultiProgress,
    total: ProgressBar,
    running: BTreeMap<StepId, ProgressBar>,
}

impl Step {
    /// A line when it takes long, once for each [`STILL_MS`].
    fn overdue(&mut self, now_ms: u64) -> Option<String> {
        let waited_ms = now_ms.saturating_sub(self.start_ms);
        if waited_ms / STILL_MS <= self.told {
            return None;
        }
        self.told = waited_ms / STILL_MS;
        Some(format!("  still {}, {}\n", self.line, elapsed(waited_ms)))
    }
}

impl<'a> StepLines<'a> {
    /// Shows a run of `steps` steps.
    pub fn new(console: &'a Console, timer: &'a dyn Timer, steps: usize) -> StepLines<'a> {
        let drawing = (console.draws && !console.quiet).then(|| Drawing::new(console, steps));
        StepLines {
            console,
            timer,
            inner: Mutex::new(Inner {
                steps,
                ended: 0,
                running: BTreeMap::new(),
                drawing,
                unwritten: String::new(),
            }),
        }
    }

    /// Says something between the lines.
    pub fn say(&self, words: &str) {
        let mut inner = self.inner.lock().unwrap_or_else(|lock| lock.into_inner());
        self.write(&mut inner, &format!("{words}\n"));
        self.flush(&mut inner);
    }

    /// Where no lines move, writes what came up since the last beat and says what takes long.
    pub fn beat(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(|lock| lock.into_inner());
        if inner.drawing.is_some() {
            return;
        }
        let now_ms = self.timer.now_ms();
        let steps = inner.running.values_mut();
        let overdue: String = steps.filter_map(|step| step.overdue(now_ms)).collect();
        inner.unwritten.push_str(&overdue);
        self.flush(&mut inner);
    }

    /// Takes the moving lines away, and writes what was not written yet.
    pub fn finish(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(|lock| lock.into_inner());
        if let Some(drawing) = inner.drawing.take() {
            for bar in drawing.running.values() {
                bar.finish_and_clear();
            }
            drawing.total.finish_and_clear();
        }
        self.flush(&mut inner);
    }

    fn write(&self, inner: &mut Inner, line: &str) {
        match &inner.drawing {
            Some(drawing) => drawing.all.suspend(|| self.console.note(line)),
            None => {
                inner.unwritten.push_str(line);
                if inner.unwritten.len() >= BUFFER_BYTES {
                    self.flush(inner);
                }
            }
        }
    }

    fn flush(&self, inner: &mut Inner) {
        if !inner.unwritten.is_empty() {
            self.console.note(&inner.unwritten);
            inner.unwritten.clear();
        }
    }

    /// The line that tells how a step ended.
    fn ending(&self, event: &ApplyEvent<'_>, id: Option<&str>) -> String {
        let painter = self.console.err;
        let address = text::line(&event.step.address.to_string()).into_owned();
        let took = painter.paint(Style::Quiet, &elapsed(event.elapsed_ms));
        match &event.kind {
            // The end tells why, and what was not begun because of it.
            EventKind::Failed(_) => {
                let mark = painter.paint(Style::Error, "✗");
                format!(
                    "{mark} {address}: {} failed after {took}\n",
                    event.step.kind
                )
            }
            EventKind::Unneeded => {
                let mark = painter.paint(Style::Quiet, "=");
                format!("{mark} {address}: nothing differs, so nothing was done\n")
            }
            _ => {
                let mark = painter.paint(Style::Success, "✓");
                let id = id
                    .map(|id| format!(" ({})", text::line(id)))
                    .unwrap_or_default();
                format!(
                    "{mark} {address}: {}{id} {took}\n",
                    done_word(&event.step.kind)
                )
            }
        }
    }
}

impl Progress for StepLines<'_> {
    fn event(&self, event: &ApplyEvent<'_>) {
        let mut inner = self.inner.lock().unwrap_or_else(|lock| lock.into_inner());
        let step = event.step;
        let address = text::line(&step.address.to_string()).into_owned();
        match &event.kind {
            EventKind::Started => {
                let line = format!("{} {address}", step.kind);
                match &mut inner.drawing {
                    Some(drawing) => drawing.start(step.id, line.clone()),
                    None if self.console.verbose > 0 => {
                        self.write(&mut inner, &format!("  {line}\n"))
                    }
                    None => {}
                }
                let under_way = Step {
                    line,
                    id: None,
                    start_ms: self.timer.now_ms(),
                    told: 0,
                };
                inner.running.insert(step.id, under_way);
            }
            EventKind::IdKnown(id) => {
                let safe = text::line(id).into_owned();
                let line = format!("{} {address} ({safe}), until it is ready", step.kind);
                let bar = inner.drawing.as_ref().map(|drawing| &drawing.running);
                if let Some(bar) = bar.and_then(|running| running.get(&step.id)) {
                    bar.set_message(line.clone());
                }
                if let Some(under_way) = inner.running.get_mut(&step.id) {
                    under_way.line = line;
                    under_way.id = Some(safe);
                }
            }
            EventKind::Waiting(what) => {
                let line = format!("{} {address}: waiting {}", step.kind, text::line(what));
                let drawing = inner.drawing.as_ref();
                if let Some(bar) = drawing.and_then(|drawing| drawing.running.get(&step.id)) {
                    bar.set_message(line.clone());
                }
                if let Some(under_way) = inner.running.get_mut(&step.id) {
                    under_way.line = line;
                }
            }
            EventKind::Settled
            | EventKind::Unneeded
            | EventKind::Failed(_)
            | EventKind::NotDone(_) => {
                let id = inner.running.remove(&step.id).and_then(|it| it.id);
                inner.ended += 1;
                let (ended, steps) = (inner.ended, inner.steps);
                if let Some(drawing) = &mut inner.drawing {
                    drawing.end(step.id, ended, steps);
                }
                if !matches!(event.kind, EventKind::NotDone(_)) {
                    let line = self.ending(event, id.as_deref());
                    self.write(&mut inner, &line);
                }
            }
        }
    }
}

impl Drawing {
    fn new(console: &Console, steps: usize) -> Drawing {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let total = all.add(ProgressBar::new_spinner().with_style(style(console)));
        total.enable_steady_tick(TICK);
        let drawing = Drawing {
            all,
            total,
            running: BTreeMap::new(),
        };
        drawing.count(0, steps);
        drawing
    }

    fn start(&mut self, step: StepId, line: String) {
        if self.running.len() >= LINES_MAX {
            return;
        }
        let bar = ProgressBar::new_spinner().with_style(self.total.style());
        let bar = self.all.insert_before(&self.total, bar);
        bar.set_message(line);
        bar.enable_steady_tick(TICK);
        self.running.insert(step, bar);
    }

    fn end(&mut self, step: StepId, ended: usize, steps: usize) {
        if let Some(bar) = self.running.remove(&step) {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        self.count(ended, steps);
    }

    fn count(&self, ended: usize, steps: usize) {
        self.total
            .set_message(format!("{ended} of {}", text::count(steps, "step")));
    }
}

/// A line that moves while something is waited for, on a terminal; taken away when dropped.
pub struct Waiting(Option<ProgressBar>);

impl Waiting {
    pub fn on(what: &'static str, console: &Console) -> Waiting {
        let bar = (console.draws && !console.quiet).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
                .with_style(style(console))
                .with_message(what);
            bar.enable_steady_tick(TICK);
            bar
        });
        Waiting(bar)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

fn style(console: &Console) -> ProgressStyle {
    let template = match console.err.colours {
        true => "{spinner:.cyan} {wide_msg} {elapsed:.dim}",
        false => "{spinner} {wide_msg} {elapsed}",
    };
    // The template is a constant; were it wrong, the default would do.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// What was done, in a word.
pub fn done_word(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Snapshot => "snapshot taken",
        StepKind::ClearLate { .. } => "released from the others",
        StepKind::Delete { predecessor: true } => "predecessor deleted",
        StepKind::Delete { predecessor: false } => "deleted",
        StepKind::Create => "created",
        StepKind::SetLate { .. } => "tied to the others",
        StepKind::Update { restart: true, .. } => "updated and restarted",
        StepKind::Update { restart: false, .. } => "updated",
        StepKind::Move { .. } => "moved",
        StepKind::Adopt { .. } => "adopted",
        StepKind::Forget => "forgotten",
        StepKind::Record => "recorded",
    }
}

/// `0.4s`, `12s`, `3m 5s`.
pub fn elapsed(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{}.{}s", ms / 1000, ms % 1000 / 100),
        10_000..60_000 => format!("{}s", ms / 1000),
        _ => format!("{}m {}s", ms / 60_000, ms % 60_000 / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_told_now_and_then() {
        let mut step = Step {
            line: "creating aws.instance.db (i-1), until it is ready".to_owned(),
            id: None,
            start_ms: 1_000,
            told: 0,
        };
        let told: Vec<String> = (0..=100)
            .filter_map(|second| step.overdue(1_000 + second * 1_000))
            .collect();
        let line = |waited| {
            format!("  still creating aws.instance.db (i-1), until it is ready, {waited}\n")
        };
        assert_eq!(told, ["30s", "1m 0s", "1m 30s"].map(line));
    }

    #[test]
    fn elapsed_time_is_short() {
        assert_eq!(elapsed(49), "0.0s");
        assert_eq!(elapsed(1_450), "1.4s");
        assert_eq!(elapsed(59_999), "59s");
        assert_eq!(elapsed(185_000), "3m 5s");
    }
}
