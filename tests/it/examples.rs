//! The examples, brought up whole on the simulated cloud, and taken away again.

use crate::tool::Tool;

const OFFICE: &[&str] = &["--sim", "--set", "office=203.0.113.0/24"];

fn desk(tool: &Tool, verb: &str, more: &[&str], code: i32) -> String {
    let words: Vec<&str> = std::iter::once(verb)
        .chain(OFFICE.iter().copied())
        .chain(more.iter().copied())
        .collect();
    tool.run(&words).expect(code).out
}

#[test]
fn desk_comes_up_whole_stays_as_it_is_and_goes() {
    let tool = Tool::copy_of("examples/51desk");
    assert!(desk(&tool, "plan", &["--detailed-exitcode"], 2).contains("to create"));
    let applied = desk(&tool, "apply", &["--yes"], 0);
    assert!(applied.contains("jump_address"), "{applied}");
    let again = desk(&tool, "plan", &["--detailed-exitcode"], 0);
    assert!(again.contains("Nothing to do"), "{again}");
    let outputs = tool.run(&["output", "--sim", "--json"]).expect(0).json();
    assert_eq!(
        outputs["inside_addresses"]
            .as_object()
            .expect("a map")
            .len(),
        6
    );

    // What holds data is not taken away by the way.
    let refused = tool
        .run(&[
            "destroy",
            "--yes",
            "--sim",
            "--set",
            "office=203.0.113.0/24",
        ])
        .expect(1);
    assert!(
        refused.out.contains("loses the contents of the volume"),
        "{refused}"
    );
    assert!(refused.out.contains("is protected"), "{refused}");
    for name in ["ec2_1", "ec2_2", &tool.program_name()] {
        let option = format!("      --allow-data-loss {name}\n");
        assert!(refused.out.contains(&option), "{option}{refused}");
    }
    let everything = ["--yes", "--allow-data-loss", &tool.program_name()];
    let refused = desk(&tool, "destroy", &everything, 1);
    assert!(
        refused.contains("is protected") && !refused.contains("would be lost, as"),
        "{refused}"
    );
    let protected = ["--allow-data-loss", "ec2_1", "--allow-data-loss", "ec2_2"];
    desk(
        &tool,
        "destroy",
        &[&everything[..], &protected[..]].concat(),
        0,
    );
    let left = tool
        .run(&["state", "list", "--sim", "--json"])
        .expect(0)
        .json();
    assert_eq!(left, serde_json::json!([]));
    assert!(tool.read(".infra/.gitignore").contains('*'));
    assert!(
        !tool.dir().join("infra.state.json").exists(),
        "the real state is left alone"
    );
}

#[test]
fn the_whole_internet_is_no_office() {
    let tool = Tool::copy_of("examples/51desk");
    let ran = tool
        .run(&["plan", "--sim", "--set", "office=0.0.0.0/0"])
        .expect(1);
    assert!(
        ran.err
            .contains("the jump host is not for the whole internet"),
        "{ran}"
    );
}

#[test]
fn every_example_is_sound_and_formatted() {
    let root = std::path::Path::new(crate::tool::ROOT).join("examples");
    let tool = Tool::new();
    let mut left = vec![root];
    let mut seen = 0;
    while let Some(dir) = left.pop() {
        let mut programs = false;
        for entry in std::fs::read_dir(&dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            let hidden = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if path.is_dir() && !hidden {
                left.push(path);
            } else {
                programs |= path.extension().is_some_and(|ending| ending == "infra");
            }
        }
        if programs {
            seen += 1;
            let shown = dir.display().to_string();
            tool.run(&["check", &shown]).expect(0);
            tool.run(&["fmt", "--check", &shown]).expect(0);
        }
    }
    assert!(seen >= 3, "{seen} examples");
}

#[test]
fn a_first_server_on_alibaba_cloud_comes_up_whole_stays_as_it_is_and_goes() {
    let tool = Tool::copy_of("examples/aliyun-first");
    let applied = desk(&tool, "apply", &["--yes"], 0);
    assert!(applied.contains("public_ip"), "{applied}");
    let again = desk(&tool, "plan", &["--detailed-exitcode"], 0);
    assert!(again.contains("Nothing to do"), "{again}");
    let listed = tool.run(&["state", "list", "--sim", "--json"]).expect(0);
    assert_eq!(listed.json().as_array().map(Vec::len), Some(7));
    let refused = desk(&tool, "destroy", &["--yes"], 1);
    assert!(refused.contains("--allow-data-loss"), "{refused}");
    let consent = ["--yes", "--allow-data-loss", &tool.program_name()];
    desk(&tool, "destroy", &consent, 0);
    let left = tool.run(&["state", "list", "--sim", "--json"]).expect(0);
    assert_eq!(left.json(), serde_json::json!([]));
}
