//! `@length(1..255, "who takes")`: names and texts are as long as the cloud allows.

use super::{View, texts};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Length, Rule};

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, length: &Length) {
    let field = rule.before();
    let name = length.of.as_deref().unwrap_or(field);
    for text in texts(&at.instance.fields, field, length.of.as_deref()) {
        let (count, unit) = match length.bytes {
            true => (text.len(), "bytes"),
            false => (text.chars().count(), "characters"),
        };
        let (least, most, who) = (length.least, length.most, &length.who);
        if count > most {
            view.report(at, field, |span| {
                let message = format!("`{name}` has {count} {unit}, and {who} {most}");
                Diagnostic::error(rule.code, span, message).help("shorten it")
            });
        } else if count < least {
            view.report(at, field, |span| {
                let message =
                    format!("`{name}` needs at least {least} {unit}, and \"{text}\" has {count}");
                let help = format!("{who} from {least} to {most} {unit}");
                Diagnostic::error(codes::BAD_NAME, span, message).help(help)
            });
        }
    }
}
