//! `infra destroy`

use super::apply::{Verb, carry_out};
use super::session::Session;
use crate::args::Destroy;
use crate::error::Outcome;
use crate::show::Console;
use crate::world::Environment;

pub fn run(args: &Destroy, console: &Console, env: &Environment) -> Outcome {
    let session = Session::open(&args.planning, true, console, env)?;
    carry_out(session, Verb::Destroy, args.going.clone(), None)
}
