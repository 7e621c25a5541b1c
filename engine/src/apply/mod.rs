//! Carrying out a plan: its explicit steps, each journalled, in an order that keeps the cloud busy.

mod cancel;
mod progress;
mod report;

pub use cancel::{Cancel, Stage};
pub use progress::{ApplyEvent, EventKind, Hindrance, Progress, Quiet, StepError};
pub use report::{ApplyReport, Done, Failed, NotDone};
