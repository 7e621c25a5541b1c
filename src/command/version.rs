//! `infra version`

use serde_json::json;

use crate::error::{Exit, Outcome};
use crate::show::Console;
use crate::wire::CLOUDS;

pub fn run(console: &Console) -> Outcome {
    let version = env!("CARGO_PKG_VERSION");
    if console.json {
        console.print_json(&json!({ "version": version, "clouds": CLOUDS }));
    } else {
        let clouds = match CLOUDS {
            [] => "no cloud".to_owned(),
            clouds => clouds.join(", "),
        };
        console.print(&format!("infra {version} ({clouds})\n"));
    }
    Ok(Exit::Done)
}
