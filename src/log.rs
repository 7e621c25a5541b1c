//! The log: every request to a cloud, and every decision about retries and recovery. `docs/command-line.md` describes
//! it.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use infra_engine::state::timestamp;
use infra_sdk::Secrets;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::{Layer, SubscriberExt};

use crate::error::CommandError;
use crate::world::{self, Environment};

/// The level where only `--log FILE` is given.
const LEVEL: LevelFilter = LevelFilter::DEBUG;

/// The targets that are logged: those of infra's own crates. Libraries log whole requests, with credentials and
/// secrets in them.
const OURS: &str = "infra";

/// A log that is being written.
pub struct Log(Arc<Sink>);

/// Where the lines go.
struct Sink {
    file: Option<(PathBuf, Mutex<File>)>,
    secrets: Arc<Secrets>,
    /// The first failure to write.
    broken: Mutex<Option<io::Error>>,
}

impl Log {
    /// Starts the log that `--log` or `INFRA_LOG` asks for: into the file, else to standard error. `None` when neither
    /// does. Lines show none of the `secrets`.
    ///
    /// # Errors
    /// `INFRA_LOG` is no level, or the file cannot be opened.
    pub fn start(
        path: Option<&Path>,
        env: &Environment,
        secrets: &Arc<Secrets>,
    ) -> Result<Option<Log>, CommandError> {
        let level = match (env.log_level(), path) {
            (Some(word), _) => level(word)?,
            (None, Some(_)) => LEVEL,
            (None, None) => return Ok(None),
        };
        if level == LevelFilter::OFF {
            return Ok(None);
        }
        let file = path.map(|path| {
            let file = world::append_private_file(path)?;
            Ok((path.to_owned(), Mutex::new(file)))
        });
        let sink = Arc::new(Sink {
            file: file.transpose()?,
            secrets: secrets.clone(),
            broken: Mutex::default(),
        });
        let wanted = Targets::new().with_target(OURS, level);
        let lines = tracing_subscriber::fmt::layer()
            .with_timer(Clock)
            .with_ansi(false)
            .with_target(false)
            .log_internal_errors(false)
            .with_writer(Lines(sink.clone()));
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(wanted));
        // There is one log in a process, started here.
        let _ = tracing::subscriber::set_global_default(subscriber);
        Ok(Some(Log(sink)))
    }

    /// Whether the lines go to standard error, where nothing else may move then.
    pub fn is_on_stderr(&self) -> bool {
        self.0.file.is_none()
    }

    /// Why the log is not whole, if it is not.
    pub fn failure(&self) -> Option<String> {
        let error = lock(&self.0.broken).take()?;
        let (path, _) = self.0.file.as_ref()?;
        Some(format!(
            "the log `{}` is incomplete: {error}",
            path.display()
        ))
    }
}

fn level(word: &str) -> Result<LevelFilter, CommandError> {
    let known = [
        ("off", LevelFilter::OFF),
        ("error", LevelFilter::ERROR),
        ("warn", LevelFilter::WARN),
        ("info", LevelFilter::INFO),
        ("debug", LevelFilter::DEBUG),
    ];
    let found = known.iter().find(|(name, _)| *name == word);
    found.map(|(_, level)| *level).ok_or_else(|| {
        CommandError::usage(format!("INFRA_LOG is `{word}`, which is not a log level"))
            .hint("the levels are: off, error, warn, info, debug")
    })
}

/// The time of an event, by the clock on the wall.
struct Clock;

impl FormatTime for Clock {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        w.write_str(&timestamp(world::now_ms()))
    }
}

/// Makes the writer of each line.
struct Lines(Arc<Sink>);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(&self.0)
    }
}

/// Takes a whole line at once, so that a secret cannot stand half in one piece and half in the next.
struct Line<'a>(&'a Sink);

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let masked = self.0.secrets.mask(&String::from_utf8_lossy(line));
        let written = match &self.0.file {
            Some((_, file)) => lock(file).write_all(masked.as_bytes()),
            None => io::stderr().lock().write_all(masked.as_bytes()),
        };
        if let Err(error) = written {
            lock(&self.0.broken).get_or_insert(error);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
