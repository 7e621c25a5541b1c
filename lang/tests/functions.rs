//! The examples of the function library are true.

#![allow(
    clippy::disallowed_methods,
    reason = "a test reads the suite and the examples from the disk"
)]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::texts;
use infra_lang::{Inputs, functions, load};
use infra_model::{Address, Record};

/// The outputs of a program as they are shown.
fn outputs(text: &str) -> Vec<String> {
    let world = texts(&[("main.infra", text), ("motd.txt", "Welcome, ${name}!\n")]);
    let loaded = load(&world);
    assert_eq!(loaded.diagnostics, [], "{text}");
    let Ok((program, _)) = loaded.sound() else {
        unreachable!("there are no diagnostics");
    };
    let known = BTreeMap::<Address, Record>::new();
    match Arc::new(program).evaluate(&world, &Inputs::new(), &known) {
        Ok(evaluation) => evaluation
            .desired
            .outputs
            .iter()
            .map(|it| it.value.to_string())
            .collect(),
        Err(diagnostics) => panic!("{text}: {diagnostics:?}"),
    }
}

#[test]
fn every_example_gives_what_it_says() {
    let mut count = 0;
    for function in functions::all() {
        let (example, result) = function.example;
        assert!(
            example.contains(&format!("{}(", function.name)),
            "{}",
            function.name
        );
        assert!(!function.doc.is_empty(), "{}", function.name);
        let found = match result {
            // A secret has no text of its own.
            "(secret)" => {
                let mut found = outputs(&format!("output found = {example}\n"));
                found.push(result.to_owned());
                found
            }
            result => outputs(&format!(
                "output found = {example}\noutput wanted = {result}\n"
            )),
        };
        // Templates and files begin with `$${`, which a text in the program must escape.
        assert_eq!(found[0], found[1], "{example}");
        count += 1;
    }
    assert!(count > 60, "only {count} functions");
}
