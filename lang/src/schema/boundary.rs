//! The values at the edge of the rules that figures or letters decide, so that a test can hold the library against
//! something else that knows them.

use infra_model::{Record, Size, Value};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Letters, Prefixes, Rule, RuleKind, Schemas};

/// The last values that a rule takes and the first that it refuses.
#[derive(Clone, Debug)]
pub struct Boundary {
    /// The rule as [`Schemas::rule_names`] names it.
    pub rule: String,
    pub type_name: String,
    pub field: String,
    /// The field of each item of the list that has the value.
    pub of: Option<String>,
    pub good: Vec<Value>,
    pub bad: Vec<Value>,
}

/// Characters that some cloud may refuse.
const SUSPECT: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ é™";

impl Schemas {
    /// Every rule over values: `aws.volume.size whole volume-size`, with the type, the field, the decorator and the code.
    pub fn rule_names(&self) -> Vec<String> {
        let all = self.rules.iter();
        all.flat_map(|(ty, rules)| rules.iter().map(|rule| name(ty, rule)))
            .collect()
    }

    /// The boundaries of the rules that have some.
    pub fn boundaries(&self) -> Vec<Boundary> {
        let mut found = Vec::new();
        for (type_name, rules) in &self.rules {
            for rule in rules {
                let of = match &rule.kind {
                    RuleKind::Length(length) => length.of.clone(),
                    RuleKind::Letters(letters) => letters.of.clone(),
                    _ => None,
                };
                let (good, bad) = values(rule);
                if good.is_empty() && bad.is_empty() {
                    continue;
                }
                found.push(Boundary {
                    rule: name(type_name, rule),
                    type_name: type_name.clone(),
                    field: rule.field.clone().unwrap_or_default(),
                    of,
                    good,
                    bad,
                });
            }
        }
        found
    }
}

fn name(type_name: &str, rule: &Rule) -> String {
    let kind = match &rule.kind {
        RuleKind::Exclusive(_) => "exclusive",
        RuleKind::Check(_) => "check",
        RuleKind::Prefixes(_) => "prefix_length",
        RuleKind::Inside(_) => "inside",
        RuleKind::Same(_) => "same",
        RuleKind::Zone(_) => "zone",
        RuleKind::Length(_) => "length",
        RuleKind::Letters(_) => "letters",
        RuleKind::Labels(_) => "labels",
        RuleKind::Whole(..) => "whole",
        RuleKind::Distinct(_) => "distinct",
        RuleKind::Quota(_) => "quota",
    };
    let field = rule.field.as_deref().unwrap_or("*");
    format!("{type_name}.{field} {kind} {}", rule.code)
}

fn values(rule: &Rule) -> (Vec<Value>, Vec<Value>) {
    let text = |count: usize| Value::String("x".repeat(count));
    match &rule.kind {
        RuleKind::Prefixes(prefixes) => ranges(prefixes),
        RuleKind::Length(length) => {
            let good = [length.least.max(1), length.most].map(text);
            let short = length.least.checked_sub(1).filter(|count| *count > 0);
            let bad = short.into_iter().chain([length.most + 1]).map(text);
            (good.into(), bad.collect())
        }
        RuleKind::Letters(letters) => characters(letters),
        RuleKind::Whole(unit, _) => {
            let good = Size(8 * unit.0);
            (
                vec![Value::Size(good)],
                vec![Value::Size(Size(good.0 + unit.0 / 2))],
            )
        }
        RuleKind::Labels(labels) => {
            let many = |count: usize| {
                let label = |n| (format!("key-{n}"), Value::string("x"));
                Value::Map((0..count).map(label).collect())
            };
            let one = |key: usize, value: usize| {
                Value::Map(Record::from([("x".repeat(key), text(value))]))
            };
            let good = vec![many(labels.most), one(labels.key, labels.value)];
            let mut bad = vec![
                many(labels.most + 1),
                one(labels.key + 1, 1),
                one(1, labels.value + 1),
            ];
            let reserved = labels
                .reserved
                .iter()
                .map(|(key, _)| match key.strip_suffix('*') {
                    Some(start) => format!("{start}x"),
                    None => key.clone(),
                });
            bad.extend(reserved.map(|key| Value::Map(Record::from([(key, Value::string("x"))]))));
            (good, bad)
        }
        _ => (Vec::new(), Vec::new()),
    }
}

fn ranges(prefixes: &Prefixes) -> (Vec<Value>, Vec<Value>) {
    let four = |length: u8| Ipv4Net::new([10, 0, 0, 0].into(), length).map(IpNet::V4);
    let six =
        |length: u8| Ipv6Net::new([0x2600, 0, 0, 0, 0, 0, 0, 0].into(), length).map(IpNet::V6);
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    if let Some((least, most)) = prefixes.four {
        good.extend([four(least), four(most)]);
        bad.extend([four(least - 1), four(most + 1)]);
    }
    if let Some((least, most)) = prefixes.six {
        good.extend([six(least), six(most)]);
        bad.extend([six(least - 1), six(most + 1)]);
    }
    let value = |range: Result<IpNet, _>| range.ok().map(|it: IpNet| Value::Cidr(it.trunc()));
    (
        good.into_iter().filter_map(value).collect(),
        bad.into_iter().filter_map(value).collect(),
    )
}

fn characters(letters: &Letters) -> (Vec<Value>, Vec<Value>) {
    let around = |c: char| Value::String(format!("ab{c}cd"));
    let (good, bad): (Vec<char>, Vec<char>) = SUSPECT.chars().partition(|c| letters.takes(*c));
    (
        good.into_iter().map(around).collect(),
        bad.into_iter().map(around).collect(),
    )
}
