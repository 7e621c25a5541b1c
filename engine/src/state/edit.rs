//! Editing the state by hand: what `infra state list`, `show`, `rm` and `mv` do.

use std::collections::BTreeSet;

use infra_model::Address;

use super::{Entry, Event, State, StateError, Store};

/// The largest edit distance at which an address is still suggested, as a share of its length.
const SUGGEST_DISTANCE_DIVISOR: usize = 3;

impl State {
    /// The entries whose address begins with one of `prefixes`, or all when there are none. A prefix ends at a
    /// border within the address: `web` fits `web["a"]/aws.volume.x` and not `web2/aws.volume.x`.
    pub fn list<'a>(&'a self, prefixes: &'a [String]) -> impl Iterator<Item = &'a Entry> {
        self.entries().values().filter(move |entry| {
            let text = entry.address().to_string();
            prefixes.is_empty()
                || prefixes.iter().any(|prefix| {
                    text.strip_prefix(prefix.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[', '.']))
                })
        })
    }

    /// The addresses of a component's resources, in any state of being: `prefix` is its address (`web`, `web["a"]`).
    fn inside(&self, prefix: &str) -> Vec<Address> {
        let entries = self.entries().keys();
        let deposed = self.deposed().keys().map(|of| &of.address);
        let pending = self.pending().keys().map(|of| &of.address);
        let all: BTreeSet<&Address> = entries.chain(deposed).chain(pending).collect();
        let is_inside = |address: &&Address| {
            let text = address.to_string();
            text.strip_prefix(prefix).is_some_and(|rest| {
                rest.starts_with('/') || (rest.starts_with('[') && !address.path.is_empty())
            })
        };
        all.into_iter().filter(is_inside).cloned().collect()
    }

    /// The entry at an address, or an error that suggests a similar one.
    pub fn show(&self, address: &Address) -> Result<&Entry, StateError> {
        self.entry(address)
            .ok_or_else(|| StateError::NoSuchAddress {
                address: Box::new(address.clone()),
                similar: self.similar(address).map(Box::new),
            })
    }

    /// The address in state that looks most like `wanted`, if any looks like it at all.
    fn similar(&self, wanted: &Address) -> Option<Address> {
        let wanted = wanted.to_string();
        let limit = wanted.chars().count() / SUGGEST_DISTANCE_DIVISOR;
        self.entries()
            .keys()
            .map(|address| (distance(&wanted, &address.to_string()), address))
            .filter(|(distance, _)| *distance <= limit)
            .min()
            .map(|(_, address)| address.clone())
    }

    /// Whether state knows anything of the address: an entry, a deposed one, or an unfinished attempt.
    pub(crate) fn knows(&self, address: &Address) -> bool {
        self.entry(address).is_some()
            || self.deposed().keys().any(|of| of.address == *address)
            || self.pending().keys().any(|of| of.address == *address)
    }
}

impl Store {
    /// Lets go of the resources; the cloud keeps them. All of them or, when one is unknown, none.
    pub fn forget(&mut self, addresses: &[Address]) -> Result<(), StateError> {
        let mut events: Vec<Event> = Vec::new();
        for address in addresses {
            if !self.state().knows(address) {
                self.state().show(address)?;
            }
            let event = Event::Forgot {
                address: address.clone(),
            };
            if !events.contains(&event) {
                events.push(event);
            }
        }
        self.append(&events)
    }

    /// Gives a resource another address; the cloud is not asked.
    pub fn rename(&mut self, from: &Address, to: &Address) -> Result<(), StateError> {
        self.state().show(from)?;
        if self.state().knows(to) {
            return Err(StateError::AddressTaken {
                address: Box::new(to.clone()),
            });
        }
        if from.type_name != to.type_name {
            return Err(StateError::OtherType {
                from: Box::new(from.clone()),
                to: Box::new(to.clone()),
            });
        }
        self.append(&[Event::Moved {
            from: from.clone(),
            to: to.clone(),
        }])
    }
}

impl Store {
    /// Gives all resources of a component addresses in another one; the cloud is not asked. How many there were.
    ///
    /// # Errors
    /// [`StateError::NoSuchComponent`] when the state has nothing in `from`, [`StateError::AddressTaken`] when an
    /// address that one of them would get is taken; then nothing moves.
    pub fn rename_component(&mut self, from: &str, to: &str) -> Result<usize, StateError> {
        let moving = self.state().inside(from);
        if moving.is_empty() {
            return Err(StateError::NoSuchComponent {
                component: from.to_owned(),
            });
        }
        let mut events = Vec::new();
        for address in moving {
            let renamed = format!("{to}{}", &address.to_string()[from.len()..]);
            let renamed: Address = renamed.parse().map_err(|_| StateError::NoComponent {
                component: to.to_owned(),
            })?;
            if self.state().knows(&renamed) {
                return Err(StateError::AddressTaken {
                    address: Box::new(renamed),
                });
            }
            events.push(Event::Moved {
                from: address,
                to: renamed,
            });
        }
        self.append(&events)?;
        Ok(events.len())
    }
}

/// The Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_count_changed_characters() {
        assert_eq!(distance("volume", "volume"), 0);
        assert_eq!(distance("volume", "volmue"), 2);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("数据", "数锯"), 1);
    }
}
