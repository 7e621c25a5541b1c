//! What one resource at a time can hold: a network, an address, a range, a fixed name, a device name.
//!
//! Schemas say it with `@once`, `@unique` and `@disjoint`. A check refuses a program in which two resources hold the
//! same, and a plan lets the old holder go before the new one takes it.

use ipnet::IpNet;

use crate::{Record, Span, Value};

/// Where there is one of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// In the account, whatever the region.
    Account,
    /// In one account and region, which is what one configuration of a provider reaches.
    Region,
    /// Among the resources that have the same values in these fields: `["vpc"]`.
    Fields(Vec<String>),
}

/// A condition on the value at a path from a resource's own fields: `volume.multi_attach` or `kind == interface`.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// Names from the first field on; each but the last leads to another resource.
    pub path: Vec<String>,
    pub value: Value,
}

/// How two values of the same thing are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sameness {
    Equal,
    /// Texts that differ only in case are the same.
    Caseless,
    /// The values of several fields are the same in any order: the two sides of a peering.
    AnyOrder,
    /// Ranges that share an address are the same.
    Overlap,
}

/// Something that one resource at a time can hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusive {
    /// What is held. Types and fields of the same class compete: an instance and a network interface for the addresses
    /// of a subnet. By default the type and the field: `aws.internet_gateway.vpc`.
    pub class: String,
    /// The fields that together say what is held; of a list, each item is held.
    pub fields: Vec<String>,
    pub within: Within,
    pub sameness: Sameness,
    /// What is held where the field itself is not set.
    pub unset: Option<Value>,
    /// Nothing is held unless this holds.
    pub when: Option<Guard>,
    /// Nothing is held where this holds.
    pub unless: Option<Guard>,
    /// Why there is one of it, as a clause: `a subnet has one route table`.
    pub why: String,
    pub span: Span,
}

/// What one resource holds of an [`Exclusive`].
#[derive(Clone, Debug, PartialEq)]
pub struct Held<'s> {
    pub exclusive: &'s Exclusive,
    /// The values of the fields of [`Within::Fields`], in their order; empty for the others.
    pub within: Vec<Value>,
    /// One value for each of the fields.
    pub values: Vec<Value>,
}

impl Exclusive {
    /// What a resource with these `fields` holds. What is null or not known is not held yet; where several fields say
    /// together what is held, one of them that is null counts as such.
    ///
    /// `attribute` answers what the resource that a value refers to has in a field, for conditions that lead there;
    /// where it does not know, the condition does not count.
    pub fn held(
        &self,
        fields: &Record,
        attribute: &dyn Fn(&Value, &str) -> Option<Value>,
    ) -> Vec<Held<'_>> {
        let value = |name: &String| fields.get(name).or(self.unset.as_ref());
        let within = match &self.within {
            Within::Account | Within::Region => Some(Vec::new()),
            Within::Fields(names) => {
                let known = names
                    .iter()
                    .map(|name| fields.get(name).filter(|it| is_held(it)));
                known.map(|it| it.cloned()).collect()
            }
        };
        let (Some(within), true) = (within, self.counts(fields, attribute)) else {
            return Vec::new();
        };
        let alone = self.fields.len() == 1;
        let mut all: Vec<Vec<Value>> = vec![Vec::new()];
        for name in &self.fields {
            let items = match value(name) {
                Some(Value::List(items)) => items.as_slice(),
                Some(value) => std::slice::from_ref(value),
                None if alone => &[],
                None => &[Value::Null],
            };
            let counts = |item: &&Value| item.is_known() && !(alone && item.is_null());
            let with_item = |item| {
                let longer = |start: &Vec<Value>| [start, std::slice::from_ref(item)].concat();
                all.iter().map(longer).collect::<Vec<_>>()
            };
            all = items.iter().filter(counts).flat_map(with_item).collect();
        }
        let held = |values| Held {
            exclusive: self,
            within: within.clone(),
            values,
        };
        all.into_iter().map(held).collect()
    }

    fn counts(&self, fields: &Record, attribute: &dyn Fn(&Value, &str) -> Option<Value>) -> bool {
        let holds = |guard: &Guard| {
            let (first, rest) = guard.path.split_first()?;
            let mut value = fields.get(first).cloned();
            for name in rest {
                value = attribute(&value?, name);
            }
            value.map(|value| value == guard.value)
        };
        let when = self.when.as_ref().is_none_or(|it| holds(it) == Some(true));
        let unless = (self.unless.as_ref()).is_some_and(|it| holds(it) == Some(true));
        when && !unless
    }
}

fn is_held(value: &Value) -> bool {
    value.is_known() && !value.is_null()
}

impl Held<'_> {
    /// Whether two resources of one configuration cannot hold both at the same time. References are compared as they
    /// are: whoever has the address of one and the id of another brings them into one form before.
    pub fn conflicts(&self, other: &Held<'_>) -> bool {
        if self.exclusive.class != other.exclusive.class || self.within != other.within {
            return false;
        }
        match self.exclusive.sameness {
            Sameness::Equal => self.values == other.values,
            Sameness::Caseless => self.folded() == other.folded(),
            Sameness::AnyOrder => {
                self.values.len() == other.values.len()
                    && self.values.iter().all(|it| other.values.contains(it))
                    && other.values.iter().all(|it| self.values.contains(it))
            }
            Sameness::Overlap => match (self.range(), other.range()) {
                (Some(a), Some(b)) => a.contains(&b.network()) || b.contains(&a.network()),
                _ => false,
            },
        }
    }

    fn folded(&self) -> Vec<String> {
        let fold = |value: &Value| value.to_string().to_lowercase();
        self.values.iter().map(fold).collect()
    }

    fn range(&self) -> Option<IpNet> {
        match self.values.first()? {
            Value::Cidr(range) => Some(*range),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exclusive(fields: &[&str], within: Within, sameness: Sameness) -> Exclusive {
        Exclusive {
            class: "a".to_owned(),
            fields: fields.iter().map(|it| (*it).to_owned()).collect(),
            within,
            sameness,
            unset: None,
            when: None,
            unless: None,
            why: String::new(),
            span: Span::default(),
        }
    }

    fn record(fields: &[(&str, Value)]) -> Record {
        let owned = fields.iter().map(|(k, v)| ((*k).to_owned(), v.clone()));
        owned.collect()
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    fn nothing(_: &Value, _: &str) -> Option<Value> {
        None
    }

    #[test]
    fn each_item_of_a_list_is_held_with_each_other_field() {
        let rule = exclusive(&["service", "tables"], Within::Region, Sameness::Equal);
        let tables = Value::List(vec![text("a"), text("b")]);
        let fields = record(&[("service", text("s3")), ("tables", tables)]);
        let held = rule.held(&fields, &nothing);
        let values: Vec<_> = held.iter().map(|it| it.values.clone()).collect();
        assert_eq!(values, [[text("s3"), text("a")], [text("s3"), text("b")]]);
    }

    #[test]
    fn names_conflict_in_one_place_only_and_without_regard_to_case_where_the_schema_says_so() {
        let within = Within::Fields(vec!["vpc".to_owned()]);
        let rule = exclusive(&["name"], within, Sameness::Caseless);
        let group = |vpc: &str, name: &str| record(&[("vpc", text(vpc)), ("name", text(name))]);
        let conflict = |a: &Record, b: &Record| {
            rule.held(a, &nothing)[0].conflicts(&rule.held(b, &nothing)[0])
        };
        assert!(conflict(&group("one", "web"), &group("one", "Web")));
        assert!(!conflict(&group("one", "web"), &group("two", "web")));
    }

    #[test]
    fn ranges_conflict_where_they_share_an_address() {
        let rule = exclusive(&["range"], Within::Region, Sameness::Overlap);
        let range = |text: &str| record(&[("range", Value::Cidr(text.parse().expect("a range")))]);
        let conflict = |a: &str, b: &str| {
            let (a, b) = (range(a), range(b));
            rule.held(&a, &nothing)[0].conflicts(&rule.held(&b, &nothing)[0])
        };
        assert!(conflict("10.0.0.0/16", "10.0.1.0/24"));
        assert!(!conflict("10.0.0.0/24", "10.0.1.0/24"));
    }

    #[test]
    fn a_condition_follows_references() {
        let mut rule = exclusive(&["volume"], Within::Region, Sameness::Equal);
        rule.unless = Some(Guard {
            path: vec!["volume".to_owned(), "multi_attach".to_owned()],
            value: Value::Bool(true),
        });
        let fields = record(&[("volume", text("vol-1"))]);
        let shared = |_: &Value, name: &str| (name == "multi_attach").then_some(Value::Bool(true));
        assert!(rule.held(&fields, &shared).is_empty());
        assert_eq!(rule.held(&fields, &nothing).len(), 1);
    }
}
