//! `infra version`

use serde_json::json;

use crate::clouds::CLOUDS;
use crate::error::{Exit, Outcome};
use crate::show::Console;

/// `abc1234 2026-11-28`, or nothing where the sources were no repository.
const COMMIT: &str = env!("INFRA_COMMIT");

pub fn run(console: &Console) -> Outcome {
    let version = env!("CARGO_PKG_VERSION");
    let built = COMMIT.split_once(' ');
    if console.json {
        console.print_json(&json!({
            "version": version,
            "commit": built.map(|(commit, _)| commit),
            "date": built.map(|(_, date)| date),
            "clouds": CLOUDS,
        }));
        return Ok(Exit::Done);
    }
    let clouds = match CLOUDS {
        [] => "no cloud".to_owned(),
        clouds => clouds.join(", "),
    };
    let commit = match built {
        Some((commit, date)) => format!(", commit {commit} of {date}"),
        None => String::new(),
    };
    console.print(&format!("infra {version} ({clouds}{commit})\n"));
    Ok(Exit::Done)
}
