//! Why there is no plan.

use infra_model::{Address, ResolveError, Span};
use infra_sdk::Failure;

/// What is wrong with one resource of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub address: Address,
    pub message: String,
    pub help: Option<String>,
    pub span: Option<Span>,
}

/// There is no plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// Resources wait for each other and no `@late` field breaks the circle.
    #[error("these resources wait for each other: {}", circle(.members))]
    Cycle {
        /// The members with the field through which each waits for the next.
        members: Vec<(Address, String)>,
        span: Option<Span>,
    },
    /// The steps of these resources wait for each other.
    #[error(
        "no order of steps exists for {}: each has what another one takes; make the plan in two applies, the first \
         without what they take of each other",
        addresses(.0)
    )]
    Entangled(Vec<Address>),
    /// The state or the program names a type that no schema describes.
    #[error("{address} is of a type that this infra does not know: `{}`", .address.type_name)]
    UnknownType {
        address: Address,
        span: Option<Span>,
    },
    /// The state or the program names a provider that is not configured.
    #[error("{address} belongs to the provider `{provider}`, which is not configured")]
    UnknownProvider {
        address: Address,
        provider: String,
        span: Option<Span>,
    },
    /// Two resources need a companion of one address with different fields.
    #[error("{first} and {second} need {address} with different fields")]
    CompanionConflict {
        address: Address,
        first: Address,
        second: Address,
    },
    /// The program fails with what is known now.
    #[error("{address}: {error}")]
    Resolve {
        address: Address,
        error: ResolveError,
    },
    /// Outputs or assertions fail with what is known now.
    #[error("{0}")]
    Evaluate(ResolveError),
    /// An option names something that neither the program nor the state has.
    #[error("`{option} {address}` names nothing: neither the program nor the state has it")]
    NoSuchAddress {
        option: &'static str,
        address: Address,
    },
    /// Providers find values that the cloud would refuse.
    #[error("{}", problems(.0))]
    Invalid(Vec<Problem>),
    /// The cloud could not be read.
    #[error("reading the resources of type `{type_name}` failed: {failure}")]
    Read {
        type_name: String,
        failure: Box<Failure>,
    },
    /// A lookup found nothing or failed.
    #[error("{address}: {failure}")]
    Lookup {
        address: Address,
        failure: Box<Failure>,
        span: Span,
    },
}

fn circle(members: &[(Address, String)]) -> String {
    let mut text = String::new();
    for (address, field) in members {
        match field.as_str() {
            "" => text.push_str(&format!("{address} (by `@after`) -> ")),
            field => text.push_str(&format!("{address} (by `{field}`) -> ")),
        }
    }
    if let Some((first, _)) = members.first() {
        text.push_str(&first.to_string());
    }
    text
}

fn addresses(addresses: &[Address]) -> String {
    let words: Vec<String> = addresses.iter().map(Address::to_string).collect();
    words.join(", ")
}

fn problems(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.address, problem.message))
        .collect();
    lines.join("\n")
}
