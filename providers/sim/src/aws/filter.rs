//! Filters of the Describe actions: names from a table, values with wildcards, tags for everything.

use std::collections::BTreeSet;

use crate::aws::fault::Fault;
use crate::aws::world::Region;
use crate::ground::Entity;
use crate::ground::query::Query;

/// Filters per request.
const FILTERS_MAX: usize = 50;
/// Values per filter.
const VALUES_MAX: usize = 200;

/// What a filter compares: an entity can have several values (an instance has several groups).
pub type Getter<T> = fn(&Region, &T) -> Vec<String>;
/// The filters of a kind.
pub type FilterTable<T> = &'static [(&'static str, Getter<T>)];

/// A filter's value from a single text.
pub fn one(value: impl ToString) -> Vec<String> {
    vec![value.to_string()]
}

/// A filter's value that may be absent.
pub fn some(value: Option<impl ToString>) -> Vec<String> {
    value.map(|value| value.to_string()).into_iter().collect()
}

/// The filters of a request: all must match, by any of their values.
#[derive(Debug)]
pub struct Filters<'q>(Vec<Filter<'q>>);

#[derive(Debug)]
struct Filter<'q> {
    name: &'q str,
    /// Values that are only equal to themselves: a request may name two hundred ids among thousands.
    plain: BTreeSet<&'q str>,
    patterns: Vec<&'q str>,
}

impl<'q> Filter<'q> {
    fn new(name: &'q str, values: &[&'q str]) -> Self {
        let (patterns, plain): (Vec<&str>, Vec<&str>) = values
            .iter()
            .partition(|value| value.contains(['*', '?', '\\']));
        Self {
            name,
            plain: plain.into_iter().collect(),
            patterns,
        }
    }

    fn fits(&self, value: &str) -> bool {
        self.plain.contains(value) || self.patterns.iter().any(|pattern| matches(pattern, value))
    }
}

impl<'q> Filters<'q> {
    /// Reads `Filter.N`.
    ///
    /// # Errors
    /// `MissingParameter` for a filter without a name, `FilterLimitExceeded` for too many filters or values.
    pub fn parse(q: &'q Query) -> Result<Self, Fault> {
        let mut filters = Vec::new();
        let mut too_many = false;
        for node in q.list("Filter") {
            let values = node.texts("Value");
            too_many |= values.len() > VALUES_MAX;
            filters.push(Filter::new(node.need("Name")?, &values));
        }
        if too_many || filters.len() > FILTERS_MAX {
            return Err(Fault::new(
                "FilterLimitExceeded",
                format!("A request can have {FILTERS_MAX} filters with {VALUES_MAX} values each"),
            ));
        }
        Ok(Self(filters))
    }

    /// Refuses names that the table does not have.
    ///
    /// # Errors
    /// `InvalidParameterValue`.
    pub fn check<T>(&self, table: FilterTable<T>) -> Result<(), Fault> {
        for Filter { name, .. } in &self.0 {
            let known = name.starts_with("tag:")
                || *name == "tag-key"
                || table.iter().any(|(known, _)| known == name);
            if !known {
                return Err(Fault::value(format!("The filter '{name}' is invalid")));
            }
        }
        Ok(())
    }

    /// Whether the entity passes all of them.
    pub fn pass<T: Entity>(&self, table: FilterTable<T>, region: &Region, entity: &T) -> bool {
        self.0.iter().all(|filter| {
            let name = filter.name;
            let values: Vec<String> = if let Some(key) = name.strip_prefix("tag:") {
                region
                    .tags_of(entity.id())
                    .filter(|(known, _)| *known == key)
                    .map(|(_, value)| value.to_owned())
                    .collect()
            } else if name == "tag-key" {
                region
                    .tags_of(entity.id())
                    .map(|(key, _)| key.to_owned())
                    .collect()
            } else {
                table
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, get)| get(region, entity))
                    .unwrap_or_default()
            };
            values.iter().any(|value| filter.fits(value))
        })
    }
}

/// Whether the whole text fits the pattern: `*` is any text, `?` one character, `\` takes the next one as it is.
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // One row of "does the pattern so far fit the text so far" per pattern character.
    let mut fits = vec![false; text.len() + 1];
    fits[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        let mut next = vec![false; text.len() + 1];
        match pattern[at] {
            '*' => {
                let mut any = false;
                for (n, fit) in fits.iter().enumerate() {
                    any |= fit;
                    next[n] = any;
                }
            }
            literal => {
                let any_one = literal == '?';
                let escaped = literal == '\\' && at + 1 < pattern.len();
                at += usize::from(escaped);
                for n in 0..text.len() {
                    next[n + 1] = fits[n] && ((any_one && !escaped) || text[n] == pattern[at]);
                }
            }
        }
        fits = next;
        at += 1;
    }
    fits[text.len()]
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn wildcards() {
        for (pattern, text, fits) in [
            ("web", "web", true),
            ("web", "web1", false),
            ("web*", "web1", true),
            ("*", "", true),
            ("?eb", "web", true),
            ("?eb", "eb", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxc", false),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
