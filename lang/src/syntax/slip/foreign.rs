//! The habits of other languages and other keyboards.

use infra_model::Span;

use super::super::words::leading_word;
use super::Place;
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
pub(super) fn syntax(junk: &str, place: Place, span: Span) -> Option<Diagnostic> {
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
    if place != Place::Item {
        return None;
    }
    let rest = junk[word.len()..].trim_start();
    let head = rest.lines().next().unwrap_or_default();
    let quoted: Vec<&str> = head.split('"').skip(1).step_by(2).take(2).collect();
    let name = quoted.last().copied().unwrap_or("name");
    match word {
        "resource" | "data" if rest.starts_with('"') => {
            let ty = quoted
                .first()
                .copied()
                .unwrap_or("type")
                .replacen('_', ".", 1);
            let head = if word == "data" { "lookup " } else { "" };
            terraform(
                "a resource is not declared as in Terraform",
                format!("write `{head}{ty} {name} {{ … }}`"),
            )
        }
        "variable" if rest.starts_with('"') => terraform(
            "a parameter is declared with `param`",
            format!("write `param {name}: type = default`"),
        ),
        "output" if rest.starts_with('"') => terraform(
            "an output is one line without quotes",
            format!("write `output {name} = value`"),
        ),
        "module" if rest.starts_with('"') => terraform(
            "there are no `module` blocks",
            format!(
                "write `use \"./{name}\" as {name}` for its directory, then `{name} one {{ … }}`"
            ),
        ),
        "provider" if rest.starts_with('"') => terraform(
            "a provider's name has no quotes",
            format!("write `provider {name} {{ … }}`"),
        ),
        _ => None,
    }
}

/// A block of Terraform's that has no name.
pub(in super::super) fn terraform_block(word: &str, span: Span) -> Option<Diagnostic> {
    let help = match word {
        "locals" => "write `let name = value` for each",
        "terraform" => {
            "providers need no declaration, and the state's place is no part of the program"
        }
        "moved" => "write `move old -> new`",
        "removed" => "write `forget address`",
        "import" => "write `import address = \"id\"`",
        _ => return None,
    };
    let message = format!("there are no `{word}` blocks");
    Some(Diagnostic::error(codes::TERRAFORM_SYNTAX, span, message).help(help))
}
