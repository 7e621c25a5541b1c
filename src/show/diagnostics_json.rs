//! Diagnostics for other programs. The shape is part of what users may rely on; see `docs/command-line.md`.

use infra_lang::{Diagnostic, Severity, Sources};
use infra_model::Span;
use serde_json::{Value as Json, json};

/// One diagnostic: `code`, `severity`, `message`, `file`, `start`, `end`, `label`, `help`, `related`.
///
/// Lines and columns count from 1, columns in characters; `byte` counts from 0.
pub fn diagnostic(diagnostic: &Diagnostic, sources: &Sources) -> Json {
    let related: Vec<Json> = diagnostic
        .related
        .iter()
        .map(|label| with_place(json!({ "message": label.message }), label.span, sources))
        .collect();
    let head = json!({
        "code": diagnostic.code,
        "severity": severity(diagnostic.severity),
        "message": diagnostic.message,
    });
    let mut object = with_place(head, diagnostic.span, sources);
    object["label"] = json!(diagnostic.label);
    object["help"] = json!(diagnostic.help);
    object["related"] = Json::Array(related);
    object
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    }
}

fn with_place(mut object: Json, span: Span, sources: &Sources) -> Json {
    let file = sources.get(span.file);
    let position = |offset: u32| {
        file.map(|file| {
            let position = file.position(offset);
            json!({ "line": position.line, "column": position.column, "byte": offset })
        })
    };
    object["file"] = json!(file.map(|file| &file.path));
    object["start"] = json!(position(span.start));
    object["end"] = json!(position(span.end));
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_for_people_and_for_programs() {
        let mut sources = Sources::default();
        let file = sources.add("a.infra", "let 键 = x\n");
        let found = Diagnostic::error(
            "unknown-name",
            Span::new(file, 10, 11),
            "there is no `x`\u{1b}",
        )
        .related(Span::new(file, 4, 7), "needed here");
        assert_eq!(
            diagnostic(&found, &sources),
            json!({
                "code": "unknown-name",
                "severity": "error",
                "message": "there is no `x`\u{1b}",
                "file": "a.infra",
                "start": { "line": 1, "column": 9, "byte": 10 },
                "end": { "line": 1, "column": 10, "byte": 11 },
                "label": null,
                "help": null,
                "related": [{
                    "message": "needed here",
                    "file": "a.infra",
                    "start": { "line": 1, "column": 5, "byte": 4 },
                    "end": { "line": 1, "column": 6, "byte": 7 },
                }],
            })
        );
    }
}
