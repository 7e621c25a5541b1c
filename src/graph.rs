//! What a program makes, as boxes in boxes and arrows: resources and lookups, components around them, and what
//! needs what.

use std::collections::{BTreeMap, BTreeSet};

use infra_model::{Address, Desired, Value};

/// A drawing without a form yet. Its order follows from the program text and from addresses alone.
pub struct Graph {
    pub program: String,
    pub nodes: Vec<Node>,
    /// From what needs to what is needed, by the nodes' places.
    pub edges: BTreeSet<(usize, usize)>,
    /// What stands in no component, and the components.
    pub root: Cluster,
}

/// A resource or a lookup.
pub struct Node {
    /// `web["a"]/aws.volume.data["logs"]`.
    pub address: String,
    /// `aws.volume`.
    pub kind: String,
    /// `data["logs"]`.
    pub name: String,
    /// It exists already and is only read.
    pub lookup: bool,
}

/// An instance of a component.
#[derive(Default)]
pub struct Cluster {
    /// `web["a"]`; empty for the program itself.
    pub name: String,
    /// Its own resources, by their places among all.
    pub nodes: Vec<usize>,
    pub inner: Vec<Cluster>,
}

impl Graph {
    pub fn of(desired: &Desired) -> Graph {
        let mut graph = Graph {
            program: desired.program.clone(),
            nodes: Vec::new(),
            edges: BTreeSet::new(),
            root: Cluster::default(),
        };
        let mut places = BTreeMap::new();
        let lookups = desired.lookups.iter().map(|it| (&it.address, true));
        let instances = desired.instances.iter().map(|it| (&it.address, false));
        for (address, lookup) in lookups.chain(instances) {
            places.insert(address, graph.nodes.len());
            graph.add(address, lookup);
        }
        for instance in &desired.instances {
            let from = places[&instance.address];
            let mut needs = |address: &Address| {
                if let Some(to) = places.get(address).filter(|to| **to != from) {
                    graph.edges.insert((from, *to));
                }
            };
            instance.depends.values().flatten().for_each(&mut needs);
            let values = instance.fields.values();
            values.for_each(|value: &Value| value.for_each_address(&mut needs));
        }
        graph
    }

    fn add(&mut self, address: &Address, lookup: bool) {
        let place = self.nodes.len();
        self.nodes.push(Node {
            address: address.to_string(),
            kind: address.type_name.clone(),
            name: keyed(&address.name, address.key.as_deref()),
            lookup,
        });
        let mut cluster = &mut self.root;
        for step in &address.path {
            let name = keyed(&step.name, step.key.as_deref());
            let known = cluster.inner.iter().position(|inner| inner.name == name);
            let at = known.unwrap_or_else(|| {
                cluster.inner.push(Cluster {
                    name,
                    ..Cluster::default()
                });
                cluster.inner.len() - 1
            });
            cluster = &mut cluster.inner[at];
        }
        cluster.nodes.push(place);
    }
}

fn keyed(name: &str, key: Option<&str>) -> String {
    match key {
        Some(key) => format!("{name}[{key:?}]"),
        None => name.to_owned(),
    }
}
