//! Disk categories: sizes in GiB, and the performance levels of ESSDs.

/// Sizes of a data disk of that category and level, `None` when there is no such category.
pub fn data_sizes(category: &str, level: &str) -> Option<(i64, i64)> {
    Some(match (category, level) {
        ("cloud", _) => (5, 2_000),
        ("cloud_efficiency" | "cloud_ssd", _) => (20, 32_768),
        ("cloud_essd", level) => (least_of_level(level)?, 65_536),
        ("cloud_auto", _) => (1, 65_536),
        ("cloud_essd_entry", _) => (10, 32_768),
        _ => return None,
    })
}

/// Sizes of a system disk.
pub fn system_sizes(category: &str, level: &str) -> Option<(i64, i64)> {
    Some(match (category, level) {
        ("cloud", _) => (20, 500),
        ("cloud_efficiency" | "cloud_ssd", _) => (20, 2_048),
        ("cloud_essd", level) => (least_of_level(level)?, 2_048),
        ("cloud_auto", _) => (1, 2_048),
        ("cloud_essd_entry", _) => (10, 2_048),
        _ => return None,
    })
}

fn least_of_level(level: &str) -> Option<i64> {
    match level {
        "PL0" => Some(1),
        "PL1" => Some(20),
        "PL2" => Some(461),
        "PL3" => Some(1_261),
        _ => None,
    }
}

/// All categories, from the slowest to the fastest: a disk's category changes upwards only.
pub const CATEGORIES: &[&str] = &[
    "cloud",
    "cloud_efficiency",
    "cloud_ssd",
    "cloud_essd_entry",
    "cloud_auto",
    "cloud_essd",
];
