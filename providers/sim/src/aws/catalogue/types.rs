//! Instance types. Sizes and memory as on AWS's pages of instance types, as of 2025.

use std::sync::LazyLock;

/// An instance type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceType {
    pub name: String,
    pub vcpus: u32,
    pub memory_mib: u64,
    /// `x86_64` or `arm64`.
    pub architecture: &'static str,
    /// `nitro` or `xen`.
    pub hypervisor: &'static str,
    pub clock_ghz: &'static str,
    pub interfaces_max: u32,
    pub addresses_per_interface: u32,
    pub network: &'static str,
}

impl InstanceType {
    /// Whether it earns and spends CPU credits.
    pub fn burstable(&self) -> bool {
        self.name.starts_with('t')
    }

    /// CPU credits unless a launch says otherwise.
    pub fn credits(&self) -> Option<&'static str> {
        self.burstable().then_some(if self.name.starts_with("t2.") {
            "standard"
        } else {
            "unlimited"
        })
    }
}

struct Family {
    name: &'static str,
    architecture: &'static str,
    hypervisor: &'static str,
    clock_ghz: &'static str,
    /// Size, virtual processors, GiB of memory.
    sizes: &'static [(&'static str, u32, f64)],
}

const T2: &[(&str, u32, f64)] = &[
    ("nano", 1, 0.5),
    ("micro", 1, 1.0),
    ("small", 1, 2.0),
    ("medium", 2, 4.0),
    ("large", 2, 8.0),
    ("xlarge", 4, 16.0),
    ("2xlarge", 8, 32.0),
];
const T3: &[(&str, u32, f64)] = &[
    ("nano", 2, 0.5),
    ("micro", 2, 1.0),
    ("small", 2, 2.0),
    ("medium", 2, 4.0),
    ("large", 2, 8.0),
    ("xlarge", 4, 16.0),
    ("2xlarge", 8, 32.0),
];
const M4: &[(&str, u32, f64)] = &[
    ("large", 2, 8.0),
    ("xlarge", 4, 16.0),
    ("2xlarge", 8, 32.0),
    ("4xlarge", 16, 64.0),
    ("10xlarge", 40, 160.0),
];
const C4: &[(&str, u32, f64)] = &[
    ("large", 2, 3.75),
    ("xlarge", 4, 7.5),
    ("2xlarge", 8, 15.0),
    ("4xlarge", 16, 30.0),
    ("8xlarge", 36, 60.0),
];
const R4: &[(&str, u32, f64)] = &[
    ("large", 2, 15.25),
    ("xlarge", 4, 30.5),
    ("2xlarge", 8, 61.0),
    ("4xlarge", 16, 122.0),
    ("8xlarge", 32, 244.0),
];
const M5: &[(&str, u32, f64)] = &[
    ("large", 2, 8.0),
    ("xlarge", 4, 16.0),
    ("2xlarge", 8, 32.0),
    ("4xlarge", 16, 64.0),
    ("8xlarge", 32, 128.0),
    ("12xlarge", 48, 192.0),
    ("16xlarge", 64, 256.0),
    ("24xlarge", 96, 384.0),
];
const C5: &[(&str, u32, f64)] = &[
    ("large", 2, 4.0),
    ("xlarge", 4, 8.0),
    ("2xlarge", 8, 16.0),
    ("4xlarge", 16, 32.0),
    ("9xlarge", 36, 72.0),
    ("12xlarge", 48, 96.0),
    ("18xlarge", 72, 144.0),
    ("24xlarge", 96, 192.0),
];
const R5: &[(&str, u32, f64)] = &[
    ("large", 2, 16.0),
    ("xlarge", 4, 32.0),
    ("2xlarge", 8, 64.0),
    ("4xlarge", 16, 128.0),
    ("8xlarge", 32, 256.0),
    ("12xlarge", 48, 384.0),
    ("16xlarge", 64, 512.0),
    ("24xlarge", 96, 768.0),
];
const M6I: &[(&str, u32, f64)] = &[
    ("large", 2, 8.0),
    ("xlarge", 4, 16.0),
    ("2xlarge", 8, 32.0),
    ("4xlarge", 16, 64.0),
    ("8xlarge", 32, 128.0),
    ("12xlarge", 48, 192.0),
    ("16xlarge", 64, 256.0),
    ("24xlarge", 96, 384.0),
    ("32xlarge", 128, 512.0),
];
const C6I: &[(&str, u32, f64)] = &[
    ("large", 2, 4.0),
    ("xlarge", 4, 8.0),
    ("2xlarge", 8, 16.0),
    ("4xlarge", 16, 32.0),
    ("8xlarge", 32, 64.0),
    ("12xlarge", 48, 96.0),
    ("16xlarge", 64, 128.0),
    ("24xlarge", 96, 192.0),
    ("32xlarge", 128, 256.0),
];
const R6I: &[(&str, u32, f64)] = &[
    ("large", 2, 16.0),
    ("xlarge", 4, 32.0),
    ("2xlarge", 8, 64.0),
    ("4xlarge", 16, 128.0),
    ("8xlarge", 32, 256.0),
    ("12xlarge", 48, 384.0),
    ("16xlarge", 64, 512.0),
    ("24xlarge", 96, 768.0),
    ("32xlarge", 128, 1024.0),
];

const FAMILIES: &[Family] = &[
    Family {
        name: "t2",
        architecture: "x86_64",
        hypervisor: "xen",
        clock_ghz: "2.3",
        sizes: T2,
    },
    Family {
        name: "t3",
        architecture: "x86_64",
        hypervisor: "nitro",
        clock_ghz: "2.5",
        sizes: T3,
    },
    Family {
        name: "t3a",
        architecture: "x86_64",
        hypervisor: "nitro",
        clock_ghz: "2.2",
        sizes: T3,
    },
    Family {
        name: "t4g",
        architecture: "arm64",
        hypervisor: "nitro",
        clock_ghz: "2.5",
        sizes: T3,
    },
    Family {
        name: "m4",
        architecture: "x86_64",
        hypervisor: "xen",
        clock_ghz: "2.4",
        sizes: M4,
    },
    Family {
        name: "c4",
        architecture: "x86_64",
        hypervisor: "xen",
        clock_ghz: "2.9",
        sizes: C4,
    },
    Family {
        name: "r4",
        architecture: "x86_64",
        hypervisor: "xen",
        clock_ghz: "2.3",
        sizes: R4,
    },
    Family {
        name: "m5",
        architecture: "x86_64",
        hypervisor: "nitro",
        clock_ghz: "3.1",
        sizes: M5,
    },
    Family {
        name: "c5",
        architecture: "x86_64",
        hypervisor: "nitro",
        clock_ghz: "3.4",
        sizes: C5,
    },
    Family {
        name: "r5",
        architecture: "x86_64",
        hypervisor: "nitro",
        clock_ghz: "3.1",
        sizes: R5,
    },
    Family {
        name: "m6i",
        architecture: "x86_64",
        hypervisor: "nitro",
        clock_ghz: "3.5",
        sizes: M6I,
    },
    Family {
        name: "c6i",
        architecture: "x86_64",
        hypervisor: "nitro",
        clock_ghz: "3.5",
        sizes: C6I,
    },
    Family {
        name: "r6i",
        architecture: "x86_64",
        hypervisor: "nitro",
        clock_ghz: "3.5",
        sizes: R6I,
    },
];

static TYPES: LazyLock<Vec<InstanceType>> = LazyLock::new(|| {
    let mut types: Vec<InstanceType> = FAMILIES
        .iter()
        .flat_map(|family| {
            family
                .sizes
                .iter()
                .map(move |(size, vcpus, gib)| of_family(family, size, *vcpus, *gib))
        })
        .collect();
    types.sort_by(|a, b| a.name.cmp(&b.name));
    types
});

fn of_family(family: &Family, size: &str, vcpus: u32, gib: f64) -> InstanceType {
    let (interfaces_max, addresses_per_interface) = match vcpus {
        1 => (2, 2),
        2 => (3, 10),
        3..=8 => (4, 15),
        9..=32 => (8, 30),
        _ => (15, 50),
    };
    InstanceType {
        name: format!("{}.{size}", family.name),
        vcpus,
        memory_mib: (gib * 1024.0) as u64,
        architecture: family.architecture,
        hypervisor: family.hypervisor,
        clock_ghz: family.clock_ghz,
        interfaces_max,
        addresses_per_interface,
        network: if family.hypervisor == "xen" {
            "Moderate"
        } else {
            "Up to 10 Gigabit"
        },
    }
}

/// All types in the order of their names.
pub fn instance_types() -> &'static [InstanceType] {
    &TYPES
}

/// The type of that name.
pub fn instance_type(name: &str) -> Option<&'static InstanceType> {
    TYPES
        .binary_search_by(|known| known.name.as_str().cmp(name))
        .ok()
        .map(|at| &TYPES[at])
}
