//! Writing what the cloud says into the program text: plain values at their place, and nothing else.

use std::collections::BTreeMap;

use infra_engine::plan::{Drift, veiled};
use infra_lang::syntax::{self, EntryKey, Expr, ExprKind, StringPart};
use infra_lang::{Severity, Sources};
use infra_model::{Address, Desired, FileId, Span, Value};

mod origin;

/// A field that can be written back.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub address: Address,
    pub field: String,
    pub span: Span,
    pub value: Value,
}

/// What a person must decide, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    pub address: Address,
    /// `None` when the resource itself is gone.
    pub field: Option<String>,
    pub why: String,
    pub span: Option<Span>,
}

/// What would be written, by file, and what is left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteBack {
    pub written: Vec<Written>,
    pub left: Vec<Left>,
    /// The new texts.
    pub files: BTreeMap<String, String>,
}

/// A replacement of bytes of a file.
type Edits = BTreeMap<(u32, u32), String>;

const COMPUTED: &str = "it is computed, or contains comments: edit its source by hand";

/// Works out the edits; `is_ours` tells which files belong to the program, and `problem` what is wrong with it when
/// these files have these texts. What it could not say is left.
pub fn write_back(
    drift: &[Drift],
    desired: &Desired,
    sources: &Sources,
    is_ours: &dyn Fn(&str) -> bool,
    problem: &dyn Fn(&BTreeMap<String, String>) -> Option<String>,
) -> WriteBack {
    let mut back = WriteBack::default();
    let mut edits: Vec<Edits> = Vec::new();
    for one in drift {
        if one.gone {
            back.leave(
                one,
                None,
                None,
                "it is gone: remove its declaration, or create it again with `infra apply`",
            );
            continue;
        }
        let instance = desired
            .instances
            .iter()
            .find(|it| it.address == one.address);
        for field in &one.fields {
            let observed = field.observed.clone().unwrap_or(Value::Null);
            let place = instance
                .and_then(|it| it.field_spans.get(&field.name))
                .copied();
            let said = instance.and_then(|it| it.fields.get(&field.name));
            if said == Some(&observed) {
                continue;
            }
            // A secret is neither compared nor written.
            let said = said.map(veiled);
            let (Some(span), Some(said)) = (place, &said) else {
                back.leave(one, Some(&field.name), None, "no line of the program sets it: add the field, or restore it with `infra apply`");
                continue;
            };
            let text = sources.get(span.file).filter(|file| is_ours(&file.path));
            let Some(file) = text else {
                back.leave(one, Some(&field.name), Some(span), "it is set by a component of the standard library: give the component another value");
                continue;
            };
            if field.prior.as_ref() != Some(said) {
                back.leave(one, Some(&field.name), Some(span), "the program and the cloud write this value differently, or the program changed meanwhile: edit it by hand");
                continue;
            }
            if !all_agree(span, &field.name, &observed, drift, desired) {
                back.leave(one, Some(&field.name), Some(span), "this line sets the field of several resources, which now have different values: edit it by hand");
                continue;
            }
            let (expr, _) = syntax::parse_expression(span.file, file.slice(span));
            let mut here = Edits::new();
            match edit(
                &expr,
                file.slice(span),
                said,
                &observed,
                span.start,
                &mut here,
            ) {
                true => {
                    edits.push(here);
                    back.written.push(Written {
                        address: one.address.clone(),
                        field: field.name.clone(),
                        span,
                        value: observed,
                    });
                }
                false => {
                    let advice = origin::advice(span, sources, is_ours);
                    let why = advice.unwrap_or_else(|| COMPUTED.to_owned());
                    back.leave(one, Some(&field.name), Some(span), &why);
                }
            }
        }
    }
    back.files = texts(&back.written, &edits, sources);
    if !back.written.is_empty() && problem(&back.files).is_some() {
        back.leave_what_is_refused(edits, sources, problem);
    }
    back
}

/// The texts of the files with these edits.
fn texts(written: &[Written], edits: &[Edits], sources: &Sources) -> BTreeMap<String, String> {
    let mut by_file: BTreeMap<FileId, Edits> = BTreeMap::new();
    for (one, edits) in written.iter().zip(edits) {
        let here = by_file.entry(one.span.file).or_default();
        here.extend(edits.iter().map(|(place, text)| (*place, text.clone())));
    }
    let texts = by_file.into_iter().filter_map(|(id, edits)| {
        let file = sources.get(id)?;
        Some((file.path.clone(), edited(id, &file.text, &edits)))
    });
    texts.collect()
}

impl WriteBack {
    /// Takes back what makes the program wrong: each field that does so by itself, and all of them where they do so
    /// together.
    fn leave_what_is_refused(
        &mut self,
        edits: Vec<Edits>,
        sources: &Sources,
        problem: &dyn Fn(&BTreeMap<String, String>) -> Option<String>,
    ) {
        let wanted = std::mem::take(&mut self.written);
        let mut kept = Vec::new();
        let mut refused = Vec::new();
        for (one, edits) in wanted.into_iter().zip(edits) {
            let alone = texts(
                std::slice::from_ref(&one),
                std::slice::from_ref(&edits),
                sources,
            );
            match problem(&alone) {
                Some(why) => refused.push((one, why)),
                None => {
                    self.written.push(one);
                    kept.push(edits);
                }
            }
        }
        self.files = texts(&self.written, &kept, sources);
        if let Some(why) = problem(&self.files).filter(|_| !self.written.is_empty()) {
            let all = std::mem::take(&mut self.written).into_iter();
            refused.extend(all.map(|one| (one, why.clone())));
            self.files.clear();
        }
        self.left.extend(refused.into_iter().map(|(one, why)| Left {
            address: one.address,
            field: Some(one.field),
            why: format!("the program could not say this: {why}"),
            span: Some(one.span),
        }));
    }

    fn leave(&mut self, drift: &Drift, field: Option<&str>, span: Option<Span>, why: &str) {
        self.left.push(Left {
            address: drift.address.clone(),
            field: field.map(str::to_owned),
            why: why.to_owned(),
            span,
        });
    }
}

/// Whether every resource for which this place stands was changed to the same value.
fn all_agree(span: Span, name: &str, value: &Value, drift: &[Drift], desired: &Desired) -> bool {
    let same = |address: &Address| {
        let one = drift.iter().find(|one| one.address == *address);
        let field = one.and_then(|one| one.fields.iter().find(|field| field.name == name));
        field.is_some_and(|field| field.observed.as_ref().unwrap_or(&Value::Null) == value)
    };
    desired
        .instances
        .iter()
        .filter(|it| it.field_spans.get(name) == Some(&span))
        .all(|it| same(&it.address))
}

/// Notes what must be replaced so that a plain value says the new one, as little as possible. `false` when the
/// expression is not a plain value. `base` is where `text` begins in its file.
fn edit(expr: &Expr, text: &str, was: &Value, now: &Value, base: u32, edits: &mut Edits) -> bool {
    if was == now {
        return true;
    }
    if let (ExprKind::Record(entries), Value::Map(was), Value::Map(now)) = (&expr.kind, was, now)
        && entries.len() == was.len()
        && was.keys().eq(now.keys())
    {
        return entries.iter().all(|entry| {
            let key = plain_key(&entry.key);
            match key.as_deref().map(|key| (was.get(key), now.get(key))) {
                Some((Some(was), Some(now))) => edit(&entry.value, text, was, now, base, edits),
                _ => false,
            }
        });
    }
    if now.has_secret() {
        return false;
    }
    let slice = &text[expr.span.start as usize..expr.span.end as usize];
    let nested = matches!(expr.kind, ExprKind::Record(_) | ExprKind::List(_));
    // A bare word of an enumeration looks like a name.
    let word = matches!(&expr.kind, ExprKind::Name(name) if was.as_str() == Some(name));
    if !(word || is_plain(expr)) || (nested && (slice.contains("//") || slice.contains("/*"))) {
        return false;
    }
    let new = match now.as_str() {
        Some(text) if word && is_word(text) => text.to_owned(),
        _ => now.to_string(),
    };
    edits.insert((base + expr.span.start, base + expr.span.end), new);
    true
}

fn is_word(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.all(|c| c.is_alphanumeric() || c == '_')
}

fn plain_key(key: &EntryKey) -> Option<String> {
    match key {
        EntryKey::Name(name) => Some(name.text.clone()),
        EntryKey::String(Expr {
            kind: ExprKind::String(parts),
            ..
        }) => plain_text(parts),
        EntryKey::String(_) => None,
    }
}

fn plain_text(parts: &[StringPart]) -> Option<String> {
    parts
        .iter()
        .map(|part| match part {
            StringPart::Text(text) => Some(text.as_str()),
            StringPart::Expr(_) => None,
        })
        .collect()
}

/// Whether an expression is written out, so that it can be written anew.
fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Size(_)
        | ExprKind::Duration(_)
        | ExprKind::Percent(_)
        | ExprKind::Cidr(_)
        | ExprKind::Ip(_)
        | ExprKind::Port(_) => true,
        ExprKind::String(parts) => plain_text(parts).is_some(),
        ExprKind::Unary { operand, .. } => is_plain(operand),
        ExprKind::List(items) => items.iter().all(is_plain),
        ExprKind::Record(entries) => entries
            .iter()
            .all(|entry| plain_key(&entry.key).is_some() && is_plain(&entry.value)),
        _ => false,
    }
}

/// The text with its edits, in the one layout if it was in it before.
fn edited(file: FileId, old: &str, edits: &Edits) -> String {
    let mut new = old.to_owned();
    for ((start, end), text) in edits.iter().rev() {
        new.replace_range(*start as usize..*end as usize, text);
    }
    match formatted(file, old).as_deref() == Some(old) {
        true => formatted(file, &new).unwrap_or(new),
        false => new,
    }
}

fn formatted(file: FileId, text: &str) -> Option<String> {
    let (tree, diagnostics) = syntax::parse(file, text);
    let sound = diagnostics.iter().all(|it| it.severity != Severity::Error);
    infra_lang::format(&tree, text).filter(|_| sound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_model::Record;

    fn edits(text: &str, was: &Value, now: &Value) -> Option<String> {
        let (expr, _) = syntax::parse_expression(FileId(0), text);
        let mut edits = Edits::new();
        edit(&expr, text, was, now, 0, &mut edits).then(|| {
            let mut new = text.to_owned();
            for ((start, end), text) in edits.iter().rev() {
                new.replace_range(*start as usize..*end as usize, text);
            }
            new
        })
    }

    #[test]
    fn plain_values_are_written_anew_and_computed_ones_are_left() {
        let text = |text: &str| Value::string(text);
        assert_eq!(
            edits("1", &Value::Int(1), &Value::Int(2)).as_deref(),
            Some("2")
        );
        assert_eq!(
            edits("\"a\"", &text("a"), &text("b")).as_deref(),
            Some("\"b\"")
        );
        assert_eq!(
            edits("gp3", &text("gp3"), &text("io2")).as_deref(),
            Some("io2")
        );
        assert_eq!(
            edits("gp3", &text("gp3"), &text("a b")).as_deref(),
            Some("\"a b\"")
        );
        for computed in ["size", "1 + 0", "\"${a}\"", "f(1)", "[a]"] {
            assert_eq!(edits(computed, &text("x"), &text("y")), None, "{computed}");
        }
    }

    #[test]
    fn of_a_record_only_what_differs_is_written() {
        let record = |note: &str| {
            Value::Map(Record::from([
                ("note".to_owned(), Value::string(note)),
                ("team".to_owned(), Value::string("desk")),
            ]))
        };
        let old = "{\n  note = \"a\" // why\n  team = who\n}";
        assert_eq!(
            edits(old, &record("a"), &record("b")).as_deref(),
            Some("{\n  note = \"b\" // why\n  team = who\n}")
        );
        let less = Value::Map(Record::from([("note".to_owned(), Value::string("b"))]));
        assert_eq!(
            edits(old, &record("a"), &less),
            None,
            "the comment would be lost"
        );
    }
}
