//! Files that were written in another language and given another name: YAML, JSON.

use infra_model::{FileId, Span};

use crate::{Diagnostic, codes};

/// Says in one message that a whole file is of another language.
pub(super) fn other_language(file: FileId, text: &str) -> Option<Diagnostic> {
    let (what, function) = if is_json(text) {
        ("JSON", "from_json(file(\"./data.json\"))")
    } else if is_yaml(text) {
        ("YAML", "from_json(file(\"./data.json\"))")
    } else {
        return None;
    };
    let start = text.len()
        - text
            .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
            .len();
    let line = text[start..].lines().next().unwrap_or_default().trim_end();
    let span = Span::new(file, start, start + line.len());
    Some(
        Diagnostic::error(
            codes::UNEXPECTED_TEXT,
            span,
            format!("this file is {what}, not a program of declarations"),
        )
        .help(format!(
            "write `aws.vpc main {{ range = 10.0.0.0/16 }}` and the like; data beside the program is read with `{function}`"
        )),
    )
}

/// An object or a list that opens the file: no declaration does.
fn is_json(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let inside = |open: char| text.strip_prefix(open).map(str::trim_start);
    inside('{').is_some_and(|rest| rest.starts_with(['"', '}']))
        || inside('[').is_some_and(|rest| rest.starts_with(['{', '"', '[']))
}

/// Lines of `key: value` and `- item`, and hardly anything else.
fn is_yaml(text: &str) -> bool {
    let mut all = 0;
    let mut yaml = 0;
    // Lines such as `range: cidr` alone may be parameters that lack their word.
    let mut nested = false;
    for line in text.lines() {
        let code = line.trim();
        if code.is_empty() || code.starts_with('#') || code.starts_with("//") {
            continue;
        }
        if all == 0 && code == "---" {
            return true;
        }
        all += 1;
        let item = code.starts_with("- ") || code == "-";
        nested |= item || code.ends_with(':');
        yaml += usize::from(item || is_entry(code));
    }
    nested && yaml >= 2 && yaml * 10 >= all * 8
}

/// `key:` or `key: value`, where the key is a word or quoted.
fn is_entry(line: &str) -> bool {
    let Some((key, rest)) = line.split_once(':') else {
        return false;
    };
    let is_word = |c: char| c.is_alphanumeric() || "_-./\"'".contains(c);
    let opens_block = rest.contains('{') && !rest.trim_start().starts_with('{');
    !key.is_empty()
        && key.chars().all(is_word)
        && !opens_block
        && (rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_yaml_and_what_is_json() {
        let yes = [
            "{ \"resource\": {} }",
            "[\n  { \"a\": 1 }\n]",
            "---\na: 1\n",
            "Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n",
            "- hosts: all\n  tasks:\n    - name: a\n",
        ];
        for text in yes {
            assert!(other_language(FileId(0), text).is_some(), "{text}");
        }
        let no = [
            "",
            "let a = 1\n",
            "count: int\nrange: cidr\n",
            "aws.vpc main { range: 10.0.0.0/16 }\n",
            "param a: int\nparam b: { a: int }\n",
            "component c(\n  a: int,\n  b: int,\n) {\n}\n",
        ];
        for text in no {
            assert!(other_language(FileId(0), text).is_none(), "{text}");
        }
    }
}
