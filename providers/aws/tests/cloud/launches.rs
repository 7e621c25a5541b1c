//! Machines that are launched together: each is its own address's, whatever happens on the way.

use std::collections::BTreeMap;

use infra_sdk::Member;

use crate::bed::wire::Death;
use crate::bed::{Bed, Setup, Text};

/// Three machines that are alike, two that are alike otherwise, one alone.
fn program() -> Text {
    Text::new(
        r#"
provider aws { region = "us-west-2" }
lookup aws.image base { owner = "amazon", name = "al2023-ami-*", architecture = x86_64, newest = true }
aws.vpc net { range = 10.0.0.0/16 }
aws.subnet inside { vpc = net, zone = "us-west-2a", range = 10.0.0.0/18 }
aws.security_group hosts { vpc = net, description = "hosts" }
aws.instance host for n in range(3) { type = "t3.large", image = base, subnet = inside, groups = [hosts] }
aws.instance other for name in ["a", "b"] {
  name = "machine ${name}", type = "t3.xlarge", image = base, subnet = inside, groups = [hosts], tags = { of = "others" }
}
aws.instance single { type = "t3.medium", image = base, subnet = inside, groups = [hosts] }
"#,
    )
}

/// Name, address and id of every machine in the cloud, by address.
fn machines(bed: &Bed) -> BTreeMap<String, (String, String)> {
    let left = bed.cloud.handle().left_over();
    let machines = left.iter().filter(|entity| entity["kind"] == "instance");
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let all: Vec<_> = machines
        .map(|one| {
            let names = (text(one["tags"]["Name"].as_str()), text(one["id"].as_str()));
            (text(one["tags"]["infra:address"].as_str()), names)
        })
        .collect();
    let by_address: BTreeMap<_, _> = all.iter().cloned().collect();
    assert_eq!(by_address.len(), all.len(), "{all:?}");
    by_address
}

/// Demands six machines, each with its own name, and each the one that the state says.
fn is_exactly(bed: &Bed, point: &str) {
    let names = [
        (r#"aws.instance.host["0"]"#, "desk-host-0"),
        (r#"aws.instance.host["1"]"#, "desk-host-1"),
        (r#"aws.instance.host["2"]"#, "desk-host-2"),
        (r#"aws.instance.other["a"]"#, "machine a"),
        (r#"aws.instance.other["b"]"#, "machine b"),
        ("aws.instance.single", "desk-single"),
    ];
    let there = machines(bed);
    let state = bed.state();
    let known = |address: &str| {
        let address = address.parse().expect("an address");
        state.entry(&address).map(|entry| entry.id.clone())
    };
    let wanted: BTreeMap<String, (String, String)> = names
        .iter()
        .map(|(address, name)| {
            let id = known(address).unwrap_or_default();
            ((*address).to_owned(), ((*name).to_owned(), id))
        })
        .collect();
    assert_eq!(there, wanted, "{point}");
}

#[test]
fn like_machines_are_launched_in_one_call() {
    let bed = Bed::new(&Setup::instant());
    let (_, report) = bed.apply(&program(), false);
    assert_eq!(report.calls["aws/RunInstances"], 3);
    assert_eq!(
        report.calls["aws/CreateTags"], 5,
        "for each member of a group"
    );
    is_exactly(&bed, "undisturbed");
    let (again, _) = bed.plan(&program());
    assert!(again.is_empty(), "{:#?}", again.changes);
    let tokens = bed.cloud.handle().entities("instance");
    let grouped = tokens.iter().filter(|one| {
        one["tags"]["infra:token"]
            .as_str()
            .is_some_and(|token| Member::of(token).is_none())
    });
    assert_eq!(
        grouped.count(),
        6,
        "machines bear the token of their launch"
    );
}

/// The process dies before or after any of its requests, the next one too, and the third ends it.
#[test]
fn killed_at_any_request_no_machine_is_lost_doubled_or_mixed_up() {
    let text = program();
    let whole = Bed::new(&Setup::instant());
    whole.apply(&text, false);
    let requests = whole.sent();
    let mut points = 0;
    for request in 1..=requests {
        for after_effect in [false, true] {
            let point = format!("request {request}, after its effect: {after_effect}");
            let first = Death {
                request,
                after_effect,
            };
            let bed = Bed::new(&Setup::instant()).next_process(Some(first));
            assert!(bed.try_apply(&text, false).is_none(), "{point}");
            let second = Death {
                request: 1 + request % 13,
                after_effect: !after_effect,
            };
            let bed = bed.next_process(Some(second));
            let _ended_sooner = bed.try_apply(&text, false);
            let bed = bed.next_process(None);
            bed.apply(&text, false);
            is_exactly(&bed, &point);
            let (again, _) = bed.plan(&text);
            assert!(again.is_empty(), "{point}: {:#?}", again.changes);
            points += 1;
        }
    }
    println!("{points} points of death, each with a second one after it");
}

/// Every call may lose its answer, fail or be refused.
#[test]
fn answers_that_are_lost_and_refusals_double_nothing() {
    for chaos in [
        "lost=15%,seed=3",
        "lost=30%,seed=4",
        "error=20%,seed=5",
        "throttle=20%,seed=6",
        "reset=20%,seed=7",
    ] {
        let bed = Bed::new(&Setup {
            chaos: chaos.to_owned(),
            ..Setup::instant()
        });
        bed.apply(&program(), false);
        is_exactly(&bed, chaos);
    }
}
