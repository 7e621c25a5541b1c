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
    /// Print more details; give it twice for even more
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Append a log of all requests and decisions to a file (INFRA_LOG sets the level: error, warn, info or debug)
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Create a new program
    #[command(after_help = "Example: infra init aws")]
    Init(Init),
    /// Check a program for errors, without a cloud
    #[command(after_help = "Example: infra check examples/51desk")]
    Check(Check),
    /// Format program files
    #[command(after_help = "Example: infra fmt --check")]
    Fmt(Fmt),
    /// Show what apply would do, and why
    #[command(after_help = "Example: infra plan --env dev --set size=small")]
    Plan(Plan),
    /// Plan, ask for confirmation, and carry out the plan
    Apply(Apply),
    /// Delete everything that the program created
    #[command(after_help = "Example: infra destroy --env dev")]
    Destroy(Destroy),
    /// Show what was changed outside of infra (exit code 2 if anything was)
    Drift(Drift),
    /// Import an existing resource: read it and declare it
    Import(Import),
    /// Print the results of the last apply
    #[command(after_help = "Example: infra output address --raw")]
    Output(Output),
    /// Inspect or correct the state
    #[command(subcommand)]
    State(State),
    /// Release a lock of the state that another run left behind
    #[command(after_help = "Example: infra unlock --env dev")]
    Unlock(Unlock),
    /// Run the program's tests, each on a simulated cloud of its own
    #[command(after_help = "Example: infra test --junit results.xml")]
    Test(Test),
    /// Draw the resources and their dependencies
    #[command(after_help = "Example: infra graph --format svg > graph.svg")]
    Graph(Graph),
    /// Evaluate expressions in the context of the program
    #[command(after_help = "Example: infra console --env dev")]
    Console(Console),
    /// Serve a simulated cloud to other programs
    #[command(after_help = "Example: infra sim --listen 127.0.0.1:4566 --state cloud.json")]
    Sim(Sim),
    /// Describe a resource type, a component, a directory of components, or a function
    #[command(after_help = "Example: infra types aws.volume")]
    Types(Types),
    /// Print the help of a command, a page of the guide, or what an error code means
    #[command(after_help = "Example: infra help unknown-field")]
    Help(Help),
    /// Write the manual pages into a directory
    #[command(after_help = "Example: infra man /usr/local/share/man/man1")]
    Man(Man),
    /// Print the version and the commit it was built from
    #[command(after_help = "Example: infra version --json")]
    Version,
    /// Print a completion script for a shell
    #[command(after_help = "Example: infra completions bash > /etc/bash_completion.d/infra")]
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
    /// Read parameters from a file (repeatable; infra.infravars is always read)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub vars: Vec<PathBuf>,
    /// Use an environment, such as dev or release: it has parameters in NAME.infravars and a state of its own
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
    /// Inject faults into the simulated cloud, such as `latency=20ms,throttle=5%,seed=1`
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
    /// Read the current state of everything from the cloud first
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
    /// Show what does not change, too
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
    /// Do not ask for confirmation
    #[arg(long, short, help_heading = "Planning")]
    pub yes: bool,
    /// Run at most N steps at once; infra respects the rate limits of the cloud in any case
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Planning")]
    pub parallelism: Option<u32>,
    /// Write events as JSON lines to a file, or to standard output (`-`) instead of plan and results
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
    /// Change nothing; show what would change, and fail if anything would
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub planning: Planning,
    /// Exit with 2 if there is something to do
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
    after_help = "Instead of the directory, you may give a plan saved with `infra plan --out FILE`. It is applied \
                  without a question, and refused if the program, its inputs or the state changed meanwhile. It \
                  contains no secret inputs: give them again.\n\nExample: infra apply --env dev --target web"
)]
pub struct Apply {
    #[command(flatten)]
    pub planning: Planning,
    /// Apply exactly this saved plan
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Planning")]
    pub plan: Option<PathBuf>,
    /// Change nothing in the cloud: accept what was changed there into the state
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
    after_help = "If the program declares ADDRESS, the resource is added to the state. Otherwise its declaration is \
                  printed; with --write it is added to the program, and the resource to the state. Nothing \
                  changes in the cloud.\n\nExample: infra import aws.vpc.main vpc-0a1b2c3d4e5f67890 --write network.infra"
)]
pub struct Import {
    /// The directory of the program, if not the current one, then the address and the cloud's id
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
    after_help = "Exit codes: 0 nothing was changed, 1 infra could not find out, 2 something was changed.\n\
                  Then `infra apply` restores what the program says, `infra apply --refresh-only` accepts the changes \
                  into the state, and `infra drift --write` writes them into the program.\n\n\
                  Example: infra drift --env release"
)]
pub struct Drift {
    #[command(flatten)]
    pub directory: Directory,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub cloud: Cloud,
    /// Write the values of the cloud into the program, where a field is a literal
    #[arg(long)]
    pub write: bool,
}

#[derive(Debug, Args)]
#[command(override_usage = "infra output [OPTIONS] [DIR] [NAME]")]
pub struct Output {
    /// The directory of the program, if not the current one, then the name of one output
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
    /// The directory of the program, if not the current one, then parts of the names of the tests to run
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
    /// Use the state of the simulated cloud
    #[arg(long)]
    pub sim: bool,
}

#[derive(Debug, Args)]
pub struct Sim {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4566")]
    pub listen: String,
    /// Keep the cloud in this file; without it, the cloud is lost at the end
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,
    /// Inject faults, such as `latency=20ms,throttle=5%,seed=1`
    #[arg(long, value_name = "SPEC")]
    pub chaos: Option<String>,
    /// Listen on this port as a proxy too, for programs that cannot be told another endpoint; port 0 takes a free one
    #[arg(long, value_name = "PORT")]
    pub proxy: Option<u16>,
    /// Where to write the certificate that programs must trust to use the proxy with HTTPS
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "proxy")]
    pub ca: Option<PathBuf>,
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
    /// The cloud the program begins with, such as aws, and the directory, if not the current one
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
