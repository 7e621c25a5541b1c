//! What functions ask of the project: the texts of its files, and templates.

use std::collections::HashSet;
use std::sync::Arc;

use infra_model::{FileId, Record, Span, Value};

use super::expr::as_text;
use super::thing::{Local, PartId, Thing};
use super::{Env, Evaluator, Stop, TemplateParts};
use crate::functions::Context;
use crate::syntax::{self, EntryKey, Expr, ExprKind, For, Ident, StringPart};
use crate::world::TEXT_BYTES_MAX;

impl Context for Evaluator<'_> {
    fn read(&self, path: &str) -> Option<String> {
        self.read_file(path)
    }

    fn spend(&self, steps: u64, span: Span) -> Result<(), String> {
        let spent = Evaluator::spend(self, steps, span);
        spent.map_err(|_| "the program takes too many steps".to_owned())
    }

    fn render(&self, text: &str, vars: &Record, span: Span) -> Result<Value, String> {
        let around = self.rendering.get();
        self.rendering.set(around.or(Some(span)));
        let rendered = self.rendered(text, vars, span);
        self.rendering.set(around);
        rendered
    }
}

impl Evaluator<'_> {
    fn rendered(&self, text: &str, vars: &Record, span: Span) -> Result<Value, String> {
        let things = vars
            .iter()
            .map(|(name, value)| (name.clone(), Thing::Value(value.clone()).into()))
            .collect();
        // Which names there are has been looked at: none is left that the program's own could stand for.
        let env = Env {
            part: PartId(0),
            locals: Some(Arc::new(Local::All(things))),
        };
        let known: HashSet<&str> = vars.keys().map(String::as_str).collect();
        let mut out = String::new();
        for (part, line) in self.template(text, span)?.iter() {
            match part {
                StringPart::Text(text) => out.push_str(text),
                StringPart::Expr(expr) => {
                    if let Some(name) = free_name(expr, &known) {
                        return Err(format!(
                            "line {line} uses `{name}`, which is not among the variables"
                        ));
                    }
                    let value = self.operand(expr, &env).map_err(|stop| match stop {
                        Stop::Fault(diagnostic) => format!("line {line}: {}", diagnostic.message),
                        Stop::Silent => format!("line {line} cannot be evaluated"),
                    })?;
                    out.push_str(
                        &as_text(&value).map_err(|why| format!("line {line}: {}", why.message))?,
                    );
                }
            }
            if out.len() > TEXT_BYTES_MAX {
                return Err(format!("the text is too long at line {line}"));
            }
        }
        Ok(Value::String(out))
    }

    /// The parts of a template's text, each with the number of its line. A text is read once.
    fn template(&self, text: &str, span: Span) -> Result<Arc<TemplateParts>, String> {
        if let Some(parts) = self.templates.borrow().get(text) {
            return Ok(parts.clone());
        }
        let read = |steps| Context::spend(self, steps, span);
        let parts: Arc<TemplateParts> = template_parts(text, &read)?.into();
        let mut templates = self.templates.borrow_mut();
        templates.insert(text.to_owned(), parts.clone());
        Ok(parts)
    }
}

/// What reading an expression in a template takes, beside that of each of its bytes.
const EXPRESSION: u64 = 200;

/// The text cut at its `${…}`, each part with the number of its line. `$${` stands for `${`.
fn template_parts(
    text: &str,
    spend: &dyn Fn(u64) -> Result<(), String>,
) -> Result<TemplateParts, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut line = 1;
    let mut plain = String::new();
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at(at);
        line += before.matches('\n').count();
        if let Some(before) = before.strip_suffix('$') {
            plain.push_str(before);
            plain.push_str("${");
            rest = &after[2..];
            continue;
        }
        plain.push_str(before);
        let inside = &after[2..];
        let end = closing(inside).ok_or_else(|| format!("the `${{` in line {line} has no end"))?;
        spend(EXPRESSION + 10 * end as u64)?;
        let (expr, diagnostics) = syntax::parse_expression(FileId(u32::MAX), &inside[..end]);
        if let Some(diagnostic) = diagnostics.first() {
            return Err(format!("line {line}: {}", diagnostic.message));
        }
        parts.push((StringPart::Text(std::mem::take(&mut plain)), line));
        parts.push((StringPart::Expr(expr), line));
        rest = &inside[end + 1..];
    }
    plain.push_str(rest);
    parts.push((StringPart::Text(plain), line));
    Ok(parts)
}

/// The place of the `}` that closes, past braces and texts inside.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted && depth == 0 => return Some(at),
            '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The first name in an expression that is neither known, nor bound inside it, nor built in.
fn free_name<'e>(expr: &'e Expr, known: &HashSet<&'e str>) -> Option<&'e str> {
    let any = |parts: &[&'e Expr]| parts.iter().find_map(|part| free_name(part, known));
    match &expr.kind {
        ExprKind::Name(name) => {
            let is_known =
                known.contains(name.as_str()) || crate::program::built_in(name).is_some();
            (!is_known).then_some(name)
        }
        ExprKind::String(parts) => parts.iter().find_map(|part| match part {
            StringPart::Text(_) => None,
            StringPart::Expr(expr) => free_name(expr, known),
        }),
        ExprKind::List(items) => items.iter().find_map(|item| free_name(item, known)),
        ExprKind::Record(entries) => entries.iter().find_map(|entry| {
            let key = match &entry.key {
                EntryKey::Name(_) => None,
                EntryKey::String(key) => free_name(key, known),
            };
            key.or_else(|| free_name(&entry.value, known))
        }),
        ExprKind::Member { base, .. } => free_name(base, known),
        ExprKind::Index { base, index } => any(&[base, index]),
        // The callee is the name of a function.
        ExprKind::Call { args, .. } => args.iter().find_map(|arg| free_name(&arg.value, known)),
        ExprKind::Unary { operand, .. } => free_name(operand, known),
        ExprKind::Binary { left, right, .. } => any(&[left, right]),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => any(&[condition, then, otherwise]),
        ExprKind::ListFor { item, each } => free_in_each(each, &[item], known),
        ExprKind::MapFor { key, value, each } => free_in_each(each, &[key, value], known),
        ExprKind::Range { from, to } => any(&[from, to]),
        ExprKind::Is { value, .. } => free_name(value, known),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Size(_)
        | ExprKind::Duration(_)
        | ExprKind::Percent(_)
        | ExprKind::Cidr(_)
        | ExprKind::Ip(_)
        | ExprKind::Port(_)
        | ExprKind::Invalid => None,
    }
}

fn free_in_each<'e>(
    each: &'e For,
    parts: &[&'e Expr],
    known: &HashSet<&'e str>,
) -> Option<&'e str> {
    let name = |ident: &'e Ident| ident.text.as_str();
    let bound = each.key.iter().chain([&each.value]).map(name);
    let inside: HashSet<&str> = known.iter().copied().chain(bound).collect();
    let parts = parts.iter().copied().chain(&each.condition);
    free_name(&each.over, known)
        .or_else(|| parts.into_iter().find_map(|part| free_name(part, &inside)))
}
