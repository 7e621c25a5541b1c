//! A cloud without what differs from run to run: what two clouds are compared by.

use std::collections::BTreeMap;
use std::net::IpAddr;

use infra_sim::Handle;
use serde_json::{Map, Value};

/// Fields that no two runs share: tokens; when something happened or will; how many lives a thing has had, which begin anew
/// when a run is killed between the end of one and the next; the names of addresses that the cloud hands out, and
/// whether an instance was last read before or after it got one; what a volume's last modification began from, which
/// is the new size already when the order was repeated because its answer was lost.
const FLEETING: &[&str] = &[
    "created",
    "due",
    "infra:token",
    "token",
    "generation",
    "private_dns",
    "public_dns",
    "public_ip",
    "modification",
];

/// What each id stands for in every run: `volume of ec2_1/aws.volume.swap_disk`.
pub struct Names(BTreeMap<String, String>);

impl Names {
    pub fn of(handle: &Handle) -> Names {
        let things = handle.left_over();
        let by_id = things
            .iter()
            // A key pair is known by its name.
            .flat_map(|thing| [(&thing["id"], thing), (&thing["name"], thing)])
            .filter_map(|(id, thing)| Some((id.as_str()?.to_owned(), name(thing))));
        Names(by_id.collect())
    }

    pub fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }
}

/// Everything that a user made and that is still there, sorted by name.
pub fn things(handle: &Handle, names: &Names) -> Vec<(String, Value)> {
    let things = handle.left_over();
    let mut things: Vec<(String, Value)> = things
        .iter()
        .map(|thing| (name(thing), plain(thing, names)))
        .collect();
    things.sort_by_cached_key(|(name, thing)| (name.clone(), thing.to_string()));
    things
}

fn name(thing: &Value) -> String {
    let kind = thing["kind"].as_str().unwrap_or("a thing");
    let address = thing["tags"]["infra:address"].as_str();
    format!("{kind} of {}", address.unwrap_or("nobody"))
}

/// A value with names in the place of ids, and without moments and the addresses that a cloud hands out.
pub fn plain(value: &Value, names: &Names) -> Value {
    match value {
        Value::String(text) => {
            let parts = text.split(':').map(|part| match names.0.get(part) {
                Some(name) => name.as_str(),
                None if is_given(part) => "?",
                None => part,
            });
            Value::String(parts.collect::<Vec<_>>().join(":"))
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| plain(item, names)).collect();
            // Rules, groups and attachments are listed in the order in which they were made.
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(fields) => {
            let lasting = fields
                .iter()
                .filter(|(name, _)| !FLEETING.contains(&name.as_str()) && !name.ends_with("_ms"));
            let fields: Map<String, Value> = lasting
                .map(|(name, value)| (name.clone(), plain(value, names)))
                .collect();
            Value::Object(fields)
        }
        other => other.clone(),
    }
}

/// Whether the cloud chose the text: an address, an id such as `eni-0123456789abcdef0`, or a name with one in it.
fn is_given(text: &str) -> bool {
    let is_hex = |part: &str| part.len() >= 12 && part.chars().all(|it| it.is_ascii_hexdigit());
    text.parse::<IpAddr>().is_ok() || text.split(['-', '.']).any(is_hex)
}
