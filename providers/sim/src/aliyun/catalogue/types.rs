//! Instance types. Source: Alibaba Cloud's "Overview of instance families".

use std::sync::LazyLock;

/// An instance type.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceType {
    pub id: String,
    pub family: &'static str,
    pub cpus: i64,
    pub memory_gib: f64,
    /// The most network interfaces, and private addresses of each.
    pub interfaces: (i64, i64),
    /// Of burstable types: the share of a processor that is always there, in percent.
    pub baseline: Option<i64>,
}

impl InstanceType {
    /// Whether it takes ESSDs only.
    pub fn is_essd_only(&self) -> bool {
        ["ecs.g6e", "ecs.g7", "ecs.c7", "ecs.r7"].contains(&self.family)
    }

    /// Whether it takes disks of that category.
    pub fn takes(&self, category: &str) -> bool {
        match category {
            "cloud_essd" => true,
            "cloud_auto" => ["ecs.g7", "ecs.c7", "ecs.r7"].contains(&self.family),
            "cloud_efficiency" | "cloud_ssd" => !self.is_essd_only(),
            _ => false,
        }
    }
}

/// GiB for each processor, and the sizes of a family.
const FAMILIES: &[(&str, f64, &str)] = &[
    (
        "ecs.g5",
        4.0,
        "large xlarge 2xlarge 3xlarge 4xlarge 6xlarge 8xlarge 16xlarge",
    ),
    (
        "ecs.g6",
        4.0,
        "large xlarge 2xlarge 3xlarge 4xlarge 6xlarge 8xlarge 13xlarge 26xlarge",
    ),
    (
        "ecs.c6",
        2.0,
        "large xlarge 2xlarge 3xlarge 4xlarge 6xlarge 8xlarge 13xlarge 26xlarge",
    ),
    (
        "ecs.r6",
        8.0,
        "large xlarge 2xlarge 3xlarge 4xlarge 6xlarge 8xlarge 13xlarge 26xlarge",
    ),
    (
        "ecs.g6a",
        4.0,
        "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge 32xlarge 64xlarge",
    ),
    (
        "ecs.g6e",
        4.0,
        "large xlarge 2xlarge 4xlarge 8xlarge 13xlarge 26xlarge",
    ),
    (
        "ecs.g7",
        4.0,
        "large xlarge 2xlarge 3xlarge 4xlarge 6xlarge 8xlarge 16xlarge 32xlarge",
    ),
    (
        "ecs.c7",
        2.0,
        "large xlarge 2xlarge 3xlarge 4xlarge 6xlarge 8xlarge 16xlarge 32xlarge",
    ),
    (
        "ecs.r7",
        8.0,
        "large xlarge 2xlarge 3xlarge 4xlarge 6xlarge 8xlarge 16xlarge 32xlarge",
    ),
];

/// Burstable types: id, family, processors, GiB, baseline.
const BURSTABLE: &[(&str, &str, i64, f64, i64)] = &[
    ("ecs.t6-c4m1.large", "ecs.t6", 2, 0.5, 5),
    ("ecs.t6-c2m1.large", "ecs.t6", 2, 1.0, 10),
    ("ecs.t6-c1m1.large", "ecs.t6", 2, 2.0, 20),
    ("ecs.t6-c1m2.large", "ecs.t6", 2, 4.0, 20),
    ("ecs.t6-c1m4.large", "ecs.t6", 2, 8.0, 30),
    ("ecs.t6-c1m4.xlarge", "ecs.t6", 4, 16.0, 40),
    ("ecs.t6-c1m4.2xlarge", "ecs.t6", 8, 32.0, 40),
    ("ecs.t5-lc2m1.nano", "ecs.t5", 1, 0.5, 20),
    ("ecs.t5-lc1m1.small", "ecs.t5", 1, 1.0, 20),
    ("ecs.t5-lc1m2.small", "ecs.t5", 1, 2.0, 20),
    ("ecs.t5-lc1m2.large", "ecs.t5", 2, 4.0, 20),
    ("ecs.t5-lc1m4.large", "ecs.t5", 2, 8.0, 20),
    ("ecs.t5-c1m1.large", "ecs.t5", 2, 2.0, 25),
    ("ecs.t5-c1m2.large", "ecs.t5", 2, 4.0, 25),
    ("ecs.t5-c1m4.large", "ecs.t5", 2, 8.0, 25),
    ("ecs.t5-c1m1.xlarge", "ecs.t5", 4, 4.0, 25),
    ("ecs.t5-c1m2.xlarge", "ecs.t5", 4, 8.0, 25),
    ("ecs.t5-c1m4.xlarge", "ecs.t5", 4, 16.0, 25),
    ("ecs.t5-c1m1.2xlarge", "ecs.t5", 8, 8.0, 25),
    ("ecs.t5-c1m2.2xlarge", "ecs.t5", 8, 16.0, 25),
    ("ecs.t5-c1m4.2xlarge", "ecs.t5", 8, 32.0, 25),
    ("ecs.t5-c1m1.4xlarge", "ecs.t5", 16, 16.0, 25),
    ("ecs.t5-c1m2.4xlarge", "ecs.t5", 16, 32.0, 25),
];

fn interfaces(cpus: i64) -> (i64, i64) {
    match cpus {
        ..=2 => (2, 6),
        3..=4 => (3, 10),
        5..=8 => (4, 10),
        9..=12 => (6, 10),
        13..=32 => (8, 20),
        33..=64 => (7, 20),
        _ => (15, 20),
    }
}

static TYPES: LazyLock<Vec<InstanceType>> = LazyLock::new(all);

/// All types, in the order of their ids.
pub fn types() -> &'static [InstanceType] {
    &TYPES
}

fn all() -> Vec<InstanceType> {
    let mut all = Vec::new();
    for (family, ratio, sizes) in FAMILIES {
        for size in sizes.split(' ') {
            let cpus = match size {
                "large" => 2,
                "xlarge" => 4,
                times => 4 * times.trim_end_matches("xlarge").parse::<i64>().unwrap_or(1),
            };
            all.push(InstanceType {
                id: format!("{family}.{size}"),
                family,
                cpus,
                memory_gib: cpus as f64 * ratio,
                interfaces: interfaces(cpus),
                baseline: None,
            });
        }
    }
    all.extend(
        BURSTABLE
            .iter()
            .map(|(id, family, cpus, memory_gib, baseline)| InstanceType {
                id: (*id).to_owned(),
                family,
                cpus: *cpus,
                memory_gib: *memory_gib,
                interfaces: (2, 2),
                baseline: Some(*baseline),
            }),
    );
    all.sort_by(|one, other| one.id.cmp(&other.id));
    all
}

/// The type of that id.
pub fn find(id: &str) -> Option<&'static InstanceType> {
    let at = TYPES.binary_search_by(|known| known.id.as_str().cmp(id));
    at.ok().map(|at| &TYPES[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_are_those_of_the_overview() {
        let of = |id: &str| find(id).map(|found| (found.cpus, found.memory_gib));
        assert_eq!(of("ecs.g6.xlarge"), Some((4, 16.0)));
        assert_eq!(of("ecs.c6.13xlarge"), Some((52, 104.0)));
        assert_eq!(of("ecs.r7.32xlarge"), Some((128, 1024.0)));
        assert_eq!(of("ecs.t6-c4m1.large"), Some((2, 0.5)));
        assert_eq!(of("ecs.g7.13xlarge"), None);
        assert_eq!(types().len(), 76 + 1 + 23);
    }
}
