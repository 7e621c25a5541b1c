//! `{ … }`: records, maps, the bodies of declarations. The grammar reads them as one construct.

use infra_model::Span;

use super::super::grammar::{Pair, Rule};
use super::super::slip::{self, Place};
use super::super::{Body, Entry, EntryKey, Expr, ExprKind, Field, For, Ident, StringPart};
use super::{Builder, is_junk};
use crate::codes;

/// One entry as it was read, before it is known what it must be.
struct RawEntry {
    key: Expr,
    /// The key is a plain name.
    name: Option<Ident>,
    /// How key and value are joined, and where: `=`, `:`, `==`; nothing for `name { … }`.
    assign: Option<(String, Span)>,
    value: Expr,
    each: Option<Box<For>>,
    span: Span,
}

impl Builder<'_> {
    /// A record, a map, or a map comprehension.
    pub(super) fn record(&mut self, pair: Pair) -> ExprKind {
        let (mut raw, invalid) = self.entries(pair);
        if raw.len() == 1
            && invalid.is_empty()
            && let Some(each) = raw[0].each.take()
        {
            let entry = raw.remove(0);
            if let Some((sign, span)) = entry.assign.filter(|(sign, _)| sign != ":") {
                self.error(
                    codes::WRONG_ASSIGNMENT,
                    span,
                    format!("`{sign}` does not join key and value before `for`"),
                    "write `{key: value for x in xs}`",
                );
            }
            return ExprKind::MapFor {
                key: Box::new(entry.key),
                value: Box::new(entry.value),
                each,
            };
        }
        let mut entries = Vec::new();
        for entry in raw {
            self.check_plain(&entry);
            let key = match (entry.name, &entry.key.kind) {
                (Some(name), _) => EntryKey::Name(name),
                (None, ExprKind::String(_)) => EntryKey::String(entry.key),
                (None, ExprKind::Invalid) => continue,
                _ => {
                    let written = self.slice(entry.key.span);
                    let like_a_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
                    let help = match written.chars().all(like_a_name) {
                        true => format!("write it in quotes: `\"{written}\" = …`"),
                        false => {
                            "write a computed key in quotes, as in `\"${a.b}\" = …`".to_owned()
                        }
                    };
                    self.error(
                        codes::UNEXPECTED_TEXT,
                        entry.key.span,
                        "the key of a record or a map is a name or a string",
                        &help,
                    );
                    continue;
                }
            };
            entries.push(Entry {
                key,
                value: entry.value,
                span: entry.span,
            });
        }
        ExprKind::Record(entries)
    }

    /// The block of a resource, a lookup or a provider.
    pub(super) fn body(&mut self, pair: Pair) -> Body {
        let span = self.span(&pair);
        let (fields, mut invalid) = self.named_fields(pair);
        if self.unbalanced {
            // Fields may stand in the wrong block: nobody should miss one here.
            invalid.push(self.after(span));
        }
        Body {
            fields,
            invalid,
            span,
        }
    }

    /// The lines of a file of assignments.
    pub fn fields(&mut self, pair: Pair) -> Vec<Field> {
        self.named_fields(pair).0
    }

    fn named_fields(&mut self, pair: Pair) -> (Vec<Field>, Vec<Span>) {
        let (raw, mut invalid) = self.entries(pair);
        // Trees are kept, so their vectors are as long as what they hold.
        let mut fields = Vec::with_capacity(raw.len());
        for entry in raw {
            self.check_plain(&entry);
            match self.field_name(&entry) {
                Some(name) => fields.push(Field {
                    name,
                    value: entry.value,
                    span: entry.span,
                }),
                None => invalid.push(entry.span),
            }
        }
        (fields, invalid)
    }

    /// The name of a field, which is not quoted here.
    fn field_name(&mut self, entry: &RawEntry) -> Option<Ident> {
        if entry.name.is_some() {
            return entry.name.clone();
        }
        let (text, span) = match &entry.key.kind {
            ExprKind::String(parts) => match parts.as_slice() {
                [StringPart::Text(text)] => (text.clone(), entry.key.span),
                _ => (String::new(), entry.key.span),
            },
            ExprKind::Invalid => return None,
            _ => (String::new(), entry.key.span),
        };
        let help = if text.is_empty() {
            "a field is written `name = value`".to_owned()
        } else {
            format!("write `{text} = …` without quotes")
        };
        self.error(
            codes::UNEXPECTED_TEXT,
            span,
            "the name of a field is a plain word",
            &help,
        );
        (!text.is_empty()).then_some(Ident { text, span })
    }

    /// Reports what only a comprehension may have.
    fn check_plain(&mut self, entry: &RawEntry) {
        if let Some(each) = &entry.each {
            self.error(
                codes::UNEXPECTED_TEXT,
                each.span,
                "`for` makes a map of one entry only",
                "write `{key: value for x in xs}`",
            );
            return;
        }
        if let Some((sign, span)) = &entry.assign
            && sign != "="
        {
            self.error(
                codes::WRONG_ASSIGNMENT,
                *span,
                format!("`{sign}` does not give a field its value"),
                "write `=`",
            );
        }
    }

    fn entries(&mut self, pair: Pair) -> (Vec<RawEntry>, Vec<Span>) {
        let block = self.span(&pair);
        let mut entries = Vec::new();
        let mut invalid = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::entry => match self.entry(part) {
                    Ok(entry) => entries.push(entry),
                    Err(span) => invalid.push(span),
                },
                Rule::missing => self.missing_closer(block),
                rule if is_junk(rule) => invalid.push(self.junk(&part, Place::Entry)),
                _ => {}
            }
        }
        (entries, invalid)
    }

    fn entry(&mut self, pair: Pair) -> Result<RawEntry, Span> {
        let span = self.span(&pair);
        let mut entry = RawEntry {
            key: self.invalid(span),
            name: None,
            assign: None,
            value: self.invalid(span),
            each: None,
            span,
        };
        let mut has_value = false;
        let mut has_key = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::decorator => {
                    let at = self.span(&part);
                    self.error(
                        codes::MISPLACED_DECORATOR,
                        at,
                        "a decorator cannot stand before a field here",
                        "it stands before a declaration, a parameter, or a field of a schema",
                    );
                }
                Rule::plain_key => {
                    let name = part.into_inner().next().map(|name| self.ident(&name));
                    let name = name.ok_or(span)?;
                    entry.key = Expr {
                        kind: ExprKind::Name(name.text.clone()),
                        span: name.span,
                    };
                    entry.name = Some(name);
                    has_key = true;
                }
                Rule::expr => {
                    entry.key = self.expr(part);
                    has_key = true;
                }
                Rule::assign => {
                    entry.assign = Some((part.as_str().to_owned(), self.span(&part)));
                }
                Rule::value => {
                    has_value = true;
                    entry.value = self.value(part, Some(entry.key.span));
                }
                Rule::record => {
                    has_value = true;
                    let span = self.span(&part);
                    let kind = self.record(part);
                    entry.value = Expr { kind, span };
                }
                Rule::comprehension => entry.each = Some(Box::new(self.each(part))),
                _ if !has_key => return Err(self.junk(&part, Place::Entry)),
                _ if !has_value && !part.as_str().starts_with("=>") => {
                    // `image centos`: the `=` is missing, and what follows is the value.
                    has_value = true;
                    let at = self.span(&part);
                    let word = self.slice(entry.key.span);
                    match slip::inner_block(word, self.slice(at), self.up_to(entry.key.span, at)) {
                        Some(found) => self.report(found),
                        None => self.missing_equals(&entry.key, Some(at)),
                    }
                }
                _ => {
                    has_value = true;
                    let junk = self.junk(&part, Place::AfterValue);
                    entry.value = self.invalid(junk);
                }
            }
        }
        if !has_value {
            self.missing_equals(&entry.key, None);
        }
        if entry.name.is_none() && !has_assigned_key(&entry) {
            return match &entry.key.kind {
                ExprKind::Name(text) => {
                    let name = Ident {
                        text: text.clone(),
                        span: entry.key.span,
                    };
                    entry.name = Some(name);
                    Ok(entry)
                }
                _ => Err(span),
            };
        }
        Ok(entry)
    }

    fn missing_equals(&mut self, key: &Expr, value: Option<Span>) {
        if self.unbalanced || matches!(key.kind, ExprKind::Invalid) {
            return;
        }
        let text = self.slice(key.span);
        if let Some(value) = value {
            let value = self.slice(value);
            self.error(
                codes::MISSING_EQUALS,
                self.after(key.span),
                format!("`=` is missing after `{text}`"),
                &format!(
                    "write `{text} = {}`",
                    value.lines().next().unwrap_or_default()
                ),
            );
        } else {
            self.error(
                codes::MISSING_EQUALS,
                key.span,
                format!("`{text}` has no `=` and no value"),
                "a field is written `name = value`",
            );
        }
    }
}

fn has_assigned_key(entry: &RawEntry) -> bool {
    entry.assign.is_some()
}
