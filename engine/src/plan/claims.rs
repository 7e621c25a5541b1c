//! What one resource at a time can hold, before the plan and after it: who lets go of what, and who takes it.

use infra_model::exclusive::{Exclusive, Held, Sameness, Within};
use infra_model::{Change, FastMap, Record, Schema, Value};

use super::action::Decided;
use super::{Action, Problem};
use crate::providers::{Providers, SchemaSource};

/// Something that goes from one change to another.
pub(super) struct Passing<'a> {
    pub holder: usize,
    pub taker: usize,
    pub held: Held<'a>,
    /// The cloud gives it from one to the other in a single call (`@moves`).
    pub moves: bool,
}

/// What passes, what stays where it is, and what two want.
#[derive(Default)]
pub(super) struct Claims<'a> {
    pub passing: Vec<Passing<'a>>,
    /// Replacements that hold afterwards what they hold now, and the field.
    pub kept: Vec<(usize, String)>,
    /// What a resource takes although another one that stays has it.
    pub clashes: Vec<Problem>,
}

struct Claim<'a> {
    at: usize,
    held: Held<'a>,
    moves: bool,
    lets_go: bool,
}

impl<'a> Claims<'a> {
    pub fn new(
        decided: &[Decided],
        schemas: &'a dyn SchemaSource,
        providers: &Providers,
    ) -> Claims<'a> {
        let ids: FastMap<&str, &Record> = (decided.iter())
            .filter_map(|one| one.work.current.as_deref())
            .map(|there| (there.entry.id.as_str(), there.attributes.as_ref()))
            .collect();
        let attribute = |of: &Value, name: &str| ids.get(of.as_str()?)?.get(name).cloned();
        let mut before: FastMap<String, Vec<Claim<'a>>> = FastMap::default();
        let mut taken = Vec::new();
        for (at, one) in decided.iter().enumerate() {
            let Some(schema) = schemas.schema(&one.change.address.type_name) else {
                continue;
            };
            let provider = providers.get(&one.change.provider);
            let canonical = |fields: Record| match provider {
                Some(provider) => provider.canonical(&schema.type_name, &fields),
                None => fields,
            };
            for exclusive in &schema.exclusive {
                let has = has(one, exclusive).map(canonical);
                let has = held(exclusive, has, &attribute);
                let gets = gets(one, exclusive).map(canonical);
                let gets = held(exclusive, gets, &attribute);
                let makes = matches!(one.change.action, Action::Create | Action::Replace { .. });
                let moves = moves(exclusive, schema);
                for held in &gets {
                    if makes || !has.iter().any(|it| it.conflicts(held)) {
                        taken.push((at, held.clone(), moves));
                    }
                }
                for held in has {
                    let destroys = one.change.action.destroys();
                    let lets_go = destroys || !gets.iter().any(|it| it.conflicts(&held));
                    let all = before.entry(key(&held, &one.change.provider)).or_default();
                    all.push(Claim {
                        at,
                        held,
                        moves,
                        lets_go,
                    });
                }
            }
        }
        let mut claims = Claims::default();
        for (taker, wanted, moves) in taken {
            let holders = before.get(&key(&wanted, &decided[taker].change.provider));
            let holders = holders.into_iter().flatten();
            for claim in holders.filter(|claim| claim.held.conflicts(&wanted)) {
                claims.add(decided, claim, taker, &wanted, moves);
            }
        }
        claims
    }

    fn add(
        &mut self,
        decided: &[Decided],
        claim: &Claim<'a>,
        taker: usize,
        wanted: &Held<'a>,
        moves: bool,
    ) {
        let moves = moves && claim.moves;
        if claim.at == taker {
            if !moves {
                self.kept
                    .push((taker, wanted.exclusive.fields.join("`, `")));
            }
        } else if claim.lets_go {
            self.passing.push(Passing {
                holder: claim.at,
                taker,
                held: claim.held.clone(),
                moves,
            });
        } else if !moves {
            let (holder, change) = (&decided[claim.at].change, &decided[taker].change);
            let field = wanted.exclusive.fields.last();
            let span = field.and_then(|name| change.fields.iter().find(|it| it.name == *name));
            let what: Vec<String> = wanted.values.iter().map(Value::to_string).collect();
            self.clashes.push(Problem {
                address: change.address.clone(),
                message: format!(
                    "{} has {} already and keeps it; {}",
                    holder.address,
                    what.join(", "),
                    wanted.exclusive.why
                ),
                help: Some(format!(
                    "take another one, or take it from {} first",
                    holder.address
                )),
                span: span.and_then(|it| it.span).or(change.span),
            });
        }
    }
}

/// Whether the cloud moves what is held from one holder to the next in a single call.
fn moves(exclusive: &Exclusive, schema: &Schema) -> bool {
    let field = |name: &String| schema.field(name).is_some_and(|field| field.moves);
    exclusive.fields.iter().any(field)
}

fn held<'a>(
    exclusive: &'a Exclusive,
    fields: Option<Record>,
    attribute: &dyn Fn(&Value, &str) -> Option<Value>,
) -> Vec<Held<'a>> {
    fields.map_or_else(Vec::new, |fields| exclusive.held(&fields, attribute))
}

/// The fields as the cloud has them. Where several fields say together what is held, those that the program leaves out
/// count as left out, for the cloud then tells its own defaults.
fn has(one: &Decided, exclusive: &Exclusive) -> Option<Record> {
    let there = one.work.current.as_deref().filter(|there| !there.gone)?;
    let mut fields = Record::clone(&there.attributes);
    let authored = &there.entry.draft.authored;
    if exclusive.fields.len() > 1 && !authored.is_empty() {
        let left_out = |name: &&String| !authored.contains_key(*name);
        for name in exclusive.fields.iter().filter(left_out) {
            fields.remove(name);
        }
    }
    Some(fields)
}

/// The fields as they are after the plan.
fn gets(one: &Decided, exclusive: &Exclusive) -> Option<Record> {
    let planned = || {
        let goal = one.work.goal.as_deref()?;
        let mut fields = goal.planned.clone();
        let named = exclusive.fields.iter().any(|name| name == "name");
        if named && !fields.contains_key("name") {
            fields.insert("name".to_owned(), Value::string(&goal.default_name));
        }
        Some(fields)
    };
    match one.change.action {
        Action::Delete => None,
        Action::Create | Action::Replace { .. } => planned(),
        Action::None | Action::Record | Action::Forget => has(one, exclusive),
        Action::Update | Action::Restart | Action::Adopt => {
            let mut fields = has(one, exclusive)?;
            let goal = one.work.goal.as_deref()?;
            for change in &one.change.fields {
                let value = goal.planned.get(&change.name).unwrap_or(&Value::Null);
                fields.insert(change.name.clone(), value.clone());
            }
            Some(fields)
        }
    }
}

/// What conflicting holders have in common.
fn key(held: &Held<'_>, provider: &str) -> String {
    let exclusive = held.exclusive;
    let scope = match exclusive.within {
        Within::Account => provider.split('.').next().unwrap_or_default(),
        _ => provider,
    };
    let mut values: Vec<String> = held.values.iter().map(Value::to_string).collect();
    match exclusive.sameness {
        Sameness::Equal => {}
        Sameness::Caseless => values.iter_mut().for_each(|it| *it = it.to_lowercase()),
        Sameness::AnyOrder => values.sort_unstable(),
        Sameness::Overlap => values.clear(),
    }
    format!("{} {scope} {:?} {values:?}", exclusive.class, held.within)
}

/// The fields without which a resource no longer holds something, each with what is left of it. Empty when that cannot
/// be had in place.
pub(super) fn without(held: &Held<'_>, attributes: &Record, schema: &Schema) -> Record {
    let exclusive = held.exclusive;
    let in_place = |name: &&String| {
        let field = schema.field(name);
        field.is_some_and(|field| field.change == Change::Update)
    };
    let within = match &exclusive.within {
        // Without a value it is held all the same, so what it is held in is let go of.
        Within::Fields(names) if exclusive.unset.is_some() => names.as_slice(),
        _ => &[],
    };
    let names = if within.is_empty() {
        &exclusive.fields
    } else {
        within
    };
    let names: Vec<&String> = names.iter().filter(in_place).collect();
    let left = names.into_iter().map(|name| {
        let left = match attributes.get(name) {
            Some(Value::List(items)) => {
                let stays = |item: &&Value| !held.values.contains(item);
                Value::List(items.iter().filter(stays).cloned().collect())
            }
            _ => Value::Null,
        };
        (name.clone(), left)
    });
    left.collect()
}
