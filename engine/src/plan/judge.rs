//! Judging one resource: what happens to it, and why.

use std::collections::BTreeSet;

use infra_model::{Address, Change, Instance, Record, Value};

use super::action::Decider;
use super::companions::Wanted;
use super::refresh::Seen;
use super::work::Existing;
use super::{Action, FieldChange, Problem, Reason, ResourceChange};
use crate::compare::{Verdict, compare};
use crate::state::{Guard, Status};

impl Decider<'_> {
    /// Decides the action and its reasons.
    pub(super) fn judge(
        &mut self,
        wanted: &Wanted,
        planned: &Record,
        current: Option<&Existing>,
        differing: Vec<FieldChange>,
        change: &mut ResourceChange,
    ) {
        let Some(existing) = current else {
            change.action = Action::Create;
            change.fields = differing;
            change.reasons.push(match &wanted.companion_of {
                Some(of) => Reason::Companion { of: of.clone() },
                None => Reason::New,
            });
            return;
        };
        if existing.gone {
            change.action = Action::Create;
            change.fields = differing;
            change.reasons.push(Reason::Gone);
            return;
        }
        let instance = wanted.instance.as_ref();
        let importing = matches!(change.reasons.first(), Some(Reason::Imported { .. }));
        let requested = self.input.options.replace.contains(&change.address);
        let elsewhere = existing.entry.draft.provider != instance.provider;
        let dearest = differing
            .iter()
            .filter(|field| field.certain)
            .map(|field| field.cost)
            .max();
        if !differing.is_empty() {
            change.reasons.push(Reason::Fields);
        }
        change.conditional = dearest.is_none() && !differing.is_empty();
        if requested || elsewhere || dearest == Some(Change::Replace) {
            change.conditional = false;
            self.replace(wanted, &differing, change, requested, elsewhere);
            if importing {
                self.refuse_import(&differing, change);
            }
        } else if importing {
            change.action = Action::Adopt;
        } else if dearest == Some(Change::Restart) {
            change.action = Action::Restart;
        } else if !differing.is_empty() {
            change.action = Action::Update;
        } else {
            self.record(wanted, planned, existing, change);
        }
        change.fields = differing;
    }

    fn replace(
        &self,
        wanted: &Wanted,
        differing: &[FieldChange],
        change: &mut ResourceChange,
        requested: bool,
        elsewhere: bool,
    ) {
        let instance = wanted.instance.as_ref();
        let schema = self.input.schemas.schema(&change.address.type_name);
        let by_schema = schema.is_some_and(|schema| schema.create_first);
        let create_first = instance.lifecycle.create_first.unwrap_or(by_schema);
        if requested {
            change.reasons.push(Reason::Requested);
        }
        if elsewhere {
            change.reasons.push(Reason::Provider);
        }
        let mut named = BTreeSet::new();
        for field in differing
            .iter()
            .filter(|field| field.cost == Change::Replace)
        {
            field.planned.for_each_address(&mut |on| {
                if self.renewed.contains(on) && named.insert(on.clone()) {
                    change.reasons.push(Reason::Dependency { on: on.clone() });
                }
            });
        }
        change.action = Action::Replace { create_first };
    }

    /// An import that would replace what it imports is a mistake of the declaration.
    fn refuse_import(&mut self, differing: &[FieldChange], change: &ResourceChange) {
        let fields: Vec<String> = differing
            .iter()
            .filter(|field| field.cost == Change::Replace)
            .map(|field| format!("`{}`", field.name))
            .collect();
        self.problems.push(Problem {
            address: change.address.clone(),
            message: format!(
                "what is imported differs in {}, so infra would replace it at once",
                fields.join(", ")
            ),
            help: Some("write the fields as they are in the cloud".to_owned()),
            span: change.span,
        });
    }

    /// Nothing differs in the cloud; the state's own record may still have to change.
    fn record(
        &self,
        wanted: &Wanted,
        planned: &Record,
        existing: &Existing,
        change: &mut ResourceChange,
    ) {
        let instance = wanted.instance.as_ref();
        let draft = &existing.entry.draft;
        let words = guard_words(&draft.guard, &Guard::from(&instance.lifecycle));
        if !words.is_empty() {
            change.reasons.push(Reason::Lifecycle { words });
        }
        let released: Vec<String> = draft
            .authored
            .keys()
            .filter(|name| !planned.contains_key(*name))
            .cloned()
            .collect();
        if !released.is_empty() {
            change.reasons.push(Reason::Released { fields: released });
        }
        if let Some(Seen::Present { drifted, .. }) =
            self.input.refreshed.seen.get(&existing.entry.of)
        {
            let fields: Vec<String> = drifted
                .iter()
                .filter(|field| !instance.lifecycle.ignore.contains(&field.name))
                .map(|field| field.name.clone())
                .collect();
            if !fields.is_empty() {
                change.reasons.push(Reason::Accepted { fields });
            }
        }
        let newly_set = planned
            .keys()
            .any(|name| !draft.authored.contains_key(name));
        let depends: BTreeSet<&Address> = instance.depends.values().flatten().collect();
        let unsettled = existing.entry.status != Status::Ready;
        let restated = change.reasons.is_empty() && self.restated(instance, planned, existing);
        if newly_set || restated || unsettled || !depends.into_iter().eq(&draft.depends) {
            change.reasons.push(Reason::Bookkeeping);
        }
        if !change.reasons.is_empty() {
            change.action = Action::Record;
        }
    }
}

impl Decider<'_> {
    /// Whether the state remembers another value of a field than the program has, although the cloud agrees with the
    /// program: the run that changed it was killed before it could write so.
    fn restated(&self, instance: &Instance, planned: &Record, existing: &Existing) -> bool {
        let type_name = &instance.address.type_name;
        let (Some(provider), Some(schema)) = (
            self.input.providers.get(&instance.provider),
            self.input.schemas.schema(type_name),
        ) else {
            return false;
        };
        let sealed = self.input.state.key().seal(planned);
        let says = provider.canonical(type_name, &sealed);
        let said = provider.canonical(type_name, &existing.entry.draft.authored);
        says.iter().any(|(name, value)| {
            let counts = planned.get(name).is_some_and(Value::is_known)
                && !instance.lifecycle.ignore.contains(name);
            let unordered = schema.field(name).is_some_and(|field| field.unordered);
            let same = |was| compare(value, was, unordered) == Verdict::Same;
            counts && said.get(name).is_some_and(|was| !same(was))
        })
    }
}

/// How the decorators that state remembers change, in words.
fn guard_words(was: &Guard, is: &Guard) -> Vec<String> {
    let mut words = Vec::new();
    match (&was.protect, &is.protect) {
        (None, Some(why)) => words.push(format!("protected from now on ({why})")),
        (Some(_), None) => words.push("no longer protected".to_owned()),
        (Some(was), Some(is)) if was != is => words.push(format!("protected because: {is}")),
        _ => {}
    }
    let flags = [
        (
            "a snapshot before any destruction",
            was.snapshot,
            is.snapshot,
        ),
        (
            "kept in the cloud when it leaves the program",
            was.keep,
            is.keep,
        ),
    ];
    for (what, was, is) in flags {
        match (was, is) {
            (false, true) => words.push(what.to_owned()),
            (true, false) => words.push(format!("no longer: {what}")),
            _ => {}
        }
    }
    words
}
