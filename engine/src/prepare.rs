//! What comes before a plan: interrupted calls are brought to an end, and everything is read.

use infra_model::{Address, Desired, FastMap, Record, Value};
use infra_sdk::Timer;

use crate::compare::record_with_ids;
use crate::plan::{PlanError, Refreshed, refresh};
use crate::providers::{Providers, SchemaSource};
use crate::state::lock::with_heartbeat;
use crate::state::recover::{Recovered, recover};
use crate::state::{StateError, Store};

/// What was found before planning.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// What became of the calls of an interrupted run.
    pub recovered: Recovered,
    pub refreshed: Refreshed,
}

/// Why nothing can be planned.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error("{0}")]
    State(#[from] StateError),
    #[error("{0}")]
    Plan(#[from] PlanError),
}

/// Recovers what an interrupted run left and reads everything the state knows.
///
/// # Errors
/// The state cannot be written, or the clouds cannot be read.
pub async fn prepare(
    store: &mut Store,
    desired: &Desired,
    providers: &Providers,
    schemas: &dyn SchemaSource,
    timer: &dyn Timer,
) -> Result<Prepared, PrepareError> {
    providers.learn(desired);
    let interrupted = store.state().unresolved().next().is_some();
    let planned = match interrupted {
        true => planned_now(store, desired),
        false => FastMap::default(),
    };
    let fields = |address: &Address| planned.get(address).cloned();
    let recovered = recover(store, providers, schemas, &fields, timer).await?;
    let (state, lock) = store.split()?;
    let (imports, instances) = (&desired.imports, &desired.instances);
    let reading = refresh(state, imports, instances, providers, schemas);
    let refreshed = with_heartbeat(lock, timer, reading).await??;
    Ok(Prepared {
        recovered,
        refreshed,
    })
}

/// The fields that the program gives now, where all of them are known, with the ids of the state.
fn planned_now(store: &Store, desired: &Desired) -> FastMap<Address, Record> {
    let state = store.state();
    let id_of = |address: &Address| state.entry(address).map(|entry| entry.id.clone());
    let fields = desired.instances.iter().map(|instance| {
        let fields = record_with_ids(&instance.fields, &id_of);
        (instance.address.clone(), fields)
    });
    fields
        .filter(|(_, fields)| fields.values().all(Value::is_known))
        .collect()
}
