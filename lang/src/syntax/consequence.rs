//! Diagnostics that only follow from another one: a bracket that lost its partner to a mistake on its line, the lines
//! of a block that never began.

use crate::{Diagnostic, codes};

/// The diagnostics, in the order of the text, without those that follow from one before them.
pub(super) fn without(text: &str, all: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(all.len());
    let mut rest = all.into_iter().peekable();
    while let Some(next) = rest.next() {
        let follows = kept
            .last()
            .is_some_and(|before| same_line(text, before, &next) && is_partner(&next));
        if follows {
            continue;
        }
        let no_block = next.code == codes::MISSING_BLOCK;
        kept.push(next);
        if no_block {
            // Its fields stand there as declarations that they are not, up to its closing bracket.
            let fields = rest.clone().take_while(|it| is_field(text, it)).count();
            let closer = rest.clone().nth(fields);
            if closer.is_some_and(|it| it.code == codes::EXTRA_BRACKET) {
                rest.by_ref().take(fields + 1).for_each(drop);
            }
        }
    }
    kept
}

fn same_line(text: &str, before: &Diagnostic, next: &Diagnostic) -> bool {
    let between = text.get(before.span.start as usize..next.span.start as usize);
    between.is_some_and(|between| !between.contains('\n'))
}

fn is_partner(found: &Diagnostic) -> bool {
    found.code == codes::EXTRA_BRACKET
}

/// Whether the complaint is about a line `name = …` that is no declaration.
fn is_field(text: &str, found: &Diagnostic) -> bool {
    let line = text.get(found.span.start as usize..).unwrap_or_default();
    let name = line.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    found.code == codes::UNEXPECTED_TEXT
        && name.len() < line.len()
        && name.trim_start_matches(' ').starts_with('=')
}
