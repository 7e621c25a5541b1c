//! Whole programs through the public door.

#![allow(
    clippy::disallowed_methods,
    reason = "a test reads the suite and the examples from the disk"
)]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::texts;
use infra_lang::Texts;
use infra_lang::{Evaluation, Inputs, load};
use infra_model::{Address, Record, Resolver, Value};

/// Evaluates a sound program; anything wrong with it fails the test with its messages.
fn evaluated(world: &Texts, inputs: &Inputs, known: &BTreeMap<Address, Record>) -> Evaluation {
    let loaded = load(world);
    let messages: Vec<String> = loaded
        .diagnostics
        .iter()
        .map(|it| format!("{}: {}", it.code, it.message))
        .collect();
    let Ok((program, _)) = loaded.sound() else {
        panic!("{}", messages.join("\n"));
    };
    match Arc::new(program).evaluate(world, inputs, known) {
        Ok(evaluation) => evaluation,
        Err(diagnostics) => panic!("{diagnostics:#?}"),
    }
}

#[test]
fn a_reference_waits_for_the_cloud_and_is_answered_later() {
    let world = texts(&[(
        "main.infra",
        "aws.vpc main { range = 10.0.0.0/16 }\n\
         std.value copy { input = \"id is ${main.id}, range is ${main.range}\" }\n\
         output copy = copy.input\n",
    )]);
    let evaluation = evaluated(&world, &Inputs::new(), &BTreeMap::new());
    let [vpc, copy] = &evaluation.desired.instances[..] else {
        panic!("two instances, not {:?}", evaluation.desired.instances);
    };
    assert!(matches!(copy.fields["input"], Value::Unknown(_)));
    assert!(copy.depends["input"].contains(&vpc.address));

    let known: BTreeMap<Address, Record> = [(
        vpc.address.clone(),
        [("id".to_owned(), Value::string("vpc-1"))].into(),
    )]
    .into();
    let fields = evaluation.resolve(&copy.address, &known).unwrap();
    assert_eq!(
        fields["input"],
        Value::string("id is vpc-1, range is 10.0.0.0/16")
    );
    assert_eq!(
        evaluation.outputs(&known).unwrap()[0].value,
        fields["input"]
    );
}

/// The directories that hold a program, at any depth.
fn programs(dir: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    entries.sort();
    if entries
        .iter()
        .any(|path| path.extension().is_some_and(|it| it == "infra"))
    {
        found.push(dir.to_owned());
        return;
    }
    entries
        .into_iter()
        .filter(|path| path.is_dir())
        .for_each(|path| programs(&path, found));
}

#[test]
fn every_example_is_sound() {
    let mut found = Vec::new();
    programs(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples"),
        &mut found,
    );
    assert!(found.len() > 1);
    for dir in found {
        let loaded = load(&common::from_disk(&dir));
        let show = |it: &infra_lang::Diagnostic| {
            let file = loaded.sources.get(it.span.file).unwrap();
            let at = file.position(it.span.start);
            format!(
                "{}:{}:{} {}: {} ({:?})",
                file.path, at.line, at.column, it.code, it.message, it.help
            )
        };
        let said: Vec<String> = loaded.diagnostics.iter().map(show).collect();
        assert!(said.is_empty(), "{}\n{}", dir.display(), said.join("\n"));
    }
}

#[test]
fn evaluation_and_resolution_are_linear() {
    // Not a measure of speed: a quadratic step would take minutes here.
    let world = texts(&[(
        "main.infra",
        "let big = [x for x in 1..10000]\n\
         std.value base { input = 1 }\n\
         std.value each for i in big { input = { number = i, base = base.id, of = len(big) } }\n\
         output count = len(each)\n",
    )]);
    let evaluation = evaluated(&world, &Inputs::new(), &BTreeMap::new());
    assert_eq!(evaluation.desired.instances.len(), 10_001);
    let base = evaluation.desired.instances[0].address.clone();
    let known: BTreeMap<Address, Record> =
        [(base, [("id".to_owned(), Value::string("one"))].into())].into();
    for instance in &evaluation.desired.instances[1..] {
        let fields = evaluation.resolve(&instance.address, &known).unwrap();
        assert!(fields["input"].is_known());
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_crash() {
    let mut text = String::new();
    for n in 0..5000 {
        text.push_str(&format!("let a{n} = a{} + 1\n", n + 1));
    }
    text.push_str("let a5000 = 1\n");
    let loaded = load(&texts(&[("main.infra", &text)]));
    assert!(!loaded.diagnostics.is_empty());
    assert!(loaded.diagnostics.iter().all(|it| it.code == "too-deep"));
}

#[test]
fn a_long_chain_is_no_matter() {
    let mut text = String::from("output first = a0\n");
    for n in 0..1000 {
        text.push_str(&format!("let a{n} = a{} + 1\n", n + 1));
    }
    text.push_str("let a1000 = 1\n");
    let world = texts(&[("main.infra", &text)]);
    let evaluation = evaluated(&world, &Inputs::new(), &BTreeMap::new());
    assert_eq!(evaluation.desired.outputs[0].value, Value::Int(1001));
}

#[test]
fn a_value_that_fails_when_it_becomes_known_says_where() {
    let world = texts(&[(
        "main.infra",
        "std.value one { input = \"x\" }\nstd.value two { input = int(one.id) }\n",
    )]);
    let evaluation = evaluated(&world, &Inputs::new(), &BTreeMap::new());
    let [one, two] = &evaluation.desired.instances[..] else {
        panic!("two instances");
    };
    let known: BTreeMap<Address, Record> = [(
        one.address.clone(),
        [("id".to_owned(), Value::string("vpc"))].into(),
    )]
    .into();
    let error = evaluation.resolve(&two.address, &known).unwrap_err();
    assert_eq!(error.code, "function-failed");
    assert_eq!(error.message, "`int`: \"vpc\" is not a whole number");
    assert_eq!(error.span, two.field_spans["input"]);
}
