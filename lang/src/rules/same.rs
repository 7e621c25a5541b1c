//! `@same(vpc, "network")`: things that belong together have the same network, region or the like.

use infra_model::{Address, Value};

use super::{View, references};
use crate::diagnostic::Diagnostic;
use crate::eval::Checked;
use crate::schema::{Rule, Same};

pub(super) fn check(view: &mut View<'_>, at: &Checked, rule: &Rule, same: &Same) {
    let field = rule.before();
    let Some(value) = at.instance.fields.get(field) else {
        return;
    };
    let own = view.behind(&at.instance, &same.own);
    let Some(own) = own.and_then(|(_, own)| identity(view, own)) else {
        return;
    };
    for other in references(value) {
        let theirs = view.attribute(other, &same.attribute);
        let Some(theirs) = theirs.and_then(|it| identity(view, it)) else {
            continue;
        };
        if own.differs(&theirs) {
            mismatch(view, at, rule, same, other, (&own, &theirs));
        }
    }
}

fn mismatch(
    view: &mut View<'_>,
    at: &Checked,
    rule: &Rule,
    same: &Same,
    other: &Address,
    (own, theirs): (&Identity, &Identity),
) {
    let what = &same.what;
    let there = view.place(other, &same.attribute);
    let field = rule.before();
    view.report(at, field, |span| {
        let message = format!(
            "`{other}` is in the {what} `{}`, and `{}` in `{}`",
            theirs.shown(),
            at.instance.address,
            own.shown()
        );
        let mut diagnostic = Diagnostic::error(rule.code, span, message)
            .help(format!("take one of the same {what}"));
        if let Some(there) = there {
            diagnostic = diagnostic.related(there, format!("the {what} of `{}`", other.name));
        }
        diagnostic
    });
}

/// What tells two things apart: whether this program makes them or only mentions them.
enum Identity {
    Made(Address),
    Text(String),
}

/// Two lookups may find the same thing, so what is looked up is identified by its id.
fn identity(view: &View<'_>, value: Value) -> Option<Identity> {
    match value {
        Value::Ref(address) if view.by_address.contains_key(&address) => {
            Some(Identity::Made(address))
        }
        Value::Ref(address) => {
            let id = view.evaluator.rule_attribute(&address, "id")?;
            Some(Identity::Text(id.as_str()?.to_owned()))
        }
        value => Some(Identity::Text(value.as_str()?.to_owned())),
    }
}

impl Identity {
    fn differs(&self, other: &Identity) -> bool {
        match (self, other) {
            (Identity::Made(a), Identity::Made(b)) => a != b,
            (Identity::Text(a), Identity::Text(b)) => a != b,
            // What is made may be what is looked up.
            _ => false,
        }
    }

    fn shown(&self) -> &str {
        match self {
            Identity::Made(address) => &address.name,
            Identity::Text(text) => text,
        }
    }
}
