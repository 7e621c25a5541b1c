//! Whole programs through the public door.

use std::collections::BTreeMap;
use std::sync::Arc;

use infra_lang::{Evaluation, Inputs, World, load};
use infra_model::{Address, Record, Resolver, Value};

/// A project and a library of texts.
#[derive(Default)]
struct Texts {
    files: BTreeMap<String, String>,
}

impl Texts {
    fn new(files: &[(&str, &str)]) -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Texts {
            files: files.iter().map(own).collect(),
        }
    }
}

impl World for Texts {
    fn read(&self, path: &str) -> Option<String> {
        self.files.get(path).cloned()
    }

    fn list(&self, dir: &str) -> Option<Vec<String>> {
        let names = |path: &String| {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            (parent == dir && name.ends_with(".infra")).then(|| name.to_owned())
        };
        Some(self.files.keys().filter_map(names).collect())
    }

    fn std(&self, path: &str) -> Option<&str> {
        infra_stdlib::file(path)
    }

    fn std_paths(&self) -> Vec<String> {
        infra_stdlib::files()
            .into_iter()
            .map(|(path, _)| path.to_owned())
            .collect()
    }

    fn program_name(&self) -> &str {
        "test"
    }
}

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
    let world = Texts::new(&[(
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
