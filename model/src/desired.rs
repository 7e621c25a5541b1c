//! What a program asks for, once its inputs are known: the hand-over from the language to the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::{Address, Duration, Named, Record, Span, Value};

/// What concerns the tool and not the cloud, from an instance's decorators.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// `@protect("why")`: refuse to destroy it.
    pub protect: Option<String>,
    /// `@snapshot`: take and verify a snapshot before any destruction.
    pub snapshot: bool,
    /// `@keep`: leave it in the cloud when it leaves the program.
    pub keep: bool,
    /// `@ignore(field, …)`: changes of these fields are nobody's business.
    pub ignore: BTreeSet<String>,
    /// `@replace(create_first)` or `@replace(destroy_first)`; `None` leaves it to the schema.
    pub create_first: Option<bool>,
    /// `@timeout(create = 10m, …)` by verb (`create`, `update`, `delete`).
    pub timeouts: BTreeMap<String, Duration>,
}

/// One resource that shall exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    pub address: Address,
    /// The provider configuration that owns it: `aws`, or `aws.tokyo` for an alias.
    pub provider: String,
    /// The authored fields, schema defaults included, `null`s left out. May hold [`Value::Ref`] and
    /// [`Value::Unknown`]; [`Resolver::resolve`] answers them once more is known.
    pub fields: Record,
    /// The instances each field mentions; `@after` is listed under the empty name.
    pub depends: Named<BTreeSet<Address>>,
    pub lifecycle: Lifecycle,
    /// The declaration's head.
    pub span: Span,
    /// Where each authored field's value is written; a schema default has none.
    pub field_spans: Named<Span>,
}

/// Something that exists and is only read.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    pub address: Address,
    pub provider: String,
    pub fields: Record,
    pub span: Span,
}

/// The configuration of one provider.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderConfig {
    /// `aws`.
    pub name: String,
    /// `tokyo` of `provider aws as tokyo`.
    pub alias: Option<String>,
    pub fields: Record,
    pub span: Span,
}

impl ProviderConfig {
    /// `aws` or `aws.tokyo`: what [`Instance::provider`] names.
    pub fn key(&self) -> String {
        match &self.alias {
            Some(alias) => format!("{}.{alias}", self.name),
            None => self.name.clone(),
        }
    }
}

/// A result of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub name: String,
    pub value: Value,
    pub doc: String,
    pub span: Span,
}

/// The state of one `assert` under what is known.
#[derive(Clone, Debug, PartialEq)]
pub struct AssertOutcome {
    /// `None` while it depends on something the cloud decides.
    pub holds: Option<bool>,
    pub message: String,
    pub span: Span,
}

/// `move old -> new`.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    pub from: Address,
    pub to: Address,
    pub span: Span,
}

/// `import ADDRESS = "id"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    pub address: Address,
    pub id: String,
    pub span: Span,
}

/// `forget ADDRESS`.
#[derive(Clone, Debug, PartialEq)]
pub struct Forget {
    pub address: Address,
    pub span: Span,
}

/// Everything a program asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desired {
    /// The program's name: prefix and tag of what it makes.
    pub program: String,
    pub providers: Vec<ProviderConfig>,
    /// In the order of the program text; addresses are unique.
    pub instances: Vec<Arc<Instance>>,
    /// Lookups whose arguments are known; those that wait for another lookup appear once it is answered.
    pub lookups: Vec<Lookup>,
    pub outputs: Vec<Output>,
    pub asserts: Vec<AssertOutcome>,
    pub moves: Vec<Move>,
    pub imports: Vec<Import>,
    pub forgets: Vec<Forget>,
}

/// What is known of the cloud at some moment: attributes of resources and results of lookups, by address.
/// Every record has an `id`. A missing record means "not known yet"; so does a missing attribute of it.
pub trait Known {
    fn attributes(&self, address: &Address) -> Option<&Record>;
}

impl Known for BTreeMap<Address, Record> {
    fn attributes(&self, address: &Address) -> Option<&Record> {
        self.get(address)
    }
}

/// Evaluation failed with what became known (an index out of range, a failed `where`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ResolveError {
    /// The stable code of the diagnostic.
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    pub span: Span,
}

/// Evaluates parts of a program again when more is known. `infra-lang` implements it; the engine only asks.
pub trait Resolver: Send + Sync {
    /// The fields of one instance under `known`, in the form of [`Instance::fields`].
    fn resolve(&self, address: &Address, known: &dyn Known) -> Result<Record, ResolveError>;

    /// The program's outputs under `known`.
    fn outputs(&self, known: &dyn Known) -> Result<Vec<Output>, ResolveError>;

    /// The program's assertions under `known`.
    fn asserts(&self, known: &dyn Known) -> Result<Vec<AssertOutcome>, ResolveError>;
}
