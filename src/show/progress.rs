//! What apply does, while it does it: lines that move on a terminal, plain lines elsewhere. On standard error.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Mutex;

use infra_engine::apply::{ApplyEvent, EventKind, Progress};
use infra_engine::plan::{StepId, StepKind};
use infra_sdk::Timer;

use super::console::Console;
use super::live::{Line, Live};
use super::style::Style;
use super::text;

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

/// The lines at the bottom of a terminal: one a step, up to [`LINES_MAX`], and the count of all.
struct Drawing {
    live: Live,
    running: BTreeMap<StepId, Line>,
    total: Line,
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
        inner.drawing = None;
        self.flush(&mut inner);
    }

    fn write(&self, inner: &mut Inner, line: &str) {
        match &inner.drawing {
            Some(drawing) => drawing.live.print(line),
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
                format!("{mark} {address}: no change was needed\n")
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
                    Some(drawing) => drawing.start(step.id, &line),
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
                if let Some(drawing) = &mut inner.drawing {
                    drawing.reword(step.id, &line);
                }
                if let Some(under_way) = inner.running.get_mut(&step.id) {
                    under_way.line = line;
                    under_way.id = Some(safe);
                }
            }
            EventKind::Waiting(what) => {
                let line = format!("{} {address}: waiting {}", step.kind, text::line(what));
                if let Some(drawing) = &mut inner.drawing {
                    drawing.reword(step.id, &line);
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
        let total = Line::new(progress(0, steps));
        Drawing {
            live: Live::new(console.err, vec![total.clone()]),
            running: BTreeMap::new(),
            total,
        }
    }

    fn start(&mut self, step: StepId, words: &str) {
        self.running.insert(step, Line::new(words));
        self.show();
    }

    fn reword(&mut self, step: StepId, words: &str) {
        if let Some(line) = self.running.get_mut(&step) {
            words.clone_into(&mut line.words);
            self.show();
        }
    }

    fn end(&mut self, step: StepId, ended: usize, steps: usize) {
        self.running.remove(&step);
        self.total.words = progress(ended, steps);
        self.show();
    }

    /// The steps that began first, and how far the whole is.
    fn show(&self) {
        let mut begun: Vec<&Line> = self.running.values().collect();
        begun.sort_by_key(|line| Reverse(line.since.now_ms()));
        let shown = begun.into_iter().take(LINES_MAX).cloned();
        let lines: Vec<Line> = shown.chain([self.total.clone()]).collect();
        self.live.change(|all| *all = lines);
    }
}

fn progress(ended: usize, steps: usize) -> String {
    format!("{ended} of {}", text::count(steps, "step"))
}

/// A line that moves while something is waited for, on a terminal; taken away when dropped.
pub struct Waiting {
    _live: Option<Live>,
}

impl Waiting {
    pub fn on(what: &'static str, console: &Console) -> Waiting {
        let draws = console.draws && !console.quiet;
        Waiting {
            _live: draws.then(|| Live::new(console.err, vec![Line::new(what)])),
        }
    }
}

/// What was done, in a word.
pub fn done_word(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Snapshot => "snapshot taken",
        StepKind::Release { .. } => "released",
        StepKind::ClearLate { .. } => "unlinked",
        StepKind::Delete { predecessor: true } => "predecessor deleted",
        StepKind::Delete { predecessor: false } => "deleted",
        StepKind::Create => "created",
        StepKind::SetLate { .. } => "linked",
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
