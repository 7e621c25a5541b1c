//! What a plan does to one resource, and why.

use std::fmt;

use infra_model::{Address, Change, Span, Value};

use super::StepId;

/// What happens to one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing.
    None,
    /// Only the state is brought up to date; no call to the cloud.
    Record,
    /// The state no longer knows it; the cloud keeps it.
    Forget,
    /// An existing resource comes into the state.
    Adopt,
    Create,
    /// Changed in place.
    Update,
    /// Changed in place, with a stop and a start.
    Restart,
    /// Made anew.
    Replace {
        /// The new one is there before the old one goes.
        create_first: bool,
    },
    Delete,
}

impl Action {
    /// The action's name in JSON and in scripts.
    pub fn word(self) -> &'static str {
        match self {
            Action::None => "none",
            Action::Record => "record",
            Action::Forget => "forget",
            Action::Adopt => "adopt",
            Action::Create => "create",
            Action::Update => "update",
            Action::Restart => "restart",
            Action::Replace { .. } => "replace",
            Action::Delete => "delete",
        }
    }

    /// Whether the existing resource is destroyed.
    pub fn destroys(self) -> bool {
        matches!(self, Action::Replace { .. } | Action::Delete)
    }
}

/// As people read it: `update (restart)`, `replace (create first)`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Restart => "update (restart)",
            Action::Replace { create_first: true } => "replace (create first)",
            Action::Replace {
                create_first: false,
            } => "replace (destroy first)",
            other => other.word(),
        })
    }
}

/// One field of a planned resource that differs from what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    pub name: String,
    /// What the cloud has now; `None` when the field has no value there.
    pub prior: Option<Value>,
    /// What the program asks for, with references as addresses. May hold unknowns.
    pub planned: Value,
    /// What the change asks of the cloud.
    pub cost: Change,
    /// Why the change costs more than an update in place; `None` when it does not.
    pub why: Option<String>,
    /// The value is known to differ. Otherwise it becomes known while applying and is compared then.
    pub certain: bool,
    /// Where the program sets the field.
    pub span: Option<Span>,
}

/// Why a resource is planned for.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// The program names it and it does not exist yet.
    New,
    /// A resource of the program needs it beside itself.
    Companion { of: Address },
    /// It was deleted outside of infra.
    Gone,
    /// These fields differ: [`ResourceChange::fields`] says how.
    Fields,
    /// It is replaced because a resource it refers to is.
    Dependency { on: Address },
    /// It cannot be made before its predecessor goes, because what both need is destroyed first.
    DestroyFirst { because: Address },
    /// It is destroyed first, because two cannot have what it keeps.
    Keeps { field: String },
    /// It belongs to another provider configuration now.
    Provider,
    /// `--replace` names it.
    Requested,
    /// It is no longer in the program.
    Removed,
    /// Everything shall be destroyed.
    Destroy,
    /// It left the program, and its `@keep` lets it live on in the cloud.
    Keep,
    /// The program says `forget`.
    Forgotten { span: Span },
    /// The program says `import`.
    Imported { span: Span },
    /// The program says `move`.
    Moved { from: Address, span: Span },
    /// The predecessor of a replacement that did not come to its end.
    Leftover,
    /// A request that was believed lost made it beside the one in use.
    Duplicate,
    /// Decorators of the program that the state remembers (`@protect`, `@snapshot`, `@keep`) changed.
    Lifecycle { words: Vec<String> },
    /// What it depends on, or which of its fields the program sets, changed without a change in the cloud.
    Bookkeeping,
    /// Fields the program no longer sets: the cloud keeps their values, which are no longer compared.
    Released { fields: Vec<String> },
    /// What was changed outside is what the program asks for now.
    Accepted { fields: Vec<String> },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::New => f.write_str("new in the program"),
            Reason::Companion { of } => write!(f, "{of} needs it"),
            Reason::Gone => f.write_str("it was deleted outside of infra"),
            Reason::Fields => f.write_str("fields differ"),
            Reason::Dependency { on } => {
                write!(f, "{on}, which it refers to, is replaced")
            }
            Reason::DestroyFirst { because } => {
                write!(f, "destroyed first, because {because} is too")
            }
            Reason::Keeps { field } => {
                write!(f, "destroyed first, because its `{field}` stays the same")
            }
            Reason::Provider => f.write_str("it belongs to another provider configuration now"),
            Reason::Bookkeeping => f.write_str("the state notes what the program says of it now"),
            Reason::Requested => f.write_str("its replacement was asked for"),
            Reason::Removed => f.write_str("no longer in the program"),
            Reason::Destroy => f.write_str("everything is to be destroyed"),
            Reason::Keep => f.write_str("no longer in the program; `@keep` leaves it in the cloud"),
            Reason::Forgotten { .. } => f.write_str("the program says `forget`"),
            Reason::Imported { .. } => f.write_str("the program says `import`"),
            Reason::Moved { from, .. } => write!(f, "it was {from} before"),
            Reason::Leftover => f.write_str("what an unfinished replacement left behind"),
            Reason::Duplicate => {
                f.write_str("a late request made it a second time; nothing uses this one")
            }
            Reason::Lifecycle { words } => write!(f, "{}", words.join("; ")),
            Reason::Released { fields } => {
                write!(f, "no longer set by the program: {}", fields.join(", "))
            }
            Reason::Accepted { fields } => {
                write!(
                    f,
                    "the program agrees with the change made outside: {}",
                    fields.join(", ")
                )
            }
        }
    }
}

/// What a plan does to one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceChange {
    pub address: Address,
    /// The provider configuration that owns it.
    pub provider: String,
    pub action: Action,
    /// The cloud's id of what exists now.
    pub id: Option<String>,
    pub reasons: Vec<Reason>,
    /// What differs; for a create every field that is set.
    pub fields: Vec<FieldChange>,
    /// Every field change waits for a value that becomes known while applying: if none really differs then,
    /// nothing is done.
    pub conditional: bool,
    /// The declaration's head; `None` when it is not in the program.
    pub span: Option<Span>,
    /// The steps that carry it out, ascending.
    pub steps: Vec<StepId>,
}

/// A field that was changed outside of infra: what state last saw beside what the cloud says now.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    pub address: Address,
    /// The resource itself is gone; `fields` is empty then.
    pub gone: bool,
    pub fields: Vec<DriftedField>,
}

/// One field of [`Drift`].
#[derive(Clone, Debug, PartialEq)]
pub struct DriftedField {
    pub name: String,
    pub prior: Option<Value>,
    pub observed: Option<Value>,
}
