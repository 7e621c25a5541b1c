//! How long texts may be, and what they consist of.
//!
//! Source: the API reference, at the parameters of each action: descriptions of snapshots, images, versions of launch
//! templates and rules, names and descriptions of security groups, names of placement groups.

use crate::aws::fault::Fault;

/// The longest description or name.
const MOST: usize = 255;

/// A description that may be left out.
///
/// # Errors
/// `InvalidParameterValue`.
pub fn description<'q>(parameter: &str, text: Option<&'q str>) -> Result<Option<&'q str>, Fault> {
    match text {
        Some(text) if text.chars().count() > MOST => Err(Fault::value(format!(
            "Value for parameter {parameter} is invalid. The maximum length is {MOST} characters."
        ))),
        text => Ok(text),
    }
}

/// Whether a text consists of what names and descriptions of security groups and their rules may have.
pub fn is_of_group(text: &str) -> bool {
    let taken = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    text.len() <= MOST && text.chars().all(taken)
}

/// Whether a text is at most as long as names are, and ASCII.
pub fn is_plain_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= MOST && text.is_ascii()
}
