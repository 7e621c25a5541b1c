//! One way, disturbed at one point, restarted to its end and judged.

use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use infra_sim::Chaos;
use rustix::process::{Pid, Signal, kill_process};

use super::desk::{CLOUD, Way};
use super::judge::End;
use crate::cloud::Cloud;
use crate::tool::{Ran, Tool};

/// The process that dies in the moment in which the cloud stops: it learns nothing any more.
#[derive(Clone, Default)]
struct Victim(Arc<Mutex<Option<Pid>>>);

impl Victim {
    fn set(&self, pid: Option<Pid>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = pid;
    }

    /// SIGKILL, from within the request at which the cloud stops.
    fn kill(&self) {
        loop {
            let pid = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(pid) = pid {
                // It can only have ended already.
                let _ = kill_process(pid, Signal::KILL);
                return;
            }
            // The process was started a moment ago, by the thread that is about to name it.
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// What a run came to.
enum Run {
    Killed,
    Ended(Ran),
}

/// A way, at its beginning.
pub struct Trial<'a> {
    way: &'a Way,
    tool: Tool,
    cloud: Cloud,
    victim: Victim,
}

impl<'a> Trial<'a> {
    pub fn new(way: &'a Way) -> Trial<'a> {
        let mut tool = way.start();
        let victim = Victim::default();
        let on_stop = {
            let victim = victim.clone();
            move || victim.kill()
        };
        let cloud = Cloud::start(tool.dir().join(CLOUD), "", Some(Arc::new(on_stop)));
        cloud.serve(&mut tool);
        Trial {
            way,
            tool,
            cloud,
            victim,
        }
    }

    /// How many requests the way takes when nothing disturbs it, and where it leads.
    pub fn undisturbed(self) -> (u64, End) {
        self.tool.run(self.way.words).expect(0);
        let requests = self.cloud.handle().arrived();
        self.demand_rest("undisturbed");
        (requests, self.end("undisturbed"))
    }

    /// Goes the way under each of `disturbances` in turn, then without any, and demands that it leads to `end` and, with
    /// `plan`, that the next plan is empty. How many of the runs were killed.
    pub fn judge(self, disturbances: &[String], end: &End, plan: bool) -> usize {
        let mut killed = 0;
        let point = format!("{} under {disturbances:?}", self.way.name);
        for chaos in disturbances {
            killed += usize::from(matches!(self.run_under(chaos), Run::Killed));
        }
        self.complete(&point);
        self.demand(end, &point, plan);
        killed
    }

    /// Goes the way under `chaos`, which kills nothing: the exit code of that run. If it is not 0, the next run, without
    /// chaos, must lead to `end`.
    pub fn endure(self, chaos: &str, end: &End) -> i32 {
        let point = format!("{} under {chaos}", self.way.name);
        let Run::Ended(ran) = self.run_under(chaos) else {
            panic!("{point}: it was killed")
        };
        assert!(
            [0, 1].contains(&ran.code) && !ran.err.contains("panicked"),
            "{point}: {ran}"
        );
        if ran.code != 0 {
            self.complete(&point);
        }
        self.demand(end, &point, true);
        ran.code
    }

    fn run_under(&self, chaos: &str) -> Run {
        let chaos = chaos.parse().expect("a chaos specification");
        self.cloud.handle().disturb(chaos);
        self.run(self.way.words)
    }

    /// Nothing disturbs this run: it ends well.
    fn complete(&self, point: &str) {
        match self.run_under("") {
            Run::Ended(ran) => assert_eq!(ran.code, 0, "{point}: {ran}"),
            Run::Killed => panic!("{point}: the run that completes it was killed"),
        }
    }

    fn demand(&self, end: &End, point: &str, plan: bool) {
        self.cloud.handle().disturb(Chaos::default());
        if plan {
            self.demand_rest(point);
        }
        self.end(point).demand(end, point);
    }

    fn run(&self, words: &[&str]) -> Run {
        let mut child = self.tool.start(words);
        self.victim.set(Some(pid(&child)));
        drop(child.stdin.take());
        let done = child.wait_with_output().expect("it ends");
        self.victim.set(None);
        if done.status.signal() == Some(Signal::KILL.as_raw()) {
            return Run::Killed;
        }
        Run::Ended(Ran {
            code: done.status.code().unwrap_or(-1),
            out: String::from_utf8(done.stdout).expect("UTF-8"),
            err: String::from_utf8(done.stderr).expect("UTF-8"),
        })
    }

    /// There is nothing left to do.
    fn demand_rest(&self, point: &str) {
        if !self.way.destroys {
            let plan = self.tool.run(&["plan", "--detailed-exitcode"]);
            assert_eq!(plan.code, 0, "{point}: {plan}");
        }
    }

    fn end(&self, point: &str) -> End {
        let journal = self.tool.dir().join("infra.state.journal");
        assert!(!journal.exists(), "{point}: a journal is left");
        let state = self.tool.read("infra.state.json");
        End::of(&self.cloud.handle(), &state, point)
    }
}

fn pid(child: &Child) -> Pid {
    let raw = i32::try_from(child.id()).expect("a process id");
    Pid::from_raw(raw).expect("a process id")
}
