//! Resources that others need beside themselves and that no program text names.
//!
//! Providers name them ([`infra_sdk::Provider::companions`]); from then on they are planned like any other
//! resource, and deleted when nobody needs them any more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra_model::{Address, FastMap, Instance, Lifecycle, Named, Record, Step, Value};
use infra_sdk::Companion;

use super::PlanError;
use crate::providers::Providers;

/// A resource that shall exist: written by the program, or needed by one that is.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub instance: Arc<Instance>,
    /// Fields that refer to companions; the program does not know them.
    pub added: Record,
    /// The first resource that needs this companion; `None` for what the program names.
    pub companion_of: Option<Address>,
}

/// The instances of the program, each with the references to its companions, followed by the companions.
pub(super) fn expand(
    instances: &[Arc<Instance>],
    providers: &Providers,
) -> Result<Vec<Wanted>, PlanError> {
    let mut wanted: Vec<Wanted> = Vec::with_capacity(instances.len());
    let mut companions: BTreeMap<Address, (Instance, Address)> = BTreeMap::new();
    for instance in instances {
        let found = providers
            .get(&instance.provider)
            .map(|provider| provider.companions(&instance.address.type_name, &instance.fields))
            .unwrap_or_default();
        let mut item = Wanted {
            instance: instance.clone(),
            added: Record::new(),
            companion_of: None,
        };
        for companion in found {
            let address = place(&companion.address, &instance.provider);
            let owned = Arc::make_mut(&mut item.instance);
            let reference = Value::Ref(address.clone());
            owned
                .fields
                .insert(companion.field.clone(), reference.clone());
            let depends = owned.depends.or_default(&companion.field);
            depends.insert(address.clone());
            item.added.insert(companion.field.clone(), reference);
            note(&mut companions, address, companion, instance)?;
        }
        wanted.push(item);
    }
    let named: FastMap<&Address, &Instance> = instances
        .iter()
        .map(|instance| (&instance.address, instance.as_ref()))
        .collect();
    for (address, (_, asker)) in &companions {
        if let Some(instance) = named.get(address) {
            return Err(PlanError::CompanionConflict {
                address: address.clone(),
                first: instance.address.clone(),
                second: asker.clone(),
            });
        }
    }
    wanted.extend(companions.into_values().map(|(instance, asker)| Wanted {
        instance: Arc::new(instance),
        added: Record::new(),
        companion_of: Some(asker),
    }));
    Ok(wanted)
}

/// Remembers a companion once, whoever asks for it.
fn note(
    companions: &mut BTreeMap<Address, (Instance, Address)>,
    address: Address,
    companion: Companion,
    asker: &Instance,
) -> Result<(), PlanError> {
    if let Some((known, first)) = companions.get(&address) {
        if known.fields != companion.fields {
            return Err(PlanError::CompanionConflict {
                address,
                first: first.clone(),
                second: asker.address.clone(),
            });
        }
        return Ok(());
    }
    let mut depends: Named<BTreeSet<Address>> = Named::new();
    for (field, value) in &companion.fields {
        value.for_each_address(&mut |target| {
            depends.or_default(field).insert(target.clone());
        });
    }
    let instance = Instance {
        address: address.clone(),
        provider: asker.provider.clone(),
        fields: companion.fields,
        depends,
        lifecycle: Lifecycle::default(),
        span: asker.span,
        field_spans: Named::new(),
    };
    companions.insert(address, (instance, asker.address.clone()));
    Ok(())
}

/// Each provider configuration has companions of its own: those of an alias bear its name in their path.
fn place(address: &Address, provider: &str) -> Address {
    let mut address = address.clone();
    if let Some((_, alias)) = provider.split_once('.') {
        let step = Step {
            name: alias.to_owned(),
            key: None,
        };
        address.path.insert(0, step);
    }
    address
}
