//! Values that must never be shown.

use std::fmt;

use crate::value::Value;

/// A value that is never shown, stored or logged in the clear.
///
/// It has no `Display` and no `Serialize`, and its `Debug` prints `(secret)`; the only way in is
/// [`Secret::expose`], which is easy to search for. It is sent to the cloud and nowhere else.
#[derive(Clone, PartialEq)]
pub struct Secret(Box<Value>);

impl Secret {
    /// Hides `value`; a secret of a secret is one secret.
    pub fn new(value: Value) -> Secret {
        match value {
            Value::Secret(secret) => secret,
            value => Secret(Box::new(value)),
        }
    }

    /// The value itself. Only for sending it to the cloud, computing with it, or fingerprinting it.
    pub fn expose(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
