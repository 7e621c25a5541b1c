//! `@prefix_length(v4 = 16..28)`: how large ranges may be.

use infra_model::Value;
use ipnet::IpNet;

use super::{View, items};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Prefixes, Rule};

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, prefixes: &Prefixes) {
    let field = rule.before();
    let type_name = &at.instance.address.type_name;
    for value in items(&at.instance.fields, field) {
        let Value::Cidr(range) = value else {
            continue;
        };
        let (bounds, version) = match range {
            IpNet::V4(_) => (prefixes.four, "IPv4"),
            IpNet::V6(_) => (prefixes.six, "IPv6"),
        };
        let length = range.prefix_len();
        let message = match bounds {
            None => format!(
                "`{range}` is an {version} range, which `{field}` of `{type_name}` cannot be"
            ),
            Some((least, _)) if length < least => {
                format!("`{range}` is larger than `{type_name}` can be")
            }
            Some((_, most)) if length > most => {
                format!("`{range}` is smaller than `{type_name}` can be")
            }
            Some(_) => continue,
        };
        view.report(at, field, |span| {
            Diagnostic::error(rule.code, span, message).help(help(prefixes))
        });
    }
}

fn help(prefixes: &Prefixes) -> String {
    let versions = [(prefixes.four, 32, "IPv4"), (prefixes.six, 128, "IPv6")];
    let both = versions.iter().all(|(bounds, _, _)| bounds.is_some());
    let one = |(bounds, width, version): (Option<(u8, u8)>, u8, &str)| {
        let (least, most) = bounds?;
        let version = match both {
            true => format!("{version} "),
            false => String::new(),
        };
        Some(match least == most {
            true => format!(
                "a{} {version}range with /{least}",
                if both { "n" } else { "" }
            ),
            false => {
                let (least, most) = (size(least, width), size(most, width));
                format!(
                    "a{} {version}range from {least} to {most}",
                    if both { "n" } else { "" }
                )
            }
        })
    };
    let all: Vec<String> = versions.into_iter().filter_map(one).collect();
    format!("take {}", all.join(" or "))
}

/// `/16 (65,536 addresses)`; without the number where nobody counts them.
fn size(length: u8, width: u8) -> String {
    let bits = width.saturating_sub(length);
    if bits > 32 {
        return format!("/{length}");
    }
    let digits = (1u64 << bits).to_string();
    let mut number = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            number.push(',');
        }
        number.push(digit);
    }
    format!("/{length} ({number} addresses)")
}
