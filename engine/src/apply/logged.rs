//! What the log says about the steps of an apply.

use tracing::{debug, error, info, warn};

use super::{ApplyEvent, EventKind};

/// Logs what happened to a step; secrets are covered already in what providers say.
pub(super) fn step(event: &ApplyEvent<'_>) {
    let address = tracing::field::display(&event.step.address);
    let kind = event.step.kind.word();
    let ms = event.elapsed_ms;
    match &event.kind {
        EventKind::Started => info!(address, kind, "step started"),
        EventKind::IdKnown(id) => info!(address, kind, ms, id, "id known"),
        EventKind::Waiting(what) => debug!(address, kind, ms, what, "waiting"),
        EventKind::Settled => info!(address, kind, ms, "step done"),
        EventKind::Unneeded => info!(address, kind, ms, "step not needed"),
        EventKind::Failed(why) => error!(address, kind, ms, error = why.to_string(), "step failed"),
        EventKind::NotDone(why) => warn!(address, kind, why = why.to_string(), "step not begun"),
    }
}
