//! What is killed: the ways of the example 51desk from one program to another.

use std::sync::OnceLock;

use crate::cloud::Cloud;
use crate::tool::Tool;

/// The example's program, whose parameters are set.
fn program() -> Tool {
    Tool::copy_of("examples/51desk").env("INFRA_PARAM_office", "203.0.113.0/24")
}

/// The file of the simulated cloud, beside the program.
pub const CLOUD: &str = "cloud";

/// A way from one program to the next.
pub struct Way {
    pub name: &'static str,
    /// The way begins where nothing exists yet.
    pub from_nothing: bool,
    /// Changes of the example's text: the file, what stands there, what is put there.
    edits: &'static [(&'static str, &'static str, &'static str)],
    /// The command.
    pub words: &'static [&'static str],
    /// Afterwards nothing is left that the plan of the program could find unchanged.
    pub destroys: bool,
}

pub const APPLY: Way = Way {
    name: "apply",
    from_nothing: true,
    edits: &[],
    words: &["apply", "--yes"],
    destroys: false,
};

/// Another machine type (a stop and a start) and with it another swap disk from another shared snapshot, a volume
/// that grows, a tag, a firewall's rules.
pub const UPDATE: Way = Way {
    name: "update",
    from_nothing: false,
    edits: &[
        (
            "hosts.infra",
            "cpu    = 2\n  ram    = 8GiB",
            "cpu    = 4\n  ram    = 16GiB",
        ),
        (
            "hosts.infra",
            "name   = \"EC2-4\"\n  cpu    = 4\n  ram    = 8GiB\n  disks  = { data = { size = 20GiB",
            "name   = \"EC2-4\"\n  cpu    = 4\n  ram    = 8GiB\n  disks  = { data = { size = 30GiB",
        ),
        ("hosts.infra", "name   = \"EC2-2\"", "name   = \"EC2-2b\""),
        ("access.infra", "tcp/15001-15004", "tcp/15001-15008"),
    ],
    words: &["apply", "--yes"],
    destroys: false,
};

/// A machine in another subnet, whose disks move over; a volume that shrinks; a firewall in the circle of all, which
/// is made before the old one goes.
pub const REPLACE: Way = Way {
    name: "replace",
    from_nothing: false,
    edits: &[
        (
            "hosts.infra",
            "subnet = inside\n  groups = [services]",
            "subnet = edge\n  groups = [services]",
        ),
        (
            "hosts.infra",
            "cpu    = 2\n  ram    = 8GiB\n  disks  = { data = { size = 20GiB",
            "cpu    = 2\n  ram    = 8GiB\n  disks  = { data = { size = 10GiB",
        ),
        (
            "access.infra",
            "EC2-4: internal services\"",
            "EC2-4: services\"",
        ),
    ],
    words: &[
        "apply",
        "--yes",
        "--allow-data-loss",
        "ec2_4",
        "--allow-data-loss",
        "ec2_6",
    ],
    destroys: false,
};

/// The program's name stands for what holds data, and the names of the two protected hosts for these.
pub const DESTROY: Way = Way {
    name: "destroy",
    from_nothing: false,
    edits: &[],
    words: &[
        "destroy",
        "--yes",
        "--allow-data-loss",
        "program",
        "--allow-data-loss",
        "ec2_1",
        "--allow-data-loss",
        "ec2_2",
    ],
    destroys: true,
};

impl Way {
    /// A directory in which the way can begin, with the file of its cloud.
    pub fn start(&self) -> Tool {
        static APPLIED: OnceLock<Tool> = OnceLock::new();
        let tool = match self.from_nothing {
            true => program(),
            false => APPLIED.get_or_init(applied).duplicate(),
        };
        for (file, was, becomes) in self.edits {
            let text = tool.read(file);
            assert_eq!(text.matches(was).count(), 1, "{file}: {was}");
            tool.write(file, &text.replace(was, becomes));
        }
        tool
    }
}

fn applied() -> Tool {
    let mut tool = program();
    let cloud = Cloud::start(tool.dir().join(CLOUD), "", None);
    cloud.serve(&mut tool);
    tool.run(APPLY.words).expect(0);
    tool
}
