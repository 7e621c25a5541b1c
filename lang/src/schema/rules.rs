//! Rules over the values of a type, from its decorators.

use std::collections::BTreeSet;

use infra_model::Value;

use super::args::{Args, Wrong, bounds, code, number, path, text, word};
use super::rule::{
    Check, Distinct, Inside, Labels, Length, Letters, Prefixes, Quota, Rule, RuleKind, Same,
};
use crate::codes;
use crate::syntax::{Decorator, EntryKey, Expr, ExprKind, StringPart};
use crate::typing::constant::literal;

/// The decorators that are rules; those of [`super::exclusive`] are not among them.
pub(super) const DECORATORS: [&str; 11] = [
    "check",
    "distinct",
    "inside",
    "labels",
    "length",
    "letters",
    "prefix_length",
    "quota",
    "same",
    "whole",
    "zone",
];

/// The rule of one of [`DECORATORS`] before a field, or before a type.
pub(super) fn rule(field: Option<&str>, decorator: &Decorator) -> Result<Rule, Wrong> {
    let args = Args(decorator);
    let name = decorator.name.text.as_str();
    if field.is_none() && !matches!(name, "check" | "quota") {
        return Err("it stands before a field");
    }
    let (usual, kind) = match name {
        "check" => check(&args)?,
        "distinct" => distinct(&args)?,
        "inside" => inside(&args)?,
        "labels" => labels(&args)?,
        "length" => length(&args)?,
        "letters" => letters(&args)?,
        "prefix_length" => prefixes(&args)?,
        "quota" => quota(&args)?,
        "same" => same(&args)?,
        "whole" => whole(&args)?,
        _ => zone(&args)?,
    };
    let mut rule = Rule {
        field: field.map(str::to_owned),
        kind,
        code: args.code(usual)?,
        help: args.named("help").cloned(),
        related: related(&args)?,
        names: BTreeSet::new(),
    };
    let own = match &rule.kind {
        RuleKind::Check(check) => vec![&check.condition, &check.message],
        RuleKind::Inside(inside) => inside.kept.iter().collect(),
        RuleKind::Distinct(distinct) => vec![&distinct.message],
        _ => Vec::new(),
    };
    let places = rule.related.iter().flat_map(|(at, says)| [at, says]);
    let mut names = BTreeSet::new();
    for expr in own.into_iter().chain(&rule.help).chain(places) {
        mentioned(expr, &mut names);
    }
    rule.names = names;
    Ok(rule)
}

/// The rule of a decorator that says what is exclusive.
pub(super) fn exclusive(
    field: Option<&str>,
    decorator: &Decorator,
    number: usize,
) -> Result<Rule, Wrong> {
    let args = Args(decorator);
    let usual = match decorator.name.text.as_str() {
        "once" => codes::DUPLICATE_ASSOCIATION,
        "disjoint" => codes::RANGE_OVERLAP,
        _ => codes::NAME_TAKEN,
    };
    Ok(Rule {
        field: field.map(str::to_owned),
        kind: RuleKind::Exclusive(number),
        code: args.code(usual)?,
        help: args.named("help").cloned(),
        related: Vec::new(),
        names: BTreeSet::new(),
    })
}

type Read = Result<(&'static str, RuleKind), Wrong>;

fn check(args: &Args<'_>) -> Read {
    let wrong =
        "it is `@check(\"code\", condition, \"message\", help = \"…\", at = path, says = \"…\")`";
    args.only(&["help", "at", "says"], wrong)?;
    let mut plain = args.plain();
    let mut next = || plain.next().ok_or(wrong);
    let code = code(next()?).ok_or("there is no such code")?;
    let (condition, message) = (next()?.clone(), next()?.clone());
    Ok((code, RuleKind::Check(Check { condition, message })))
}

fn distinct(args: &Args<'_>) -> Read {
    let wrong = "it is `@distinct(field, …, \"message\", code = \"…\", help = \"…\")`";
    args.only(&["code", "help"], wrong)?;
    let plain: Vec<&Expr> = args.plain().collect();
    let (message, fields) = plain.split_last().ok_or(wrong)?;
    let fields: Option<Vec<String>> = fields.iter().map(|field| word(field)).collect();
    let fields = fields.filter(|it| !it.is_empty()).ok_or(wrong)?;
    let message = (*message).clone();
    let kind = RuleKind::Distinct(Distinct { fields, message });
    Ok((codes::DUPLICATE_RULE, kind))
}

fn inside(args: &Args<'_>) -> Read {
    let wrong = "it is `@inside(parent.range, first = 4, last = 1, kept = \"…\", code = \"…\", help = \"…\")`";
    args.only(&["first", "last", "kept", "code", "help"], wrong)?;
    let whole = args.plain().next().and_then(path).ok_or(wrong)?;
    let count = |name| match args.named(name) {
        Some(expr) => number(expr)
            .and_then(|it| u32::try_from(it).ok())
            .ok_or(wrong),
        None => Ok(0),
    };
    let inside = Inside {
        whole,
        first: count("first")?,
        last: count("last")?,
        kept: args.named("kept").cloned(),
    };
    if inside.kept.is_none() && inside.first + inside.last > 0 {
        return Err("`kept` says whose the first and last addresses are");
    }
    Ok((codes::SUBNET_OUTSIDE_VPC, RuleKind::Inside(inside)))
}

fn labels(args: &Args<'_>) -> Read {
    let wrong = "it is `@labels(most, key = 128, value = 256, reserved = { \"x:*\" = \"why\" }, help = \"…\")`";
    args.only(&["key", "value", "reserved", "help"], wrong)?;
    let count = |expr: Option<&Expr>| {
        let number = expr.and_then(number)?;
        usize::try_from(number).ok()
    };
    let reserved = match args.named("reserved").map(|expr| literal(expr, None)) {
        Some(Some(Value::Map(map))) => map,
        None => infra_model::Record::new(),
        _ => return Err(wrong),
    };
    let why = |(key, why): (&String, &Value)| Some((key.clone(), why.as_str()?.to_owned()));
    let labels = Labels {
        most: count(args.plain().next()).ok_or(wrong)?,
        key: count(args.named("key")).ok_or(wrong)?,
        value: count(args.named("value")).ok_or(wrong)?,
        reserved: reserved
            .iter()
            .map(why)
            .collect::<Option<_>>()
            .ok_or(wrong)?,
    };
    Ok((codes::BAD_NAME, RuleKind::Labels(labels)))
}

fn length(args: &Args<'_>) -> Read {
    let wrong = "it is `@length(1..255, \"who takes\", unit = bytes, of = field)`";
    args.only(&["unit", "of", "code", "help"], wrong)?;
    let mut plain = args.plain();
    let (least, most) = plain.next().and_then(bounds).ok_or(wrong)?;
    let size = |number: i64| usize::try_from(number).map_err(|_| wrong);
    let length = Length {
        least: size(least)?,
        most: size(most)?,
        who: plain.next().and_then(text).ok_or(wrong)?,
        bytes: args.is(
            "unit",
            "characters",
            "bytes",
            "`unit` is `characters` or `bytes`",
        )?,
        of: args.word("of", wrong)?,
    };
    Ok((codes::NAME_TOO_LONG, RuleKind::Length(length)))
}

fn letters(args: &Args<'_>) -> Read {
    let wrong = "it is `@letters(\"marks\", script = any, of = field)`";
    args.only(&["script", "of", "code", "help"], wrong)?;
    let letters = Letters {
        marks: args.plain().next().and_then(text).ok_or(wrong)?,
        any_script: args.is("script", "ascii", "any", "`script` is `ascii` or `any`")?,
        of: args.word("of", wrong)?,
    };
    Ok((codes::BAD_NAME, RuleKind::Letters(letters)))
}

fn prefixes(args: &Args<'_>) -> Read {
    let wrong = "it is `@prefix_length(v4 = 16..28, v6 = 64..64)`";
    args.only(&["v4", "v6", "code", "help"], wrong)?;
    let bits = |name| -> Result<Option<(u8, u8)>, Wrong> {
        let Some(expr) = args.named(name) else {
            return Ok(None);
        };
        let (least, most) = bounds(expr).ok_or(wrong)?;
        let bits = |number| u8::try_from(number).map_err(|_| wrong);
        Ok(Some((bits(least)?, bits(most)?)))
    };
    let (four, six) = (bits("v4")?, bits("v6")?);
    if four.is_none() && six.is_none() {
        return Err(wrong);
    }
    Ok((
        codes::RANGE_SIZE,
        RuleKind::Prefixes(Prefixes { four, six }),
    ))
}

fn quota(args: &Args<'_>) -> Read {
    let wrong = "it is `@quota(name, \"what is counted\", times = field, apart = field)`";
    args.only(&["times", "apart"], wrong)?;
    let mut plain = args.plain();
    let quota = Quota {
        name: plain.next().and_then(word).ok_or(wrong)?,
        what: plain.next().and_then(text).ok_or(wrong)?,
        times: args.word("times", wrong)?,
        apart: args.word("apart", wrong)?,
    };
    Ok((codes::QUOTA_EXCEEDED, RuleKind::Quota(quota)))
}

fn same(args: &Args<'_>) -> Read {
    let wrong = "it is `@same(vpc, \"network\", own = subnet.vpc)`";
    args.only(&["own", "code", "help"], wrong)?;
    let mut plain = args.plain();
    let attribute = plain.next().and_then(word).ok_or(wrong)?;
    let same = Same {
        own: match args.named("own") {
            Some(expr) => path(expr).ok_or(wrong)?,
            None => vec![attribute.clone()],
        },
        what: plain.next().and_then(text).ok_or(wrong)?,
        attribute,
    };
    Ok((codes::VPC_MISMATCH, RuleKind::Same(same)))
}

fn whole(args: &Args<'_>) -> Read {
    let wrong = "it is `@whole(1GiB, \"what consists of it\", help = \"…\")`";
    args.only(&["code", "help"], wrong)?;
    let mut plain = args.plain();
    let unit = plain.next().and_then(|expr| literal(expr, None)?.as_size());
    let unit = unit.filter(|unit| unit.0 > 0).ok_or(wrong)?;
    let what = plain.next().and_then(text).ok_or(wrong)?;
    Ok((codes::VOLUME_SIZE, RuleKind::Whole(unit, what)))
}

fn zone(args: &Args<'_>) -> Read {
    let wrong = "it is `@zone(regions)`, with the table that lists the zones of each region";
    args.only(&["code"], wrong)?;
    let table = args.plain().next().and_then(word).ok_or(wrong)?;
    Ok((codes::ZONE_OUTSIDE_REGION, RuleKind::Zone(table)))
}

/// `at = path, says = "…"`, or a list of each.
fn related(args: &Args<'_>) -> Result<Vec<(Expr, Expr)>, Wrong> {
    let all = |name| match args.named(name).map(|expr| &expr.kind) {
        Some(ExprKind::List(items)) => items.clone(),
        _ => args.named(name).cloned().into_iter().collect(),
    };
    let (at, says): (Vec<Expr>, Vec<Expr>) = (all("at"), all("says"));
    match at.len() == says.len() {
        true => Ok(at.into_iter().zip(says).collect()),
        false => Err("`at` is a place and `says` what is said there; one needs the other"),
    }
}

/// Every name in an expression, those bound inside it included.
fn mentioned(expr: &Expr, into: &mut BTreeSet<String>) {
    let mut inside = |parts: &[&Expr]| parts.iter().for_each(|part| mentioned(part, into));
    match &expr.kind {
        ExprKind::Name(name) => {
            into.insert(name.clone());
        }
        ExprKind::String(parts) => {
            for part in parts {
                if let StringPart::Expr(part) = part {
                    mentioned(part, into);
                }
            }
        }
        ExprKind::List(items) => items.iter().for_each(|item| mentioned(item, into)),
        ExprKind::Record(entries) => {
            for entry in entries {
                if let EntryKey::String(key) = &entry.key {
                    mentioned(key, into);
                }
                mentioned(&entry.value, into);
            }
        }
        ExprKind::Member { base, .. } => inside(&[base]),
        ExprKind::Index { base, index } => inside(&[base, index]),
        ExprKind::Call { args, .. } => args.iter().for_each(|arg| mentioned(&arg.value, into)),
        ExprKind::Unary { operand, .. } => inside(&[operand]),
        ExprKind::Binary { left, right, .. } => inside(&[left, right]),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => inside(&[condition, then, otherwise]),
        ExprKind::ListFor { item, each } => {
            inside(&[item, &each.over]);
            each.condition.iter().for_each(|it| mentioned(it, into));
        }
        ExprKind::MapFor { key, value, each } => {
            inside(&[key, value, &each.over]);
            each.condition.iter().for_each(|it| mentioned(it, into));
        }
        ExprKind::Range { from, to } => inside(&[from, to]),
        ExprKind::Is { value, .. } => inside(&[value]),
        _ => {}
    }
}
