//! Entities of one kind in one region: found by id, changed in transactions, advanced when their time comes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Something that exists in a region.
pub trait Entity: Clone + Serialize + DeserializeOwned {
    /// Its kind: the name in the state file and wherever its cloud names kinds. No two clouds share one.
    const KIND: &'static str;
    /// How its ids begin, without the dash; empty for kinds that clients do not name by id.
    const PREFIX: &'static str = "";
    /// The code for an id that does not exist.
    const NOT_FOUND: &'static str = "";
    /// The code for a text that cannot be an id, for clouds that tell; else that of a wrong value.
    const MALFORMED: &'static str = "";
    /// The words before the id in error texts.
    const NOUN: &'static str = "";

    /// The key in its table.
    fn id(&self) -> &str;

    /// When its state changes by itself, in milliseconds since 1970.
    fn due(&self) -> Option<u64> {
        None
    }

    /// Whether a user made it and it still exists: what a user would still be billed or blamed for.
    fn left_over(&self) -> bool {
        false
    }
}

/// An id that a table does not have, with what its kind says of such ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    pub id: String,
    pub prefix: &'static str,
    pub not_found: &'static str,
    pub malformed: &'static str,
    pub noun: &'static str,
}

/// The entities of a kind.
#[derive(Clone, Debug)]
pub struct Table<T> {
    rows: BTreeMap<String, T>,
    due: BTreeSet<(u64, String)>,
    // What the rows that this transaction touched were before it.
    before: BTreeMap<String, Option<T>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            due: BTreeSet::new(),
            before: BTreeMap::new(),
        }
    }
}

impl<T: Entity> Table<T> {
    /// The entity of that id.
    pub fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id)
    }

    /// The entity that a client names.
    ///
    /// # Errors
    /// [`Absent`] when there is none.
    pub fn find(&self, id: &str) -> Result<&T, Absent> {
        self.rows.get(id).ok_or_else(|| Self::missing(id))
    }

    /// What is wrong with an id that is not there.
    pub fn missing(id: &str) -> Absent {
        Absent {
            id: id.to_owned(),
            prefix: T::PREFIX,
            not_found: T::NOT_FOUND,
            malformed: T::MALFORMED,
            noun: T::NOUN,
        }
    }

    /// All of them in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    /// Those whose id begins with `prefix`.
    pub fn with_prefix<'t>(&'t self, prefix: &str) -> impl Iterator<Item = &'t T> + use<'t, T> {
        let prefix = prefix.to_owned();
        self.rows
            .range(prefix.clone()..)
            .take_while(move |(id, _)| id.starts_with(&prefix))
            .map(|(_, row)| row)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds or replaces one.
    pub fn put(&mut self, entity: T) {
        let id = entity.id().to_owned();
        self.remember(&id);
        self.unschedule(&id);
        if let Some(due) = entity.due() {
            self.due.insert((due, id.clone()));
        }
        self.rows.insert(id, entity);
    }

    /// Changes one that a client names.
    ///
    /// # Errors
    /// As [`Table::find`].
    pub fn change(&mut self, id: &str, change: impl FnOnce(&mut T)) -> Result<(), Absent> {
        let mut entity = self.find(id)?.clone();
        change(&mut entity);
        self.put(entity);
        Ok(())
    }

    /// Takes one away.
    pub fn remove(&mut self, id: &str) -> Option<T> {
        self.remember(id);
        self.unschedule(id);
        self.rows.remove(id)
    }

    /// The next one whose time has come.
    pub fn next_due(&self, now: u64) -> Option<String> {
        self.due
            .first()
            .filter(|(at, _)| *at <= now)
            .map(|(_, id)| id.clone())
    }

    /// Undoes what happened since the last [`Table::commit`].
    pub fn rollback(&mut self) {
        for (id, before) in std::mem::take(&mut self.before) {
            match before {
                Some(entity) => self.put(entity),
                None => drop(self.remove(&id)),
            }
        }
        self.before.clear();
    }

    /// The entities that changed since the last [`Table::commit`], `None` for those that are gone.
    pub fn changes(&self) -> impl Iterator<Item = (&String, Option<&T>)> {
        self.before.keys().map(|id| (id, self.rows.get(id)))
    }

    /// The ids of those that were made since the last [`Table::commit`].
    pub fn born(&self) -> impl Iterator<Item = &String> {
        let made =
            |(id, before): &(&String, &Option<T>)| before.is_none() && self.rows.contains_key(*id);
        self.before.iter().filter(made).map(|(id, _)| id)
    }

    /// Makes what happened lasting.
    pub fn commit(&mut self) {
        self.before.clear();
    }

    fn remember(&mut self, id: &str) {
        if !self.before.contains_key(id) {
            self.before
                .insert(id.to_owned(), self.rows.get(id).cloned());
        }
    }

    fn unschedule(&mut self, id: &str) {
        if let Some(at) = self.rows.get(id).and_then(Entity::due) {
            self.due.remove(&(at, id.to_owned()));
        }
    }
}

/// A table whatever its kind: what a region does to all of its tables alike.
pub trait AnyTable {
    /// The kind of its entities.
    fn kind(&self) -> &'static str;
    /// Whether it has none.
    fn is_empty(&self) -> bool;
    /// Takes over an entity of a state file, or lets it go when it is `null`.
    ///
    /// # Errors
    /// A sentence when it is not as this simulator writes it.
    fn load(&mut self, id: &str, entity: Value) -> Result<(), String>;
    /// The entities that changed since the last commit, `null` for those that are gone.
    fn changed(&self) -> Vec<(String, Value)>;
    /// The ids of those that were made since the last commit.
    fn made(&self) -> Vec<String>;
    /// Makes what happened lasting.
    fn keep(&mut self);
    /// Undoes what happened since the last commit.
    fn undo(&mut self);
    /// Every entity.
    fn every(&self) -> Vec<(String, Value)>;
    /// The id of each, whether it is left over, and the entity.
    fn look(&self) -> Vec<(String, bool, Value)>;
}

impl<T: Entity> AnyTable for Table<T> {
    fn kind(&self) -> &'static str {
        T::KIND
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn load(&mut self, id: &str, entity: Value) -> Result<(), String> {
        if entity.is_null() {
            self.remove(id);
            return Ok(());
        }
        let entity = serde_json::from_value(entity)
            .map_err(|_| format!("{} {id} is not as this simulator writes it", T::KIND))?;
        self.put(entity);
        Ok(())
    }

    fn changed(&self) -> Vec<(String, Value)> {
        self.changes()
            .map(|(id, entity)| (id.clone(), json!(entity)))
            .collect()
    }

    fn made(&self) -> Vec<String> {
        self.born().cloned().collect()
    }

    fn keep(&mut self) {
        self.commit();
    }

    fn undo(&mut self) {
        self.rollback();
    }

    fn every(&self) -> Vec<(String, Value)> {
        self.iter()
            .map(|row| (row.id().to_owned(), json!(row)))
            .collect()
    }

    fn look(&self) -> Vec<(String, bool, Value)> {
        self.iter()
            .map(|row| (row.id().to_owned(), row.left_over(), json!(row)))
            .collect()
    }
}
