//! The form parameters of the Query protocol as a tree with typed access.
//!
//! `Filter.1.Name=vpc-id&Filter.1.Value.1=…` becomes nodes `Filter` → `1` → `Name`. Every node remembers whether an
//! action looked at it: what nobody read is refused at the end with `UnknownParameter`, so that a parameter that the
//! simulator does not know is never silently without effect.

use std::cell::Cell;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// What is wrong with a parameter, or with the form as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryError {
    /// A name or value is not percent-encoded UTF-8.
    Malformed,
    /// The parameter of that name is not there, or empty.
    Missing(String),
    /// The parameter is neither true nor false.
    NotABoolean { name: String, text: String },
    /// The parameter is not a whole number.
    NotANumber { name: String, text: String },
}

/// One parameter, or a group of them.
#[derive(Clone, Debug, Default)]
pub struct Query {
    path: String,
    value: Option<String>,
    children: BTreeMap<String, Query>,
    read: Cell<bool>,
}

impl Query {
    /// Parses `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// `Malformed` when a name or value is not percent-encoded UTF-8.
    pub fn parse(form: &str) -> Result<Self, QueryError> {
        let mut root = Self::default();
        for pair in form.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            root.insert(&decode(name)?, decode(value)?);
        }
        Ok(root)
    }

    /// The tree of parameters that are known by their names.
    pub fn of(parameters: &BTreeMap<String, String>) -> Self {
        let mut root = Self::default();
        for (path, value) in parameters {
            root.insert(path, value.clone());
        }
        root
    }

    fn insert(&mut self, path: &str, value: String) {
        let mut node = self;
        for part in path.split('.') {
            let parent = node.path.clone();
            node = node.children.entry(part.to_owned()).or_default();
            if node.path.is_empty() {
                node.path = if parent.is_empty() {
                    part.to_owned()
                } else {
                    format!("{parent}.{part}")
                };
            }
        }
        node.value = Some(value);
    }

    /// The parameter's full name, as the client sent it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text of the parameter called `name`; an empty text is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        let node = self.children.get(name)?;
        node.read.set(true);
        node.value.as_deref()
    }

    /// The text of a parameter that has to be there and not be empty.
    ///
    /// # Errors
    /// `Missing`.
    pub fn need(&self, name: &str) -> Result<&str, QueryError> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| QueryError::Missing(self.name_of(name)))
    }

    /// A boolean parameter.
    ///
    /// # Errors
    /// `NotABoolean` for anything but `true`, `false`, `1` and `0`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, QueryError> {
        self.text(name).map(|text| boolean(text, name)).transpose()
    }

    /// A whole number.
    ///
    /// # Errors
    /// It is none.
    pub fn int(&self, name: &str) -> Result<Option<i64>, QueryError> {
        self.text(name)
            .map(|text| {
                text.parse().map_err(|_| QueryError::NotANumber {
                    name: name.to_owned(),
                    text: text.to_owned(),
                })
            })
            .transpose()
    }

    /// A text inside `name.Value`, as the attribute calls send it.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.child(name).and_then(|node| node.text("Value"))
    }

    /// A boolean inside `name.Value`.
    ///
    /// # Errors
    /// It is none.
    pub fn attribute_flag(&self, name: &str) -> Result<Option<bool>, QueryError> {
        self.attribute(name)
            .map(|text| boolean(text, name))
            .transpose()
    }

    /// The group of parameters called `name`.
    pub fn child(&self, name: &str) -> Option<&Query> {
        let node = self.children.get(name)?;
        node.read.set(true);
        Some(node)
    }

    /// The members of the list `name` in the order of their numbers.
    pub fn list(&self, name: &str) -> Vec<&Query> {
        let Some(list) = self.child(name) else {
            return Vec::new();
        };
        let mut items: Vec<(u64, &Query)> = list
            .children
            .iter()
            .filter_map(|(key, node)| Some((key.parse::<u64>().ok()?, node)))
            .collect();
        items.sort_by_key(|(number, _)| *number);
        items
            .into_iter()
            .map(|(_, node)| {
                node.read.set(true);
                node
            })
            .collect()
    }

    /// The texts of the list `name`.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.list(name)
            .into_iter()
            .filter_map(|node| node.value.as_deref())
            .collect()
    }

    /// Accepts parameters that change nothing here (for example a charset, or a price class nobody is billed for).
    pub fn accept(&self, names: &[&str]) {
        for name in names {
            if let Some(node) = self.children.get(*name) {
                node.accept_all();
            }
        }
    }

    /// Accepts everything in this group.
    pub fn accept_all(&self) {
        self.read.set(true);
        self.children.values().for_each(Query::accept_all);
    }

    /// The first parameter with a value that nothing has read.
    pub fn unread(&self) -> Option<&str> {
        if self.value.is_some() && !self.read.get() {
            return Some(&self.path);
        }
        self.children.values().find_map(Query::unread)
    }

    /// All parameters as sorted `name=value` lines without the named ones: what a client token is compared by.
    pub fn canonical(&self, without: &[&str]) -> String {
        let mut lines = Vec::new();
        self.children
            .iter()
            .filter(|(name, _)| !without.contains(&name.as_str()))
            .for_each(|(_, n)| n.lines(&mut lines));
        lines.join("\n")
    }

    /// All parameters by their full names.
    pub fn flat(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        if let Some(value) = &self.value {
            all.insert(self.path.clone(), value.clone());
        }
        for node in self.children.values() {
            all.extend(node.flat());
        }
        all
    }

    fn lines(&self, out: &mut Vec<String>) {
        if let Some(value) = &self.value {
            out.push(format!("{}={value}", self.path));
        }
        self.children.values().for_each(|node| node.lines(out));
    }

    fn name_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

fn boolean(text: &str, name: &str) -> Result<bool, QueryError> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(QueryError::NotABoolean {
            name: name.to_owned(),
            text: text.to_owned(),
        }),
    }
}

fn decode(text: &str) -> Result<String, QueryError> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| QueryError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_the_order_of_their_numbers() {
        let q = Query::parse("A.10=j&A.2=b&A.1=a&B.Value=x%26+y").unwrap();
        assert_eq!(q.texts("A"), ["a", "b", "j"]);
        assert_eq!(q.attribute("B"), Some("x& y"));
    }

    #[test]
    fn an_unread_parameter_is_found_by_its_full_name() {
        let q = Query::parse("Action=X&Filter.1.Name=n&Filter.1.Odd=o").unwrap();
        q.text("Action");
        q.list("Filter")[0].text("Name");
        assert_eq!(q.unread(), Some("Filter.1.Odd"));
    }

    #[test]
    fn numbers_and_booleans_are_checked() {
        let q = Query::parse("N=12x&B=maybe").unwrap();
        let (name, text) = ("N".to_owned(), "12x".to_owned());
        assert_eq!(q.int("N"), Err(QueryError::NotANumber { name, text }));
        let (name, text) = ("B".to_owned(), "maybe".to_owned());
        assert_eq!(q.flag("B"), Err(QueryError::NotABoolean { name, text }));
        assert_eq!(q.need("C"), Err(QueryError::Missing("C".to_owned())));
    }
}
