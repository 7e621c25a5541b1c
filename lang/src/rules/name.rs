//! Names and texts are as long as the cloud allows.

use infra_model::Value;

use super::View;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;

/// Type, field, the most bytes it can have, and whose limit that is.
const LIMITS: [(&str, &str, usize, &str); 11] = [
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
    (
        "aws.placement_group",
        "name",
        255,
        "`CreatePlacementGroup` takes",
    ),
    ("aws.image", "name", 128, "`CreateImage` takes"),
    ("aws.image", "description", 255, "`CreateImage` takes"),
    (
        "aws.launch_template",
        "name",
        125,
        "`CreateLaunchTemplate` takes",
    ),
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

/// Type, field, the fewest characters, and those it can have beside ASCII letters and digits.
const CHARACTERS: [(&str, &str, usize, &str); 4] = [
    ("aws.security_group", "name", 1, " ._-:/()#,@[]+=&;{}!$*"),
    (
        "aws.security_group",
        "description",
        1,
        " ._-:/()#,@[]+=&;{}!$*",
    ),
    ("aws.image", "name", 3, "()[] ./-'@_"),
    ("aws.launch_template", "name", 3, "()./-_"),
];

/// Amazon EC2 User Guide, "Tag your Amazon EC2 resources": the longest key and value.
const TAG_KEY_MAX: usize = 128;
const TAG_VALUE_MAX: usize = 256;
/// How many a resource can have, without the six that infra writes itself.
const TAGS_MAX: usize = 50 - 6;

pub(super) fn check(view: &mut View<'_>) {
    for checked in view.checked.clone() {
        for (type_name, field, most, who) in LIMITS {
            if checked.instance.address.type_name == type_name {
                limit(view, checked, field, most, who);
            }
        }
        for (type_name, field, least, marks) in CHARACTERS {
            if checked.instance.address.type_name == type_name {
                characters(view, checked, field, least, marks);
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

fn characters(view: &mut View<'_>, checked: &Checked, field: &str, least: usize, marks: &str) {
    let Some(text) = checked.instance.fields.get(field).and_then(Value::as_str) else {
        return;
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || marks.contains(c);
    let message = if let Some(wrong) = text.chars().find(|c| !fits(*c)) {
        format!("`{field}` cannot have {wrong:?}")
    } else if text.len() < least {
        format!(
            "`{field}` needs at least {least} characters, and \"{text}\" has {}",
            text.len()
        )
    } else if field == "name"
        && checked.instance.address.type_name == "aws.security_group"
        && (text.starts_with("sg-") || text == "default")
    {
        format!("the name \"{text}\" is Amazon's own")
    } else {
        return;
    };
    view.report(checked, field, |span| {
        Diagnostic::error(codes::BAD_NAME, span, message)
            .help(format!("it takes ASCII letters, digits and `{marks}`"))
    });
}

/// Tags that are not the program's to set.
fn reserved(key: &str) -> Option<&'static str> {
    let lower = key.to_ascii_lowercase();
    match key {
        "Name" => Some("it is set by the field `name`"),
        "" => Some("a key has one character at least"),
        _ if lower.starts_with("aws:") => Some("keys that begin with `aws:` are Amazon's own"),
        _ if lower.starts_with("infra:") => Some("infra knows its resources by keys like this"),
        _ => None,
    }
}

fn tags(view: &mut View<'_>, checked: &Checked) {
    let Some(tags) = checked.instance.fields.get("tags").and_then(Value::as_map) else {
        return;
    };
    if tags.len() > TAGS_MAX {
        let count = tags.len();
        view.report(checked, "tags", |span| {
            let message =
                format!("there are {count} tags, and {TAGS_MAX} beside infra's own can be");
            Diagnostic::error(codes::QUOTA_EXCEEDED, span, message)
                .help("Amazon gives each resource 50, and takes no request to raise that")
        });
    }
    for (key, value) in tags {
        if let Some(why) = reserved(key) {
            view.report(checked, "tags", |span| {
                let message = format!("the tag \"{key}\" cannot be set");
                Diagnostic::error(codes::BAD_NAME, span, message).help(why)
            });
            continue;
        }
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
