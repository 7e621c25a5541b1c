//! Files with parameters, as messages may quote them: what may be secret is covered.
//!
//! Only the values of parameters that are known and not secret stay readable. A name that is no parameter may be a
//! misspelt secret one, and in a file that cannot be read it is not even known where a value ends.

use infra_model::Span;

use crate::diagnostic::Diagnostic;
use crate::program::ParamInfo;
use crate::syntax::Field;
use crate::typing::relate;

/// Stands for a byte of what is covered, so that all places stay where they are.
const COVER: &str = "*";

/// The text with everything covered that may be secret. `sound`: all of it was read, into these `fields`.
pub fn masked(text: &str, params: &[ParamInfo], fields: &[Field], sound: bool) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in covered(text, params, fields, sound) {
        masked.push_str(&text[at..start]);
        for part in text[start..end].split_inclusive('\n') {
            let line = part.trim_end_matches(['\n', '\r']);
            masked.push_str(&COVER.repeat(line.len()));
            masked.push_str(&part[line.len()..]);
        }
        at = end;
    }
    masked.push_str(&text[at..]);
    masked
}

/// Makes what was said about a covered place say nothing of what stands there.
pub fn mute(diagnostics: &mut [Diagnostic], text: &str, params: &[ParamInfo], fields: &[Field]) {
    let covered = covered(text, params, fields, false);
    let touches = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        covered
            .iter()
            .any(|(from, to)| start <= *to && end >= *from)
    };
    for diagnostic in diagnostics.iter_mut().filter(|it| touches(it.span)) {
        diagnostic.message = "this cannot be read; it may be secret, so it is not shown".to_owned();
        diagnostic.label = None;
        diagnostic.related.clear();
        diagnostic.help = Some("write `name = value`; a text stands in quotes".to_owned());
    }
}

/// What must be covered, in order, as ranges of bytes.
fn covered(text: &str, params: &[ParamInfo], fields: &[Field], sound: bool) -> Vec<(usize, usize)> {
    let is_open = |name: &str| {
        let mut known = params.iter();
        known.any(|param| param.name == name && !relate::mentions_secret(&param.ty))
    };
    if sound {
        let secret = fields.iter().filter(|field| !is_open(&field.name.text));
        return secret
            .map(|field| {
                (
                    field.value.span.start as usize,
                    field.value.span.end as usize,
                )
            })
            .collect();
    }
    let mut ranges = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let (name, value) = match content.split_once('=') {
            Some((name, _)) => (name.trim(), name.len() + 1),
            None => ("", 0),
        };
        let comment = content.trim_start().starts_with("//");
        if !comment && !content.trim().is_empty() && !is_open(name) {
            ranges.push((at + value, at + content.len()));
        }
        at += line.len();
    }
    ranges
}

#[cfg(test)]
mod tests {
    use infra_model::{FileId, Type};

    use super::*;
    use crate::syntax::parse_assignments;

    fn param(name: &str, ty: Type) -> ParamInfo {
        ParamInfo {
            name: name.to_owned(),
            ty,
            doc: String::new(),
            required: true,
            span: Span::default(),
        }
    }

    fn params() -> [ParamInfo; 3] {
        let secret = || Type::Secret(Box::new(Type::String));
        [
            param("size", Type::Int),
            param("word", secret()),
            param("words", Type::List(Box::new(secret()))),
        ]
    }

    #[test]
    fn only_what_is_known_to_be_open_stays_readable() {
        let text = "// about\nsize = 3\nword = \"hunter2\"\nwrod = \"hunter3\"\nwords = [\n  \"数4\",\n]\n";
        let (fields, wrong) = parse_assignments(FileId(0), text);
        assert_eq!(wrong, []);
        let masked = masked(text, &params(), &fields, true);
        assert_eq!(
            masked,
            "// about\nsize = 3\nword = *********\nwrod = *********\nwords = *\n*********\n*\n"
        );
        assert_eq!(masked.len(), text.len());
    }

    #[test]
    fn of_a_file_that_cannot_be_read_less_stays_and_nothing_is_quoted() {
        let text = "size = 3\nword = \"hunter2\nhunter3 hunter4\n";
        let (fields, mut wrong) = parse_assignments(FileId(0), text);
        assert!(!wrong.is_empty());
        let masked = masked(text, &params(), &fields, false);
        assert!(masked.starts_with("size = 3\nword ="), "{masked}");
        mute(&mut wrong, text, &params(), &fields);
        for told in [masked, format!("{wrong:?}")] {
            assert!(!told.contains("hunter"), "{told}");
        }
    }
}
