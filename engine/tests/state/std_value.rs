//! `std.value`: created, changed, read and deleted without a cloud.

use infra_engine::builtin::StdProvider;
use infra_model::{Address, Record, Secret, Value};
use infra_sdk::{Create, Delete, Found, Observed, Provider, Settle, Target, Update};

use crate::common::block_on;

fn address() -> Address {
    Address::root("std.value", "x")
}

fn input(value: Value) -> Record {
    Record::from([("input".to_owned(), value)])
}

fn settle(fields: Option<Record>) -> Record {
    let order = Settle {
        address: address(),
        id: "value-1".to_owned(),
        token: "t".to_owned(),
        fields,
    };
    block_on(StdProvider::default().settle(&order)).unwrap()
}

#[test]
fn its_output_is_its_input() {
    let fields = input(Value::Int(1));
    let attributes = settle(Some(fields.clone()));
    assert_eq!(attributes["output"], Value::Int(1));
    assert_eq!(attributes["id"], Value::string("value-1"));
    let order = Update {
        address: address(),
        id: "value-1".to_owned(),
        token: "t".to_owned(),
        prior: attributes,
        fields: input(Value::Int(2)),
        changed: vec!["input".to_owned()],
        restart: false,
    };
    let updated = block_on(StdProvider::default().update(&order)).unwrap();
    assert_eq!(updated["output"], Value::Int(2));
}

#[test]
fn one_token_makes_one_thing() {
    let id = |token: &str| {
        let order = Create {
            address: address(),
            token: token.to_owned(),
            default_name: "x".to_owned(),
            fields: input(Value::Int(1)),
        };
        block_on(StdProvider::default().create(&order)).unwrap().id
    };
    assert_eq!(id("a"), id("a"));
    assert_ne!(id("a"), id("b"));
}

#[test]
fn reading_answers_what_state_says_but_for_secrets() {
    let mut prior = settle(Some(input(Value::Int(1))));
    prior.insert(
        "triggers".to_owned(),
        Value::Secret(Secret::new(Value::string("fingerprint"))),
    );
    let target = Target {
        address: address(),
        id: "value-1".to_owned(),
        prior,
    };
    let read = block_on(StdProvider::default().read("std.value", &[target])).unwrap();
    assert_eq!(
        read,
        [Observed::Present(settle(Some(input(Value::Int(1)))))]
    );
}

#[test]
fn nothing_of_it_can_be_lost_outside_the_state() {
    let provider = StdProvider::default();
    let found = block_on(provider.find_by_token(&address(), "t", None)).unwrap();
    assert_eq!(found, Found::Absent);
    let order = Delete {
        address: address(),
        id: "value-1".to_owned(),
        token: "t".to_owned(),
        prior: Record::new(),
    };
    block_on(provider.delete(&order)).unwrap();
    assert_eq!(provider.calls().total(), 0);
    assert_eq!(settle(None).keys().collect::<Vec<_>>(), ["id"]);
}

#[test]
fn it_implements_exactly_the_schemas_of_std_that_are_resources() {
    assert_eq!(StdProvider::default().resource_types(), ["std.value"]);
    assert_eq!(StdProvider::default().lookup_types(), [] as [&str; 0]);
}
