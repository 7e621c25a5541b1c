//! Texts without quotes in files of parameters: `zone = us-west-2a`, as `--set` takes them.

use infra_model::{FileId, Span, Type};

use crate::program::ParamInfo;
use crate::syntax::{Expr, ExprKind, Field, Ident, StringPart};
use crate::typing::relate;

/// Whether what is given for a parameter of this type is a text as it stands.
pub fn takes_text(ty: &Type) -> bool {
    let is_text = |ty: &Type| matches!(ty, Type::String | Type::Path | Type::Enum(_));
    let inner = relate::without_null(ty);
    let inner = relate::plain(&inner);
    is_text(inner) || matches!(inner, Type::Union(parts) if parts.iter().any(is_text))
}

/// The lines `name = text` whose text has no quotes, for parameters that take texts; and what is left of the file,
/// with blanks in their place, so that every place stays where it is.
///
/// A comment after such a text begins with a blank and `//`: `http://a` is a text.
pub fn texts(file: FileId, text: &str, params: &[ParamInfo]) -> (String, Vec<Field>) {
    let mut rest = String::with_capacity(text.len());
    let mut fields = Vec::new();
    let mut open = Open::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let plain = match open.is_closed() {
            true => field(file, content, at, params),
            false => None,
        };
        match plain {
            Some(field) => {
                fields.push(field);
                rest.extend(std::iter::repeat_n(' ', content.len()));
                rest.push_str(&line[content.len()..]);
            }
            None => {
                open.note(content);
                rest.push_str(line);
            }
        }
        at += line.len();
    }
    (rest, fields)
}

fn field(file: FileId, line: &str, at: usize, params: &[ParamInfo]) -> Option<Field> {
    let (left, right) = line.split_once('=')?;
    let name = left.trim();
    let param = params.iter().find(|param| param.name == name)?;
    let value = match right.find(" //") {
        Some(comment) => &right[..comment],
        None => right,
    };
    let written = value.trim();
    let like_a_value =
        written.starts_with(['"', '\'', '[', '{', '(', '=', '<']) || written == "null";
    if !takes_text(&param.ty) || written.is_empty() || written.starts_with("//") || like_a_value {
        return None;
    }
    let name_start = at + (left.len() - left.trim_start().len());
    let start = at + left.len() + 1 + (value.len() - value.trim_start().len());
    let span = Span::new(file, start, start + written.len());
    let name = Ident {
        text: name.to_owned(),
        span: Span::new(file, name_start, name_start + name.len()),
    };
    Some(Field {
        span: name.span.to(span),
        name,
        value: Expr {
            kind: ExprKind::String(vec![StringPart::Text(written.to_owned())]),
            span,
        },
    })
}

/// What the lines so far have left open.
#[derive(Default)]
struct Open {
    brackets: usize,
    /// In a text between `"""`.
    block: bool,
}

impl Open {
    fn is_closed(&self) -> bool {
        self.brackets == 0 && !self.block
    }

    fn note(&mut self, line: &str) {
        let mut quoted = false;
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            if rest.starts_with("\"\"\"") {
                self.block = !self.block;
                rest = &rest[3..];
                continue;
            }
            let step = match c {
                '\\' if quoted => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
                _ => c.len_utf8(),
            };
            match c {
                _ if self.block => {}
                '"' => quoted = !quoted,
                '[' | '{' | '(' if !quoted => self.brackets += 1,
                ']' | '}' | ')' if !quoted => self.brackets = self.brackets.saturating_sub(1),
                '/' if !quoted && rest.starts_with("//") => return,
                _ => {}
            }
            rest = &rest[step..];
        }
    }
}
