//! Many resources: the work grows with their number and not faster.

use infra_engine::plan::PlanOptions;

use crate::program::{Program, attr, thing};
use crate::world::World;

/// `n` values; every tenth takes its input from the one before.
fn values(n: usize) -> Program {
    let value = |at: usize| {
        let mut value = thing("value", &format!("v{at}"));
        value.address.type_name = "std.value".to_owned();
        value
    };
    Program::of((0..n).map(|at| match at % 10 {
        9 => value(at).set("input", attr(&value(at - 1).address, "output")),
        _ => value(at).set("input", at as i64),
    }))
}

#[test]
fn ten_thousand_values_need_few_syncs_and_no_second_plan() {
    let world = World::new();
    let program = values(10_000);
    let before = world.disk.operations().len();
    let report = world.apply_with(&program, &PlanOptions::default());
    assert!(report.is_complete());
    let operations = world.disk.operations().len() - before;
    // Three events each, at most 64 under way: far from one sync for each of the 30,000.
    assert!(operations < 2_500, "{operations} operations of the disk");
    let plan = world.plan(&program);
    assert!(plan.is_empty());
    assert_eq!(plan.unchanged, 10_000);
}
