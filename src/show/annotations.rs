//! Diagnostics as GitHub shows them beside the lines of a change: workflow commands of GitHub Actions
//! ("Workflow commands for GitHub Actions", Setting an error message).

use infra_lang::{Diagnostic, Severity, Sources};

/// One line for each diagnostic. `shown` gives a file of the program as it is called from where the command runs,
/// which is the root of the repository.
pub fn github(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    shown: &dyn Fn(&str) -> String,
) -> String {
    let mut page = String::new();
    for diagnostic in diagnostics {
        let level = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "notice",
        };
        let mut properties = Vec::new();
        if let Some(file) = sources.get(diagnostic.span.file) {
            let start = file.position(diagnostic.span.start);
            let end = file.position(diagnostic.span.end);
            properties.push(format!("file={}", property(&shown(&file.path))));
            properties.push(format!("line={},endLine={}", start.line, end.line));
            // Columns across lines are not understood there.
            if start.line == end.line {
                properties.push(format!("col={},endColumn={}", start.column, end.column));
            }
        }
        properties.push(format!("title={}", property(diagnostic.code)));
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message.push_str(&format!("\nhelp: {help}"));
        }
        page.push_str(&format!(
            "::{level} {}::{}\n",
            properties.join(","),
            text(&message)
        ));
    }
    page
}

fn text(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(value: &str) -> String {
    text(value).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use infra_model::Span;

    use super::*;

    #[test]
    fn each_diagnostic_is_one_line_that_cannot_be_broken_out_of() {
        let mut sources = Sources::default();
        let file = sources.add("a,b.infra", "let x = y\nlet z = 1\n");
        let found = [
            Diagnostic::error(
                "unknown-name",
                Span::new(file, 8, 9),
                "there is no `y`\n::error::100%",
            )
            .help("declare it"),
            Diagnostic::warning("unused", Span::new(file, 0, 13), "unused"),
        ];
        assert_eq!(
            github(&found, &sources, &|path| format!("prod/{path}")),
            "::error file=prod/a%2Cb.infra,line=1,endLine=1,col=9,endColumn=10,title=unknown-name::there is no \
             `y`%0A::error::100%25%0Ahelp: declare it\n\
             ::warning file=prod/a%2Cb.infra,line=1,endLine=2,title=unused::unused\n"
        );
    }
}
