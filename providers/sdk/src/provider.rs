//! The `Provider` trait and the requests that go through it.

use async_trait::async_trait;
use infra_model::{Address, Record};

use crate::{CallCounts, Failure, FailureKind};

/// The configuration of a provider as the program gives it, and who is asking.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// The program's name: the value of the `infra:program` tag and the prefix of default names.
    pub program: String,
    /// The fields of the `provider` block, all known.
    pub config: Record,
}

/// Whose account the credentials open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: String,
    pub region: String,
    /// The caller, for error messages (`arn:aws:iam::…:user/dev`).
    pub caller: String,
}

impl Account {
    /// Refuses an account that is none of those that the program may touch.
    ///
    /// # Errors
    /// `Denied`.
    pub fn check(&self, allowed: &[String]) -> Result<(), Failure> {
        if allowed.contains(&self.id) {
            return Ok(());
        }
        let message = format!(
            "the credentials open the account {} (as {}), and this program may only touch {}",
            self.id,
            self.caller,
            allowed.join(", ")
        );
        Err(Failure::new(FailureKind::Denied, message)
            .help("choose another profile, or add the account to `accounts` of the provider block"))
    }
}

/// A resource that others share and that no program text names, such as the snapshot all swap volumes of one
/// size are made from. The engine plans it like any other resource and sets `field` to a reference to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Companion {
    pub address: Address,
    pub fields: Record,
    /// The field of the asking resource that refers to the companion.
    pub field: String,
}

/// One existing resource to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub address: Address,
    pub id: String,
    /// Its attributes as state last saw them; empty right after an import.
    pub prior: Record,
}

/// What the cloud says of one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// All attributes, in the names and types of the schema, with `id`. A field the cloud does not answer
    /// (a write-only one) is left out.
    Present(Record),
    Absent,
}

/// An existing resource, found by listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Identified {
    pub id: String,
    /// The name people see.
    pub name: String,
    /// The `infra:program` and `infra:address` tags, when it bears them.
    pub program: Option<String>,
    pub address: Option<String>,
}

/// A resource as a plan finds it and leaves it.
#[derive(Clone, Debug)]
pub struct Prospect<'a> {
    pub address: &'a Address,
    /// Its attributes now; `None` for what is not there.
    pub before: Option<&'a Record>,
    /// Its fields afterwards, references replaced by ids where those are known; what the program does not set is as
    /// before. `None` for what goes.
    pub after: Option<&'a Record>,
    /// What is there is deleted: it goes, or another takes its place.
    pub destroyed: bool,
}

/// A step of a plan that the cloud would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    pub address: Address,
    pub message: String,
    pub help: String,
}

/// An order to create one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Create {
    pub address: Address,
    /// The idempotency token: at most 64 ASCII characters, journalled before the call.
    pub token: String,
    /// The name to give when the program sets none: `51desk-ec2_1-data`.
    pub default_name: String,
    /// The planned fields: references replaced by ids, everything known. Secrets are still wrapped.
    pub fields: Record,
}

/// The first answer to a create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    pub id: String,
}

/// An order to bring a created resource to its planned fields, wait until it is ready and read it back.
/// It may be given twice, after a crash: every call it makes must be idempotent.
#[derive(Clone, Debug, PartialEq)]
pub struct Settle {
    pub address: Address,
    pub id: String,
    pub token: String,
    /// The planned fields, or `None` when recovery no longer knows them: then only wait and read.
    pub fields: Option<Record>,
}

/// An order to change fields in place.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    pub address: Address,
    pub id: String,
    pub token: String,
    /// The attributes as last read.
    pub prior: Record,
    /// The planned fields.
    pub fields: Record,
    /// The names of the fields that differ.
    pub changed: Vec<String>,
    /// The plan allows the machine to stop and start.
    pub restart: bool,
}

impl Update {
    /// Whether it changes a field.
    pub fn changes(&self, name: &str) -> bool {
        self.changed.iter().any(|field| field == name)
    }
}

/// An order to delete. Deleting what is gone already is a success.
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    pub address: Address,
    pub id: String,
    pub token: String,
    pub prior: Record,
}

/// An order to take a snapshot of a resource's data and to wait until it is complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub address: Address,
    pub id: String,
    pub token: String,
    pub prior: Record,
}

/// The answer to "did the create with this token happen?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Exactly this one.
    One(String),
    /// None that the cloud shows now.
    Absent,
    /// Several, or no right to look: a human must decide. The ids that were seen.
    Unclear(Vec<String>),
}

/// How a create is known again when its answer was lost. The engine decides by it how to ask and whether to send the
/// create again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// It exists in the state alone: no answer can be lost.
    State,
    /// The create call takes the token: sent again, it makes nothing twice.
    Token,
    /// The cloud gives the identity only once, so a create that was carried out refuses the next one, and the identity
    /// finds it.
    Name,
    /// What was made bears the token as a tag, and nothing else keeps a second one from being made: an answer "no" may
    /// be wrong as long as the cloud does not list what is new, and as long as the request may still arrive.
    Tag,
}

/// A cloud. One value per provider configuration (account and region).
///
/// All methods may be called concurrently. Retries of throttled and temporarily failed calls, and pauses
/// between polls, happen inside; a [`Failure`] that comes out is final for this step.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The resource types it manages, sorted. `stdlib` has exactly one schema for each.
    fn resource_types(&self) -> &[&'static str];

    /// The lookup types it answers, sorted.
    fn lookup_types(&self) -> &[&'static str];

    /// How many API calls were sent so far.
    fn calls(&self) -> CallCounts;

    /// Shared resources that a planned resource needs beside it. Pure.
    fn companions(&self, type_name: &str, fields: &Record) -> Vec<Companion> {
        let _ = (type_name, fields);
        Vec::new()
    }

    /// Brings fields into the form in which desired and observed are compared (rules flattened, common tags
    /// merged in, addresses normalised). Applied to both sides. Pure; must be idempotent.
    fn canonical(&self, type_name: &str, fields: &Record) -> Record {
        let _ = type_name;
        fields.clone()
    }

    /// Computed attributes that follow from the fields alone: the id of what is known by its name, and secrets, which
    /// state does not keep. Pure.
    fn derived(&self, type_name: &str, fields: &Record) -> Record {
        let _ = (type_name, fields);
        Record::new()
    }

    /// Checks what needs more knowledge than types: the messages of problems in known fields. Pure.
    fn validate(&self, type_name: &str, fields: &Record) -> Vec<String> {
        let _ = (type_name, fields);
        Vec::new()
    }

    /// What the cloud would refuse of a plan and no single resource tells, such as a gateway that leaves a network while
    /// something in it has a public address. Given all resources of this provider configuration. Pure.
    fn foresee(&self, plan: &[Prospect<'_>]) -> Vec<Foreseen> {
        let _ = plan;
        Vec::new()
    }

    /// Asks the cloud whose credentials these are.
    async fn account(&self) -> Result<Account, Failure>;

    /// Reads all `targets` of one type in as few calls as the API allows, in the order of `targets`.
    async fn read(&self, type_name: &str, targets: &[Target]) -> Result<Vec<Observed>, Failure>;

    /// Every resource of the type in the account and region.
    async fn list(&self, type_name: &str) -> Result<Vec<Identified>, Failure>;

    /// How a create of this type with this token is known again. Pure.
    fn trace(&self, type_name: &str, token: &str) -> Trace {
        let _ = (type_name, token);
        Trace::Tag
    }

    /// For how long, in milliseconds, reads and listings may not show a change that the cloud has carried out.
    fn visible_ms(&self) -> u64 {
        0
    }

    /// Whether a create with this token happened, as far as the cloud shows it now. It is asked once: how often and for
    /// how long to ask is the engine's decision. `fields` are the planned fields when they are still known; natural keys
    /// are taken from them.
    async fn find_by_token(
        &self,
        address: &Address,
        token: &str,
        fields: Option<&Record>,
    ) -> Result<Found, Failure>;

    /// What has to be the same for creates of this type to be carried out by one call; `None` when this one is carried
    /// out alone. Creates that agree in it and begin together get tokens of one group (see [`crate::Member`]). Pure.
    fn alike(&self, order: &Create) -> Option<Record> {
        let _ = order;
        None
    }

    /// Sends the create call with its token and returns the id at once, before any follow-up. When the answer is lost
    /// the failure is `ambiguous`; then the engine asks and decides.
    async fn create(&self, order: &Create) -> Result<Created, Failure>;

    /// Completes a create, waits until it is ready and reads it back.
    async fn settle(&self, order: &Settle) -> Result<Record, Failure>;

    /// Changes fields in place, waits until done and reads back.
    async fn update(&self, order: &Update) -> Result<Record, Failure>;

    /// Deletes and waits until it is gone.
    async fn delete(&self, order: &Delete) -> Result<(), Failure>;

    /// Called once when the steps of an apply have ended, however they ended: puts back what a step left open because
    /// a later one might have needed it so.
    async fn conclude(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// Takes a snapshot of the resource's data and verifies that it is complete; the snapshot's ids.
    async fn snapshot(&self, order: &Snapshot) -> Result<Vec<String>, Failure> {
        let _ = order;
        Err(Failure::new(
            crate::FailureKind::Invalid,
            "this type has nothing to take a snapshot of",
        ))
    }

    /// Answers one lookup; the record has an `id`. `None` when nothing matches.
    async fn lookup(&self, type_name: &str, fields: &Record) -> Result<Option<Record>, Failure>;
}
