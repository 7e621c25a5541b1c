//! The rules of the library and the simulator know the same cloud: the last good and the first bad values of each rule
//! are checked by the language and sent to the simulator, and both agree, or [`excuses`] says why not.

mod cases;
mod catalogue;
#[path = "../sim/client.rs"]
#[allow(dead_code, reason = "the client of the other tests")]
mod client;
mod derived;
mod excuses;
mod program;
mod quotas;
mod requests;
mod volumes;

use std::collections::BTreeSet;

use infra_lang::Schemas;

use program::{library, verdict};
use requests::Outcome;

/// One value of a rule, for both sides.
struct Sample {
    rule: String,
    /// As a message shows it.
    shown: String,
    program: String,
    steps: String,
    is_good: bool,
}

#[test]
fn boundary_values_mean_the_same_to_the_library_and_the_simulator() {
    let (schemas, _, diagnostics) = Schemas::load(&library());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let mut samples = cases::samples();
    samples.extend(volumes::samples());
    samples.extend(quotas::samples());
    samples.extend(derived::samples(&schemas));

    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let shares = samples.chunks(samples.len().div_ceil(threads));
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = shares
            .map(|share| scope.spawn(|| share.iter().flat_map(disagreements).collect::<Vec<_>>()))
            .collect();
        let found = running.into_iter().map(|it| it.join().expect("it ends"));
        found.flatten().collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let sent: BTreeSet<&str> = samples.iter().map(|it| it.rule.as_str()).collect();
    let excused: BTreeSet<&str> = excuses::ALL.iter().map(|(rule, _)| *rule).collect();
    let names = schemas.rule_names();
    let known: BTreeSet<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|it| it.starts_with("aws.") || it.starts_with("provider.aws"))
        .collect();
    let nowhere: Vec<&&str> = known
        .iter()
        .filter(|it| !sent.contains(**it) && !excused.contains(**it))
        .collect();
    let unknown: Vec<&&str> = sent
        .union(&excused)
        .filter(|it| !known.contains(**it))
        .collect();
    let both: Vec<&&str> = sent.intersection(&excused).collect();
    assert!(
        nowhere.is_empty() && unknown.is_empty() && both.is_empty(),
        "neither sent nor excused: {nowhere:#?}\nno such rule: {unknown:#?}\nsent and excused: {both:#?}"
    );
    println!(
        "{} boundary values of {} rules; {} rules are excused",
        samples.len(),
        sent.len(),
        excused.len()
    );
}

/// What either side says of a value that it should not.
fn disagreements(sample: &Sample) -> Vec<String> {
    let Sample { shown, rule, .. } = sample;
    let code = rule.rsplit(' ').next().unwrap_or_default();
    let mut wrong = Vec::new();
    if let Err(why) = verdict(&sample.program, code, sample.is_good) {
        wrong.push(format!("{shown} of {rule}: the library {why}"));
    }
    match requests::send(&sample.steps) {
        Outcome::Taken if sample.is_good => {}
        Outcome::Refused(_) if !sample.is_good => {}
        outcome => wrong.push(format!(
            "{shown} of {rule}: the simulator {}, good: {}",
            outcome.said(),
            sample.is_good
        )),
    }
    wrong
}
