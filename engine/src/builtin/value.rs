//! `std.value`: a resource that lives in the state only (schema in `stdlib/text/std/value.infra`).

use async_trait::async_trait;
use infra_model::{Address, Record, Value};
use infra_sdk::{
    Account, CallCounts, Create, Created, Delete, Failure, FailureKind, Found, Identified,
    Observed, Provider, Settle, Target, Trace, Update,
};
use sha2::{Digest, Sha256};

/// The name of the type.
const TYPE: &str = "std.value";

/// Characters of an id behind its prefix: 64 bits in hexadecimal.
const ID_HEX_LEN: usize = 16;

/// The provider `std`. It makes no calls, so nothing of it can be lost: what exists is what state says.
#[derive(Clone, Debug, Default)]
pub struct StdProvider {
    calls: CallCounts,
}

/// The id follows from the token, so creating twice with one token makes one thing.
fn id_of(token: &str) -> String {
    let hex = hex::encode(Sha256::digest(token));
    format!("value-{}", &hex[..ID_HEX_LEN])
}

/// The output is the input.
fn output(fields: &Record) -> Record {
    let output = fields.get("input").cloned().unwrap_or(Value::Null);
    Record::from([("output".to_owned(), output)])
}

/// All attributes of a value with these authored fields.
fn attributes(id: &str, fields: &Record) -> Record {
    let mut all = fields.clone();
    all.extend(output(fields));
    all.insert("id".to_owned(), Value::string(id));
    all
}

#[async_trait]
impl Provider for StdProvider {
    fn resource_types(&self) -> &[&'static str] {
        &[TYPE]
    }

    fn lookup_types(&self) -> &[&'static str] {
        &[]
    }

    fn derived(&self, _type_name: &str, fields: &Record) -> Record {
        output(fields)
    }

    fn calls(&self) -> CallCounts {
        self.calls.clone()
    }

    async fn account(&self) -> Result<Account, Failure> {
        Ok(Account {
            id: "std".to_owned(),
            region: String::new(),
            caller: String::new(),
        })
    }

    /// Answers what state says. What is secret is left out, for state does not have it.
    async fn read(&self, _type_name: &str, targets: &[Target]) -> Result<Vec<Observed>, Failure> {
        let answer = |target: &Target| {
            let mut attributes = target.prior.clone();
            attributes.retain(|_, value| !value.has_secret());
            attributes.insert("id".to_owned(), Value::string(&target.id));
            Observed::Present(attributes)
        };
        Ok(targets.iter().map(answer).collect())
    }

    async fn list(&self, _type_name: &str) -> Result<Vec<Identified>, Failure> {
        Ok(Vec::new())
    }

    fn trace(&self, _: &str, _: &str) -> Trace {
        Trace::State
    }

    async fn find_by_token(
        &self,
        _address: &Address,
        _token: &str,
        _fields: Option<&Record>,
    ) -> Result<Found, Failure> {
        Ok(Found::Absent)
    }

    async fn create(&self, order: &Create) -> Result<Created, Failure> {
        Ok(Created {
            id: id_of(&order.token),
        })
    }

    async fn settle(&self, order: &Settle) -> Result<Record, Failure> {
        match &order.fields {
            Some(fields) => Ok(attributes(&order.id, fields)),
            // Without its input only the id is known; the next plan sets the input anew.
            None => Ok(Record::from([("id".to_owned(), Value::string(&order.id))])),
        }
    }

    async fn update(&self, order: &Update) -> Result<Record, Failure> {
        Ok(attributes(&order.id, &order.fields))
    }

    async fn delete(&self, _order: &Delete) -> Result<(), Failure> {
        Ok(())
    }

    async fn lookup(&self, type_name: &str, _fields: &Record) -> Result<Option<Record>, Failure> {
        Err(Failure::new(
            FailureKind::Invalid,
            format!("`{type_name}` is no lookup of the provider `std`"),
        ))
    }
}
