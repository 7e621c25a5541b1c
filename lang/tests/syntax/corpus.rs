//! `tests/corpus/expressions.txt`: how expressions are understood. A case is a line `title: meaning`, and below it,
//! indented, the text. Every operation stands in brackets in the meaning.

use infra_lang::syntax::{
    BinaryOp, EntryKey, Expr, ExprKind, For, StringPart, TypeExpr, TypeExprKind, UnaryOp,
    parse_expression,
};
use infra_model::FileId;

/// The meaning of an expression, with nothing left to precedence.
fn meaning(expr: &Expr) -> String {
    let inner = |expr: &Expr| meaning(expr);
    match &expr.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Size(value) => value.to_string(),
        ExprKind::Duration(value) => value.to_string(),
        ExprKind::Percent(value) => value.to_string(),
        ExprKind::Cidr(value) => value.to_string(),
        ExprKind::Ip(value) => value.to_string(),
        ExprKind::Port(value) => value.to_string(),
        ExprKind::String(parts) => string(parts),
        ExprKind::List(items) => format!("[{}]", join(items.iter().map(inner))),
        ExprKind::Record(entries) => {
            let entries = entries.iter().map(|entry| {
                let key = match &entry.key {
                    EntryKey::Name(name) => name.text.clone(),
                    EntryKey::String(key) => meaning(key),
                };
                format!("{key} = {}", meaning(&entry.value))
            });
            format!("{{{}}}", join(entries))
        }
        ExprKind::Name(name) => name.clone(),
        ExprKind::Member {
            base,
            name,
            optional,
        } => {
            format!(
                "({}{}{})",
                meaning(base),
                if *optional { "?." } else { "." },
                name.text
            )
        }
        ExprKind::Index { base, index } => format!("({}[{}])", meaning(base), meaning(index)),
        ExprKind::Call { callee, args } => {
            let args = args.iter().map(|arg| match &arg.name {
                Some(name) => format!("{} = {}", name.text, meaning(&arg.value)),
                None => meaning(&arg.value),
            });
            format!("{}({})", meaning(callee), join(args))
        }
        ExprKind::Unary {
            op: UnaryOp::Not,
            operand,
        } => format!("(not {})", meaning(operand)),
        ExprKind::Unary {
            op: UnaryOp::Negate,
            operand,
        } => match operand.kind {
            ExprKind::Int(value) => format!("(-{value})"),
            _ => format!("(-{})", meaning(operand)),
        },
        ExprKind::Binary {
            op, left, right, ..
        } => {
            let sign = BinaryOp::text(*op);
            format!("({} {sign} {})", meaning(left), meaning(right))
        }
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            format!(
                "if {} then {} else {}",
                meaning(condition),
                meaning(then),
                meaning(otherwise)
            )
        }
        ExprKind::ListFor { item, each } => format!("[{} {}]", meaning(item), each_meaning(each)),
        ExprKind::MapFor { key, value, each } => {
            format!(
                "{{{}: {} {}}}",
                meaning(key),
                meaning(value),
                each_meaning(each)
            )
        }
        ExprKind::Range { from, to } => format!("({}..{})", meaning(from), meaning(to)),
        ExprKind::Is { value, ty } => format!("({} is {})", meaning(value), ty_meaning(ty)),
        ExprKind::Invalid => "INVALID".into(),
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<String>>().join(", ")
}

fn string(parts: &[StringPart]) -> String {
    let mut texts: Vec<String> = Vec::new();
    for part in parts {
        match part {
            StringPart::Text(text) => {
                let text = text
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', "\\n");
                texts.push(format!("\"{text}\""));
            }
            StringPart::Expr(expr) => {
                if texts.is_empty() {
                    texts.push("\"\"".into());
                }
                texts.push(meaning(expr));
            }
        }
    }
    texts.join(" + ")
}

fn each_meaning(each: &For) -> String {
    let key = each
        .key
        .as_ref()
        .map(|key| format!("{}, ", key.text))
        .unwrap_or_default();
    let over = meaning(&each.over).trim_matches(['(', ')']).to_owned();
    let condition = each
        .condition
        .as_ref()
        .map(|condition| format!(" if {}", meaning(condition).trim_matches(['(', ')'])));
    format!(
        "for {key}{} in {over}{}",
        each.value.text,
        condition.unwrap_or_default()
    )
}

fn ty_meaning(ty: &TypeExpr) -> String {
    match &ty.kind {
        TypeExprKind::Named(name) => name.text(),
        TypeExprKind::Union(members) => members
            .iter()
            .map(ty_meaning)
            .collect::<Vec<_>>()
            .join(" | "),
        TypeExprKind::Optional(inner) => format!("{}?", ty_meaning(inner)),
        other => format!("{other:?}"),
    }
}

#[test]
fn expressions_mean_what_they_should() {
    let corpus = include_str!("../corpus/expressions.txt");
    let mut cases = 0;
    let mut lines = corpus.lines().peekable();
    while let Some(head) = lines.next() {
        let (title, wanted) = head
            .split_once(": ")
            .expect("a case starts with `title: meaning`");
        let mut text = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("  ") || line.is_empty()) {
            text.push_str(line.strip_prefix("  ").unwrap_or(line));
            text.push('\n');
        }
        let (expr, diagnostics) = parse_expression(FileId(0), &text);
        assert_eq!(diagnostics, [], "{title}");
        assert_eq!(meaning(&expr), wanted, "{title}");
        cases += 1;
    }
    assert!(cases > 25, "{cases} cases");
}
