//! The regions of a cloud, and the transactions that change them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ground::cloud::Inspected;
use crate::ground::journal::Change;
use crate::ground::ledger::{Ledger, Unwritten};
use crate::ground::mint::Mint;
use crate::ground::table::AnyTable;

/// A region as far as all clouds agree: tables of entities, at the moment of a request.
pub trait Place {
    /// What is the same in all regions of an account.
    type Conditions;

    /// A region in which nothing exists yet.
    fn blank(name: &str, conditions: &Self::Conditions) -> Self;
    /// All tables.
    fn tables(&self) -> Vec<&dyn AnyTable>;
    /// All tables, to be changed.
    fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable>;
    /// A request begins: its moment, and where its ids come from.
    fn begin(&mut self, now: u64, mint: Mint);
    /// These entities were made by the request that ends.
    fn born(&mut self, ids: Vec<String>);
    /// Adds to an entity what its region keeps beside it.
    fn complete(&self, _id: &str, _entity: &mut Value) {}
}

/// All regions of an account.
pub struct Regions<P: Place> {
    by_name: BTreeMap<String, P>,
    tx: u64,
    seed: u64,
    conditions: P::Conditions,
}

impl<P: Place> Regions<P> {
    /// An empty account.
    pub fn new(seed: u64, conditions: P::Conditions) -> Self {
        Self {
            by_name: BTreeMap::new(),
            tx: 0,
            seed,
            conditions,
        }
    }

    /// The region of that name at the moment `now`, made on first sight.
    pub fn region(&mut self, name: &str, now: u64) -> &mut P {
        let mint = Mint::new(self.seed, name, self.tx + 1);
        let region = self.place(name);
        region.begin(now, mint);
        region
    }

    /// A region that a request only reads from.
    pub fn peek(&self, name: &str) -> Option<&P> {
        self.by_name.get(name)
    }

    fn place(&mut self, name: &str) -> &mut P {
        let conditions = &self.conditions;
        self.by_name
            .entry(name.to_owned())
            .or_insert_with(|| P::blank(name, conditions))
    }

    /// Takes over what a state file says.
    ///
    /// # Errors
    /// A sentence about the first entity that cannot be read.
    pub fn load(&mut self, changes: Vec<Change>) -> Result<(), String> {
        for change in changes {
            let mut tables = self.place(&change.region).tables_mut();
            let table = tables
                .iter_mut()
                .find(|table| table.kind() == change.kind)
                .ok_or_else(|| format!("{} is of an unknown kind: {}", change.id, change.kind))?;
            table.load(&change.id, change.entity)?;
            table.keep();
        }
        Ok(())
    }

    /// Everything that changed since the last commit.
    fn changes(&self) -> Vec<Change> {
        self.collect(|table| table.changed())
    }

    /// Every entity, as the state file holds it.
    pub fn all(&self) -> Vec<Change> {
        self.collect(|table| table.every())
    }

    fn collect(&self, rows: impl Fn(&dyn AnyTable) -> Vec<(String, Value)>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (region, place) in &self.by_name {
            for table in place.tables() {
                changes.extend(rows(table).into_iter().map(|(id, entity)| Change {
                    region: region.clone(),
                    kind: table.kind().to_owned(),
                    id,
                    entity,
                }));
            }
        }
        changes
    }

    /// Makes the changes lasting, as transaction `tx`.
    fn commit(&mut self, tx: u64) {
        for place in self.by_name.values_mut() {
            let born = place.tables().iter().flat_map(|it| it.made()).collect();
            place.born(born);
            place.tables_mut().into_iter().for_each(AnyTable::keep);
        }
        self.tx = tx;
    }

    /// Forgets what changed since the last commit.
    fn rollback(&mut self) {
        for place in self.by_name.values_mut() {
            place.tables_mut().into_iter().for_each(AnyTable::undo);
        }
    }

    /// Lets a request act. What time does to its region first is kept whatever the request does; the request itself is
    /// kept as a whole or not at all.
    ///
    /// # Errors
    /// What `act` answers, or that the state file could not be written.
    pub fn transact<T, E: From<Unwritten>>(
        &mut self,
        ledger: &mut Ledger,
        name: &str,
        now: u64,
        advance: impl FnOnce(&mut P),
        act: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        // The last transaction may be another cloud's.
        self.tx = ledger.tx();
        advance(self.region(name, now));
        self.keep(ledger)?;
        match act(self) {
            Ok(answer) => {
                self.keep(ledger)?;
                Ok(answer)
            }
            Err(error) => {
                self.rollback();
                Err(error)
            }
        }
    }

    /// The file first: what cannot be written has not happened.
    fn keep(&mut self, ledger: &mut Ledger) -> Result<(), Unwritten> {
        let changes = self.changes();
        if changes.is_empty() {
            return Ok(());
        }
        match ledger.write(&changes) {
            Ok(tx) => {
                self.commit(tx);
                Ok(())
            }
            Err(error) => {
                self.rollback();
                Err(error)
            }
        }
    }

    /// Every entity as a test looks at it.
    pub fn inspect(&self) -> Vec<Inspected> {
        let mut all = Vec::new();
        for (region, place) in &self.by_name {
            for table in place.tables() {
                all.extend(table.look().into_iter().map(|(id, left_over, mut entity)| {
                    entity["region"] = json!(region);
                    place.complete(&id, &mut entity);
                    Inspected {
                        kind: table.kind(),
                        left_over,
                        entity,
                    }
                }));
            }
        }
        all
    }
}
