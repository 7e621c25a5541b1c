//! The verbs, run as users run them.

mod usage;
