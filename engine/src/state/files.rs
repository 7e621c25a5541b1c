//! The names of a state's files.

/// The names of a state's files, all in one folder, with one folder in it for earlier snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    pub snapshot: String,
    pub backup: String,
    pub history: String,
    pub journal: String,
    pub lock: String,
}

impl Files {
    /// Those of an environment (`infra.dev.state.json`), or of a program without environments (`infra.state.json`).
    pub fn of(environment: Option<&str>) -> Files {
        match environment {
            Some(name) => Files::new(&format!("infra.{name}.state")),
            None => Files::new("infra.state"),
        }
    }

    /// `<base>.json`, `<base>.journal` and so on.
    pub fn new(base: &str) -> Files {
        Files {
            snapshot: format!("{base}.json"),
            backup: format!("{base}.json.backup"),
            history: format!("{base}.history"),
            journal: format!("{base}.journal"),
            lock: format!("{base}.lock"),
        }
    }
}

/// `infra.state.json` and its companions.
impl Default for Files {
    fn default() -> Files {
        Files::of(None)
    }
}
