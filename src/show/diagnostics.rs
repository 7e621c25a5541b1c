//! Diagnostics for people: the place in the text, what is wrong, why, and what to do.
//!
//! miette draws; this file shields it from what it does not bear. Spans are clamped (it panics on a label past
//! the end), control characters are replaced (it passes them on to the terminal), and each file is cut into
//! lines once (it would read the whole file again for each label).

use std::collections::BTreeMap;
use std::fmt;

use infra_lang::{Diagnostic, Severity, SourceFile, Sources};
use infra_model::{FileId, Span};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use super::style::Painter;
use super::text;

/// A span of more lines than this is shown by its first line.
const LINES_MAX: usize = 6;

/// Draws all diagnostics, each followed by an empty line.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    painter: Painter,
    width: usize,
) -> String {
    let theme = if painter.colours {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(width)
        .with_links(false);
    let mut pages = BTreeMap::new();
    for diagnostic in diagnostics {
        let others = diagnostic.related.iter().map(|label| label.span.file);
        for id in std::iter::once(diagnostic.span.file).chain(others) {
            if let Some(file) = sources.get(id) {
                pages.entry(id).or_insert_with(|| Page::new(file));
            }
        }
    }
    let mut drawn = String::new();
    for diagnostic in diagnostics {
        let report = Report::new(diagnostic, &pages);
        // Writing into a string cannot fail, and a source that is missing is drawn as a message alone.
        let _ = handler.render_report(&mut drawn, &report);
        for other in &report.elsewhere {
            let _ = handler.render_report(&mut drawn, other);
        }
        drawn.push('\n');
    }
    drawn
}

/// `2 errors and 1 warning in 2 files`; `None` when there is nothing to count.
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let number = |severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let mut parts = Vec::new();
    for (severity, noun) in [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Advice, "hint"),
    ] {
        match number(severity) {
            0 => {}
            some => parts.push(text::count(some, noun)),
        }
    }
    let mut files: Vec<FileId> = diagnostics.iter().map(|d| d.span.file).collect();
    files.sort_unstable();
    files.dedup();
    (!parts.is_empty()).then(|| {
        format!(
            "{} in {}",
            parts.join(" and "),
            text::count(files.len(), "file")
        )
    })
}

/// One file, safe to show, cut into lines.
struct Page {
    path: String,
    text: String,
    line_starts: Vec<usize>,
}

impl Page {
    fn new(file: &SourceFile) -> Page {
        let text = text::same_length(&file.text).into_owned();
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0)
            .chain(ends.map(|(at, _)| at + 1))
            .collect();
        Page {
            path: text::line(&file.path).into_owned(),
            text,
            line_starts,
        }
    }

    /// The index of the line that holds a byte.
    fn line_of(&self, offset: usize) -> usize {
        self.line_starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    /// Where a line ends, its line end included.
    fn end_of(&self, line: usize) -> usize {
        self.line_starts
            .get(line + 1)
            .copied()
            .unwrap_or(self.text.len())
    }

    fn boundary(&self, offset: usize) -> usize {
        let mut at = offset.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// The span within the text, at least one character wide where there is one, and not too tall.
    fn clamp(&self, span: Span) -> SourceSpan {
        let start = self.boundary(span.start as usize);
        let mut end = self.boundary(span.end as usize).max(start);
        let first = self.line_of(start);
        if self.line_of(end.saturating_sub(1).max(start)) - first >= LINES_MAX {
            end = self
                .boundary(self.end_of(first).saturating_sub(1))
                .max(start);
        }
        if end == start {
            let next = self.text[start..].chars().next().filter(|c| *c != '\n');
            end += next.map_or(0, char::len_utf8);
        }
        (start, end - start).into()
    }
}

impl SourceCode for Page {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let start = self.boundary(span.offset());
        let end = self.boundary(start + span.len());
        let line = self.line_of(start);
        let first = line.saturating_sub(lines_before);
        let last = (self.line_of(end.saturating_sub(1).max(start)) + lines_after)
            .min(self.line_starts.len() - 1);
        let (from, column) = match lines_before {
            0 => (
                start,
                self.text[self.line_starts[line]..start].chars().count(),
            ),
            _ => (self.line_starts[first], 0),
        };
        let to = self.end_of(last).max(from);
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            &self.text.as_bytes()[from..to],
            (from, to - from).into(),
            first,
            column,
            last - first + 1,
        )))
    }
}

/// One diagnostic as miette wants it. A report has one source: places in other files are reports of their own,
/// drawn below it.
struct Report<'a> {
    diagnostic: Option<&'a Diagnostic>,
    message: String,
    page: Option<&'a Page>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Report<'a>>,
}

impl<'a> Report<'a> {
    fn new(diagnostic: &'a Diagnostic, pages: &'a BTreeMap<FileId, Page>) -> Report<'a> {
        let page = pages.get(&diagnostic.span.file);
        let label = |page: &Page, text: Option<&str>, span| {
            let text = text.map(|text| text::block(text).into_owned());
            LabeledSpan::new_with_span(text, page.clamp(span))
        };
        let mut labels = Vec::new();
        let mut elsewhere = Vec::new();
        if let Some(page) = page {
            let span = page.clamp(diagnostic.span);
            let text = diagnostic
                .label
                .as_deref()
                .map(|text| text::block(text).into_owned());
            labels.push(LabeledSpan::new_primary_with_span(text, span));
        }
        for other in &diagnostic.related {
            let at = pages.get(&other.span.file);
            match at {
                Some(page) if other.span.file == diagnostic.span.file => {
                    labels.push(label(page, Some(&other.message), other.span));
                }
                _ => elsewhere.push(Report {
                    diagnostic: None,
                    message: text::block(&other.message).into_owned(),
                    page: at,
                    labels: at
                        .map(|page| label(page, None, other.span))
                        .into_iter()
                        .collect(),
                    elsewhere: Vec::new(),
                }),
            }
        }
        Report {
            diagnostic: Some(diagnostic),
            message: text::block(&diagnostic.message).into_owned(),
            page,
            labels,
            elsewhere,
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let diagnostic = self.diagnostic?;
        Some(Box::new(diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(
            match self.diagnostic.map(|diagnostic| diagnostic.severity) {
                Some(Severity::Error) => miette::Severity::Error,
                Some(Severity::Warning) => miette::Severity::Warning,
                Some(Severity::Advice) | None => miette::Severity::Advice,
            },
        )
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.diagnostic?.help.as_deref()?;
        Some(Box::new(text::block(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.page.map(|page| page as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Painter = Painter { colours: false };

    fn draw(text: &str, diagnostics: impl Fn(FileId, FileId) -> Vec<Diagnostic>) -> String {
        let mut sources = Sources::default();
        let (main, other) = (
            sources.add("main.infra", text),
            sources.add("net.infra", "param a: int\n"),
        );
        render(&diagnostics(main, other), &sources, PLAIN, 80)
    }

    #[test]
    fn a_report_shows_both_places_and_the_help() {
        let drawn = draw("let a = 1\nlet a = 2\n", |main, other| {
            vec![
                Diagnostic::error(
                    "duplicate-name",
                    Span::new(main, 14, 15),
                    "`a` is declared twice",
                )
                .label("here again")
                .related(Span::new(main, 4, 5), "first here")
                .related(Span::new(other, 6, 7), "and here")
                .help("give one of them another name"),
            ]
        });
        insta::assert_snapshot!(drawn);
    }

    #[test]
    fn what_miette_does_not_bear_does_not_reach_it() {
        let text = "let a = \"\u{1b}[31m键\"\r\nlet b = 1";
        let drawn = draw(text, |main, _| {
            let everywhere = (0..text.len() + 3)
                .flat_map(|start| [(start, start), (start, start + 2), (start, 999)]);
            everywhere
                .map(|(start, end)| {
                    Diagnostic::error("c", Span::new(main, start, end), "\u{1b}[2J")
                })
                .chain([Diagnostic::error(
                    "c",
                    Span::new(FileId(9), 0, 1),
                    "nowhere",
                )])
                .collect()
        });
        assert!(!drawn.contains('\u{1b}'));
        assert!(drawn.contains("\\u{1b}[2J"));
        assert!(drawn.contains("nowhere"));
    }

    #[test]
    fn nothing_is_said_about_nothing() {
        assert_eq!(summary(&[]), None);
        let at = |file, start| Span::new(FileId(file), start, start);
        let found = [
            Diagnostic::error("a", at(0, 0), "a"),
            Diagnostic::error("a", at(1, 0), "a"),
            Diagnostic::warning("a", at(1, 0), "a"),
        ];
        assert_eq!(
            summary(&found).as_deref(),
            Some("2 errors and 1 warning in 2 files")
        );
    }
}
