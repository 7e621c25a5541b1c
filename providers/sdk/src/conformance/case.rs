//! What a provider's tests say of one type.

use infra_model::{Record, Schema};

/// One type's resource and what is to be done to it.
pub struct Case<'a> {
    /// The program that the provider works for.
    pub program: String,
    /// The fields it is first made with; the schema's defaults are added. References are ids.
    pub fields: Record,
    /// Changes, one after another: each has the fields that differ from before. What they are, an update or a
    /// replacement, is up to the schema.
    pub steps: Vec<Record>,
    /// Settable fields that no step changes, and why.
    pub exempt: Vec<(&'static str, &'static str)>,
    /// Changes it behind the program's back; `None` for a type of which nothing can change.
    pub outsider: Option<&'a dyn Outsider>,
}

/// Somebody else with access to the account.
#[async_trait::async_trait]
pub trait Outsider: Send + Sync {
    /// Changes the resource without the provider: the names of the fields that are different now.
    async fn change(&self, id: &str, seen: &Record) -> Vec<String>;
}

impl Case<'_> {
    /// Whether each settable field of the schema is changed by a step or exempt, and not both.
    pub(super) fn covers(&self, schema: &Schema) -> Result<(), String> {
        let stepped = |name: &str| self.steps.iter().any(|step| step.contains_key(name));
        for field in schema.fields.iter().filter(|field| !field.computed) {
            let name = field.name.as_str();
            let exempt = self.exempt.iter().any(|(exempt, _)| *exempt == name);
            match (stepped(name), exempt) {
                (false, false) => {
                    return Err(format!("`{name}` has neither an example nor an exemption"));
                }
                (true, true) => return Err(format!("`{name}` has an example and an exemption")),
                _ => {}
            }
        }
        let settable = |name: &str| schema.field(name).is_some_and(|field| !field.computed);
        let steps = self.steps.iter().flat_map(Record::keys);
        let named = self.fields.keys().chain(steps).map(String::as_str);
        let exempt = self.exempt.iter().map(|(name, _)| *name);
        match named.chain(exempt).find(|name| !settable(name)) {
            Some(name) => Err(format!("there is no field `{name}` to set")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_model::{Change, FieldSchema, SchemaKind, Span, Type, Value};

    fn field(name: &str, computed: bool) -> FieldSchema {
        FieldSchema {
            name: name.to_owned(),
            doc: String::new(),
            ty: Type::String,
            default: None,
            computed,
            change: Change::Update,
            unordered: false,
            late: false,
            unread: false,
            grows: false,
            clears: false,
            changed_by: Vec::new(),
            holds: false,
            moves: false,
            forbids: None,
            span: Span::default(),
        }
    }

    fn schema() -> Schema {
        Schema {
            type_name: "cloud.disk".to_owned(),
            kind: SchemaKind::Resource,
            doc: String::new(),
            fields: vec![field("zone", false), field("id", true)],
            data: None,
            data_unless: None,
            create_first: false,
            timeout_create: None,
            timeout_update: None,
            timeout_delete: None,
            exclusive: Vec::new(),
            span: Span::default(),
        }
    }

    fn covered(steps: &[&str], exempt: &[&'static str]) -> Result<(), String> {
        let step = |name: &&str| Record::from([((*name).to_owned(), Value::string("b"))]);
        let case = Case {
            program: "desk".to_owned(),
            fields: Record::from([("zone".to_owned(), Value::string("a"))]),
            steps: steps.iter().map(step).collect(),
            exempt: exempt.iter().map(|name| (*name, "no reason")).collect(),
            outsider: None,
        };
        case.covers(&schema())
    }

    #[test]
    fn a_case_says_something_of_every_field_that_can_be_set() {
        assert_eq!(covered(&["zone"], &[]), Ok(()));
        assert_eq!(covered(&[], &["zone"]), Ok(()));
        let problem = |steps: &[&str], exempt: &[&'static str]| covered(steps, exempt).unwrap_err();
        assert!(problem(&[], &[]).contains("neither"));
        assert!(problem(&["zone"], &["zone"]).contains("and an exemption"));
        assert!(problem(&["zone", "id"], &[]).contains("`id` to set"));
        assert!(problem(&["zone"], &["colour"]).contains("`colour` to set"));
    }
}
