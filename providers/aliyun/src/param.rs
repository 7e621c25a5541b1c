//! Parameters of requests.

use std::fmt;

/// One parameter.
#[derive(Clone, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    pub value: String,
    /// No message shows it.
    pub secret: bool,
}

/// Shows no secret.
impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.secret { "(secret)" } else { &self.value };
        f.debug_struct("Param")
            .field("name", &self.name)
            .field("value", &value)
            .field("secret", &self.secret)
            .finish()
    }
}

/// Adds a parameter that is no secret.
pub(crate) fn add(params: &mut Vec<Param>, name: impl Into<String>, value: impl Into<String>) {
    params.push(Param {
        name: name.into(),
        value: value.into(),
        secret: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let param = Param {
            name: "UserData".to_owned(),
            value: "hunter2".to_owned(),
            secret: true,
        };
        assert!(!format!("{param:?}").contains("hunter2"));
    }
}
