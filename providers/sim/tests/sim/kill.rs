//! The state file: nothing that was answered is lost, whenever the process ends.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use infra_sim::Timing;

use crate::client::{Request, Sim, exchange};

fn on(path: &Path) -> Sim {
    let path = path.to_owned();
    Sim::start(move |config| {
        config.state_file = Some(path);
        config.timing = Timing::instant();
    })
}

#[test]
fn a_cloud_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.jsonl");
    let sim = on(&path);
    let (_, subnet) = sim.network();
    let first = sim
        .launch(&subnet, &[("ClientToken", "t")])
        .ok()
        .text("instanceId");
    let before = sim
        .ec2("DescribeInstances", &[])
        .ok()
        .all("privateIpAddress");
    sim.stop();
    let sim = on(&path);
    assert_eq!(
        sim.launch(&subnet, &[("ClientToken", "t")])
            .ok()
            .text("instanceId"),
        first
    );
    assert_eq!(
        sim.ec2("DescribeInstances", &[])
            .ok()
            .all("privateIpAddress"),
        before
    );
    let second = sim.launch(&subnet, &[]).ok().text("instanceId");
    assert_ne!(second, first);
}

#[test]
fn cut_anywhere_it_is_a_cloud_of_whole_requests() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.jsonl");
    let sim = on(&path);
    let (_, subnet) = sim.network();
    let start = std::fs::metadata(&path).unwrap().len();
    sim.launch(&subnet, &[("MaxCount", "1")]).ok();
    sim.stop();
    let whole = std::fs::read(&path).unwrap();
    let cut_path = folder.path().join("cut.jsonl");
    let step = (whole.len() - start as usize) / 25;
    for cut in (start as usize..=whole.len()).step_by(step.max(1)) {
        std::fs::write(&cut_path, &whole[..cut]).unwrap();
        let sim = on(&cut_path);
        let counts = ["instance", "volume", "network-interface"]
            .map(|kind| sim.handle().entities(kind).len());
        assert!(
            counts == [0, 0, 0] || counts == [1, 1, 1],
            "cut at {cut}: {counts:?}"
        );
        sim.ec2("DescribeInstances", &[]).ok();
        sim.stop();
    }
}

#[test]
fn one_simulator_has_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.jsonl");
    let first = on(&path);
    let mut config = infra_sim::Config::new(std::sync::Arc::new(|| 0));
    config.state_file = Some(path);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let refused = runtime
        .block_on(infra_sim::serve(config.clone()))
        .unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::WouldBlock);
    first.stop();
    let second = runtime.block_on(infra_sim::serve(config)).unwrap();
    runtime.block_on(second.shutdown());
}

/// The example that serves alone, which Cargo builds beside the tests.
fn program() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    here.parent()
        .and_then(Path::parent)
        .unwrap()
        .join("examples/serve")
}

fn spawn(path: &Path) -> (Child, String) {
    let mut child = Command::new(program())
        .args(["--listen", "127.0.0.1:0", "--time-factor", "0", "--state"])
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("examples/serve is built with the tests");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let addr = line
        .trim()
        .strip_prefix("listening on http://")
        .expect("the address")
        .to_owned();
    (child, addr)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program that is killed has the real time"
)]
fn real_time_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as u64
}

#[test]
fn killed_at_any_moment_it_has_everything_it_answered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.jsonl");
    let key = (
        infra_sim::ACCESS_KEY.to_owned(),
        infra_sim::SECRET_KEY.to_owned(),
    );
    let answered = AtomicUsize::new(0);
    let ask = |addr: &str, form: String| {
        let request = Request::form("ec2", form);
        let headers = request.signed(addr, "us-west-2", &key, real_time_ms());
        exchange(addr, &request, &headers)
    };
    for round in 0..8_u64 {
        let (mut child, addr) = spawn(&path);
        std::thread::scope(|scope| {
            for worker in 0..3 {
                let (ask, addr, answered) = (&ask, &addr, &answered);
                scope.spawn(move || {
                    for n in 0.. {
                        let form = format!(
                            "Action=CreateVolume&Version=2016-11-15&AvailabilityZone=us-west-2a&Size=1&ClientToken={round}-{worker}-{n}"
                        );
                        match ask(addr, form) {
                            Some(reply) => {
                                reply.ok();
                                answered.fetch_add(1, Ordering::SeqCst);
                            }
                            None => break,
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(40 + 17 * round));
            child.kill().unwrap();
            child.wait().unwrap();
        });
    }
    let (mut child, addr) = spawn(&path);
    let list = ask(
        &addr,
        "Action=DescribeVolumes&Version=2016-11-15".to_owned(),
    )
    .unwrap()
    .ok();
    let kept = list.all("volumeId").len();
    child.kill().unwrap();
    child.wait().unwrap();
    let answered = answered.load(Ordering::SeqCst);
    // What was done but not answered may be there as well: at most one request of each worker and round.
    assert!(
        answered > 8 && (answered..=answered + 24).contains(&kept),
        "{answered} answered, {kept} kept"
    );
}
