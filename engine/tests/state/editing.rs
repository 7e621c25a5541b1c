//! `infra state list`, `show`, `rm` and `mv`.

use std::sync::Arc;

use infra_engine::state::{Action, Disk, Event, SimulatedDisk, StateError, Store};
use infra_model::Address;

use crate::common::*;

fn parse(text: &str) -> Address {
    text.parse().unwrap()
}

fn filled(addresses: &[&str]) -> (Arc<dyn Disk>, Store) {
    let disk: Arc<dyn Disk> = Arc::new(SimulatedDisk::new());
    let mut store = open(&disk, &Machine::new(), 1).unwrap();
    for text in addresses {
        let of = infra_engine::state::Incarnation::new(parse(text), 1);
        store.append(&[settled(of, "id", &fields(1))]).unwrap();
    }
    (disk, store)
}

#[test]
fn list_takes_prefixes_that_end_at_a_border() {
    let (_, store) = filled(&[
        "aws.volume.data",
        r#"web["a"]/aws.volume.data"#,
        r#"web["b"]/aws.volume.data"#,
        "web2/aws.volume.data",
    ]);
    let list = |prefixes: &[&str]| -> Vec<String> {
        let prefixes: Vec<String> = prefixes.iter().map(|p| (*p).to_owned()).collect();
        let found = store.state().list(&prefixes);
        found.map(|entry| entry.address().to_string()).collect()
    };
    assert_eq!(list(&[]).len(), 4);
    assert_eq!(
        list(&["web"]),
        [r#"web["a"]/aws.volume.data"#, r#"web["b"]/aws.volume.data"#]
    );
    assert_eq!(list(&["aws.volume"]), ["aws.volume.data"]);
    assert_eq!(list(&["aws.vol"]), [] as [String; 0]);
}

#[test]
fn an_unknown_address_is_answered_with_a_similar_one() {
    let (_, store) = filled(&["aws.volume.data", "aws.instance.web"]);
    let help = |text: &str| store.state().show(&parse(text)).unwrap_err().help();
    assert_eq!(help("aws.volume.date"), "did you mean `aws.volume.data`?");
    assert_eq!(
        help("aliyun.bucket.other"),
        "`infra state list` shows what there is"
    );
    assert_eq!(
        store.state().show(&parse("aws.volume.data")).unwrap().id,
        "id"
    );
}

#[test]
fn forgetting_takes_all_or_nothing() {
    let (disk, mut store) = filled(&["aws.volume.a", "aws.volume.b"]);
    let error = store
        .forget(&[parse("aws.volume.a"), parse("aws.volume.x")])
        .unwrap_err();
    assert!(matches!(error, StateError::NoSuchAddress { .. }));
    assert_eq!(store.state().entries().len(), 2);
    store
        .forget(&[parse("aws.volume.a"), parse("aws.volume.a")])
        .unwrap();
    assert_eq!(read(&disk).unwrap().entries().len(), 1);
}

#[test]
fn an_attempt_in_doubt_can_be_forgotten() {
    let (_, mut store) = filled(&[]);
    store
        .append(&[intent(first("a"), Action::Create, &fields(1))])
        .unwrap();
    store.forget(&[address("a")]).unwrap();
    assert!(store.state().pending().is_empty());
}

#[test]
fn a_renamed_resource_keeps_everything_and_others_still_depend_on_it() {
    let (disk, mut store) = filled(&["aws.volume.a"]);
    let mut dependent = entry(first("b"), "id-b", &fields(1));
    dependent.draft.depends.insert(parse("aws.volume.a"));
    store
        .append(&[infra_engine::state::Event::Settled(Box::new(dependent))])
        .unwrap();
    let before = store.state().show(&parse("aws.volume.a")).unwrap().clone();
    store
        .rename(&parse("aws.volume.a"), &parse("web/aws.volume.a"))
        .unwrap();

    let state = read(&disk).unwrap();
    assert_eq!(state.entry(&parse("aws.volume.a")), None);
    let after = state.show(&parse("web/aws.volume.a")).unwrap();
    assert_eq!((&after.id, &after.draft), (&before.id, &before.draft));
    let depends = &state.show(&address("b")).unwrap().draft.depends;
    assert!(depends.contains(&parse("web/aws.volume.a")) && depends.len() == 1);
}

#[test]
fn a_rename_refuses_what_cannot_be() {
    let (_, mut store) = filled(&["aws.volume.a", "aws.volume.b"]);
    let mut rename = |from: &str, to: &str| {
        let error = store.rename(&parse(from), &parse(to)).unwrap_err();
        (error.to_string(), error.help())
    };
    assert_eq!(
        rename("aws.volume.a", "aws.volume.b"),
        (
            "the state already has `aws.volume.b`".to_owned(),
            "move or remove `aws.volume.b` first".to_owned()
        )
    );
    assert_eq!(
        rename("aws.volume.a", "aws.vpc.a"),
        (
            "`aws.volume.a` cannot become `aws.vpc.a`: a resource keeps its type".to_owned(),
            "to manage it as `aws.vpc`, let go of it with `infra state rm 'aws.volume.a'` and write \
             `import aws.vpc.a = \"ID\"` into the program"
                .to_owned()
        )
    );
    assert_eq!(
        rename("aws.volume.c", "aws.volume.d").0,
        "the state has no `aws.volume.c`"
    );
}

/// A chain in which each depends on the one before, and all on `root`.
fn chain(length: usize) -> Store {
    let (_, mut store) = filled(&["test.thing.root"]);
    let mut events = Vec::new();
    for n in 0..length {
        let mut made = entry(first(&format!("n{n:05}")), "id", &fields(1));
        made.draft.depends.insert(address("root"));
        if n > 0 {
            made.draft
                .depends
                .insert(address(&format!("n{:05}", n - 1)));
        }
        events.push(Event::Settled(Box::new(made)));
    }
    store.append(&events).unwrap();
    store
}

#[test]
fn moves_in_any_order_are_followed_by_those_who_depend_on_them() {
    let mut store = chain(3);
    for (from, to) in [
        ("n00001", "x"),
        ("root", "trunk"),
        ("n00000", "n00001"),
        ("x", "n00000"),
        ("trunk", "root"),
    ] {
        store.rename(&address(from), &address(to)).unwrap();
    }
    let depends = |name: &str| {
        let entry = store.state().entry(&address(name)).unwrap();
        entry.draft.depends.iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(depends("n00001"), [address("root")]);
    assert_eq!(depends("n00000"), [address("n00001"), address("root")]);
    assert_eq!(depends("n00002"), [address("n00000"), address("root")]);
}

#[test]
fn thousands_of_moves_at_once_move_every_entry() {
    const LENGTH: usize = 8_000;
    let mut store = chain(LENGTH);
    let before = store.state().entries().len();
    let name = |letter: char, n: usize| address(&format!("{letter}{n:05}"));
    let moves: Vec<Event> = (0..LENGTH)
        .map(|n| Event::Moved {
            from: name('n', n),
            to: name('m', n),
        })
        .collect();
    store.append(&moves).unwrap();
    assert_eq!(store.state().entries().len(), before);
    for n in 0..LENGTH {
        assert!(store.state().entry(&name('m', n)).is_some(), "{n}");
        assert!(store.state().entry(&name('n', n)).is_none(), "{n}");
    }
}
