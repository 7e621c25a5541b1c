//! The resource types of the little cloud.

use std::collections::BTreeMap;

use infra_model::exclusive::{Exclusive, Sameness, Within};
use infra_model::{Change, FieldSchema, Schema, SchemaKind, Span, Type};

fn field(name: &str) -> FieldSchema {
    FieldSchema {
        name: name.to_owned(),
        doc: String::new(),
        ty: Type::Optional(Box::new(Type::String)),
        default: None,
        computed: false,
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

fn replacing(name: &str) -> FieldSchema {
    FieldSchema {
        change: Change::Replace,
        ..field(name)
    }
}

fn computed(name: &str) -> FieldSchema {
    FieldSchema {
        computed: true,
        ty: Type::String,
        ..field(name)
    }
}

fn schema(kind: &str, mut fields: Vec<FieldSchema>) -> Schema {
    fields.push(computed("id"));
    Schema {
        type_name: format!("cloud.{kind}"),
        kind: SchemaKind::Resource,
        doc: String::new(),
        fields,
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

/// `net`: range (replaces), note. `disk`: data, zone (replaces), size (grows), format. `host`: net (replaces), type
/// (restarts), groups (unordered), script (unread), password, note, tags, rules (unordered), computed address. `group`: create first, name
/// and net (replace), allow (late, unordered). `tie`: host and disk (both replace). `vault`: note, and the computed
/// secrets word (told whenever it is read) and once (told when it is made).
pub fn schemas() -> BTreeMap<String, Schema> {
    let list = || Type::List(Box::new(Type::Any));
    let disk = Schema {
        data: Some("the contents of the disk".to_owned()),
        data_unless: Some(("format".to_owned(), "swap".to_owned())),
        ..schema(
            "disk",
            vec![
                replacing("zone"),
                replacing("format"),
                FieldSchema {
                    grows: true,
                    ..field("size")
                },
                field("note"),
            ],
        )
    };
    let host = schema(
        "host",
        vec![
            replacing("net"),
            FieldSchema {
                change: Change::Restart,
                ..field("type")
            },
            FieldSchema {
                ty: list(),
                unordered: true,
                ..field("groups")
            },
            FieldSchema {
                unread: true,
                ..field("script")
            },
            field("password"),
            field("note"),
            FieldSchema {
                ty: Type::Map(Box::new(Type::Any)),
                ..field("tags")
            },
            FieldSchema {
                ty: list(),
                unordered: true,
                ..field("rules")
            },
            computed("address"),
        ],
    );
    let name = Exclusive {
        class: "cloud.group.name".to_owned(),
        fields: vec!["name".to_owned()],
        within: Within::Fields(vec!["net".to_owned()]),
        sameness: Sameness::Equal,
        unset: None,
        when: None,
        unless: None,
        why: "a net gives a name once".to_owned(),
        span: Span::default(),
    };
    let group = Schema {
        create_first: true,
        exclusive: vec![name],
        ..schema(
            "group",
            vec![
                replacing("name"),
                replacing("net"),
                replacing("about"),
                FieldSchema {
                    ty: list(),
                    unordered: true,
                    late: true,
                    ..field("allow")
                },
            ],
        )
    };
    let net = schema("net", vec![replacing("range"), field("note")]);
    let tie = schema("tie", vec![replacing("host"), replacing("disk")]);
    let value = Schema {
        type_name: "std.value".to_owned(),
        ..schema(
            "value",
            vec![field("input"), replacing("triggers"), computed("output")],
        )
    };
    let secret = || Type::Secret(Box::new(Type::String));
    let told = |name: &str| FieldSchema {
        ty: secret(),
        ..computed(name)
    };
    let vault = schema("vault", vec![field("note"), told("word"), told("once")]);
    [net, disk, host, group, tie, value, vault]
        .into_iter()
        .map(|schema| (schema.type_name.clone(), schema))
        .collect()
}
