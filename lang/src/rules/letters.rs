//! `@letters(" ._-")`: names and texts have the letters that the cloud takes.

use super::{View, texts};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Letters, Rule};

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, letters: &Letters) {
    let field = rule.before();
    let name = letters.of.as_deref().unwrap_or(field);
    let marks = &letters.marks;
    for text in texts(&at.instance.fields, field, letters.of.as_deref()) {
        let wrong = text.chars().find(|c| !letters.takes(*c));
        let Some(wrong) = wrong else {
            continue;
        };
        view.report(at, field, |span| {
            let script = if letters.any_script { "" } else { "ASCII " };
            Diagnostic::error(rule.code, span, format!("`{name}` cannot have {wrong:?}"))
                .help(format!("it takes {script}letters, digits and `{marks}`"))
        });
    }
}
