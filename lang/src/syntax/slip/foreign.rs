//! The habits of other languages and other keyboards.

use infra_model::Span;

use super::super::words::leading_word;
use super::Place;
use super::terraform::{self, our_type};
use crate::{Diagnostic, codes};

/// Punctuation of other keyboards, typographic quotes, semicolons.
pub(super) fn character(junk: &str, span: Span) -> Option<Diagnostic> {
    const LOOKALIKES: [(char, &str); 23] = [
        ('，', ","),
        ('：', ":"),
        ('；', "a line end"),
        ('＝', "="),
        ('（', "("),
        ('）', ")"),
        ('【', "["),
        ('】', "]"),
        ('［', "["),
        ('］', "]"),
        ('｛', "{"),
        ('｝', "}"),
        ('“', "\""),
        ('”', "\""),
        ('‘', "\""),
        ('’', "\""),
        ('。', "."),
        ('、', ","),
        ('—', "-"),
        ('–', "-"),
        ('≥', ">="),
        ('≤', "<="),
        ('≠', "!="),
    ];
    let first = junk.chars().next()?;
    let at = Span {
        end: span.start + first.len_utf8() as u32,
        ..span
    };
    if first == ';' {
        let found = Diagnostic::error(codes::UNEXPECTED_TEXT, at, "`;` has no meaning here");
        return Some(found.help("a line end or a comma separates"));
    }
    if first == '`' {
        let found = Diagnostic::error(
            codes::UNEXPECTED_TEXT,
            at,
            "a string stands in double quotes",
        );
        return Some(found.help("write `\"…\"`"));
    }
    let (_, right) = LOOKALIKES.iter().find(|(wrong, _)| *wrong == first)?;
    let found = Diagnostic::error(
        codes::UNEXPECTED_TEXT,
        at,
        format!("`{first}` is not a sign of the language"),
    );
    Some(found.help(format!(
        "write {}",
        if right.len() > 2 {
            (*right).to_owned()
        } else {
            format!("`{right}`")
        }
    )))
}

/// What Terraform and other languages write.
pub(super) fn syntax(junk: &str, before: &str, place: Place, span: Span) -> Option<Diagnostic> {
    let terraform = |message: &str, help: String| {
        Some(Diagnostic::error(codes::TERRAFORM_SYNTAX, span, message).help(help))
    };
    if junk.starts_with("=>") {
        return terraform(
            "`=>` is Terraform's arrow",
            "write `{key: value for x in xs}` or `[value for x in xs]`".into(),
        );
    }
    if junk.starts_with('?') {
        let found = Diagnostic::error(codes::WRONG_OPERATOR, span, "`? :` is not an operator here");
        return Some(found.help("write `if condition then a else b`"));
    }
    let word = leading_word(junk);
    if matches!(place, Place::Value | Place::Element) && word == "for" {
        return Some(super::for_first(span));
    }
    if junk.starts_with("[*]") || junk.starts_with(".*") {
        let xs = trailing_path(before);
        let after = junk.trim_start_matches(['[', '*', ']', '.']);
        let field = leading_word(after);
        let field = if field.is_empty() { "id" } else { field };
        return terraform(
            "`[*]` is Terraform's way to take an attribute of all",
            format!("write `[x.{field} for x in {xs}]`"),
        );
    }
    if let Some(inside) = junk.strip_prefix("${") {
        let inside = inside.split('}').next().unwrap_or_default();
        return terraform(
            "`${…}` stands inside a text only",
            format!("write `{inside}`"),
        );
    }
    if junk.starts_with('(') {
        let word = trailing_path(before);
        if matches!(
            word,
            "list" | "set" | "map" | "object" | "tuple" | "optional"
        ) {
            let end = junk.rfind(')').map_or(junk.len(), |end| end + 1);
            let whole = format!("{word}{}", &junk[..end]);
            return terraform(
                "types have no brackets of this kind",
                format!("write `{}`", our_type(&whole)),
            );
        }
    }
    match place {
        Place::Item => terraform::block(junk, span),
        _ => None,
    }
}

/// The name or path that a text ends with.
fn trailing_path(text: &str) -> &str {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let path = &text[text.trim_end_matches(is_path).len()..];
    match path.is_empty() {
        true => "xs",
        false => path,
    }
}
