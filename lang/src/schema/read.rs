//! One schema from its text.

use infra_model::{Change, Duration, FieldSchema, Forbids, Schema, Value};

use super::Listed;
use super::args::{self, Args};
use super::exclusive::{self, exclusive};
use super::rule::Rule;
use super::rules;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::suggest;
use crate::syntax::{BinaryOp, Decorator, Expr, ExprKind, Item, SchemaField, SchemaItem};
use crate::typing::constant::{constant, literal};
use crate::typing::convert::TypeReader;

const TYPE_DECORATORS: [&str; 7] = [
    "data",
    "create_first",
    "timeout",
    "link",
    "unique",
    "check",
    "quota",
];
/// Those of fields, but for the rules.
const FIELD_DECORATORS: [&str; 18] = [
    "once",
    "unique",
    "disjoint",
    "computed",
    "replace",
    "restart",
    "unordered",
    "late",
    "unread",
    "grows",
    "clears",
    "changed_by",
    "holds",
    "moves",
    "forbids",
    "catalogue",
    "prefix",
    "own_id",
];

/// A schema, and what only the language asks of it.
pub(super) struct Read {
    pub schema: Schema,
    /// The catalogue's tables that fields name, by field.
    pub catalogues: Vec<(String, Listed)>,
    /// How its ids begin: `@prefix("vpc-")`.
    pub prefix: Option<String>,
    /// The field of a lookup that takes the id of what is looked up: `@own_id`.
    pub own_id: Option<String>,
    /// `@link`: it joins other things and holds nothing of its own.
    pub link: bool,
    pub rules: Vec<Rule>,
}

pub(super) fn schema(reader: &mut TypeReader<'_>, item: &Item, it: &SchemaItem) -> Read {
    let mut schema = Schema {
        type_name: it.type_name.text(),
        kind: it.kind,
        doc: item.doc.clone().unwrap_or_default(),
        fields: Vec::new(),
        data: None,
        data_unless: None,
        create_first: false,
        timeout_create: None,
        timeout_update: None,
        timeout_delete: None,
        exclusive: Vec::new(),
        span: it.type_name.span,
    };
    let mut link = false;
    let mut rules = Vec::new();
    for decorator in &item.decorators {
        let read = match decorator.name.text.as_str() {
            "link" => {
                link = true;
                Ok(())
            }
            name if is_rule(name) => rule(&mut schema, None, decorator).map(|it| rules.push(it)),
            _ => type_decorator(&mut schema, decorator),
        };
        if let Err(why) = read {
            reader
                .diagnostics
                .push(bad(decorator, why, &TYPE_DECORATORS));
        }
    }
    let mut read = Read {
        schema,
        catalogues: Vec::new(),
        prefix: None,
        own_id: None,
        link,
        rules,
    };
    for field in &it.fields {
        let field = read_field(reader, field, &mut read);
        read.schema.fields.push(field);
    }
    for written in &it.fields {
        let of_rules = |it: &&Decorator| is_rule(&it.name.text);
        for decorator in written.decorators.iter().filter(of_rules) {
            match rule(&mut read.schema, Some(&written.name.text), decorator) {
                Ok(rule) => read.rules.push(rule),
                Err(why) => reader.diagnostics.push(bad_of_field(decorator, why)),
            }
        }
    }
    read
}

fn is_rule(name: &str) -> bool {
    rules::DECORATORS.contains(&name) || exclusive::is_one(name)
}

fn rule(
    schema: &mut Schema,
    field: Option<&str>,
    decorator: &Decorator,
) -> Result<Rule, &'static str> {
    if !exclusive::is_one(&decorator.name.text) {
        return rules::rule(field, decorator);
    }
    let found = exclusive(&schema.type_name, field, decorator)?;
    schema.exclusive.push(found);
    rules::exclusive(field, decorator, schema.exclusive.len() - 1)
}

fn type_decorator(schema: &mut Schema, decorator: &Decorator) -> Result<(), &'static str> {
    match decorator.name.text.as_str() {
        "create_first" => schema.create_first = true,
        "data" => {
            let first = decorator.args.first().filter(|arg| arg.name.is_none());
            let text = first.and_then(|arg| literal(&arg.value, None));
            let text = text.as_ref().and_then(Value::as_str);
            schema.data = Some(text.ok_or("it needs a text: what is lost")?.to_owned());
            for arg in decorator.args.iter().skip(1) {
                let name = arg.name.as_ref().map(|name| name.text.as_str());
                if name != Some("unless") {
                    return Err("its only other argument is `unless = field == word`");
                }
                let exception = exception(&arg.value).ok_or("`unless` is `field == word`")?;
                schema.data_unless = Some(exception);
            }
        }
        "timeout" => {
            for arg in &decorator.args {
                let ExprKind::Duration(duration) = arg.value.kind else {
                    return Err("it needs durations: `@timeout(create = 10m)`");
                };
                *timeout(schema, arg.name.as_ref().map(|name| name.text.as_str()))? =
                    Some(duration);
            }
        }
        _ => return Err(""),
    }
    Ok(())
}

fn timeout<'s>(
    schema: &'s mut Schema,
    verb: Option<&str>,
) -> Result<&'s mut Option<Duration>, &'static str> {
    match verb {
        Some("create") => Ok(&mut schema.timeout_create),
        Some("update") => Ok(&mut schema.timeout_update),
        Some("delete") => Ok(&mut schema.timeout_delete),
        _ => Err("its verbs are `create`, `update` and `delete`"),
    }
}

/// `field == word`
fn exception(expr: &Expr) -> Option<(String, String)> {
    let ExprKind::Binary {
        op: BinaryOp::Equal,
        left,
        right,
        ..
    } = &expr.kind
    else {
        return None;
    };
    let word = |expr: &Expr| match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        _ => literal(expr, None)?.as_str().map(str::to_owned),
    };
    Some((word(left)?, word(right)?))
}

fn read_field(reader: &mut TypeReader<'_>, field: &SchemaField, of: &mut Read) -> FieldSchema {
    let ty = reader.read(&field.ty, None);
    let default = field.default.as_ref().and_then(|default| {
        constant(default, &ty)
            .map_err(|error| reader.diagnostics.push(*error))
            .ok()
    });
    let mut read = FieldSchema {
        name: field.name.text.clone(),
        doc: field.doc.clone().unwrap_or_default(),
        ty,
        default,
        computed: false,
        change: Change::Update,
        unordered: false,
        late: false,
        unread: false,
        grows: false,
        clears: false,
        changed_by: Vec::new(),
        holds: false,
        moves: false,
        forbids: None,
        span: field.name.span,
    };
    for decorator in &field.decorators {
        let first = decorator.args.first().map(|arg| &arg.value);
        match decorator.name.text.as_str() {
            "computed" => read.computed = true,
            "replace" => read.change = Change::Replace,
            "restart" => read.change = Change::Restart,
            "unordered" => read.unordered = true,
            "late" => read.late = true,
            "unread" => read.unread = true,
            "grows" => read.grows = true,
            "clears" => read.clears = true,
            "changed_by" => match first.and_then(args::text) {
                Some(by) => read.changed_by.push(by),
                None => reader.diagnostics.push(bad_of_field(
                    decorator,
                    "it names the type that changes it: `@changed_by(\"aws.elastic_ip\")`",
                )),
            },
            "holds" => read.holds = true,
            "moves" => read.moves = true,
            "forbids" => match forbidden(decorator) {
                Some(what) => read.forbids = Some(what),
                None => reader.diagnostics.push(bad_of_field(
                    decorator,
                    "it says what it forbids: `@forbids(delete)` or `@forbids(stop)`",
                )),
            },
            name if is_rule(name) => {}
            "own_id" => of.own_id = Some(read.name.clone()),
            "prefix" => match first.and_then(args::text) {
                Some(prefix) => of.prefix = Some(prefix),
                None => reader.diagnostics.push(bad_of_field(
                    decorator,
                    "it says how ids begin: `@prefix(\"vpc-\")`",
                )),
            },
            "catalogue" => match listed(decorator) {
                Ok(listed) => of.catalogues.push((read.name.clone(), listed)),
                Err(why) => reader.diagnostics.push(bad_of_field(decorator, why)),
            },
            _ => reader.diagnostics.push(bad_of_field(decorator, "")),
        }
    }
    read
}

/// `@catalogue(machine_types, "machine type", code = "…")`
fn listed(decorator: &Decorator) -> Result<Listed, &'static str> {
    let wrong = "it names a table of the catalogue: `@catalogue(machine_types, \"machine type\", code = \"…\")`";
    let args = Args(decorator);
    args.only(&["code", "help"], wrong)?;
    let mut plain = args.plain();
    Ok(Listed {
        table: plain.next().and_then(args::word).ok_or(wrong)?,
        what: match plain.next() {
            Some(what) => Some((
                args::text(what).ok_or(wrong)?,
                args.named("code").and_then(args::code).ok_or(wrong)?,
            )),
            None => None,
        },
        help: args.text("help", wrong)?,
    })
}

/// `delete` or `stop`
fn forbidden(decorator: &Decorator) -> Option<Forbids> {
    match &decorator.args.first()?.value.kind {
        ExprKind::Name(name) if name == "delete" => Some(Forbids::Delete),
        ExprKind::Name(name) if name == "stop" => Some(Forbids::Stop),
        _ => None,
    }
}

fn bad_of_field(decorator: &Decorator, why: &str) -> Diagnostic {
    let known = [&FIELD_DECORATORS[..], &rules::DECORATORS].concat();
    bad(decorator, why, &known)
}

/// A decorator that does not belong to a schema, or (with a reason) is used wrongly.
fn bad(decorator: &Decorator, why: &str, known: &[&'static str]) -> Diagnostic {
    let name = &decorator.name.text;
    if why.is_empty() {
        let message = format!("a schema has no decorator `@{name}` here");
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_DECORATOR, decorator.name.span, message);
        diagnostic.help = suggest::help(name, known.iter().copied(), "there are");
        return diagnostic;
    }
    Diagnostic::error(
        codes::BAD_DECORATOR,
        decorator.span,
        format!("`@{name}` is not used like this: {why}"),
    )
}
