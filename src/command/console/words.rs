//! What a line of the console may be completed to, and whether it is complete.

use infra_lang::{codes, functions, syntax};
use infra_model::{FileId, SchemaKind, Type, Value};

use super::{COMMANDS, Session};

/// Words of the language that an expression may begin with.
const KEYWORDS: &[&str] = &["false", "for", "if", "null", "true"];

/// Where the last word of a text begins, and everything that it may become: names of the program and functions, the
/// fields of what stands before a dot, or commands.
pub fn completions(session: &Session<'_>, text: &str) -> (usize, Vec<String>) {
    if text.starts_with(':') && !text.contains(' ') {
        let commands = COMMANDS.iter().map(|(command, _)| (*command).to_owned());
        return (0, fitting(commands, text));
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let start = text.trim_end_matches(is_word).len();
    let word = &text[start..];
    let Some(before) = text[..start].strip_suffix('.') else {
        let functions = functions::all().map(|function| format!("{}(", function.name));
        let keywords = KEYWORDS.iter().map(|word| (*word).to_owned());
        let names = session.names.iter().cloned();
        return (start, fitting(names.chain(functions).chain(keywords), word));
    };
    let owner = before.trim_end_matches(|c| is_word(c) || c == '.').len();
    let fields = fields(session, &before[owner..]);
    (start, fitting(fields.into_iter(), word))
}

fn fitting(all: impl Iterator<Item = String>, word: &str) -> Vec<String> {
    let mut found: Vec<String> = all
        .filter(|candidate| candidate.starts_with(word))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The fields of an expression's value.
fn fields(session: &Session<'_>, expression: &str) -> Vec<String> {
    let Ok((ty, value)) = session.evaluate(expression) else {
        return Vec::new();
    };
    match (&ty, &value) {
        (Type::Resource(name), _) => {
            let schemas = session.schemas;
            let schema = schemas.get(name, SchemaKind::Resource);
            let schema = schema.or_else(|| schemas.either(name));
            let fields = schema.into_iter().flat_map(|schema| &schema.fields);
            fields.map(|field| field.name.clone()).collect()
        }
        (Type::Record(fields), _) => fields.iter().map(|field| field.name.clone()).collect(),
        (_, Value::Map(map)) => map.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Whether a bracket or a text of several lines is still open.
pub fn is_open(line: &str) -> bool {
    let expression = line.strip_prefix(":type ").unwrap_or(line);
    let (_, found) = syntax::parse_expression(FileId(u32::MAX), expression);
    found.iter().any(|it| {
        it.code == codes::UNCLOSED_BRACKET
            || (it.code == codes::UNCLOSED_STRING && expression.matches("\"\"\"").count() % 2 == 1)
    })
}
