//! A small apply over a cloud in memory, killed at every operation of its disk, recovered (and killed again while
//! recovering): the cloud ends with exactly the desired things.

use std::sync::Arc;
use std::time::Duration;

use infra_engine::state::{
    Action, Disk, Event, Incarnation, LEASE, SimulatedDisk, StateError, Store, Survives, recover,
};
use infra_sdk::{Create, Delete, Provider, Settle};

use crate::cloud::Cloud;
use crate::common::*;

const NAMES: [&str; 3] = ["a", "b", "c"];

/// Makes what is missing and deletes `c`'s first life, step by step as an apply does.
async fn apply(store: &mut Store, cloud: &Cloud, run: &str) -> Result<(), StateError> {
    recover(store, &cloud.providers(), &schemas(), &|_| None, &Silent).await?;
    for name in NAMES {
        let address = address(name);
        if store.state().entry(&address).is_none() {
            make(store, cloud, name, run).await?;
        }
        let wanted = if name == "c" { 2 } else { 1 };
        let entry = store.state().entry(&address).expect("it was just made");
        if entry.of.generation < wanted {
            // A replacement: the new one first, then the old one goes.
            make(store, cloud, name, run).await?;
        }
        let deposed: Vec<Incarnation> = store.state().deposed().keys().cloned().collect();
        for of in deposed {
            remove(store, cloud, of).await?;
        }
    }
    store.compact()
}

async fn make(store: &mut Store, cloud: &Cloud, name: &str, run: &str) -> Result<(), StateError> {
    let address = address(name);
    let of = Incarnation::new(address.clone(), store.state().next_generation(&address));
    let fields = fields(of.generation as i64);
    let digest = store.state().digest(Action::Create, &fields);
    let token = store.state().token(&of, Action::Create, &digest, run);
    let Event::Intent(mut begun) = intent(of.clone(), Action::Create, &fields) else {
        unreachable!("it makes an intent");
    };
    begun.token.clone_from(&token);
    store.append(&[Event::Intent(begun)])?;
    let order = Create {
        address: address.clone(),
        token: token.clone(),
        default_name: name.to_owned(),
        fields: fields.clone(),
    };
    let created = cloud.create(&order).await.expect("this cloud works");
    store.append(&[outcome(of.clone(), &created.id)])?;
    let order = Settle {
        address,
        id: created.id.clone(),
        token,
        fields: Some(fields.clone()),
    };
    cloud.settle(&order).await.expect("this cloud works");
    store.append(&[settled(of, &created.id, &fields)])
}

async fn remove(store: &mut Store, cloud: &Cloud, of: Incarnation) -> Result<(), StateError> {
    let entry = store
        .state()
        .incarnation(&of)
        .expect("it is deposed")
        .clone();
    store.append(&[intent(of.clone(), Action::Delete, &fields(1))])?;
    let order = Delete {
        address: of.address.clone(),
        id: entry.id,
        token: "delete".to_owned(),
        prior: entry.attributes.usable(),
    };
    cloud.delete(&order).await.expect("this cloud works");
    store.append(&[Event::Deleted { of }])
}

fn run(disk: &SimulatedDisk, cloud: &Cloud, number: u32) -> Result<(), StateError> {
    let machine = Machine::new();
    machine.wait((LEASE + Duration::from_secs(1)) * number);
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut store = open(&disk, &machine, number)?;
    block_on(apply(&mut store, cloud, &format!("run {number}")))
}

/// The cloud has exactly what state says, and that is what was desired.
fn check(disk: &SimulatedDisk, cloud: &Cloud, context: &str) {
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let state = read(&shared).unwrap();
    let in_state: Vec<&str> = state.entries().values().map(|e| e.id.as_str()).collect();
    let mut in_state: Vec<String> = in_state.into_iter().map(str::to_owned).collect();
    in_state.sort_unstable();
    let in_cloud: Vec<String> = cloud.inside().things.keys().cloned().collect();
    assert_eq!(in_cloud, in_state, "{context}");
    assert_eq!(in_cloud.len(), NAMES.len(), "{context}");
    assert!(state.deposed().is_empty(), "{context}");
    assert_eq!(state.unresolved().count(), 0, "{context}");
    assert_eq!(
        state.entry(&address("c")).unwrap().of.generation,
        2,
        "{context}"
    );
}

#[test]
fn killed_anywhere_and_killed_again_while_recovering_nothing_is_lost_or_doubled() {
    let whole = {
        let disk = SimulatedDisk::new();
        run(&disk, &Cloud::default(), 1).unwrap();
        disk.operations().len()
    };
    let mut points = 0;
    for operation in 0..whole {
        for survives in [Survives::Synced, Survives::Written, Survives::Names] {
            for again in 0.. {
                let context = format!("operations {operation} and {again}, {survives:?}");
                let cloud = Cloud::default();
                let disk = SimulatedDisk::new();
                disk.crash_at(operation, 40);
                run(&disk, &cloud, 1).unwrap_err();

                let disk = disk.restart(survives);
                disk.crash_at(again, 40);
                let finished = run(&disk, &cloud, 2).is_ok();

                let disk = disk.restart(survives);
                run(&disk, &cloud, 3).unwrap_or_else(|error| panic!("{context}: {error}"));
                check(&disk, &cloud, &context);
                points += 1;
                if finished {
                    break;
                }
            }
        }
    }
    println!("{points} pairs of kill points");
    assert!(points > 1_000, "only {points} pairs");
}
