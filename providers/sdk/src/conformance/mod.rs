//! One suite for every resource type of every provider: what the engine relies on, tried against a cloud.
//!
//! A provider's tests give a [`Case`] for each of its types; [`run`] takes one resource through its life and
//! compares, after each order, as the engine does: canonical forms, the authored fields only.

mod case;
mod compare;
mod create;
mod life;

pub use case::{Case, Outsider};
pub use create::create;

use infra_model::{Change, Schema};

use crate::{Found, Observed, Provider};
use life::Life;

/// A promise of the [`Provider`] trait that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{type_name}, {stage}: {what}")]
pub struct Violation {
    pub type_name: String,
    /// During which part of the resource's life.
    pub stage: String,
    pub what: String,
}

/// Takes one resource of the schema's type through its life: a create whose answer is lost, adoption by its token,
/// settling, an empty second plan, import, every change of the case as the schema prices it, a change by somebody
/// else, and deletion, twice.
///
/// # Errors
/// The first promise that does not hold; a case that leaves a field of the schema out is one.
pub async fn run(
    provider: &dyn Provider,
    schema: &Schema,
    case: &Case<'_>,
) -> Result<(), Violation> {
    let violation = |stage: &str, what: String| Violation {
        type_name: schema.type_name.clone(),
        stage: stage.to_owned(),
        what,
    };
    case.covers(schema)
        .map_err(|what| violation("the case", what))?;
    let mut life = Life::new(provider, schema, case);
    life.begin()
        .await
        .map_err(|what| violation("creation", what))?;
    life.imported()
        .await
        .map_err(|what| violation("import", what))?;
    for step in &case.steps {
        let names: Vec<&str> = step.keys().map(String::as_str).collect();
        let (verb, done) = match life.cost(step) {
            Change::Replace => ("replacement", life.replace(step).await),
            cost => ("update", life.update(step, cost).await),
        };
        done.map_err(|what| violation(&format!("{verb} for {}", names.join(", ")), what))?;
    }
    life.meddled()
        .await
        .map_err(|what| violation("a change by somebody else", what))?;
    life.end().await.map_err(|what| violation("deletion", what))
}

/// What a successful [`Found`] must be.
fn expect_found(found: &Found, id: Option<&str>) -> Result<(), String> {
    let same = match (found, id) {
        (Found::One(found), Some(id)) => found == id,
        (Found::Absent, None) => true,
        _ => false,
    };
    match (same, id) {
        (true, _) => Ok(()),
        (false, Some(id)) => Err(format!("the token leads to {found:?} instead of {id}")),
        (false, None) => Err(format!("the token of nothing leads to {found:?}")),
    }
}

/// The record of what must be there.
fn present(observed: Observed) -> Result<infra_model::Record, String> {
    match observed {
        Observed::Present(record) => Ok(record),
        Observed::Absent => Err("it is read as absent".to_owned()),
    }
}
