//! `infra graph`

use std::collections::BTreeMap;

use infra_model::{Address, Record};

use crate::args::{self, GraphFormat};
use crate::error::{Exit, Outcome};
use crate::graph::Graph;
use crate::program::Program;
use crate::show::{Console, graph};
use crate::world::{Environment, Project};

/// Draws what the text alone says; no cloud is asked, so what a lookup would answer stays unknown.
pub fn run(args: &args::Graph, console: &Console, env: &Environment) -> Outcome {
    let project = Project::open_program(&args.directory.dir)?;
    let program = Program::open(&project, &args.inputs, env, console)?;
    let nothing = BTreeMap::<Address, Record>::new();
    let evaluation = program.evaluate(&project, &nothing, console)?;
    if evaluation.is_waiting() {
        console.note("Resources that depend on a lookup through `for` or `if` are not drawn.\n");
    }
    let drawn = Graph::of(&evaluation.desired);
    if console.json {
        console.print_json(&graph::json(&drawn));
        return Ok(Exit::Done);
    }
    console.print(&match args.format {
        GraphFormat::Dot => graph::dot(&drawn),
        GraphFormat::Mermaid => graph::mermaid(&drawn),
        GraphFormat::Svg => graph::svg::render(&drawn),
    });
    Ok(Exit::Done)
}
