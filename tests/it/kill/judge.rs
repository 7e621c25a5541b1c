//! What is left in the end, and how two ends differ.

use std::collections::BTreeMap;
use std::fmt::Write;

use infra_sim::Handle;
use serde_json::Value;

use super::view::{Names, plain, things};

/// What a cloud has and what a state knows, without what differs from run to run.
#[derive(PartialEq)]
pub struct End {
    /// Everything that a user made and that is still there, by the name that it has in every run.
    cloud: Vec<(String, Value)>,
    /// The entries of the state by their addresses.
    state: BTreeMap<String, Value>,
}

impl End {
    /// Looks at a cloud and at the text of a state, of which nothing may be unfinished.
    #[track_caller]
    pub fn of(handle: &Handle, state: &str, point: &str) -> End {
        let names = Names::of(handle);
        let mut state: Value = serde_json::from_str(state).expect("JSON");
        // An attribute without a value is as good as none.
        for entry in state["resources"].as_array_mut().into_iter().flatten() {
            if let Some(attributes) = entry["attributes"].as_object_mut() {
                attributes.retain(|_, value| !value.is_null());
            }
        }
        let mut entries = BTreeMap::new();
        for entry in state["resources"].as_array().into_iter().flatten() {
            let text = |name: &str| entry[name].as_str().unwrap_or_default();
            let address = text("address");
            assert_eq!(text("status"), "ready", "{point}: {address}");
            // An attachment is known by the ids of its two ends.
            for part in text("id").split(':') {
                assert!(
                    names.has(part),
                    "{point}: {address} is {part}, which is not there"
                );
            }
            entries.insert(address.to_owned(), plain(entry, &names));
        }
        for part in ["deposed", "pending", "failures"] {
            let rest = &state[part];
            let none = rest.is_null() || rest.as_array().is_some_and(Vec::is_empty);
            assert!(none, "{point}: the state has {part}: {rest}");
        }
        End {
            cloud: things(handle, &names),
            state: entries,
        }
    }

    /// Demands that this end is the one that is `due`.
    #[track_caller]
    pub fn demand(&self, due: &End, point: &str) {
        let mut differences = String::new();
        compare("in the cloud", &self.cloud, &due.cloud, &mut differences);
        let entries = |end: &End| end.state.clone().into_iter().collect::<Vec<_>>();
        compare(
            "in the state",
            &entries(self),
            &entries(due),
            &mut differences,
        );
        assert!(differences.is_empty(), "{point}:\n{differences}");
    }
}

fn compare(whose: &str, found: &[(String, Value)], due: &[(String, Value)], out: &mut String) {
    let mut due = due.to_vec();
    let mut odd = Vec::new();
    for thing in found {
        match due.iter().position(|other| other == thing) {
            // Each stands for one: a double is a difference.
            Some(place) => drop(due.remove(place)),
            None => odd.push(thing),
        }
    }
    for (name, thing) in odd {
        let twin = due.iter().position(|(other, _)| other == name);
        let _ = match twin.map(|place| due.remove(place)) {
            Some((_, twin)) => writeln!(out, "{whose}, {name}:{}", differing(thing, &twin)),
            None => writeln!(out, "{whose}, {name} is too much"),
        };
    }
    for (name, _) in due {
        let _ = writeln!(out, "{whose}, {name} is missing");
    }
}

/// The fields in which two records differ, what was found before what is due.
fn differing(found: &Value, due: &Value) -> String {
    match (found, due) {
        (Value::Object(one), Value::Object(other)) => one
            .keys()
            .chain(other.keys().filter(|name| !one.contains_key(*name)))
            .filter(|name| found[name.as_str()] != due[name.as_str()])
            .map(|name| format!(" {name}:{}", differing(&found[name], &due[name])))
            .collect(),
        _ => format!(" {found} instead of {due}"),
    }
}
