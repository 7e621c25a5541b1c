//! What comes before a plan: lookups are answered, interrupted calls are brought to an end, everything is read.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use infra_model::{Address, Desired, FastMap, Lookup, Record, Value};
use infra_sdk::{Failure, FailureKind, Timer};

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

/// Answers the lookups that can be asked, all at once. What `known` has already is not asked again, and what is narrowed
/// by another lookup's answer waits for that: asked sooner, it would find too much.
///
/// # Errors
/// A lookup fails or finds nothing, or its provider is not configured.
pub async fn answer_lookups(
    lookups: &[Lookup],
    known: &BTreeMap<Address, Record>,
    providers: &Providers,
) -> Result<BTreeMap<Address, Record>, PlanError> {
    let answers =
        try_join_all(open(lookups, known).map(|lookup| answer(lookup, known, providers))).await?;
    Ok(known.clone().into_iter().chain(answers).collect())
}

fn open<'a>(
    lookups: &'a [Lookup],
    known: &'a BTreeMap<Address, Record>,
) -> impl Iterator<Item = &'a Lookup> {
    lookups.iter().filter(|lookup| {
        let mut ready = !known.contains_key(&lookup.address);
        for value in lookup.fields.values() {
            value.for_each_address(&mut |address| ready &= known.contains_key(address));
        }
        ready
    })
}

async fn answer(
    lookup: &Lookup,
    known: &BTreeMap<Address, Record>,
    providers: &Providers,
) -> Result<(Address, Record), PlanError> {
    let provider = providers
        .get(&lookup.provider)
        .ok_or_else(|| PlanError::UnknownProvider {
            address: lookup.address.clone(),
            provider: lookup.provider.clone(),
            span: Some(lookup.span),
        })?;
    let id_of = |address: &Address| {
        let id = known.get(address)?.get("id")?;
        id.as_str().map(str::to_owned)
    };
    let fields = record_with_ids(&lookup.fields, &id_of);
    let fail = |failure| PlanError::Lookup {
        address: lookup.address.clone(),
        failure: Box::new(failure),
        span: lookup.span,
    };
    match provider.lookup(&lookup.address.type_name, &fields).await {
        Ok(Some(record)) => Ok((lookup.address.clone(), record)),
        Ok(None) => Err(fail(
            Failure::new(FailureKind::NotFound, "nothing matches this lookup")
                .help("check its fields, the account and the region"),
        )),
        Err(failure) => Err(fail(failure)),
    }
}

#[cfg(test)]
mod tests {
    use infra_model::{FileId, Span};

    use super::*;

    #[test]
    fn a_lookup_that_another_one_narrows_is_asked_after_it() {
        let lookup = |name: &str, fields| Lookup {
            address: Address::root("aws.subnet", name),
            provider: "aws".to_owned(),
            fields,
            span: Span::new(FileId(0), 0, 0),
        };
        let net = Address::root("aws.subnet", "net");
        let within = Value::List(vec![Value::Ref(net.clone())]);
        let lookups = [
            lookup("inside", Record::from([("vpcs".to_owned(), within)])),
            lookup("net", Record::new()),
        ];
        let names = |known: &BTreeMap<Address, Record>| -> Vec<String> {
            let open = open(&lookups, known);
            open.map(|one| one.address.to_string()).collect()
        };
        let nothing = BTreeMap::new();
        assert_eq!(names(&nothing), ["aws.subnet.net"]);
        let answered = BTreeMap::from([(net, Record::new())]);
        assert_eq!(names(&answered), ["aws.subnet.inside"]);
    }
}
