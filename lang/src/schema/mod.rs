//! Schemas: the resource types of the standard library, read from its text.

mod args;
mod boundary;
mod exclusive;
mod read;
mod rule;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

pub use boundary::Boundary;
use infra_model::{Schema, SchemaKind};
pub(crate) use rule::{
    Check, Distinct, Inside, Labels, Length, Letters, Prefixes, Quota, Rule, RuleKind, Same,
};

use crate::diagnostic::Diagnostic;
use crate::resolve::Loader;
use crate::source::Sources;
use crate::syntax::{ItemKind, Tree};
use crate::typing::convert::Conditions;
use crate::world::World;

/// The resource, lookup and provider types a program can use.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    /// By type name: what is managed and what is only looked up.
    by_name: BTreeMap<String, [Option<Schema>; 2]>,
    /// The catalogue's table that lists a field's words, by type and field (`@catalogue(machine_types)`).
    catalogues: BTreeMap<(String, String), Listed>,
    /// How the ids of a type begin (`@prefix("vpc-")`), and the field of its lookup that takes one (`@own_id`).
    prefixes: BTreeMap<String, String>,
    own_ids: BTreeMap<String, String>,
    /// The types that join other things and hold nothing of their own (`@link`).
    links: BTreeSet<String>,
    /// The rules of each type, in the order of its text.
    rules: BTreeMap<String, Vec<Rule>>,
    pub(crate) conditions: Conditions,
}

/// A table of the provider's catalogue that a field names.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub table: String,
    /// What the table lists, and the code of a word that is not in it. Without it, the table says more of the field's
    /// words than which there are.
    pub what: Option<(String, &'static str)>,
    /// What to do where the table's figures are not enough.
    pub help: Option<String>,
}

impl Schemas {
    /// Reads the whole standard library, for listing types and for tests. A program needs only
    /// [`load`](crate::load), which reads what the program mentions.
    pub fn load(world: &dyn World) -> (Schemas, Sources, Vec<Diagnostic>) {
        let mut loader = Loader::new(world);
        for path in world.std_paths() {
            loader.std_file(&path);
        }
        let schemas = Schemas::read(&mut loader, &world_types(world));
        (schemas, loader.sources, loader.diagnostics)
    }

    /// Reads the files of the types that the program mentions, and of those that these mention.
    pub(crate) fn load_mentioned(loader: &mut Loader<'_>) -> Schemas {
        let mut seen = BTreeSet::new();
        for provider in provider_names(&loader.trees) {
            seen.insert(format!("{provider}/provider"));
            loader.std_file(&format!("{provider}/provider.infra"));
        }
        let mut from = 0;
        loop {
            let words = loader.library_words(from);
            from = loader.trees.len();
            for word in words {
                let provider = word.split('.').next().unwrap_or_default().to_owned();
                for path in [word.replace('.', "/"), format!("{provider}/provider")] {
                    if seen.insert(path.clone()) {
                        loader.std_file(&format!("{path}.infra"));
                    }
                }
            }
            if loader.trees.len() == from {
                break;
            }
        }
        let types = world_types(loader.world);
        Schemas::read(loader, &types)
    }

    fn read(loader: &mut Loader<'_>, types: &[String]) -> Schemas {
        let mut schemas = Schemas::default();
        // Types that a program declares are refused elsewhere and have no effect.
        let declared: BTreeSet<String> = loader
            .trees
            .iter()
            .filter(|tree| loader.is_std(tree.file))
            .flat_map(declared_types)
            .collect();
        let Loader {
            trees,
            scopes,
            sources,
            diagnostics,
            ..
        } = loader;
        let mut reader = crate::typing::convert::TypeReader {
            scopes,
            sources,
            is_resource: &|name| declared.contains(name),
            resource_names: types,
            conditions: &mut schemas.conditions,
            diagnostics,
        };
        let mut found = Vec::new();
        for tree in trees.iter() {
            for item in &tree.items {
                if let ItemKind::Schema(it) = &item.kind
                    && declared.contains(&it.type_name.text())
                {
                    found.push(read::schema(&mut reader, item, it));
                }
            }
        }
        for read::Read {
            schema,
            catalogues,
            prefix,
            own_id,
            link,
            rules,
        } in found
        {
            let name = || schema.type_name.clone();
            schemas.prefixes.extend(prefix.map(|it| (name(), it)));
            schemas.own_ids.extend(own_id.map(|it| (name(), it)));
            if !rules.is_empty() {
                schemas.rules.insert(name(), rules);
            }
            if link {
                schemas.links.insert(schema.type_name.clone());
            }
            for (field, table) in catalogues {
                schemas
                    .catalogues
                    .insert((schema.type_name.clone(), field), table);
            }
            let at = place(schema.kind);
            let both = schemas.by_name.entry(schema.type_name.clone());
            both.or_default()[at] = Some(schema);
        }
        schemas
    }

    pub fn get(&self, type_name: &str, kind: SchemaKind) -> Option<&Schema> {
        self.by_name.get(type_name)?[place(kind)].as_ref()
    }

    /// The schema of a type, managed or only read: what a reference to it can be asked.
    pub fn either(&self, type_name: &str) -> Option<&Schema> {
        self.get(type_name, SchemaKind::Resource)
            .or_else(|| self.get(type_name, SchemaKind::Lookup))
    }

    /// The rules that resources of a type have to follow.
    pub(crate) fn rules(&self, type_name: &str) -> &[Rule] {
        self.rules.get(type_name).map_or(&[], Vec::as_slice)
    }

    /// The tables of catalogues, by provider, that fields and rules of these types need; without a table where an
    /// expression asks.
    pub(crate) fn tables(&self, types: &BTreeSet<String>) -> BTreeSet<(String, Option<String>)> {
        let used = |ty: &str| types.contains(ty);
        let of_fields = self.catalogues.iter().filter(|((ty, _), _)| used(ty));
        let of_fields = of_fields.map(|((ty, _), listed)| (ty, Some(listed.table.clone())));
        let rules = self.rules.iter().filter(|(ty, _)| used(ty));
        let of_rules = rules.flat_map(|(ty, rules)| {
            let table = |rule: &Rule| match &rule.kind {
                RuleKind::Zone(table) => Some(Some(table.clone())),
                RuleKind::Quota(_) => Some(Some(QUOTAS.to_owned())),
                _ => rule.names.contains("catalogue").then_some(None),
            };
            rules.iter().filter_map(table).map(move |table| (ty, table))
        });
        let provider = |ty: &String| {
            let ty = ty.strip_prefix("provider.").unwrap_or(ty);
            ty.split('.').next().unwrap_or_default().to_owned()
        };
        of_fields
            .chain(of_rules)
            .map(|(ty, table)| (provider(ty), table))
            .collect()
    }

    /// The schema of a provider's configuration.
    pub fn provider(&self, name: &str) -> Option<&Schema> {
        self.get(&format!("provider.{name}"), SchemaKind::Resource)
    }

    /// All schemas, sorted by type name.
    pub fn iter(&self) -> impl Iterator<Item = &Schema> {
        self.by_name.values().flatten().flatten()
    }

    /// Whether a resource of this type only joins others, so that nothing is lost when it is replaced.
    pub(crate) fn is_link(&self, type_name: &str) -> bool {
        self.links.contains(type_name)
    }

    /// How the ids of a type begin, where they have a form.
    pub(crate) fn id_prefix(&self, type_name: &str) -> Option<&str> {
        self.prefixes.get(type_name).map(String::as_str)
    }

    /// Whether a text can be the id of something of a type.
    pub(crate) fn is_id(&self, type_name: &str, text: &str) -> bool {
        let Some(prefix) = self.id_prefix(type_name) else {
            return !text.is_empty();
        };
        let rest = text.strip_prefix(prefix).unwrap_or_default();
        !rest.is_empty()
            && rest
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    }

    /// The types with ids that begin as the text does.
    pub(crate) fn types_of_id(&self, text: &str) -> Vec<String> {
        let fitting = self.prefixes.keys().filter(|name| self.is_id(name, text));
        fitting.cloned().collect()
    }

    /// The field by which a lookup finds something whose id is known.
    pub(crate) fn own_id(&self, type_name: &str) -> Option<&str> {
        self.own_ids.get(type_name).map(String::as_str)
    }

    /// What to do where a quota of a provider is not enough.
    pub(crate) fn quota_help(&self, provider: &str) -> Option<&str> {
        let field = (format!("provider.{provider}"), QUOTAS.to_owned());
        self.catalogues.get(&field)?.help.as_deref()
    }

    /// The fields whose words a catalogue lists: type, field and the catalogue's table.
    pub(crate) fn catalogues(&self) -> impl Iterator<Item = (&str, &str, &Listed)> {
        self.catalogues
            .iter()
            .map(|((ty, field), listed)| (ty.as_str(), field.as_str(), listed))
    }
}

/// The table of quotas in a catalogue, and the field of a provider's configuration that says what was raised.
pub(crate) const QUOTAS: &str = "quotas";

/// Where a schema of this kind stands among those of its name.
fn place(kind: SchemaKind) -> usize {
    match kind {
        SchemaKind::Resource => 0,
        SchemaKind::Lookup => 1,
    }
}

/// The types that the library could have, by the names of its files.
pub(crate) fn world_types(world: &dyn World) -> Vec<String> {
    let paths = world.std_paths();
    paths
        .iter()
        .map(|path| path.trim_end_matches(".infra").replace('/', "."))
        .collect()
}

/// The providers that a program configures, whether or not it uses them.
fn provider_names(trees: &[Tree]) -> Vec<String> {
    let name = |item: &crate::syntax::Item| match &item.kind {
        ItemKind::Provider(block) => Some(block.name.text.clone()),
        _ => None,
    };
    trees
        .iter()
        .flat_map(|tree| tree.items.iter().filter_map(name))
        .collect()
}

fn declared_types(tree: &Tree) -> Vec<String> {
    let schema = |item: &crate::syntax::Item| match &item.kind {
        ItemKind::Schema(schema) => Some(schema.type_name.text()),
        _ => None,
    };
    tree.items.iter().filter_map(schema).collect()
}
