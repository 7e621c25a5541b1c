//! Changing size, type and speed of volumes in place.

use crate::aws::describe::{Answer, Page};
use crate::aws::ec2::volume_shape::{Wish, resolve};
use crate::aws::fault::Fault;
use crate::aws::filter::matches;
use crate::aws::world::{Modification, ModificationState, Region, Volume, VolumeState};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

/// How often a volume can be modified in a day ("Requirements for Amazon EBS volume modifications").
const OFTEN_MAX: usize = 4;

/// When the modifications started that still count.
fn recent(region: &Region, volume: &Volume) -> Vec<u64> {
    let last = volume.modification.as_ref();
    let all = last
        .into_iter()
        .flat_map(|it| it.before_ms.iter().copied().chain([it.started_ms]));
    all.filter(|started| region.now < started + region.timing.modification_window_ms)
        .collect()
}

pub fn modify(region: &mut Region, q: &Query) -> Answer {
    let volume = region.volumes.find(q.need("VolumeId")?)?.clone();
    if q.flag("MultiAttachEnabled")? == Some(true) {
        return Err(Fault::new(
            "UnsupportedOperation",
            "Volumes with several attachments are not simulated",
        ));
    }
    if !matches!(volume.state, VolumeState::Available | VolumeState::InUse) {
        return Err(Fault::state(format!(
            "Cannot modify volume {} in state {}",
            volume.id, volume.state
        )));
    }
    if let Some(last) = &volume.modification
        && last.state != ModificationState::Completed
    {
        return Err(Fault::new(
            "IncorrectModificationState",
            format!(
                "Cannot modify volume {} while it is being modified ({}).",
                volume.id, last.state
            ),
        ));
    }
    let before_ms = recent(region, &volume);
    if before_ms.len() >= OFTEN_MAX {
        return Err(Fault::new(
            "VolumeModificationRateExceeded",
            format!(
                "You've reached the maximum modification rate per volume limit. {} can be modified up to {OFTEN_MAX} \
                 times in 24 hours.",
                volume.id
            ),
        ));
    }
    let to = wanted(&volume, Wish::parse(q, "Size")?)?;
    let modification = Modification {
        from: volume.shape.clone(),
        to,
        state: ModificationState::Modifying,
        due: region.after(region.timing.modification_ms),
        started_ms: region.now,
        ended_ms: None,
        before_ms,
    };
    let answer = show(&volume.id, &modification);
    region.volumes.put(Volume {
        modification: Some(modification),
        ..volume
    });
    Ok(Node::new().node("volumeModification", answer))
}

/// What is not said stays, as far as the new type has it.
fn wanted(volume: &Volume, wish: Wish<'_>) -> Result<crate::aws::world::Shape, Fault> {
    let now = &volume.shape;
    if wish.size.is_none()
        && wish.kind.is_none()
        && wish.iops.is_none()
        && wish.throughput.is_none()
    {
        return Err(Fault::missing("size, volumeType, iops or throughput"));
    }
    if let Some(size) = wish.size.filter(|size| *size < now.size) {
        return Err(Fault::value(format!(
            "New size cannot be smaller than existing size ({size} < {})",
            now.size
        )));
    }
    let kind = wish.kind.unwrap_or(&now.kind);
    let settable = |kind: &str| matches!(kind, "gp3" | "io1" | "io2");
    let kept = settable(kind) && settable(&now.kind);
    resolve(
        Wish {
            size: wish.size.or(Some(now.size)),
            kind: Some(kind),
            iops: wish.iops.or(now.iops.filter(|_| kept)),
            throughput: wish.throughput.or(now.throughput.filter(|_| kind == "gp3")),
        },
        kind,
        None,
    )
}

fn show(id: &str, modification: &Modification) -> Node {
    let Modification { from, to, .. } = modification;
    let progress = if modification.state == ModificationState::Completed {
        100
    } else {
        0
    };
    Node::new()
        .text("volumeId", id)
        .text("modificationState", modification.state)
        .text("targetSize", to.size)
        .maybe("targetIops", to.iops)
        .text("targetVolumeType", &to.kind)
        .maybe("targetThroughput", to.throughput)
        .text("targetMultiAttachEnabled", false)
        .text("originalSize", from.size)
        .maybe("originalIops", from.iops)
        .text("originalVolumeType", &from.kind)
        .maybe("originalThroughput", from.throughput)
        .text("originalMultiAttachEnabled", false)
        .text("progress", progress)
        .text("startTime", iso(modification.started_ms))
        .maybe("endTime", modification.ended_ms.map(iso))
}

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let ids = q.texts("VolumeId");
    for id in &ids {
        if region.volumes.find(id)?.modification.is_none() {
            return Err(Fault::new(
                "InvalidVolumeModification.NotFound",
                format!("Modification for volume '{id}' does not exist."),
            ));
        }
    }
    let mut rows: Vec<(&str, &Modification)> = region
        .volumes
        .iter()
        .filter(|volume| ids.is_empty() || ids.contains(&volume.id.as_str()))
        .filter_map(|volume| Some((volume.id.as_str(), volume.modification.as_ref()?)))
        .collect();
    for filter in q.list("Filter") {
        let name = filter.need("Name")?;
        let get: fn(&str, &Modification) -> String = match name {
            "volume-id" => |id, _| id.to_owned(),
            "modification-state" => |_, modification| modification.state.to_string(),
            "original-size" => |_, modification| modification.from.size.to_string(),
            "original-volume-type" => |_, modification| modification.from.kind.clone(),
            "target-size" => |_, modification| modification.to.size.to_string(),
            "target-volume-type" => |_, modification| modification.to.kind.clone(),
            _ => return Err(Fault::value(format!("The filter '{name}' is invalid"))),
        };
        let patterns = filter.texts("Value");
        rows.retain(|(id, modification)| {
            patterns
                .iter()
                .any(|pattern| matches(pattern, &get(id, modification)))
        });
    }
    let page = Page::parse(q, "volume-modification", (1, 500), false)?;
    let (rows, next) = page.cut(rows, |(id, _)| id);
    let items = rows
        .into_iter()
        .map(|(id, modification)| show(id, modification));
    Ok(Node::new()
        .list("volumeModificationSet", items)
        .maybe("nextToken", next))
}
