//! What is known of the cloud while planning and applying.

use std::sync::Arc;

use infra_model::{Address, FastMap, Known, Record};

use crate::compare::new_id;

/// Attributes by address. It is only ever asked for single addresses, so its own order decides nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Knowledge(FastMap<Address, Arc<Record>>);

impl Knowledge {
    pub fn set(&mut self, address: &Address, attributes: Arc<Record>) {
        self.0.insert(address.clone(), attributes);
    }

    /// Notes that the resource is yet to be made: its id will be one that nothing has now.
    pub fn set_new(&mut self, address: &Address) {
        let record = Record::from([("id".to_owned(), new_id(address))]);
        self.set(address, Arc::new(record));
    }

    /// The id of what an address stands for, once it is known.
    pub fn id_of(&self, address: &Address) -> Option<String> {
        let id = self.0.get(address)?.get("id")?;
        id.as_str().map(str::to_owned)
    }
}

impl Known for Knowledge {
    fn attributes(&self, address: &Address) -> Option<&Record> {
        self.0.get(address).map(Arc::as_ref)
    }
}
