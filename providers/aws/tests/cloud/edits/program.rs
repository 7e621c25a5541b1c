//! A program as data, so that it can be edited, and its text.

use std::fmt::Write;

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// As it stands in the text.
    Text(String),
    /// A reference to a thing of this name.
    Ref(String),
    List(Vec<Value>),
    Record(Vec<(&'static str, Value)>),
}

impl Value {
    pub fn text(text: impl Into<String>) -> Value {
        Value::Text(text.into())
    }

    pub fn refs(names: &[String]) -> Value {
        Value::List(names.iter().cloned().map(Value::Ref).collect())
    }

    pub fn each(&mut self, act: &mut dyn FnMut(&mut Value)) {
        act(self);
        match self {
            Value::List(items) => items.iter_mut().for_each(|item| item.each(act)),
            Value::Record(fields) => fields.iter_mut().for_each(|(_, value)| value.each(act)),
            _ => {}
        }
    }

    pub fn mentions(&self, name: &str) -> bool {
        match self {
            Value::Text(text) => {
                text.split('.').next() == Some(name) || text.contains(&format!("({name}."))
            }
            Value::Ref(other) => other == name,
            Value::List(items) => items.iter().any(|item| item.mentions(name)),
            Value::Record(fields) => fields.iter().any(|(_, value)| value.mentions(name)),
        }
    }

    /// What is left without a thing; `None` when nothing is.
    fn without(&self, name: &str) -> Option<Value> {
        match self {
            Value::List(items) => {
                let left: Vec<Value> = items.iter().filter_map(|item| item.without(name)).collect();
                (items.is_empty() || !left.is_empty()).then_some(Value::List(left))
            }
            Value::Record(fields) => {
                let left = fields
                    .iter()
                    .map(|(field, value)| Some((*field, value.without(name)?)));
                Some(Value::Record(left.collect::<Option<_>>()?))
            }
            other => (!other.mentions(name)).then(|| other.clone()),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Text(text) | Value::Ref(text) => f.write_str(text),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(Value::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Value::Record(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{name} = {value}"))
                    .collect();
                write!(f, "{{ {} }}", fields.join(", "))
            }
        }
    }
}

/// A declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    pub type_name: &'static str,
    pub name: String,
    pub fields: Vec<(&'static str, Value)>,
    /// Whether it stands under `@replace(create_first)`, or under `@replace(destroy_first)`.
    pub create_first: Option<bool>,
}

impl Thing {
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, value)| value)
    }

    /// The name that a field refers to.
    pub fn target(&self, field: &str) -> Option<&str> {
        match self.get(field)? {
            Value::Ref(name) => Some(name),
            _ => None,
        }
    }

    pub fn set(&mut self, field: &'static str, value: Option<Value>) {
        let at = self.fields.iter().position(|(name, _)| *name == field);
        match (at, value) {
            (Some(at), Some(value)) => self.fields[at].1 = value,
            (Some(at), None) => drop(self.fields.remove(at)),
            (None, Some(value)) => self.fields.push((field, value)),
            (None, None) => {}
        }
    }
}

/// Declarations, and the moves that lead to them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    pub things: Vec<Thing>,
    /// Type, old name, new name.
    pub moves: Vec<(&'static str, String, String)>,
    /// How many names were given so far.
    pub names: usize,
}

const HEAD: &str = r#"provider aws { region = "us-west-2" }
lookup aws.image debian { owner = "136693071363", name = "debian-12-amd64-*", newest = true }
"#;

impl Program {
    pub fn of(&self, type_name: &str) -> Vec<&Thing> {
        let of_type = |thing: &&Thing| thing.type_name == type_name;
        self.things.iter().filter(of_type).collect()
    }

    pub fn get(&self, name: &str) -> Option<&Thing> {
        self.things.iter().find(|thing| thing.name == name)
    }

    /// A name that was never there.
    pub fn new_name(&mut self, type_name: &str) -> String {
        self.names += 1;
        let kind = type_name.rsplit('.').next().unwrap_or_default();
        format!("{kind}{}", self.names)
    }

    /// Takes a thing out, and with it what cannot be without it.
    pub fn drop_thing(&mut self, name: &str) {
        self.things.retain(|thing| thing.name != name);
        let mut orphans = Vec::new();
        for thing in &mut self.things {
            let mut left = Vec::new();
            for (field, value) in std::mem::take(&mut thing.fields) {
                match value.without(name) {
                    Some(value) => left.push((field, value)),
                    None if super::fields::is_required(thing.type_name, field) => {
                        orphans.push(thing.name.clone());
                    }
                    None => {}
                }
            }
            thing.fields = left;
        }
        for orphan in orphans {
            self.drop_thing(&orphan);
        }
    }

    /// Gives a thing another name, also where it is mentioned.
    pub fn rename(&mut self, old: &str, new: &str) {
        let mut renamed = |value: &mut Value| match value {
            Value::Ref(name) if name == old => new.clone_into(name),
            Value::Text(text) => {
                *text = text.replace(&format!("({old}."), &format!("({new}."));
                if text.split('.').next() == Some(old) {
                    *text = text.replacen(old, new, 1);
                }
            }
            _ => {}
        };
        for thing in &mut self.things {
            for (_, value) in &mut thing.fields {
                value.each(&mut renamed);
            }
            if thing.name == old {
                new.clone_into(&mut thing.name);
            }
        }
    }

    pub fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for Thing {
            type_name,
            name,
            fields,
            create_first,
        } in &self.things
        {
            if let Some(create_first) = create_first {
                let way = if *create_first {
                    "create_first"
                } else {
                    "destroy_first"
                };
                writeln!(text, "@replace({way})").expect("a text takes everything");
            }
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name} = {value}"))
                .collect();
            writeln!(text, "{type_name} {name} {{ {} }}", fields.join(", ")).expect("as before");
        }
        for (type_name, old, new) in &self.moves {
            writeln!(text, "move {type_name}.{old} -> {type_name}.{new}").expect("as before");
        }
        text
    }
}
