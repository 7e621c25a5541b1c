//! Names and texts are as long as the cloud allows.

use infra_model::Value;

use super::View;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;

/// Type, field, the most bytes it can have, and whose limit that is.
const LIMITS: [(&str, &str, usize, &str); 7] = [
    (
        "aws.security_group",
        "name",
        255,
        "`CreateSecurityGroup` takes",
    ),
    (
        "aws.security_group",
        "description",
        255,
        "`CreateSecurityGroup` takes",
    ),
    ("aws.key_pair", "name", 255, "`CreateKeyPair` takes"),
    ("aws.snapshot", "description", 255, "`CreateSnapshot` takes"),
    ("aws.snapshot", "label", 15, "a swap area has room for"),
    ("aws.volume", "label", 15, "a swap area has room for"),
    (
        "aws.instance",
        "user_data",
        16_384,
        "an instance's user data has room for",
    ),
];

/// Amazon EC2 User Guide, "Tag your Amazon EC2 resources": the longest key and value.
const TAG_KEY_MAX: usize = 128;
const TAG_VALUE_MAX: usize = 256;

pub(super) fn check(view: &mut View<'_>) {
    for checked in view.checked.clone() {
        for (type_name, field, most, who) in LIMITS {
            if checked.instance.address.type_name == type_name {
                limit(view, checked, field, most, who);
            }
        }
        if checked.instance.address.provider() == "aws" {
            tags(view, checked);
        }
    }
}

fn limit(view: &mut View<'_>, checked: &Checked, field: &str, most: usize, who: &str) {
    let Some(text) = checked.instance.fields.get(field).and_then(Value::as_str) else {
        return;
    };
    if text.len() > most {
        let length = text.len();
        view.report(checked, field, |span| {
            let message = format!("`{field}` has {length} bytes, and {who} {most}");
            Diagnostic::error(codes::NAME_TOO_LONG, span, message).help("shorten it")
        });
    }
}

fn tags(view: &mut View<'_>, checked: &Checked) {
    let Some(tags) = checked.instance.fields.get("tags").and_then(Value::as_map) else {
        return;
    };
    for (key, value) in tags {
        let value_length = value.as_str().map_or(0, |text| text.chars().count());
        let (what, most) = if key.chars().count() > TAG_KEY_MAX {
            ("the key", TAG_KEY_MAX)
        } else if value_length > TAG_VALUE_MAX {
            ("the value", TAG_VALUE_MAX)
        } else {
            continue;
        };
        view.report(checked, "tags", |span| {
            let start: String = key.chars().take(40).collect();
            let message = format!("{what} of the tag \"{start}\" is longer than {most} characters");
            Diagnostic::error(codes::NAME_TOO_LONG, span, message).help("shorten it")
        });
    }
}
