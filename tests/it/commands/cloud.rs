//! Plans of real resource types, as people read them.

use crate::cloud::Cloud;
use crate::tool::Tool;

const PROGRAM: &str = r#"
provider aws { region = "us-west-2", accounts = ["123456789012"] }
param gib: size = 20GiB
param kind: string = "t3.micro"
let zone = "us-west-2a"
lookup aws.image linux { owner = "amazon", name = "al2023-ami-*", architecture = x86_64, newest = true }
aws.vpc net { range = 10.9.0.0/16 }
aws.subnet inner { vpc = net, zone = zone, range = 10.9.1.0/24 }
aws.security_group shield { vpc = net, allow = [{ from = 10.9.0.0/16, ports = [tcp/22, tcp/443] }] }
aws.instance host { type = kind, image = linux, subnet = inner, groups = [shield] }
aws.volume data { zone = zone, size = gib }
aws.attachment at { instance = host, volume = data, device = "/dev/sdf" }
"#;

/// A tool with its cloud; the directory keeps the cloud's file.
fn with_cloud() -> (Tool, Cloud, tempfile::TempDir) {
    let outside = tempfile::TempDir::new().expect("a directory");
    let cloud = Cloud::start(outside.path().join("cloud"), "", None);
    let mut tool = Tool::with(PROGRAM);
    cloud.serve(&mut tool);
    (tool, cloud, outside)
}

#[test]
fn a_plan_reads_like_a_review() {
    let (tool, _cloud, _outside) = with_cloud();
    insta::assert_snapshot!("create", tool.run(&["plan"]).expect(0));
    insta::assert_snapshot!("create_long", tool.run(&["plan", "--long"]).expect(0));
    tool.run(&["apply", "--yes"]).expect(0);
    insta::assert_snapshot!(
        "update",
        tool.run(&["plan", "--set", "gib=60GiB", "--set", "kind=t3.small"])
            .expect(0)
    );
    insta::assert_snapshot!(
        "loss",
        tool.run(&["apply", "--yes", "--set", "gib=10GiB"])
            .expect(1)
    );
    let allowed = [
        "apply",
        "--yes",
        "--set",
        "gib=10GiB",
        "--allow-data-loss",
        "aws.volume.data",
    ];
    assert!(
        tool.run(&allowed)
            .expect(0)
            .out
            .contains("2 deleted, 2 created")
    );
}

#[test]
fn the_first_plan_of_a_whole_system_fits_on_a_screen() {
    let tool = Tool::copy_of("examples/51desk");
    let office = ["--sim", "--set", "office=203.0.113.0/24"];
    let plan = |more: &[&str]| tool.run(&[&["plan"], &office[..], more].concat()).expect(0);
    let short = plan(&[]);
    insta::assert_snapshot!("desk", short);
    assert!(short.out.lines().count() <= 66, "{short}");
    let long = plan(&["--long"]).out;
    assert!(
        long.lines().count() > 200 && !long.contains("--long"),
        "{long}"
    );
}

#[test]
fn what_was_changed_outside_is_shown_apart() {
    let (tool, cloud, _outside) = with_cloud();
    tool.run(&["apply", "--yes"]).expect(0);
    // Somebody else with a copy of everything makes the volume larger.
    let mut other = Tool::with(PROGRAM);
    cloud.serve(&mut other);
    other.write("infra.state.json", &tool.read("infra.state.json"));
    other
        .run(&["apply", "--yes", "--set", "gib=30GiB"])
        .expect(0);
    insta::assert_snapshot!("drift", tool.run(&["plan"]).expect(0));
    let accepted = tool
        .run(&["plan", "--json", "--set", "gib=30GiB"])
        .expect(0)
        .json();
    assert_eq!(accepted["drift"][0]["address"], "aws.volume.data");
    assert_eq!(accepted["summary"]["update"], 0);
    assert_eq!(accepted["summary"]["replace"], 0);
}

#[test]
fn what_was_only_renamed_is_recognised() {
    let (tool, _cloud, _outside) = with_cloud();
    tool.run(&["apply", "--yes"]).expect(0);
    let renamed = PROGRAM
        .replace("aws.instance host", "aws.instance web")
        .replace("instance = host", "instance = web")
        .replace("aws.volume data", "aws.volume disk")
        .replace("volume = data", "volume = disk");
    tool.write("main.infra", &renamed);
    let ran = tool.run(&["plan"]).expect(0);
    assert!(
        ran.out.contains("type t3.micro, image linux, subnet inner"),
        "{ran}"
    );
    for step in [
        "move aws.instance.host -> aws.instance.web",
        "move aws.volume.data -> aws.volume.disk",
    ] {
        assert!(ran.out.contains(step), "{ran}");
        tool.write(
            "main.infra",
            &format!("{}{step}\n", tool.read("main.infra")),
        );
    }
    let ran = tool.run(&["plan"]).expect(0);
    assert!(ran.out.contains("Plan: 2 to record"), "{ran}");
    // Something else under another name is no renaming.
    tool.write(
        "main.infra",
        &renamed.replace("size = gib", "size = 2 * gib"),
    );
    let ran = tool.run(&["plan"]).expect(0);
    assert!(!ran.out.contains("move aws.volume"), "{ran}");
}

#[test]
fn a_wrong_account_is_refused_before_anything_is_read() {
    let (tool, cloud, _outside) = with_cloud();
    tool.write(
        "main.infra",
        &PROGRAM.replace("123456789012", "999999999999"),
    );
    let ran = tool.run(&["apply", "--yes"]).expect(1);
    assert!(
        ran.err
            .contains("the credentials open the account 123456789012"),
        "{ran}"
    );
    assert_eq!(
        cloud.handle().requests().into_keys().collect::<Vec<_>>(),
        ["GetCallerIdentity"]
    );
    // A simulated cloud has no account to guard.
    tool.run(&["plan", "--sim"]).expect(0);
}

#[test]
fn missing_credentials_are_explained() {
    let tool = Tool::with(
        "provider aws { region = \"us-west-2\" }\naws.vpc net { range = 10.0.0.0/16 }\nlookup aws.account me {}\n",
    );
    let tool = tool
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let ran = tool.run(&["plan"]).expect(1);
    assert!(ran.err.contains("there are no AWS credentials"), "{ran}");
}

#[test]
fn a_lookup_that_the_cloud_does_not_answer_is_no_error_of_the_program() {
    let tool = Tool::with("provider aws { region = \"us-west-2\" }\nlookup aws.zones z {}\n")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .env("AWS_PROFILE", "nosuch");
    let ran = tool.run(&["plan", "--json"]).expect(1);
    let answer = ran.json();
    assert_eq!(answer["error"]["kind"], "cloud", "{ran}");
    let message = answer["diagnostics"][0]["message"].as_str();
    assert!(
        message.is_some_and(|text| text.contains("there is no AWS profile `nosuch`")),
        "{ran}"
    );
}

#[test]
fn a_lookup_that_finds_nothing_is_an_error_of_the_program() {
    let (tool, _cloud, _outside) = with_cloud();
    tool.write("main.infra", &PROGRAM.replace("al2023-ami-*", "nosuch-*"));
    let ran = tool.run(&["plan", "--json"]).expect(1);
    assert_eq!(ran.json()["error"]["kind"], "program", "{ran}");
}

#[test]
fn the_simulated_and_the_real_state_do_not_mix() {
    let (tool, _cloud, _outside) = with_cloud();
    tool.run(&["apply", "--yes", "--sim"]).expect(0);
    assert!(!tool.dir().join("infra.state.json").exists());
    assert_eq!(
        tool.run(&["state", "list", "--json"]).expect(0).json(),
        serde_json::json!([])
    );
    let simulated = tool
        .run(&["state", "list", "--json", "--sim"])
        .expect(0)
        .json();
    assert_eq!(simulated.as_array().expect("a list").len(), 6);
    assert!(tool.run(&["plan"]).expect(0).out.contains("6 to create"));
}

/// The names of all members, as `docs/command-line.md` writes them.
fn members(json: &serde_json::Value, name: &str, found: &mut std::collections::BTreeSet<String>) {
    let is_data = ["prior", "planned", "observed", "value", "calls"];
    let last = name.rsplit('.').next().unwrap_or_default();
    match json {
        serde_json::Value::Object(object) if !is_data.contains(&last) => {
            for (key, inner) in object {
                let key = if name == "outputs" { "NAME" } else { key };
                let between = if name.is_empty() { "" } else { "." };
                members(inner, &format!("{name}{between}{key}"), found);
            }
        }
        serde_json::Value::Array(items)
            if items.iter().any(serde_json::Value::is_object) && !is_data.contains(&last) =>
        {
            for item in items {
                members(item, &format!("{name}[]"), found);
            }
        }
        _ => {
            found.insert(name.to_owned());
        }
    }
}

#[test]
fn a_plan_has_the_members_that_are_documented() {
    let (tool, cloud, _outside) = with_cloud();
    let program = format!("{PROGRAM}output where_it_is = net.id\n");
    tool.write("main.infra", &program);
    tool.run(&["apply", "--yes"]).expect(0);
    let mut other = Tool::with(&program);
    cloud.serve(&mut other);
    other.write("infra.state.json", &tool.read("infra.state.json"));
    let larger = ["apply", "--yes", "--set", "gib=30GiB"];
    other.run(&larger).expect(0);
    let plan = tool.run(&["plan", "--json"]).expect(0).json();
    assert_eq!(plan["format"], 1);
    let mut found = std::collections::BTreeSet::new();
    members(&plan, "", &mut found);

    let page = std::fs::read_to_string(format!("{}/docs/command-line.md", crate::tool::ROOT));
    let page = page.expect("it is there");
    let table = page
        .split("### A plan as JSON")
        .nth(1)
        .expect("the section");
    let table = table.split("###").next().expect("its text");
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let names = rows.flat_map(|row| {
        let cell = row.split('|').nth(1).unwrap_or_default();
        cell.split('`').skip(1).step_by(2)
    });
    let documented: std::collections::BTreeSet<String> = names.map(str::to_owned).collect();
    assert_eq!(found, documented);
}
