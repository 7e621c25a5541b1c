//! Sizes and speeds of each volume type, at the figures of the catalogue.

use crate::{Sample, catalogue};

/// Sizes and speeds of each volume type, with the figures of the catalogue, for a volume and for a root volume.
pub fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for row in catalogue::rows("volume_types") {
        let kind = &row.name;
        let gib = |name: &str| row.gib(name).unwrap_or_default();
        let (least, most) = (gib("size_min"), gib("size_max"));
        let needed = match row.bool("needs_iops") {
            true => row.int("iops_min"),
            false => None,
        };
        for (size, is_good) in [
            (least, true),
            (most, true),
            (least - 1, false),
            (most + 1, false),
        ] {
            let volume = Volume {
                kind,
                size,
                iops: needed,
                throughput: None,
            };
            samples.extend(volume.samples("size", "check volume-size", is_good));
        }
        if let (Some(fewest), Some(all), Some(per)) = (
            row.int("iops_min"),
            row.int("iops_max"),
            row.int("iops_per_gib"),
        ) {
            let large = (all / per + 1).max(least);
            let small = (fewest / per + 1).max(least);
            let limits = [
                (large, fewest, true),
                (large, all, true),
                (large, fewest - 1, false),
                (large, all + 1, false),
                (small, small * per, true),
                (small, small * per + 1, false),
            ];
            for (size, iops, is_good) in limits {
                let volume = Volume {
                    kind,
                    size,
                    iops: Some(iops),
                    throughput: None,
                };
                samples.extend(volume.samples("iops", "check volume-performance", is_good));
            }
            let without = Volume {
                kind,
                size: large,
                iops: None,
                throughput: None,
            };
            samples.extend(without.samples("type", "check volume-performance", needed.is_none()));
        } else {
            let chosen = Volume {
                kind,
                size: least,
                iops: Some(3_000),
                throughput: None,
            };
            samples.extend(chosen.samples("iops", "check volume-performance", false));
        }
        if let (Some(fewest), Some(all)) = (row.int("throughput_min"), row.int("throughput_max")) {
            let limits = [
                (4 * all, fewest, true),
                (4 * all, all, true),
                (4 * all, fewest - 1, false),
                (4 * all, all + 1, false),
                (4_000, 1_000, true),
                (4_000, 1_001, false),
            ];
            for (iops, throughput, is_good) in limits {
                let volume = Volume {
                    kind,
                    size: 1_000,
                    iops: Some(iops),
                    throughput: Some(throughput),
                };
                samples.extend(volume.samples("throughput", "check volume-performance", is_good));
            }
        } else {
            let chosen = Volume {
                kind,
                size: least.max(8),
                iops: needed,
                throughput: Some(125),
            };
            samples.extend(chosen.samples("throughput", "check volume-performance", false));
        }
    }
    samples
}

struct Volume<'k> {
    kind: &'k str,
    size: i64,
    iops: Option<i64>,
    throughput: Option<i64>,
}

impl Volume<'_> {
    /// As a volume, and as the root volume of a machine where its image fits.
    fn samples(&self, field: &str, rule: &str, is_good: bool) -> Vec<Sample> {
        let Volume {
            kind,
            size,
            iops,
            throughput,
        } = self;
        let program = |prefix: &str| {
            let mut fields = format!("{prefix}type = {kind}, {prefix}size = {size}GiB");
            for (name, value) in [("iops", iops), ("throughput", throughput)] {
                if let Some(value) = value {
                    fields.push_str(&format!(", {prefix}{name} = {value}"));
                }
            }
            fields
        };
        let request = |prefix: &str, size_name: &str| {
            let mut step = format!(" {prefix}VolumeType={kind} {prefix}{size_name}={size}");
            for (name, value) in [("Iops", iops), ("Throughput", throughput)] {
                if let Some(value) = value {
                    step.push_str(&format!(" {prefix}{name}={value}"));
                }
            }
            step
        };
        let shown = format!("{kind} {size}GiB {iops:?} {throughput:?}");
        let mut samples = vec![Sample {
            rule: format!("aws.volume.{field} {rule}"),
            shown: shown.clone(),
            program: format!("aws.volume it {{ zone = \"us-west-2a\", {} }}", program("")),
            steps: format!(
                "CreateVolume AvailabilityZone=us-west-2a{}",
                request("", "Size")
            ),
            is_good,
        }];
        // A machine starts from no magnetic disk for streams, and a root volume holds the image's 8 GiB.
        if !matches!(*kind, "st1" | "sc1") && (*size >= 8 || !is_good) {
            samples.push(Sample {
                rule: format!("aws.instance.root_{field} {rule}"),
                shown,
                program: format!(
                    "aws.instance it {{ image = \"ami-1\", type = \"t3.micro\", subnet = inside, {} }}",
                    program("root_")
                ),
                steps: format!(
                    "RunInstances ImageId={{image}} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={{subnet}} BlockDeviceMapping.1.DeviceName=/dev/sda1{}",
                    request("BlockDeviceMapping.1.Ebs.", "VolumeSize")
                ),
                is_good,
            });
        }
        samples
    }
}
