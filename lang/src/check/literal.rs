//! Texts, lists and records as they are written.

use infra_model::{FastMap, RecordField, Span, Type};

use super::Checker;
use super::context::Context;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::suggest;
use crate::syntax::{Entry, EntryKey, Expr, ExprKind, StringPart};
use crate::terraform_words::{self, FieldMeant};
use crate::typing::relate::{self, join};

impl Checker<'_> {
    /// The type of a text: its one word when it is plain, so that it can be a word of an enumeration.
    pub(super) fn string(&mut self, parts: &[StringPart], context: &Context) -> Type {
        if let Some(text) = plain_text(parts) {
            return Type::Enum(vec![text]);
        }
        let mut secret = false;
        for part in parts {
            if let StringPart::Expr(expr) = part {
                let ty = self.infer(expr, context);
                secret |= relate::is_secret(&ty);
                self.text_part(expr, &ty);
            }
        }
        if secret {
            Type::Secret(Box::new(Type::String))
        } else {
            Type::String
        }
    }

    /// Whether a value can stand inside a text.
    fn text_part(&mut self, expr: &Expr, ty: &Type) {
        let (message, help) = match relate::plain(ty) {
            Type::Optional(_) | Type::Null => {
                let diagnostic = Diagnostic::error(
                    codes::MAYBE_NULL,
                    expr.span,
                    format!("a text cannot show `{ty}`, which may be null"),
                )
                .help("say what stands for null: `${x ?? \"none\"}`");
                self.wrong(expr.span, diagnostic);
                return;
            }
            Type::Resource(name) => (
                format!("a text cannot show a whole `{name}`"),
                match super::context::path_of(expr) {
                    Some(path) => format!(
                        "without the quotes it is the thing itself: `{path}`; in a text stands an attribute, such as \
                         `${{{path}.id}}`"
                    ),
                    None => "take one of its attributes, such as `.id`".to_owned(),
                },
            ),
            Type::List(_) => (
                "a text cannot show a list".to_owned(),
                "`join(items, \", \")` makes it a text".to_owned(),
            ),
            Type::Map(_) | Type::Record(_) | Type::Component(_) => (
                format!("a text cannot show `{ty}`"),
                "take a part of it, or write it as `json(…)`".to_owned(),
            ),
            _ => return,
        };
        self.wrong(
            expr.span,
            Diagnostic::error(codes::WRONG_TYPE, expr.span, message).help(help),
        );
    }

    pub(super) fn list(&mut self, items: &[Expr], context: &Context) -> Type {
        let mut all: Option<Type> = None;
        for item in items {
            let ty = self.infer(item, context);
            let joined = match &all {
                Some(all) => join(all, &ty),
                None => ty,
            };
            let parts = relate::size(&joined);
            all = Some(match self.spend(parts, item.span) {
                true => self.part(joined, &mut 0),
                false => Type::Any,
            });
        }
        Type::List(Box::new(all.unwrap_or(Type::Any)))
    }

    /// A literal with texts as keys is a map; one with names is a record.
    pub(super) fn record(&mut self, entries: &[Entry], context: &Context) -> Type {
        self.duplicate_entries(entries);
        let is_map = entries
            .iter()
            .any(|entry| matches!(entry.key, EntryKey::String(_)));
        let mut fields = Vec::with_capacity(entries.len());
        let mut parts = 0;
        for entry in entries {
            let name = self.entry_key(&entry.key, context).unwrap_or_default();
            let ty = self.infer(&entry.value, context);
            let ty = self.part(ty, &mut parts);
            fields.push(RecordField {
                name,
                ty,
                optional: false,
                default: None,
                doc: String::new(),
            });
        }
        if !is_map {
            return Type::Record(fields);
        }
        let item = fields
            .into_iter()
            .map(|field| field.ty)
            .reduce(|a, b| join(&a, &b));
        Type::Map(Box::new(item.unwrap_or(Type::Any)))
    }

    /// The key of an entry when it is written down; a computed one is checked to be a text.
    fn entry_key(&mut self, key: &EntryKey, context: &Context) -> Option<String> {
        match key {
            EntryKey::Name(name) => Some(name.text.clone()),
            EntryKey::String(expr) => {
                if let ExprKind::String(parts) = &expr.kind
                    && let Some(text) = plain_text(parts)
                {
                    return Some(text);
                }
                self.infer(expr, context);
                None
            }
        }
    }

    pub(super) fn duplicate_entries(&mut self, entries: &[Entry]) {
        let mut seen: FastMap<String, Span> = FastMap::default();
        for entry in entries {
            let (name, span) = match &entry.key {
                EntryKey::Name(name) => (name.text.clone(), name.span),
                EntryKey::String(expr) => match &expr.kind {
                    ExprKind::String(parts) => match plain_text(parts) {
                        Some(text) => (text, expr.span),
                        None => continue,
                    },
                    _ => continue,
                },
            };
            if let Some(first) = seen.insert(name.clone(), span) {
                self.facts.bad.insert(entry.value.span);
                self.diagnostics.push(duplicate_field(&name, span, first));
            }
        }
    }

    /// A record literal where a record of known fields is expected.
    pub(super) fn record_against(
        &mut self,
        entries: &[Entry],
        wanted: &[RecordField],
        at: Span,
        context: &Context,
    ) -> Type {
        if !self.spend(wanted.len() as u64, at) {
            return Type::Invalid;
        }
        self.duplicate_entries(entries);
        let mut given = Vec::new();
        let mut unknown = Vec::new();
        for entry in entries {
            let Some(name) = self.entry_key(&entry.key, context) else {
                continue;
            };
            // The fields are compared one by one.
            if !self.spend(wanted.len() as u64, entry.span) {
                return Type::Invalid;
            }
            let span = match &entry.key {
                EntryKey::Name(name) => name.span,
                EntryKey::String(expr) => expr.span,
            };
            match wanted.iter().find(|field| field.name == name) {
                Some(field) if field.default.is_some() => {
                    self.expect(&entry.value, &relate::optional(field.ty.clone()), context);
                }
                Some(field) => {
                    self.expect(&entry.value, &field.ty, context);
                }
                None => {
                    unknown.push(name.clone());
                    self.infer(&entry.value, context);
                    let mut diagnostic = Diagnostic::error(
                        codes::UNKNOWN_FIELD,
                        span,
                        format!("there is no field `{name}` here"),
                    );
                    let names = wanted.iter().map(|field| field.name.as_str());
                    let missing = wanted
                        .iter()
                        .filter(|field| !field.optional && !is_set(entries, &field.name))
                        .map(|field| field.name.as_str());
                    let has = |name: &str| wanted.iter().any(|field| field.name == name);
                    diagnostic.help = terraform_words::about_field("", &name, &has);
                    if diagnostic.help.is_none()
                        && self.may_compare(wanted.len(), entries.len(), span)
                    {
                        diagnostic.help = field_help(&name, missing, names, "the fields are");
                    }
                    // Evaluation would say it again.
                    self.facts.bad.insert(at);
                    self.diagnostics.push(diagnostic);
                }
            }
            given.push(name);
        }
        let has = |name: &str| wanted.iter().any(|field| field.name == name);
        let meant: Vec<&str> = unknown
            .iter()
            .filter_map(|name| match terraform_words::field("", name, &has) {
                Some(FieldMeant::Field(ours)) => Some(ours),
                _ => None,
            })
            .collect();
        let missing: Vec<&str> = wanted
            .iter()
            .filter(|field| !field.optional && !given.contains(&field.name))
            .map(|field| field.name.as_str())
            .filter(|name| !meant.contains(name))
            .filter(|name| !is_meant(name, unknown.iter().map(String::as_str)))
            .collect();
        if !missing.is_empty() {
            let message = format!("{} missing here", are(&missing));
            self.wrong(at, Diagnostic::error(codes::MISSING_FIELD, at, message));
        }
        Type::Record(wanted.to_vec())
    }
}

/// Whether a missing field is there under a misspelt name, which has been said.
pub(super) fn is_meant<'a>(missing: &'a str, given: impl Iterator<Item = &'a str>) -> bool {
    /// Among more names, one is not meant by another.
    const NAMES_MAX: usize = 100;
    given
        .take(NAMES_MAX)
        .any(|name| suggest::likely(name, [missing]).is_some())
}

/// What to do about a field that does not exist: the required one that is still missing and may be meant, or else
/// the nearest name of all.
pub(super) fn field_help<'a>(
    name: &str,
    missing: impl Iterator<Item = &'a str>,
    all: impl Iterator<Item = &'a str> + Clone,
    what: &str,
) -> Option<String> {
    match suggest::nearest(name, all.clone()).or_else(|| suggest::likely(name, missing)) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => suggest::help(name, all, what),
    }
}

/// Whether a record sets the field, under a name that is written down.
fn is_set(entries: &[Entry], field: &str) -> bool {
    entries.iter().any(|entry| match &entry.key {
        EntryKey::Name(name) => name.text == field,
        EntryKey::String(key) => match &key.kind {
            ExprKind::String(parts) => plain_text(parts).as_deref() == Some(field),
            _ => false,
        },
    })
}

/// "`a` is", "`a` and `b` are".
pub(super) fn are(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last} are", rest.join(", ")),
        Some((last, _)) => format!("{last} is"),
        None => String::new(),
    }
}

pub(super) fn duplicate_field(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(
        codes::DUPLICATE_FIELD,
        span,
        format!("`{name}` is set twice"),
    )
    .label("again here")
    .related(first, "first set here")
    .help("take one of them out; several values of one field are a list")
}

/// The text of a string without `${…}`.
pub(super) fn plain_text(parts: &[StringPart]) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            StringPart::Text(part) => text.push_str(part),
            StringPart::Expr(_) => return None,
        }
    }
    Some(text)
}
