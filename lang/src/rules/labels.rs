//! `@labels(44, key = 128, value = 256)` before a field of a provider's configuration: labels that the cloud takes,
//! in the field of that name of every resource of the provider. The configuration's own labels are added to each.

use infra_model::desired::ProviderConfig;
use infra_model::{FastMap, Record, Span, Value};

use super::{View, place};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Labels, Rule, RuleKind, Schemas};

pub(super) fn check(view: &mut View<'_>) {
    let schemas = view.schemas;
    for config in view.providers {
        for (rule, labels) in rules(schemas, &config.name) {
            if let Some(Value::Map(map)) = config.fields.get(rule.before()) {
                let over = count(rule, labels, map.len(), config.span);
                view.found
                    .extend(texts(labels, map, config.span).chain(over));
            }
        }
    }
    let mut known: FastMap<&str, Vec<(&Rule, &Labels)>> = FastMap::default();
    for at in view.checked.clone() {
        let provider = at.instance.address.provider();
        let of_provider = known.entry(provider);
        let of_provider = of_provider.or_insert_with(|| rules(schemas, provider));
        for (rule, labels) in of_provider.iter() {
            let config = view.provider(&at.instance);
            let found = of_resource(at, rule, labels, rule.before(), config);
            let found = found.into_iter().filter(|it| !at.allow.contains(it.code));
            view.found.extend(found);
        }
    }
}

/// What the schema of a provider's configuration says of labels.
fn rules<'s>(schemas: &'s Schemas, provider: &str) -> Vec<(&'s Rule, &'s Labels)> {
    let rules = schemas.rules(&format!("provider.{provider}")).iter();
    let labels = rules.filter_map(|rule| match &rule.kind {
        RuleKind::Labels(labels) => Some((rule, labels)),
        _ => None,
    });
    labels.collect()
}

fn of_resource(
    at: &Checked,
    rule: &Rule,
    labels: &Labels,
    field: &str,
    config: Option<&ProviderConfig>,
) -> Vec<Diagnostic> {
    let Some(Value::Map(map)) = at.instance.fields.get(field) else {
        return Vec::new();
    };
    let common = config.and_then(|it| it.fields.get(field)?.as_map());
    let common = common.map_or(0, |common| {
        common.keys().filter(|key| !map.contains_key(*key)).count()
    });
    let span = place(&at.instance, field);
    let found = texts(labels, map, span);
    found
        .chain(count(rule, labels, map.len() + common, span))
        .collect()
}

fn count(rule: &Rule, labels: &Labels, count: usize, span: Span) -> Option<Diagnostic> {
    let most = labels.most;
    if count <= most {
        return None;
    }
    let message = format!("there are {count} tags, and {most} beside infra's own can be");
    let mut diagnostic = Diagnostic::error(codes::QUOTA_EXCEEDED, span, message);
    diagnostic.help = rule.help.as_ref().and_then(super::plain_text);
    Some(diagnostic)
}

fn texts<'m>(
    labels: &'m Labels,
    map: &'m Record,
    span: Span,
) -> impl Iterator<Item = Diagnostic> + 'm {
    map.iter()
        .filter_map(move |(key, value)| one(labels, key, value, span))
}

fn one(labels: &Labels, key: &str, value: &Value, span: Span) -> Option<Diagnostic> {
    if let Some(why) = reserved(labels, key) {
        let message = format!("the tag \"{key}\" cannot be set");
        return Some(Diagnostic::error(codes::BAD_NAME, span, message).help(why));
    }
    let length = |text: &str| text.chars().count();
    let (what, most) = if length(key) > labels.key {
        ("the key", labels.key)
    } else if value.as_str().map_or(0, length) > labels.value {
        ("the value", labels.value)
    } else {
        return None;
    };
    let start: String = key.chars().take(40).collect();
    let message = format!("{what} of the tag \"{start}\" is longer than {most} characters");
    Some(Diagnostic::error(codes::NAME_TOO_LONG, span, message).help("shorten it"))
}

/// Why a key is not the program's to set.
fn reserved<'l>(labels: &'l Labels, key: &str) -> Option<&'l str> {
    let is_it = |(reserved, _): &&(String, String)| match reserved.strip_suffix('*') {
        Some(start) => {
            let begin = key.get(..start.len());
            begin.is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        }
        None => reserved == key,
    };
    let found = labels.reserved.iter().find(is_it);
    found.map(|(_, why)| why.as_str())
}
