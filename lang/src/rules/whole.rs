//! `@whole(1GiB, "a volume is made of whole gibibytes")`: a size is a multiple of another.

use infra_model::{Size, Value};

use super::asked::Asked;
use super::{View, items};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::Rule;

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, unit: Size, what: &str) {
    let field = rule.before();
    for value in items(&at.instance.fields, field) {
        let Value::Size(size) = value else {
            continue;
        };
        if size.0.is_multiple_of(unit.0) {
            continue;
        }
        let mut help = whole(*size, unit);
        if let Some(more) = &rule.help {
            let asked = Asked::new(view, at, rule, vec![("it", value.clone())]);
            help = format!("{help}; {}", asked.text(more));
        }
        view.report(at, field, |span| {
            let message = format!("{what}, and `{size}` is not");
            Diagnostic::error(rule.code, span, message).help(help)
        });
    }
}

/// The whole size that is meant by one that is not: the same number of the unit, or else the next one.
fn whole(size: Size, unit: Size) -> String {
    const GB: u64 = 1_000_000_000;
    match unit == Size::gib(1) && size.0.is_multiple_of(GB) {
        true => {
            let number = size.0 / GB;
            format!("write `{number}GiB`: `GB` counts in thousands, `GiB` in 1024s")
        }
        false => format!(
            "write `{}`",
            Size(size.0.div_ceil(unit.0).saturating_mul(unit.0))
        ),
    }
}
