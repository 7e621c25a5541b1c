//! Test results as CI systems read them: JUnit's XML.

use std::fmt::Write;

use infra_lang::Sources;

use super::place::Places;
use crate::trial::Trial;

/// One `testsuite` named after the program, with a `testcase` for each test.
pub fn render(program: &str, trials: &[Trial], sources: &Sources) -> String {
    let failed = trials.iter().filter(|it| !it.failures.is_empty()).count();
    let total: u64 = trials.iter().map(|it| it.elapsed_ms).sum();
    let mut page = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing into a string cannot fail.
    let _ = writeln!(
        page,
        "<testsuites>\n  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\" time=\"{}\">",
        escaped(program),
        trials.len(),
        seconds(total)
    );
    for trial in trials {
        let file = sources.get(trial.test.span.file);
        let path = file.map_or("", |file| &file.path);
        let _ = write!(
            page,
            "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" time=\"{}\"",
            escaped(&trial.test.name),
            escaped(program),
            escaped(path),
            seconds(trial.elapsed_ms)
        );
        if trial.failures.is_empty() {
            page.push_str("/>\n");
            continue;
        }
        page.push_str(">\n");
        for failure in &trial.failures {
            let place = Places(sources).short(Some(failure.span));
            let help = failure.help.as_deref().unwrap_or_default();
            let _ = writeln!(
                page,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                escaped(failure.code),
                escaped(&failure.message),
                escaped(&format!("{place}: {}\n{help}", failure.message))
            );
        }
        page.push_str("    </testcase>\n");
    }
    page.push_str("  </testsuite>\n</testsuites>\n");
    page
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// The text as XML bears it, in elements and in attributes; characters that XML has no way to write are replaced.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_leaves_its_attribute() {
        assert_eq!(
            escaped("a\"<b>&'\u{1b}\n"),
            "a&quot;&lt;b&gt;&amp;&apos;\u{FFFD}\n"
        );
    }
}
