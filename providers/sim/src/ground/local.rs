//! The cloud without a socket, for tests that bring their own clock: whoever holds it hands requests over and waits
//! for as long as they are on their way.

use std::io;
use std::sync::Arc;

use crate::aws::api::{Incoming, Reply};
use crate::aws::config::Config;
use crate::ground::front::{Arrival, Handle, Shared};

/// A cloud in the same process. Clones are the same cloud.
#[derive(Clone, Debug)]
pub struct Local {
    shared: Arc<Shared>,
}

impl Local {
    /// A cloud as configured; where it would listen does not matter.
    ///
    /// # Errors
    /// When the state file cannot be read, is damaged, or belongs to another running simulator (`WouldBlock`).
    pub fn open(config: Config) -> io::Result<Local> {
        Ok(Local {
            shared: Arc::new(Shared::open(config)?),
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
