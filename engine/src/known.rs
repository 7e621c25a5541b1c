//! What is known of the cloud while planning and applying.

use std::sync::Arc;

use infra_model::{Address, FastMap, Known, Record, Value};

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

    /// Replaces some attributes of a resource by what a cloud told. What it did not tell of them is not there.
    pub fn tell<'a>(
        &mut self,
        address: &Address,
        names: impl IntoIterator<Item = &'a str>,
        told: &Record,
    ) {
        let mut known = self.attributes(address).cloned().unwrap_or_default();
        for name in names {
            let value = told.get(name).cloned().unwrap_or(Value::Null);
            known.insert(name.to_owned(), value);
        }
        self.set(address, Arc::new(known));
    }

    /// Notes that some attributes of a resource are not known any more.
    pub fn forget(&mut self, address: &Address, names: &[impl AsRef<str>]) {
        if let Some(known) = self.0.get_mut(address) {
            Arc::make_mut(known).retain(|name, _| names.iter().all(|it| it.as_ref() != name));
        }
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
