//! `@letters(" ._-")`: names and texts have the letters that the cloud takes.

use super::{View, texts};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Letters, Rule};

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, letters: &Letters) {
    let field = rule.field.as_deref().unwrap_or_default();
    let name = letters.of.as_deref().unwrap_or(field);
    let marks = &letters.marks;
    let is_letter = |c: char| match letters.any_script {
        true => c.is_alphanumeric(),
        false => c.is_ascii_alphanumeric(),
    };
    for text in texts(&at.instance.fields, field, letters.of.as_deref()) {
        let wrong = text.chars().find(|c| !is_letter(*c) && !marks.contains(*c));
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
