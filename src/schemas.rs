//! The schemas of a run: those of the program, and those of what is only left in the state.

use std::collections::BTreeMap;

use infra_engine::providers::SchemaSource;
use infra_engine::state::State;
use infra_lang::Schemas;
use infra_model::{Schema, SchemaKind};

use crate::world::library;

/// Resource schemas by type.
pub struct AllSchemas(BTreeMap<String, Schema>);

impl AllSchemas {
    /// The program's schemas; the whole library is read only when the state has a type that the program does not
    /// mention any more.
    pub fn new(program: &Schemas, state: &State) -> AllSchemas {
        let mut all = AllSchemas::of_program(program);
        let entries = state
            .entries()
            .keys()
            .chain(state.deposed().keys().map(|of| &of.address));
        let complete = entries
            .chain(state.pending().keys().map(|of| &of.address))
            .all(|address| all.0.contains_key(&address.type_name));
        if !complete {
            all.add(&Schemas::load(&library()).0);
        }
        all
    }

    /// The program's schemas alone.
    pub fn of_program(program: &Schemas) -> AllSchemas {
        let mut all = AllSchemas(BTreeMap::new());
        all.add(program);
        all
    }

    /// Those of the whole library.
    pub fn library() -> AllSchemas {
        AllSchemas::of_program(&Schemas::load(&library()).0)
    }

    /// The names of all types.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn add(&mut self, schemas: &Schemas) {
        let resources = schemas
            .iter()
            .filter(|schema| schema.kind == SchemaKind::Resource);
        for schema in resources {
            self.0
                .entry(schema.type_name.clone())
                .or_insert_with(|| schema.clone());
        }
    }
}

impl SchemaSource for AllSchemas {
    fn schema(&self, type_name: &str) -> Option<&Schema> {
        self.0.get(type_name)
    }
}
