//! The kill matrix with real processes: `infra` is killed with SIGKILL at every request it sends, and so are the runs
//! that recover. In the end the cloud must be what an undisturbed run makes of it, and the state must know all of it.
//! What the cloud itself may do to a request (throttle, fail, hang up, lose the answer) is done to every request too.
//!
//! By default an apply and a destroy are killed at every third request, an update and a replacement at every one:
//! alternately before the request reaches the cloud, and after it took effect but before it is answered. With
//! `INFRA_KILL_MATRIX=full` in the environment, all are killed at every request, before and after.

mod desk;
mod judge;
mod trial;
mod view;

use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use desk::{APPLY, DESTROY, REPLACE, UPDATE, Way};
use trial::Trial;

/// How many points of a way are tried at once: a run waits for the cloud now and then.
const WORKERS: usize = 2;

/// Every so many requests of a way meet the same fault within one run.
const FAULTS_APART: u64 = 6;

/// After every so many points, the run that recovers is killed as well.
const KILLED_AGAIN: usize = 3;

/// After every so many points, a plan is really made, to see that it is empty. After the others, the state is compared
/// with that of the undisturbed run, whose plan is empty: a plan follows from program, state and cloud.
const PLANNED: usize = 4;

/// Does `work` for each of `points`, a few at once. The first panic ends the others at their next point.
fn each<T: Sync>(points: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(point) = points.get(next.fetch_add(1, Ordering::SeqCst)) {
                    work(point);
                }
            });
        }
    });
}

/// The chaos that kills at a request, and in every third case another one for the run that recovers: its requests
/// are the reads of everything, and what was not done yet.
fn kills(requests: u64, apart: usize) -> Vec<Vec<String>> {
    let full = env::var("INFRA_KILL_MATRIX").is_ok_and(|breadth| breadth == "full");
    let numbers = (1..=requests).step_by(if full { 1 } else { apart });
    let kills = numbers.enumerate().flat_map(|(at, number)| {
        let sides = match (full, at % 2) {
            (true, _) => &["stop", "last"][..],
            (false, 0) => &["stop"],
            (false, _) => &["last"],
        };
        sides.iter().map(move |side| format!("{side}={number}"))
    });
    let again = |at: usize| 1 + (at as u64 * 7) % (requests + 13);
    kills
        .enumerate()
        .map(|(at, kill)| match at % KILLED_AGAIN {
            0 => vec![kill, format!("last={}", again(at))],
            _ => vec![kill],
        })
        .collect()
}

/// Kills a way at every `apart`th request, or at all of them if that is asked for.
fn kill_everywhere(way: &Way, apart: usize) {
    let (requests, end) = Trial::new(way).undisturbed();
    let points: Vec<(usize, Vec<String>)> =
        kills(requests, apart).into_iter().enumerate().collect();
    let (killed, twice) = (AtomicUsize::new(0), AtomicUsize::new(0));
    each(&points, |(at, point)| {
        let kills = Trial::new(way).judge(point, &end, at % PLANNED == 0);
        killed.fetch_add(usize::from(kills > 0), Ordering::SeqCst);
        twice.fetch_add(usize::from(kills > 1), Ordering::SeqCst);
    });
    let (killed, twice) = (killed.into_inner(), twice.into_inner());
    println!(
        "{}: {requests} requests, killed at {killed} points, and {twice} times again while recovering",
        way.name
    );
    // The number of requests differs a little from run to run, so a point at the end may not be reached.
    assert!(killed * 10 >= points.len() * 9, "only {killed} points");
    assert!(twice > 0);
}

#[test]
fn an_apply_killed_anywhere_is_completed_by_the_next() {
    kill_everywhere(&APPLY, 3);
}

#[test]
fn an_update_killed_anywhere_is_completed_by_the_next() {
    kill_everywhere(&UPDATE, 1);
}

#[test]
fn a_replacement_killed_anywhere_is_completed_by_the_next() {
    kill_everywhere(&REPLACE, 1);
}

#[test]
fn a_destroy_killed_anywhere_is_completed_by_the_next() {
    kill_everywhere(&DESTROY, 3);
}

/// Each request of each way meets each fault, several in one run; the run itself ends well, or the next one does.
#[test]
fn a_fault_at_every_request_loses_and_doubles_nothing() {
    for way in [&APPLY, &UPDATE, &REPLACE, &DESTROY] {
        let (requests, end) = Trial::new(way).undisturbed();
        let faults = ["throttle", "error", "reset", "lost"];
        let runs: Vec<String> = faults
            .iter()
            .flat_map(|fault| (1..=FAULTS_APART).map(move |first| (fault, first)))
            .map(|(fault, first)| {
                let hit = (first..=requests).step_by(FAULTS_APART as usize);
                let exact: Vec<String> = hit.map(|number| format!("{fault}@{number}")).collect();
                exact.join(",")
            })
            .collect();
        let again = Mutex::new(Vec::new());
        let points = AtomicU64::new(0);
        each(&runs, |chaos| {
            points.fetch_add(chaos.split(',').count() as u64, Ordering::SeqCst);
            if Trial::new(way).endure(chaos, &end) != 0 {
                again.lock().expect("nobody panicked").push(chaos.clone());
            }
        });
        println!(
            "{}: {requests} requests, {} faults in {} runs, {} of which the next run completed",
            way.name,
            points.into_inner(),
            runs.len(),
            again.into_inner().expect("nobody panicked").len()
        );
    }
}
