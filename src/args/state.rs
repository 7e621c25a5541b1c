//! The command lines of `infra state` and `infra unlock`.

use clap::{Args, Subcommand, ValueHint};

use super::Directory;
use crate::candidates;

#[derive(Debug, Subcommand)]
pub enum State {
    /// List the addresses in the state
    #[command(after_help = "Example: infra state list web")]
    List(StateList),
    /// Show a resource, or the resources of a component, as the state has them
    #[command(after_help = "Example: infra state show 'web[\"a\"]'")]
    Show(StateShow),
    /// Remove resources from the state; the cloud keeps them
    #[command(after_help = "Example: infra state rm aws.volume.old")]
    Rm(StateRm),
    /// Move a resource or a component to another address
    #[command(after_help = "Example: infra state mv aws.volume.a aws.volume.b")]
    Mv(StateMv),
    /// List the earlier states that are kept
    #[command(after_help = "Example: infra state history --env dev")]
    History(StateHistory),
    /// Replace the current state with an earlier one
    #[command(after_help = "Example: infra state restore 41")]
    Restore(StateRestore),
    /// Print the whole state as one file
    #[command(after_help = "Example: infra state pull > state.json")]
    Pull(StatePull),
    /// Replace the current state with a file from `infra state pull`
    #[command(after_help = "Example: infra state push state.json")]
    Push(StatePush),
    /// List the environments that have a state
    #[command(after_help = "Example: infra state envs")]
    Envs(StateEnvs),
    /// Assign the state without an environment to an environment
    #[command(after_help = "Example: infra state assign --env dev")]
    Assign(StateAssign),
}

#[derive(Debug, Args)]
pub struct StateEnvs {
    #[command(flatten)]
    pub directory: Directory,
    /// The states of the simulated cloud
    #[arg(long)]
    pub sim: bool,
}

#[derive(Debug, Args)]
pub struct StateAssign {
    #[command(flatten)]
    pub directory: Directory,
    /// The environment
    #[arg(long, value_name = "NAME", required = true, add = candidates::all_environments())]
    pub env: String,
    /// The state of the simulated cloud
    #[arg(long)]
    pub sim: bool,
}

/// Which of a program's states.
#[derive(Clone, Debug, Args, Default)]
#[command(next_help_heading = "State")]
pub struct StateChoice {
    /// The state of the simulated cloud
    #[arg(long)]
    pub sim: bool,
    /// The state of an environment
    #[arg(long, value_name = "NAME", add = candidates::all_environments())]
    pub env: Option<String>,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra state list [OPTIONS] [DIR] [PREFIX]...")]
pub struct StateList {
    /// The directory of the program, if not the current one, then what the addresses begin with: components
    /// (`web`, `web[\"a\"]`) or types
    #[arg(value_name = "DIR|PREFIX", add = candidates::kept_addresses())]
    pub words: Vec<String>,
    #[command(flatten)]
    pub choice: StateChoice,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra state show [OPTIONS] [DIR] ADDRESS")]
pub struct StateShow {
    /// The directory of the program, if not the current one, then the address
    #[arg(value_name = "ADDRESS", required = true, num_args = 1..=2, add = candidates::kept_addresses())]
    pub words: Vec<String>,
    #[command(flatten)]
    pub choice: StateChoice,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra state rm [OPTIONS] [DIR] ADDRESS...")]
pub struct StateRm {
    /// The directory of the program, if not the current one, then the addresses
    #[arg(value_name = "ADDRESS", required = true, num_args = 1.., add = candidates::kept_addresses())]
    pub words: Vec<String>,
    #[command(flatten)]
    pub choice: StateChoice,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra state mv [OPTIONS] [DIR] ADDRESS ADDRESS")]
pub struct StateMv {
    /// The directory of the program, if not the current one, then the old and the new address
    #[arg(value_name = "ADDRESS", required = true, num_args = 2..=3, add = candidates::kept_addresses())]
    pub words: Vec<String>,
    #[command(flatten)]
    pub choice: StateChoice,
}

#[derive(Debug, Args)]
pub struct StateHistory {
    #[command(flatten)]
    pub directory: Directory,
    #[command(flatten)]
    pub choice: StateChoice,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra state restore [OPTIONS] [DIR] SERIAL")]
pub struct StateRestore {
    /// The directory of the program, if not the current one, then the serial
    #[arg(value_name = "SERIAL", required = true, num_args = 1..=2)]
    pub words: Vec<String>,
    #[command(flatten)]
    pub choice: StateChoice,
    /// Do not ask for confirmation
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct StatePull {
    #[command(flatten)]
    pub directory: Directory,
    #[command(flatten)]
    pub choice: StateChoice,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra state push [OPTIONS] [DIR] FILE")]
pub struct StatePush {
    /// The directory of the program, if not the current one, then the file
    #[arg(value_name = "FILE", required = true, num_args = 1..=2, value_hint = ValueHint::FilePath)]
    pub words: Vec<String>,
    #[command(flatten)]
    pub choice: StateChoice,
    /// Accept the file even if its serial is not larger than that of the current state
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct Unlock {
    #[command(flatten)]
    pub directory: Directory,
    #[command(flatten)]
    pub choice: StateChoice,
    /// Do not ask for confirmation
    #[arg(long, short)]
    pub yes: bool,
    /// Release it even if the process of its holder is running on this machine
    #[arg(long)]
    pub force: bool,
}
