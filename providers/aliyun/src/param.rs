//! Parameters of requests.

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    pub value: String,
    /// No message shows it.
    pub secret: bool,
}

/// Adds a parameter that is no secret.
pub(crate) fn add(params: &mut Vec<Param>, name: impl Into<String>, value: impl Into<String>) {
    params.push(Param {
        name: name.into(),
        value: value.into(),
        secret: false,
    });
}
