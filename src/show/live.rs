//! Lines at the bottom of a terminal that are drawn again and again, and text that is printed above them.
//!
//! Between two drawings the cursor rests at the first of the lines, not below the last. A terminal that is resized
//! wraps what it shows anew and moves the cursor along with the text, so everything below the cursor is still ours
//! and can be cleared without knowing how many rows it takes by now. Crates that draw progress count rows instead
//! and leave stale lines behind when the window becomes narrower.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use infra_sdk::Timer;

use super::style::{Painter, Style};
use super::text;
use crate::world::RealTimer;

/// How often the lines are drawn anew.
const TICK: Duration = Duration::from_millis(120);

const FRAMES: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// The size where the terminal does not tell: columns and rows.
const SIZE: (usize, usize) = (80, 24);

/// One line: what is going on, and since when.
#[derive(Clone, Debug)]
pub struct Line {
    pub words: String,
    pub since: RealTimer,
}

impl Line {
    pub fn new(words: impl Into<String>) -> Line {
        Line {
            words: words.into(),
            since: RealTimer::start(),
        }
    }
}

/// The lines of one activity. Dropping it takes them away.
pub struct Live {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

struct Shared {
    area: Mutex<Area>,
    /// Wakes the ticker when the activity ends.
    ended: Condvar,
    painter: Painter,
}

#[derive(Default)]
struct Area {
    lines: Vec<Line>,
    frame: usize,
    ended: bool,
}

impl Live {
    /// Draws on standard error, which must be a terminal, until it is dropped.
    pub fn new(painter: Painter, lines: Vec<Line>) -> Live {
        let shared = Arc::new(Shared {
            area: Mutex::new(Area {
                lines,
                ..Area::default()
            }),
            ended: Condvar::new(),
            painter,
        });
        let drawing = Arc::clone(&shared);
        // Without a thread the lines stand still, which is no reason to fail.
        let ticker = thread::Builder::new().spawn(move || drawing.tick()).ok();
        Live { shared, ticker }
    }

    /// Changes the lines; they are drawn with the next tick.
    pub fn change(&self, change: impl FnOnce(&mut Vec<Line>)) {
        change(&mut self.shared.lock().lines);
    }

    /// Prints whole lines above the moving ones, where they stay.
    pub fn print(&self, words: &str) {
        let mut area = self.shared.lock();
        let mut out = String::from("\r\u{1b}[J");
        out.push_str(words);
        self.shared.draw(&mut area, out);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let mut area = self.shared.lock();
        area.ended = true;
        drop(area);
        self.shared.ended.notify_all();
        if let Some(ticker) = self.ticker.take() {
            // A ticker that panicked has drawn its last line already.
            let _ = ticker.join();
        }
        write("\r\u{1b}[J\u{1b}[?25h");
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Area> {
        self.area.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self) {
        let mut area = self.lock();
        while !area.ended {
            area.frame = (area.frame + 1) % FRAMES.len();
            self.draw(&mut area, String::from("\r\u{1b}[J"));
            let waited = self.ended.wait_timeout(area, TICK);
            area = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Writes `out` and then the lines, in one write, and leaves the cursor at the first of them.
    fn draw(&self, area: &mut Area, mut out: String) {
        let (columns, rows) = size();
        let lines = fit(&area.lines, rows.saturating_sub(1));
        out.push_str("\u{1b}[?25l");
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                out.push_str("\r\n");
            }
            out.push_str(&self.line(line, FRAMES[area.frame], columns));
        }
        out.push('\r');
        if lines.len() > 1 {
            out.push_str(&format!("\u{1b}[{}A", lines.len() - 1));
        }
        write(&out);
    }

    /// A line that is narrower than the terminal by a column, so that it never wraps by itself.
    fn line(&self, line: &Line, frame: &str, columns: usize) -> String {
        let seconds = line.since.now_ms() / 1000;
        let since = match seconds {
            0 => String::new(),
            1..60 => format!(" {seconds}s"),
            _ => format!(" {}m {}s", seconds / 60, seconds % 60),
        };
        let room = columns
            .saturating_sub(1)
            .saturating_sub(2 + text::width(&since));
        let words = text::shorten(&line.words, room);
        let frame = self.painter.paint(Style::Create, frame);
        format!(
            "{frame} {words}{}",
            self.painter.paint(Style::Quiet, &since)
        )
    }
}

/// The lines that there is room for: the first ones and always the last, which tells how far the whole is.
fn fit(lines: &[Line], rows: usize) -> Vec<&Line> {
    match lines {
        [first @ .., last] if lines.len() > rows => {
            let shown = first.iter().take(rows.saturating_sub(1));
            shown.chain(std::iter::once(last)).collect()
        }
        all => all.iter().collect(),
    }
}

fn size() -> (usize, usize) {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or(SIZE, |(columns, rows)| {
        (usize::from(columns.0).max(4), usize::from(rows.0).max(2))
    })
}

/// Standard error that cannot be written to leaves nobody to tell.
fn write(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(words: &[&str]) -> Vec<Line> {
        words.iter().map(|words| Line::new(*words)).collect()
    }

    #[test]
    fn the_last_line_is_always_there() {
        let all = lines(&["a", "b", "c", "3 of 9 steps"]);
        let shown = |rows| {
            let fitting = fit(&all, rows);
            let words: Vec<&str> = fitting.iter().map(|line| line.words.as_str()).collect();
            words.join(" ")
        };
        assert_eq!(shown(9), "a b c 3 of 9 steps");
        assert_eq!(shown(3), "a b 3 of 9 steps");
        assert_eq!(shown(1), "3 of 9 steps");
    }

    #[test]
    fn a_line_is_narrower_than_the_terminal() {
        let shared = Shared {
            area: Mutex::default(),
            ended: Condvar::new(),
            painter: Painter { colours: false },
        };
        let line = Line::new("create aws.instance.键键键键键键键键键键键键");
        for columns in [8, 20, 21, 33] {
            let drawn = shared.line(&line, "⠋", columns);
            assert!(text::width(&drawn) < columns, "{columns}: {drawn}");
            assert!(drawn.ends_with('…'), "{columns}: {drawn}");
        }
    }
}
