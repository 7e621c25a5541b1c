//! What the log says about requests: one span for each attempt, one event for its end.

use tracing::{Span, debug, debug_span, field};

use super::Call;
use crate::Failure;

/// The name of the span's field that [`request_id`] fills in.
const REQUEST_ID: &str = "request_id";

/// The span of one attempt; `attempt` counts from 1.
pub(super) fn attempt(call: &Call, attempt: u32) -> Span {
    debug_span!(
        "request",
        action = call.action,
        attempt,
        request_id = field::Empty
    )
}

/// Notes the id that the cloud gave the request. A provider calls this inside the future of the attempt as soon as it
/// has the answer; elsewhere it has no effect.
pub fn request_id(id: &str) {
    Span::current().record(REQUEST_ID, id);
}

/// Logs the end of an attempt after `ms` milliseconds.
pub(super) fn ended(span: &Span, ms: u64, failure: Option<&Failure>) {
    let _inside = span.enter();
    let Some(failure) = failure else {
        debug!(ms, "answered");
        return;
    };
    debug!(
        ms,
        kind = ?failure.kind,
        code = failure.code,
        error = failure.message,
        lost = failure.ambiguous,
        "failed"
    );
}

/// Logs what follows from a failed attempt: another one after a pause in milliseconds, or none.
pub(super) fn decided(call: &Call, attempts: u32, pause_ms: Option<u64>) {
    match pause_ms {
        Some(pause_ms) => debug!(action = call.action, attempts, pause_ms, "retry"),
        None => debug!(action = call.action, attempts, "no retry"),
    }
}
