//! No secret in state, journal, plan, log, `--json` or error text.

use crate::cloud::Cloud;
use crate::tool::{Ran, Tool};

const SECRET: &str = "correct-horse-battery-staple";

const PROGRAM: &str = r#"
provider aws { region = "us-west-2", tags = { team = "desk" } }
param password: secret string

std.value hidden { input = password, triggers = { words = "the password is ${password}" } }
std.value after { input = hidden.output }
aws.vpc net { range = 10.0.0.0/16, tags = { note = password } }
output shown = password
output inner = { list = [password], size = len(password) }
"#;

fn is_clean(ran: &Ran) {
    assert!(
        !ran.out.contains(SECRET) && !ran.err.contains(SECRET),
        "{ran}"
    );
}

#[test]
fn a_secret_is_sent_to_the_cloud_and_written_nowhere() {
    let mut tool = Tool::with(PROGRAM).env("INFRA_PARAM_password", SECRET);
    let outside = tempfile::TempDir::new().expect("a directory");
    let cloud = Cloud::start(outside.path().join("cloud"), "", None);
    cloud.serve(&mut tool);
    let runs: &[(&[&str], i32)] = &[
        (&["check"], 0),
        (&["plan", "-vv"], 0),
        (&["plan", "--json"], 0),
        (&["apply", "--yes", "-vv"], 0),
        (&["plan", "--detailed-exitcode"], 0),
        (&["apply", "--yes", "--json"], 0),
        (&["output"], 0),
        (&["output", "--json"], 0),
        (&["output", "shown", "--raw"], 1),
        (&["state", "list", "--json"], 0),
        (&["state", "show", "std.value.hidden"], 0),
        (&["state", "show", "aws.vpc.net", "--json"], 0),
    ];
    for (words, code) in runs {
        is_clean(&tool.run(words).expect(*code));
        assert!(
            !tool.everything_written().contains(SECRET),
            "after {words:?}"
        );
    }
    let net = &cloud.handle().entities("vpc");
    assert!(
        net.iter().any(|vpc| vpc["tags"]["note"] == SECRET),
        "the cloud has it: {net:?}"
    );

    // A changed secret is noticed without being kept.
    tool.set_env("INFRA_PARAM_password", "another");
    let ran = tool.run(&["plan", "--detailed-exitcode"]).expect(2);
    assert!(ran.out.contains("(secret)"), "{ran}");
    is_clean(&tool.run(&["destroy", "--yes"]).expect(0));
    assert!(!tool.everything_written().contains(SECRET));
}

#[test]
fn a_secret_is_in_no_error() {
    for (ty, wrong) in [("secret int", "n = "), ("secret cidr", "range = ")] {
        let tool = Tool::with(&format!(
            "param p: {ty}\n// {wrong}\nstd.value a {{ input = p }}\n"
        ));
        let tool = tool.env("INFRA_PARAM_p", SECRET);
        for words in [
            &["check"][..],
            &["plan"],
            &["plan", "--json"],
            &["apply", "--yes"],
        ] {
            is_clean(&tool.run(words).expect(1));
        }
    }
}
