//! Data loss and protection: what a plan would destroy, and what is refused.

use std::fmt;

use infra_model::{Address, Forbids, Span};

use super::Action;

/// A resource that holds data and that the plan destroys.
#[derive(Clone, Debug, PartialEq)]
pub struct DataLoss {
    pub address: Address,
    /// The cloud's id of what is destroyed.
    pub id: String,
    /// What is lost, in the schema's words: `the contents of the volume`.
    pub what: String,
    /// What destroys it.
    pub action: Action,
    /// A snapshot is taken and verified first.
    pub snapshot_first: bool,
    /// `--allow-data-loss` names it.
    pub allowed: bool,
    pub span: Option<Span>,
}

/// As a sentence: `deleting aws.volume.data (vol-1) loses the contents of the volume`.
impl fmt::Display for DataLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let doing = match self.action {
            Action::Replace { .. } => "replacing",
            _ => "deleting",
        };
        write!(
            f,
            "{doing} {} ({}) loses {}",
            self.address, self.id, self.what
        )?;
        if self.snapshot_first {
            f.write_str("; a snapshot is taken first")?;
        }
        Ok(())
    }
}

/// Why a plan may be shown but not applied.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// `@protect` stands on it in the program or stood there at the last apply.
    #[error("{address} is protected ({why}), and the plan would destroy it")]
    Protected {
        address: Address,
        why: String,
        /// The program still says `@protect`; otherwise only the state remembers it.
        in_program: bool,
        span: Option<Span>,
    },
    /// Data would be lost without consent.
    #[error("{0}")]
    DataLoss(DataLoss),
    /// A flag that the program itself has set makes the cloud refuse it.
    #[error("{address} has `{field} = true`, and the plan would {} it", doing(*.what))]
    Forbidden {
        address: Address,
        field: String,
        what: Forbids,
        /// The program still declares it.
        in_program: bool,
        span: Option<Span>,
    },
    /// It is not known what became of a call of an earlier run; doing more could double something.
    #[error("it is not known what became of the {doing} of {address} in an earlier run: {why}{}", seen(.candidates))]
    Unfinished {
        address: Address,
        /// `create`, `update`, `delete` or `snapshot`.
        doing: &'static str,
        /// The ids of what may be the result.
        candidates: Vec<String>,
        why: String,
    },
    /// An `assert` of the program does not hold.
    #[error("the program's assertion does not hold: {message}")]
    Assert { message: String, span: Span },
}

fn doing(what: Forbids) -> &'static str {
    match what {
        Forbids::Delete => "delete",
        Forbids::Stop => "stop",
    }
}

fn seen(candidates: &[String]) -> String {
    match candidates {
        [] => String::new(),
        ids => format!(" (seen: {})", ids.join(", ")),
    }
}

impl Refusal {
    /// What the user can do about it.
    pub fn help(&self) -> String {
        match self {
            Refusal::Protected {
                address,
                in_program: true,
                ..
            } => format!("to delete it, remove `@protect` from {address}, apply, and plan again"),
            Refusal::Protected { address, .. } => format!(
                "the program no longer has `@protect`, but the state does: restore the declaration of {address} \
                 without `@protect`, apply, and then remove it"
            ),
            Refusal::DataLoss(loss) => format!(
                "if you want this, add `--allow-data-loss '{}'`; to keep it in the cloud, write `@keep` or `forget`",
                loss.address
            ),
            Refusal::Forbidden {
                address,
                field,
                in_program: true,
                ..
            } => format!("set `{field} = false` on {address}, apply, and plan again"),
            Refusal::Forbidden { address, field, .. } => format!(
                "restore the declaration of {address} with `{field} = false`, apply, and then remove it"
            ),
            Refusal::Unfinished { candidates, .. } if candidates.is_empty() => {
                "run `infra apply`: it asks the cloud first and then plans".to_owned()
            }
            Refusal::Unfinished { .. } => {
                "look at them in the cloud, delete or `import` each, and run again".to_owned()
            }
            Refusal::Assert { .. } => "change the program until the assertion holds".to_owned(),
        }
    }

    /// Where the program causes it.
    pub fn span(&self) -> Option<Span> {
        match self {
            Refusal::Protected { span, .. } => *span,
            Refusal::DataLoss(loss) => loss.span,
            Refusal::Forbidden { span, .. } => *span,
            Refusal::Unfinished { .. } => None,
            Refusal::Assert { span, .. } => Some(*span),
        }
    }
}
