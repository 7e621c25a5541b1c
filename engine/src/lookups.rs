//! A program with lookups is evaluated more than once: their answers decide what it asks for, and for what it looks next.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use infra_model::{Address, Desired, Lookup, Record};
use infra_sdk::{Failure, FailureKind};

use crate::compare::record_with_ids;
use crate::plan::PlanError;
use crate::providers::Providers;

/// What lookups answered, by their addresses.
pub type Answers = BTreeMap<Address, Record>;

/// Why lookups stay open.
#[derive(Debug)]
pub enum Unanswered<E> {
    /// A lookup fails or finds nothing, or its provider is not configured.
    Lookup(Box<PlanError>),
    /// The program has an error under the answers so far.
    Program(E),
}

/// Answers the program's lookups and evaluates it again, until no lookup is open. What `answers` has already is not asked
/// again. The providers learn the secrets of each evaluation before they are asked.
///
/// # Errors
/// See [`Unanswered`].
pub async fn answer_lookups<T: AsRef<Desired>, E>(
    evaluation: &mut T,
    answers: &mut Answers,
    providers: &Providers,
    mut evaluate: impl FnMut(&Answers) -> Result<T, E>,
) -> Result<(), Unanswered<E>> {
    loop {
        let desired: &Desired = (*evaluation).as_ref();
        providers.learn(desired);
        let asked =
            open(&desired.lookups, answers).map(|lookup| answer(lookup, answers, providers));
        let new = try_join_all(asked).await;
        let new = new.map_err(|error| Unanswered::Lookup(Box::new(error)))?;
        if new.is_empty() {
            return Ok(());
        }
        answers.extend(new);
        *evaluation = evaluate(answers).map_err(Unanswered::Program)?;
    }
}

/// The lookups that can be asked now. What is narrowed by another lookup's answer waits for that: asked sooner, it would
/// find too much.
fn open<'a>(lookups: &'a [Lookup], known: &'a Answers) -> impl Iterator<Item = &'a Lookup> {
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
    known: &Answers,
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
    use infra_model::{FileId, Span, Value};

    use super::*;

    #[test]
    fn a_lookup_that_another_one_narrows_is_asked_after_it() {
        let lookup = |name: &str, fields| Lookup {
            address: Address::root("cloud.subnet", name),
            provider: "cloud".to_owned(),
            fields,
            span: Span::new(FileId(0), 0, 0),
        };
        let net = Address::root("cloud.subnet", "net");
        let within = Value::List(vec![Value::Ref(net.clone())]);
        let lookups = [
            lookup("inside", Record::from([("vpcs".to_owned(), within)])),
            lookup("net", Record::new()),
        ];
        let names = |known: &Answers| -> Vec<String> {
            let open = open(&lookups, known);
            open.map(|one| one.address.to_string()).collect()
        };
        let nothing = BTreeMap::new();
        assert_eq!(names(&nothing), ["cloud.subnet.net"]);
        let answered = BTreeMap::from([(net, Record::new())]);
        assert_eq!(names(&answered), ["cloud.subnet.inside"]);
    }
}
