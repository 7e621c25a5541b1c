//! The clouds without a socket, for tests that bring their own clock: whoever holds it hands requests over and waits
//! for as long as they are on their way.

use std::io;
use std::sync::Arc;

use crate::ground::front::{Arrival, Handle, Shared};
use crate::ground::http::{Incoming, Reply};
use crate::ground::setup::Setup;

/// A cloud in the same process. Clones are the same cloud.
#[derive(Clone, Debug)]
pub struct Local {
    shared: Arc<Shared>,
}

impl Local {
    /// The clouds as configured; where it would listen does not matter.
    ///
    /// # Errors
    /// When the state file cannot be read, is damaged, or belongs to another running simulator (`WouldBlock`).
    pub fn open(setup: impl Into<Setup>) -> io::Result<Local> {
        Ok(Local {
            shared: Arc::new(Shared::open(setup.into())?),
        })
    }

    /// A view into the cloud.
    pub fn handle(&self) -> Handle {
        Handle::of(&self.shared)
    }

    /// A request comes in: how long it is on its way. `None` when nothing answers any more.
    pub fn arrive(&self) -> Option<Arrival> {
        self.shared.arrive()
    }

    /// The request takes effect: the answer, or `None` when the connection is closed without one.
    pub fn answer(&self, arrival: &Arrival, request: &Incoming) -> Option<Reply> {
        self.shared.answer(arrival, request)
    }
}
