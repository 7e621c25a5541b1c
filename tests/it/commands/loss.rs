//! Every way to lose data through a plan: told, refused, and nothing done, until each loss is allowed by name.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::cloud::Cloud;
use crate::tool::Tool;

const PROGRAM: &str = r#"
provider aws { region = "us-west-2" }
let zone = "us-west-2a"
lookup aws.image linux { owner = "amazon", name = "al2023-ami-*", architecture = x86_64, newest = true }
aws.vpc net { range = 10.9.0.0/16 }
aws.subnet inner { vpc = net, zone = zone, range = 10.9.1.0/24 }
aws.subnet outer { vpc = net, zone = zone, range = 10.9.2.0/24 }
aws.instance host { type = "t3.micro", image = linux, subnet = inner, root_size = 20GiB }
aws.volume data { zone = zone, size = 20GiB }
aws.volume part for name in ["a", "b"] { zone = zone, size = 1GiB }
aws.attachment at { instance = host, volume = data, device = "/dev/sdf", delete_with_instance = true }
"#;

const DATA: &str = "aws.volume data { zone = zone, size = 20GiB }\n";
const AT: &str = "aws.attachment at { instance = host, volume = data, device = \"/dev/sdf\", delete_with_instance = true }\n";
const HOST: &str = "aws.instance.host";

/// A change of the program, a command, and what it would lose.
struct Way {
    name: &'static str,
    /// What stands in the program, and what is put there.
    edits: &'static [(&'static str, &'static str)],
    words: &'static [&'static str],
    loses: &'static [&'static str],
}

const fn way(
    name: &'static str,
    edits: &'static [(&'static str, &'static str)],
    words: &'static [&'static str],
    loses: &'static [&'static str],
) -> Way {
    Way {
        name,
        edits,
        words,
        loses,
    }
}

const LOSSES: &[Way] = &[
    way(
        "removed",
        &[(DATA, ""), (AT, "")],
        &[],
        &["aws.volume.data"],
    ),
    way(
        "shrunk",
        &[("zone, size = 20GiB", "zone, size = 10GiB")],
        &[],
        &["aws.volume.data"],
    ),
    way(
        "replacement asked for",
        &[],
        &["--replace", "aws.volume.data"],
        &["aws.volume.data"],
    ),
    way(
        "removed, as a target",
        &[(DATA, ""), (AT, "")],
        &["--target", "aws.volume.data"],
        &["aws.volume.data"],
    ),
    way(
        "a key less",
        &[(r#"["a", "b"]"#, r#"["a"]"#)],
        &[],
        &[r#"aws.volume.part["b"]"#],
    ),
    way(
        "renamed, not moved",
        &[
            ("aws.volume data", "aws.volume datum"),
            ("volume = data", "volume = datum"),
        ],
        &[],
        &["aws.volume.data"],
    ),
    way(
        "a machine in another subnet",
        &[("subnet = inner", "subnet = outer")],
        &[],
        &[HOST],
    ),
    way(
        "a smaller root volume",
        &[("root_size = 20GiB", "root_size = 10GiB")],
        &[],
        &[HOST],
    ),
    way("a machine anew", &[], &["--replace", HOST], &[HOST]),
];

/// What looks like a loss and is none.
const HARMLESS: &[Way] = &[
    way(
        "forgotten",
        &[(DATA, "forget aws.volume.data\n"), (AT, "")],
        &[],
        &[],
    ),
    way(
        "moved",
        &[
            ("aws.volume data", "aws.volume datum"),
            ("volume = data", "volume = datum"),
            (
                DATA,
                "aws.volume data { zone = zone, size = 20GiB }\nmove aws.volume.data -> aws.volume.datum\n",
            ),
        ],
        &[],
        &[],
    ),
    way(
        "grown",
        &[("zone, size = 20GiB", "zone, size = 30GiB")],
        &[],
        &[],
    ),
    way("only detached", &[(AT, "")], &[], &[]),
];

/// A directory in which the program is applied, with its cloud.
fn applied() -> (Tool, Cloud) {
    static APPLIED: OnceLock<Tool> = OnceLock::new();
    let first = APPLIED.get_or_init(|| {
        let mut tool = Tool::with(PROGRAM);
        let cloud = Cloud::start(tool.dir().join("cloud"), "", None);
        cloud.serve(&mut tool);
        tool.run(&["apply", "--yes"]).expect(0);
        tool
    });
    let mut tool = first.duplicate();
    let cloud = Cloud::start(tool.dir().join("cloud"), "", None);
    cloud.serve(&mut tool);
    (tool, cloud)
}

/// The ids of everything that holds data.
fn ids(cloud: &Cloud) -> BTreeSet<String> {
    let things = cloud.handle().left_over();
    let holds = |kind: &str| ["volume", "instance"].contains(&kind);
    things
        .iter()
        .filter(|thing| holds(thing["kind"].as_str().expect("a kind")))
        .map(|thing| thing["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// The id that the state has for an address.
fn id(tool: &Tool, address: &str) -> String {
    let state: serde_json::Value =
        serde_json::from_str(&tool.read("infra.state.json")).expect("JSON");
    let entries = state["resources"].as_array().expect("a list");
    let entry = entries.iter().find(|entry| entry["address"] == address);
    entry.expect("it is known")["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

fn edit(tool: &Tool, way: &Way) {
    let mut text = tool.read("main.infra");
    // The longest first: one may stand in another.
    let mut edits: Vec<_> = way.edits.iter().collect();
    edits.sort_by_key(|(was, _)| std::cmp::Reverse(was.len()));
    for (was, becomes) in edits {
        assert!(text.contains(was), "{}: {was}", way.name);
        text = text.replace(was, becomes);
    }
    tool.write("main.infra", &text);
}

fn lost(tool: &Tool, way: &Way) -> Vec<String> {
    let plan = tool
        .run(&[&["plan", "--json"], way.words].concat())
        .expect(0)
        .json();
    let losses = plan["data_loss"].as_array().expect("a list");
    let address =
        |loss: &serde_json::Value| loss["address"].as_str().expect("an address").to_owned();
    losses.iter().map(address).collect()
}

#[test]
fn every_way_to_lose_data_is_refused_until_it_is_allowed_by_name() {
    for way in LOSSES {
        let (tool, cloud) = applied();
        edit(&tool, way);
        let before = ids(&cloud);
        assert_eq!(lost(&tool, way), way.loses, "{}", way.name);
        let apply = [&["apply", "--yes"], way.words].concat();
        let refused = tool.run(&apply);
        assert_eq!(refused.code, 1, "{}: {refused}", way.name);
        assert!(
            refused.out.contains("Data would be lost"),
            "{}: {refused}",
            way.name
        );
        assert_eq!(ids(&cloud), before, "{}: nothing was done", way.name);
        let (host, volume) = (id(&tool, HOST), id(&tool, "aws.volume.data"));
        let mut allowed = apply.clone();
        for address in way.loses {
            allowed.extend(["--allow-data-loss", address]);
        }
        let ran = tool.run(&allowed);
        assert_eq!(ran.code, 0, "{}: {ran}", way.name);
        let now = ids(&cloud);
        // A machine that goes takes its root volume with it and no other: what is attached to it is detached before.
        assert_eq!(
            now.contains(&host),
            !way.loses.contains(&HOST),
            "{}",
            way.name
        );
        assert_eq!(
            now.contains(&volume),
            !way.loses.contains(&"aws.volume.data"),
            "{}",
            way.name
        );
    }
}

#[test]
fn what_is_forgotten_moved_grown_or_detached_loses_nothing() {
    for way in HARMLESS {
        let (tool, cloud) = applied();
        edit(&tool, way);
        let before = ids(&cloud);
        assert_eq!(lost(&tool, way), Vec::<String>::new(), "{}", way.name);
        let ran = tool.run(&[&["apply", "--yes"], way.words].concat());
        assert_eq!(ran.code, 0, "{}: {ran}", way.name);
        assert_eq!(ids(&cloud), before, "{}", way.name);
    }
}

#[test]
fn a_destroy_names_what_it_would_lose_and_a_slip_in_a_name_is_told() {
    let (tool, cloud) = applied();
    let before = ids(&cloud);
    let refused = tool
        .run(&["destroy", "--yes", "--allow-data-loss", "aws.volume.date"])
        .expect(1);
    assert!(
        refused.err.contains("did you mean `aws.volume.data`?"),
        "{refused}"
    );
    assert!(
        refused
            .out
            .contains("the data of 4 resources would be lost"),
        "{refused}"
    );
    assert!(
        refused.out.contains("--allow-data-loss program"),
        "{refused}"
    );
    assert_eq!(ids(&cloud), before, "nothing was done");
    tool.run(&["destroy", "--yes", "--allow-data-loss", "program"])
        .expect(0);
    assert_eq!(ids(&cloud), BTreeSet::new());
}
