//! What lies outside the program text: files, the environment, time. Nothing else in the tool touches them.

mod environment;
mod files;
mod project;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub use environment::Environment;
pub use files::{
    append_private_file, create_file, program_files, read_named_file, read_text_file, remove_file,
    replace_file, write_named_file, write_private_file,
};
pub use project::{Project, library};

use crate::error::CommandError;

/// Whether a word of the command line means a directory: it is written like one, or there is one of that name.
pub fn names_directory(word: &str) -> bool {
    word.contains('/') || word == "." || word == ".." || Path::new(word).is_dir()
}

/// The name of this machine.
pub fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// Within which the numbers of processes mean what they mean here: one boot of one machine, and of that one namespace
/// (a container has its own). `None` where the system does not tell.
pub fn process_space() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_hexdigit).collect() };
    let namespace = namespace.to_string_lossy();
    let number = namespace.split(':').next_back().map(digits);
    Some(format!("{}-{}", digits(&boot), number.unwrap_or_default()))
}

/// Bytes from the operating system's random source.
pub fn random<const N: usize>() -> Result<[u8; N], CommandError> {
    let mut bytes = [0; N];
    let read = fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    match read {
        Ok(()) => Ok(bytes),
        Err(error) => Err(CommandError::files(format!(
            "the system's random source cannot be read: {error}"
        ))),
    }
}

/// Milliseconds since 1970 by the clock on the wall.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the wall clock"
)]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

/// The timer of the running process, on its runtime.
#[derive(Clone, Debug)]
pub struct RealTimer {
    start: Instant,
}

impl RealTimer {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the monotonic clock"
    )]
    pub fn start() -> RealTimer {
        RealTimer {
            start: Instant::now(),
        }
    }
}

#[async_trait::async_trait]
impl infra_sdk::Timer for RealTimer {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn now_ms(&self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }
}
