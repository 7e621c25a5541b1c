//! The command line, as data.

mod state;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueHint};

pub use state::*;

use crate::candidates;

/// A small declarative language for cloud infrastructure, and the tool that plans and applies it.
#[derive(Debug, Parser)]
#[command(
    name = "infra",
    version,
    propagate_version = false,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Args)]
pub struct Global {
    /// Print results as one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// Print no colours (so does NO_COLOR)
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Print results and errors only
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print more; twice for even more
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Append a log of all requests and decisions to a file (INFRA_LOG sets the level: error, warn, info or debug)
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start a program: `infra init aws`
    Init(Init),
    /// Find every error in a program, without a cloud
    Check(Check),
    /// Bring program files into the one layout
    Fmt(Fmt),
    /// Show what apply would do, and why
    Plan(Plan),
    /// Make the cloud what the program says
    Apply(Apply),
    /// Delete everything the program has made
    Destroy(Destroy),
    /// Show what was changed outside of infra (exit code 2 when anything was)
    Drift(Drift),
    /// Take over something that exists: read it, and declare it
    Import(Import),
    /// Print the results of the last apply
    Output(Output),
    /// Look at the state, or correct it
    #[command(subcommand)]
    State(State),
    /// End the hold that somebody else has on the state
    Unlock(Unlock),
    /// Run the program's tests, each on a simulated cloud of its own
    Test(Test),
    /// Draw what the program makes, and what needs what
    Graph(Graph),
    /// Evaluate expressions over the program
    Console(Console),
    /// Serve a simulated cloud to other programs
    Sim(Sim),
    /// Print what a resource type, a component, a directory or a function offers
    Types(Types),
    /// Print the help of a command, a page of the guide, or what an error code means
    Help(Help),
    /// Write the manual pages into a directory
    Man(Man),
    /// Print the version and the commit it was built from
    Version,
    /// Print a completion script for a shell
    Completions(Completions),
}

/// Where the program is.
#[derive(Clone, Debug, Args)]
pub struct Directory {
    /// The directory of the program
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
}

/// The values of the program's parameters. Of several, the last of these wins: `infra.infravars`, the file of
/// `--env`, the environment, `--vars`, `--set`.
#[derive(Clone, Debug, Args, Default)]
#[command(next_help_heading = "Parameters")]
pub struct Inputs {
    /// Set a parameter (repeatable; also INFRA_PARAM_NAME in the environment)
    #[arg(long = "set", value_name = "NAME=VALUE", add = candidates::parameters())]
    pub set: Vec<String>,
    /// Read parameters from a file (repeatable; infra.infravars is read by itself)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub vars: Vec<PathBuf>,
    /// Work on an environment, such as dev, test or release: its parameters are in NAME.infravars, and its state is
    /// its own
    #[arg(long, value_name = "NAME", add = candidates::all_environments())]
    pub env: Option<String>,
}

/// Which cloud.
#[derive(Clone, Debug, Args, Default)]
#[command(next_help_heading = "Cloud")]
pub struct Cloud {
    /// Use a simulated cloud, kept under .infra/, with a state of its own
    #[arg(long)]
    pub sim: bool,
    /// Disturb the simulated cloud, as in `latency=20ms,throttle=5%,seed=1`
    #[arg(long, value_name = "SPEC", requires = "sim")]
    pub sim_chaos: Option<String>,
}

/// What plan and apply have in common.
#[derive(Debug, Args)]
pub struct Planning {
    #[command(flatten)]
    pub directory: Directory,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub cloud: Cloud,
    /// Ask the cloud for the present state of everything first
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set, help_heading = "Planning")]
    pub refresh: bool,
    /// Plan only this resource, or the resources of this component, and what they depend on (repeatable)
    #[arg(long, value_name = "ADDRESS", help_heading = "Planning", add = candidates::addresses())]
    pub target: Vec<String>,
    /// Replace this resource, or the resources of this component (repeatable)
    #[arg(long, value_name = "ADDRESS", help_heading = "Planning", add = candidates::addresses())]
    pub replace: Vec<String>,
    /// Allow the data of this resource, or of this component's resources, to be lost (repeatable)
    #[arg(long, value_name = "ADDRESS", help_heading = "Planning", add = candidates::addresses())]
    pub allow_data_loss: Vec<String>,
    /// Show every field of what is created
    #[arg(long, help_heading = "Planning")]
    pub long: bool,
    /// Show what stays as it is, too
    #[arg(long, help_heading = "Planning")]
    pub all: bool,
}

impl Planning {
    /// Whose state it is about.
    pub fn state(&self) -> StateChoice {
        StateChoice {
            sim: self.cloud.sim,
            env: self.inputs.env.clone(),
        }
    }

    /// Reads the cloud and plans nothing.
    pub fn reading(directory: &Directory, inputs: &Inputs, cloud: &Cloud) -> Planning {
        Planning {
            directory: directory.clone(),
            inputs: inputs.clone(),
            cloud: cloud.clone(),
            refresh: true,
            target: Vec::new(),
            replace: Vec::new(),
            allow_data_loss: Vec::new(),
            long: false,
            all: false,
        }
    }
}

/// How a plan is carried out.
#[derive(Clone, Debug, Args)]
pub struct Going {
    /// Do not ask
    #[arg(long, short, help_heading = "Planning")]
    pub yes: bool,
    /// How many steps may be under way at once; clouds are paced by what they allow in any case
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Planning")]
    pub parallelism: Option<u32>,
    /// Write what happens as JSON lines to a file, or to standard output (`-`) in the place of everything else
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Planning")]
    pub events: Option<PathBuf>,
}

impl Going {
    /// Goes on without a question.
    pub fn agreed(self) -> Going {
        Going { yes: true, ..self }
    }

    /// What a command does that nobody needs to be asked about.
    pub const UNASKED: Going = Going {
        yes: true,
        parallelism: None,
        events: None,
    };
}

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// As annotations of GitHub Actions, beside the lines of a change
    Github,
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub directory: Directory,
    #[command(flatten)]
    pub inputs: Inputs,
    /// How diagnostics are written (or --json)
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value = "text",
        conflicts_with = "json"
    )]
    pub format: CheckFormat,
}

#[derive(Debug, Args)]
pub struct Fmt {
    /// Files and directories, or `-` for standard input
    #[arg(value_name = "PATH", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Change nothing; show what would change, and fail when anything would
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub planning: Planning,
    /// Exit with 2 when there is something to do
    #[arg(long, help_heading = "Planning")]
    pub detailed_exitcode: bool,
    /// Save the plan, for `infra apply FILE`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Planning")]
    pub out: Option<PathBuf>,
    /// Only show what was changed outside of infra
    #[arg(long, conflicts_with_all = ["out", "target", "replace"], help_heading = "Planning")]
    pub refresh_only: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Instead of the directory, a plan that `infra plan --out FILE` saved may be given. It is applied \
                  without a question, and refused when the program, its inputs or the state moved meanwhile. Secret \
                  inputs are not in it: give them again."
)]
pub struct Apply {
    #[command(flatten)]
    pub planning: Planning,
    /// Apply exactly this saved plan
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Planning")]
    pub plan: Option<PathBuf>,
    /// Change nothing in the cloud: make the state say what was changed there
    #[arg(long, conflicts_with_all = ["plan", "target", "replace"], help_heading = "Planning")]
    pub refresh_only: bool,
    #[command(flatten)]
    pub going: Going,
}

#[derive(Debug, Args)]
pub struct Destroy {
    #[command(flatten)]
    pub planning: Planning,
    #[command(flatten)]
    pub going: Going,
}

#[derive(Debug, Args)]
#[command(
    override_usage = "infra import [OPTIONS] [DIR] ADDRESS ID",
    after_help = "When the program declares ADDRESS, the thing is taken into the state. Otherwise its declaration is \
                  printed; with --write it is put into the program, and the thing taken into the state. Nothing \
                  changes in the cloud."
)]
pub struct Import {
    /// The directory of the program, when it is not the current one, then the address and the cloud's id
    #[arg(value_name = "ADDRESS ID", required = true, num_args = 2..=3, add = candidates::missing_addresses())]
    pub words: Vec<String>,
    /// Append the declaration to this file of the program
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub write: Option<PathBuf>,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub cloud: Cloud,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes, for schedulers: 0 nothing was changed, 1 it could not be found out, 2 something was.\n\
                  Three answers: `infra apply` restores what the program says, `infra apply --refresh-only` lets the \
                  state say what the cloud says, and `infra drift --write` makes the program say it."
)]
pub struct Drift {
    #[command(flatten)]
    pub directory: Directory,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub cloud: Cloud,
    /// Write what the cloud says into the program, where a field is a plain value
    #[arg(long)]
    pub write: bool,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra output [OPTIONS] [DIR] [NAME]")]
pub struct Output {
    /// The directory of the program, when it is not the current one, then the name of one output
    #[arg(value_name = "DIR|NAME", num_args = 0..=2, add = candidates::outputs())]
    pub words: Vec<String>,
    /// Print the text of one output without quotes
    #[arg(long, conflicts_with = "json")]
    pub raw: bool,
    #[command(flatten)]
    pub choice: StateChoice,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra test [OPTIONS] [DIR] [NAME]...")]
pub struct Test {
    /// The directory of the program, when it is not the current one, then words of the names of the tests to run
    #[arg(value_name = "DIR|NAME")]
    pub words: Vec<String>,
    #[command(flatten)]
    pub inputs: Inputs,
    /// Write the results as JUnit XML, too
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub junit: Option<PathBuf>,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum GraphFormat {
    /// For Graphviz
    Dot,
    /// For Markdown pages that draw Mermaid
    Mermaid,
    /// A picture for browsers
    Svg,
}

#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    pub directory: Directory,
    #[command(flatten)]
    pub inputs: Inputs,
    /// How it is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "dot")]
    pub format: GraphFormat,
}

#[derive(Debug, Args)]
pub struct Console {
    #[command(flatten)]
    pub directory: Directory,
    #[command(flatten)]
    pub inputs: Inputs,
    /// Know what the state of the simulated cloud knows
    #[arg(long)]
    pub sim: bool,
}

#[derive(Debug, Args)]
pub struct Sim {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4566")]
    pub listen: String,
    /// The file that keeps the cloud; without it, it is gone in the end
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,
    /// Disturb it, as in `latency=20ms,throttle=5%,seed=1`
    #[arg(long, value_name = "SPEC")]
    pub chaos: Option<String>,
}

#[derive(Debug, Args)]
pub struct Types {
    /// A type, such as aws.volume, the beginning of some, a function, `functions`, or a directory such as ./net; all
    /// types are listed without it
    #[arg(value_name = "TYPE", add = candidates::types())]
    pub name: Option<String>,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra init [OPTIONS] [CLOUD] [DIR]")]
pub struct Init {
    /// The cloud the program begins with, such as aws, and the directory, when it is not the current one
    #[arg(value_name = "CLOUD|DIR", num_args = 0..=2)]
    pub words: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Help {
    /// A command such as `plan` or `state mv`, a page such as `language`, or a code such as `unknown-field`
    #[arg(value_name = "TOPIC")]
    pub topic: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Man {
    /// Where the pages are written to
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}
