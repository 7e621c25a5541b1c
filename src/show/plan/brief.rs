//! A resource that is created, on one line: the few fields that tell it from its neighbours.

use std::collections::BTreeMap;

use infra_engine::plan::{FieldChange, ResourceChange};
use infra_model::{Address, Schema, Type, Value};

use crate::show::text;

/// A text longer than this tells little, and is cut.
const TEXT_COLUMNS: usize = 24;

/// The fields in one line.
pub struct Brief {
    pub line: String,
    /// Something of what the program sets is not in the line.
    pub cut: bool,
}

/// The fields that the program sets, in the order in which the type declares them, as many as fit into `columns`.
pub fn brief(
    change: &ResourceChange,
    fields: &[&FieldChange],
    schema: Option<&Schema>,
    names: &BTreeMap<(String, String), Address>,
    columns: usize,
) -> Brief {
    let place = |field: &FieldChange| {
        let declared = schema.and_then(|it| it.fields.iter().position(|f| f.name == field.name));
        // A network is known by its range, wherever the type declares it; prose tells least.
        let rank = match &field.planned {
            Value::Cidr(_) | Value::Ip(_) => 0,
            Value::String(words) if words.contains(' ') && field.name != "name" => 2,
            _ => 1,
        };
        (rank, declared.unwrap_or(usize::MAX))
    };
    let mut ordered = fields.to_vec();
    ordered.sort_by_key(|field| place(field));
    let mut brief = Brief {
        line: String::new(),
        cut: false,
    };
    for field in ordered {
        let types = schema.and_then(|it| it.field(&field.name)).map(|it| &it.ty);
        let named = Named { names, types };
        let Some((shown, whole)) = telling(&field.name, &named.of(&field.planned), &change.address)
        else {
            brief.cut = true;
            continue;
        };
        let between = match brief.line.is_empty() {
            true => "",
            false => ", ",
        };
        if text::width(&brief.line) + text::width(between) + text::width(&shown) > columns {
            brief.cut = true;
            continue;
        }
        brief.line.push_str(between);
        brief.line.push_str(&shown);
        brief.cut |= !whole;
    }
    brief
}

/// The names of what exists, for a field of one type.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// The names, by type and id.
    pub names: &'a BTreeMap<(String, String), Address>,
    /// The type of the field.
    pub types: Option<&'a Type>,
}

impl Named<'_> {
    /// The value with names in the place of ids, where the field takes a reference.
    pub fn of(&self, value: &Value) -> Value {
        match value {
            Value::String(id) => {
                let mut named = None;
                if let Some(types) = self.types {
                    each_resource(types, &mut |type_name| {
                        let key = (type_name.to_owned(), id.clone());
                        named = named.or(self.names.get(&key));
                    });
                }
                named.map_or_else(|| value.clone(), |address| Value::Ref(address.clone()))
            }
            Value::List(items) => Value::List(items.iter().map(|item| self.of(item)).collect()),
            other => other.clone(),
        }
    }
}

/// The resource types to which a value of this type may refer.
fn each_resource(ty: &Type, look: &mut dyn FnMut(&str)) {
    match ty {
        Type::Resource(name) => look(name),
        Type::List(inner) | Type::Optional(inner) | Type::Refined(inner, _) => {
            each_resource(inner, look);
        }
        Type::Union(types) => types.iter().for_each(|ty| each_resource(ty, look)),
        Type::Record(fields) => fields.iter().for_each(|it| each_resource(&it.ty, look)),
        _ => {}
    }
}

/// `size 40GiB`, and whether that is all of it; `None` for what tells nothing yet.
fn telling(name: &str, planned: &Value, of: &Address) -> Option<(String, bool)> {
    let name = text::line(name);
    let (shown, whole) = match planned {
        Value::Unknown(_) => return None,
        Value::Bool(true) => return Some((name.into_owned(), true)),
        Value::String(words) if words.lines().count() > 1 => {
            let lines = format!("{name} ({} lines)", words.lines().count());
            return Some((lines, false));
        }
        Value::List(items) if items.iter().all(|item| matches!(item, Value::Ref(_))) => {
            let names: Vec<String> = items.iter().map(|item| value(item, of)).collect();
            (names.join("+"), true)
        }
        Value::List(items) => return Some(counted(&name, planned, items.len())),
        Value::Map(items) => return Some(counted(&name, planned, items.len())),
        other => {
            let shown = value(other, of);
            let short = text::shorten(&shown, TEXT_COLUMNS).into_owned();
            let whole = short == shown;
            (short, whole)
        }
    };
    Some((format!("{name} {shown}"), whole))
}

/// A list or a map: itself where it is short, else how many items it has.
fn counted(name: &str, value: &Value, items: usize) -> (String, bool) {
    let shown = value.to_string();
    match text::width(&shown) <= TEXT_COLUMNS {
        true => (format!("{name} {}", text::line(&shown)), true),
        false => (format!("{name} ({items})"), false),
    }
}

/// A value without quotes where nothing could be mistaken; a reference by its name within the same component, since
/// the field says of which type it is.
fn value(value: &Value, of: &Address) -> String {
    match value {
        Value::Ref(to) => {
            let mut near = to.clone();
            if near.path == of.path {
                near.path.clear();
            }
            let whole = near.to_string();
            let typed = format!("{}.", near.type_name);
            text::line(&whole.replacen(&typed, "", 1)).into_owned()
        }
        Value::String(words) if is_plain(words) => text::line(words).into_owned(),
        other => text::line(&other.to_string()).into_owned(),
    }
}

/// Whether a text can stand without quotes.
pub fn is_plain(words: &str) -> bool {
    !words.is_empty() && words.trim() == words && !words.contains([',', '"', '(', ')'])
}

#[cfg(test)]
mod tests {
    use infra_engine::plan::Action;
    use infra_model::Change;

    use super::*;

    fn field(name: &str, planned: Value) -> FieldChange {
        FieldChange {
            name: name.to_owned(),
            prior: None,
            planned,
            cost: Change::Update,
            why: None,
            certain: true,
            span: None,
        }
    }

    fn shown(fields: &[FieldChange], columns: usize) -> (String, bool) {
        let address: Address = "web/aws.instance.host".parse().expect("an address");
        let change = ResourceChange {
            address,
            provider: "aws".to_owned(),
            action: Action::Create,
            id: None,
            reasons: Vec::new(),
            fields: Vec::new(),
            conditional: false,
            span: None,
            steps: Vec::new(),
        };
        let fields: Vec<&FieldChange> = fields.iter().collect();
        let brief = brief(&change, &fields, None, &BTreeMap::new(), columns);
        (brief.line, brief.cut)
    }

    fn reference(address: &str) -> Value {
        Value::Ref(address.parse().expect("an address"))
    }

    #[test]
    fn references_are_named_as_the_neighbour_sees_them() {
        let fields = [
            field("disk", reference("web/aws.volume.disk[\"data\"]")),
            field("subnet", reference("aws.subnet.inner")),
            field(
                "groups",
                Value::List(vec![
                    reference("aws.security_group.a"),
                    reference("net/aws.security_group.b"),
                ]),
            ),
        ];
        assert_eq!(
            shown(&fields, 80),
            (
                "disk disk[\"data\"], subnet inner, groups a+net/b".to_owned(),
                false
            )
        );
    }

    #[test]
    fn what_is_long_is_counted_and_what_does_not_fit_is_left_out() {
        let fields = [
            field("script", Value::string("a\nb\n")),
            field("fast", Value::Bool(true)),
            field("slow", Value::Bool(false)),
            field(
                "tags",
                Value::Map([("purpose".to_owned(), Value::string("long enough"))].into()),
            ),
            field("map", Value::Map([("a".to_owned(), Value::Int(1))].into())),
            field("note", Value::string("one, two")),
        ];
        let (line, cut) = shown(&fields, 80);
        assert_eq!(
            line,
            "script (2 lines), fast, slow false, tags (1), map { a = 1 }, note \"one, two\""
        );
        assert!(cut, "the script and the tags are not in it");
        assert_eq!(shown(&fields[1..3], 10), ("fast".to_owned(), true));
    }

    #[test]
    fn an_id_is_shown_by_its_name_where_a_reference_stands() {
        let key = |of: &str, id: &str| (of.to_owned(), id.to_owned());
        let names = BTreeMap::from([
            (key("aws.vpc", "x"), Address::root("aws.vpc", "main")),
            (key("aws.volume", "y"), Address::root("aws.volume", "data")),
        ]);
        let types = Type::List(Box::new(Type::Union(vec![
            Type::Resource("aws.vpc".to_owned()),
            Type::String,
        ])));
        let named = Named {
            names: &names,
            types: Some(&types),
        };
        let ids = ["x", "y"].map(Value::string);
        assert_eq!(
            named.of(&Value::List(ids.to_vec())),
            Value::List(vec![reference("aws.vpc.main"), Value::string("y")])
        );
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Value::Secret(infra_model::Secret::new(Value::string("hunter2")));
        assert_eq!(
            shown(&[field("password", secret)], 80),
            ("password (secret)".to_owned(), false)
        );
    }
}
