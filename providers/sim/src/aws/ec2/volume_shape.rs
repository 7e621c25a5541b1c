//! What volumes can be: sizes, types and speeds.
//!
//! Source: "Amazon EBS volume types" (sizes and limits) and `CreateVolume` of the API reference.

use crate::aws::fault::Fault;
use crate::aws::world::Shape;
use crate::ground::query::Query;

/// Least and greatest size in GiB.
fn sizes(kind: &str) -> Option<(i64, i64)> {
    Some(match kind {
        "gp2" => (1, 16_384),
        "gp3" => (1, 65_536),
        "io1" => (4, 16_384),
        "io2" => (4, 65_536),
        "st1" | "sc1" => (125, 16_384),
        "standard" => (1, 1024),
        _ => return None,
    })
}

/// What a request says about a volume.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'q> {
    pub size: Option<i64>,
    pub kind: Option<&'q str>,
    pub iops: Option<i64>,
    pub throughput: Option<i64>,
}

impl<'q> Wish<'q> {
    /// Reads the parameters; `size` is called differently in the calls.
    ///
    /// # Errors
    /// `InvalidParameterValue`.
    pub fn parse(q: &'q Query, size: &str) -> Result<Self, Fault> {
        Ok(Self {
            size: q.int(size)?,
            kind: q.text("VolumeType"),
            iops: q.int("Iops")?,
            throughput: q.int("Throughput")?,
        })
    }
}

fn outside(parameter: &str, value: i64, least: i64, most: i64) -> Fault {
    Fault::value(format!(
        "Value ({value}) for parameter {parameter} is invalid. It is not between {least} and {most}."
    ))
}

/// The shape that a wish asks for. `snapshot_gib` is the size of the snapshot that the volume is made of.
///
/// # Errors
/// `InvalidParameterValue`, `InvalidParameterCombination`, `MissingParameter`, `UnknownVolumeType`.
pub fn resolve(
    wish: Wish<'_>,
    default_kind: &str,
    snapshot_gib: Option<i64>,
) -> Result<Shape, Fault> {
    let kind = wish.kind.unwrap_or(default_kind);
    let (least, most) = sizes(kind)
        .ok_or_else(|| Fault::new("UnknownVolumeType", format!("Unknown volume type '{kind}'")))?;
    let size = wish
        .size
        .or(snapshot_gib)
        .ok_or_else(|| Fault::missing("size or snapshotId"))?;
    if let Some(snapshot) = snapshot_gib.filter(|snapshot| size < *snapshot) {
        return Err(Fault::value(format!(
            "The volume size ({size} GiB) is smaller than the size of its snapshot, expect size >= {snapshot}GiB"
        )));
    }
    if size < least || size > most {
        return Err(outside("size", size, least, most));
    }
    Ok(Shape {
        size,
        iops: iops(kind, size, wish.iops)?,
        throughput: throughput(kind, size, wish)?,
        kind: kind.to_owned(),
    })
}

fn iops(kind: &str, size: i64, wish: Option<i64>) -> Result<Option<i64>, Fault> {
    let (least, most, per_gib) = match kind {
        "gp3" => (3000, 80_000, 500),
        "io1" => (100, 64_000, 50),
        "io2" => (100, 256_000, 1000),
        _ if wish.is_some() => {
            return Err(Fault::combination(format!(
                "The parameter iops is not supported for {kind} volumes."
            )));
        }
        "gp2" => return Ok(Some((3 * size).clamp(100, 16_000))),
        _ => return Ok(None),
    };
    let iops = match wish {
        Some(iops) => iops,
        None if kind == "gp3" => return Ok(Some(3000)),
        None => return Err(Fault::missing("iops")),
    };
    if iops < least || iops > most {
        return Err(outside("iops", iops, least, most));
    }
    // Small gp3 volumes have their 3000 operations whatever the ratio.
    if iops > (per_gib * size).max(if kind == "gp3" { 3000 } else { 100 }) {
        return Err(Fault::value(format!(
            "Iops to volume size ratio of {:.6} is too high; maximum is {per_gib}",
            iops as f64 / size as f64
        )));
    }
    Ok(Some(iops))
}

fn throughput(kind: &str, size: i64, wish: Wish<'_>) -> Result<Option<i64>, Fault> {
    match wish.throughput {
        Some(_) if kind != "gp3" => Err(Fault::combination(format!(
            "The parameter throughput is not supported for {kind} volumes."
        ))),
        Some(throughput) => {
            if !(125..=2000).contains(&throughput) {
                return Err(outside("throughput", throughput, 125, 2000));
            }
            let iops = iops(kind, size, wish.iops)?.unwrap_or(3000);
            if throughput * 4 > iops {
                return Err(Fault::value(format!(
                    "Throughput (MiBps) to iops ratio of {:.6} is too high; maximum is 0.250000",
                    throughput as f64 / iops as f64
                )));
            }
            Ok(Some(throughput))
        }
        None => Ok((kind == "gp3").then_some(125)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(
        kind: &'static str,
        size: i64,
        iops: Option<i64>,
        throughput: Option<i64>,
    ) -> Result<Shape, String> {
        let wish = Wish {
            size: Some(size),
            kind: Some(kind),
            iops,
            throughput,
        };
        resolve(wish, "gp2", None).map_err(|fault| fault.code.into_owned())
    }

    #[test]
    fn speeds_follow_types_and_sizes() {
        assert_eq!(shape("gp2", 10, None, None).unwrap().iops, Some(100));
        assert_eq!(shape("gp2", 1000, None, None).unwrap().iops, Some(3000));
        assert_eq!(shape("gp3", 1, None, None).unwrap().throughput, Some(125));
        assert_eq!(shape("gp3", 1, Some(3000), None).unwrap().iops, Some(3000));
        assert_eq!(
            shape("gp3", 10, Some(6000), None).unwrap_err(),
            "InvalidParameterValue"
        );
        assert_eq!(
            shape("gp3", 100, Some(3000), Some(800)).unwrap_err(),
            "InvalidParameterValue"
        );
        assert_eq!(
            shape("gp3", 100, Some(4000), Some(1000))
                .unwrap()
                .throughput,
            Some(1000)
        );
        assert_eq!(
            shape("gp2", 10, Some(300), None).unwrap_err(),
            "InvalidParameterCombination"
        );
        assert_eq!(
            shape("io1", 10, None, None).unwrap_err(),
            "MissingParameter"
        );
        assert_eq!(
            shape("st1", 10, None, None).unwrap_err(),
            "InvalidParameterValue"
        );
        assert_eq!(
            shape("gp9", 10, None, None).unwrap_err(),
            "UnknownVolumeType"
        );
    }
}
