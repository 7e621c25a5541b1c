//! What `move`, `import` and `forget` are about: one resource, or a whole component's instance.

use infra_model::address::AddressError;
use infra_model::{Address, Step};

/// A place in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `web/aws.volume.data["a"]`
    Instance(Address),
    /// `web["a"]`: the way to a component's instance, with at least one step.
    Component(Vec<Step>),
}

impl Place {
    /// The type of a resource; a component's instance has none.
    pub fn type_name(&self) -> Option<&str> {
        match self {
            Place::Instance(address) => Some(&address.type_name),
            Place::Component(_) => None,
        }
    }

    /// Reads a place as it is written. What names no type is a component's instance.
    pub fn read(text: &str) -> Result<Place, AddressError> {
        match text.parse::<Address>() {
            Ok(address) => Ok(Place::Instance(address)),
            // A component's instance is the beginning of the address of anything inside.
            Err(error) => match format!("{text}/a.b").parse::<Address>() {
                Ok(inside) => Ok(Place::Component(inside.path.clone())),
                Err(_) => Err(error),
            },
        }
    }
}
