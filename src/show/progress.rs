//! What apply does, while it does it: lines that move on a terminal, plain lines elsewhere. On standard error.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use infra_engine::apply::{ApplyEvent, EventKind, Progress};
use infra_engine::plan::{StepId, StepKind};

use super::console::Console;
use super::style::Style;
use super::text;

/// How often moving lines move.
const TICK: Duration = Duration::from_millis(120);

/// How many running steps have a line; the others are only counted.
const LINES_MAX: usize = 12;

/// Shows the steps of one apply.
pub struct StepLines<'a> {
    console: &'a Console,
    inner: Mutex<Inner>,
}

struct Inner {
    /// How many steps there are, and how many came to an end.
    steps: usize,
    ended: usize,
    /// The ids that the cloud gave, until the step ends.
    ids: BTreeMap<StepId, String>,
    drawing: Option<Drawing>,
}

/// The lines at the bottom of a terminal.
struct Drawing {
    all: MultiProgress,
    total: ProgressBar,
    running: BTreeMap<StepId, ProgressBar>,
}

impl<'a> StepLines<'a> {
    /// Shows a run of `steps` steps.
    pub fn new(console: &'a Console, steps: usize) -> StepLines<'a> {
        let drawing = (console.draws && !console.quiet).then(|| Drawing::new(console));
        StepLines {
            console,
            inner: Mutex::new(Inner {
                steps,
                ended: 0,
                ids: BTreeMap::new(),
                drawing,
            }),
        }
    }

    /// Says something between the lines.
    pub fn say(&self, words: &str) {
        let inner = self.inner.lock().unwrap_or_else(|lock| lock.into_inner());
        self.write(&inner, &format!("{words}\n"));
    }

    /// Takes the moving lines away.
    pub fn finish(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(|lock| lock.into_inner());
        if let Some(drawing) = inner.drawing.take() {
            for bar in drawing.running.values() {
                bar.finish_and_clear();
            }
            drawing.total.finish_and_clear();
        }
    }

    fn write(&self, inner: &Inner, line: &str) {
        match &inner.drawing {
            Some(drawing) => drawing.all.suspend(|| self.console.note(line)),
            None => self.console.note(line),
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
                    Some(drawing) => drawing.start(step.id, line),
                    None if self.console.verbose > 0 => self.write(&inner, &format!("  {line}\n")),
                    None => {}
                }
            }
            EventKind::IdKnown(id) => {
                let safe = text::line(id).into_owned();
                if let Some(bar) = inner
                    .drawing
                    .as_ref()
                    .and_then(|drawing| drawing.running.get(&step.id))
                {
                    bar.set_message(format!("{} {address} ({safe})", step.kind));
                }
                inner.ids.insert(step.id, safe);
            }
            EventKind::Settled
            | EventKind::Unneeded
            | EventKind::Failed(_)
            | EventKind::NotDone(_) => {
                let id = inner.ids.remove(&step.id);
                inner.ended += 1;
                let (ended, steps) = (inner.ended, inner.steps);
                if let Some(drawing) = &mut inner.drawing {
                    drawing.end(step.id, ended, steps);
                }
                if !matches!(event.kind, EventKind::NotDone(_)) {
                    self.write(&inner, &self.ending(event, id.as_deref()));
                }
            }
        }
    }
}

impl Drawing {
    fn new(console: &Console) -> Drawing {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let total = all.add(ProgressBar::new_spinner().with_style(style(console)));
        total.enable_steady_tick(TICK);
        Drawing {
            all,
            total,
            running: BTreeMap::new(),
        }
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
        self.total
            .set_message(format!("{ended} of {}", text::count(steps, "step")));
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
    fn elapsed_time_is_short() {
        assert_eq!(elapsed(49), "0.0s");
        assert_eq!(elapsed(1_450), "1.4s");
        assert_eq!(elapsed(59_999), "59s");
        assert_eq!(elapsed(185_000), "3m 5s");
    }
}
