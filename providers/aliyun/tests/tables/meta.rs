//! Every action and parameter of a table against Alibaba's own metadata: spelling, form, and that what is required is
//! filled. Every path of an answer against the keys of Alibaba's SDK models.
//!
//! The metadata is no part of the project: the variable `ALIYUN_META` names its folder, or it is beside the project.

use std::path::PathBuf;

use infra_aliyun::table::{Call, Form, Ids, Kind, Pages, Part, Update};
use infra_aliyun::types::KINDS;
use serde_json::Value as Json;

/// The metadata, by product; `None` where there is none.
struct Meta {
    ecs: Json,
    vpc: Json,
    responses: Json,
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the metadata is depends on the machine"
)]
fn folder() -> PathBuf {
    match std::env::var_os("ALIYUN_META") {
        Some(folder) => folder.into(),
        None => [env!("CARGO_MANIFEST_DIR"), "../../../shared/aliyun-meta"]
            .iter()
            .collect(),
    }
}

fn meta() -> Option<Meta> {
    let file = |name: &str| {
        let text = std::fs::read_to_string(folder().join(name)).ok()?;
        serde_json::from_str(&text).ok()
    };
    Some(Meta {
        ecs: file("ecs.json")?,
        vpc: file("vpc.json")?,
        responses: file("responses.json")?,
    })
}

/// What one call sends: the name of a parameter, whether it is a list, and whether it is always there.
struct Sent {
    name: String,
    list: bool,
    always: bool,
}

fn sent(name: &str, always: bool) -> Sent {
    Sent {
        name: name.to_owned(),
        list: false,
        always,
    }
}

/// What is the same at every call.
fn own(call: &Call) -> Vec<Sent> {
    let region = call.region.into_iter();
    let fixed = call.fixed.iter().map(|(name, _)| *name);
    let ids = call.ids.iter().copied().filter(|name| !name.is_empty());
    let all = region.chain(fixed).chain(call.token).chain(ids);
    all.map(|name| sent(name, true)).collect()
}

impl Meta {
    fn action(&self, kind: &Kind, name: &str) -> Option<&Json> {
        let product = match kind.api.product {
            "ecs" => &self.ecs,
            _ => &self.vpc,
        };
        assert_eq!(product["version"], kind.api.version);
        product["actions"].get(name)
    }

    /// What is wrong with a call that sends this.
    fn check(&self, kind: &Kind, action: &str, all: &[Sent]) -> Vec<String> {
        let Some(known) = self.action(kind, action) else {
            return vec![format!("{}: there is no action {action}", kind.name)];
        };
        let parameters = known["parameters"]
            .as_array()
            .expect("a list of parameters");
        let find = |name: &str| parameters.iter().find(|it| it["name"] == name);
        let mut problems = Vec::new();
        for one in all {
            let place = format!("{}: {action}.{}", kind.name, one.name);
            match find(&one.name) {
                None => problems.push(format!("{place}: there is no such parameter")),
                Some(it) if it["in"] != "Query" => {
                    problems.push(format!("{place} is in {}", it["in"]))
                }
                Some(it) if (it["type"] == "RepeatList") != one.list => {
                    problems.push(format!("{place} is a {}", it["type"]));
                }
                Some(_) => {}
            }
        }
        for required in parameters.iter().filter(|it| it["required"] == true) {
            let filled = all
                .iter()
                .any(|one| required["name"] == *one.name && one.always);
            if !filled {
                problems.push(format!(
                    "{}: {action} demands {}",
                    kind.name, required["name"]
                ));
            }
        }
        problems
    }

    /// Whether the answer of an action has a path.
    fn answers(&self, kind: &Kind, action: &str, path: &str) -> bool {
        let Some(answer) = self.responses[kind.api.product].get(action) else {
            return true;
        };
        let found = path.split('.').try_fold(answer, |json, step| match json {
            Json::Array(items) if step.parse::<usize>().is_ok() => items.first(),
            json => json.get(step),
        });
        found.is_some()
    }
}

/// What the calls of a table send.
fn calls(kind: &Kind, always: impl Fn(&str) -> bool) -> Vec<(&'static str, Vec<Sent>)> {
    let mut calls = Vec::new();
    let tag = |name: &str| Sent {
        name: name.to_owned(),
        list: true,
        always: true,
    };
    let mut create = own(&kind.create);
    for field in kind.fields {
        if let Some(name) = field.create {
            create.push(Sent {
                list: matches!(field.form, Form::Texts),
                ..sent(name, always(field.name))
            });
        }
    }
    if kind.tags.is_some() {
        create.push(tag("Tag"));
    }
    calls.push((kind.create.action, create));

    let mut read = own(&kind.read.call);
    match kind.read.pages {
        Pages::One => {}
        Pages::Number(_) => read.extend([sent("PageNumber", true), sent("PageSize", true)]),
        Pages::Next(size, _) => read.extend([sent("NextToken", false), sent(size, true)]),
    }
    match kind.read.ids {
        Ids::All => {}
        Ids::Json(name, ..) | Ids::Comma(name, ..) | Ids::One(name) => read.push(sent(name, false)),
        Ids::Owner(name, _) => read.push(sent(name, true)),
    }
    if kind.read.tagged {
        read.push(tag("Tag"));
    }
    calls.push((kind.read.call.action, read));
    calls.push((kind.delete.action, own(&kind.delete)));

    for field in kind.fields {
        if let Update::By(call, name) = field.update {
            let mut update = own(call);
            update.push(Sent {
                list: matches!(field.form, Form::Texts),
                ..sent(name, true)
            });
            calls.push((call.action, update));
        }
    }
    if kind.tags.is_some() {
        let untag = match kind.api.product {
            "vpc" => "UnTagResources",
            _ => "UntagResources",
        };
        let common = || {
            vec![
                sent("RegionId", true),
                sent("ResourceType", true),
                tag("ResourceId"),
            ]
        };
        calls.push((
            "TagResources",
            common().into_iter().chain([tag("Tag")]).collect(),
        ));
        calls.push((untag, common().into_iter().chain([tag("TagKey")]).collect()));
    }
    calls
}

/// Paths that a look at the listing adds to its items.
const ADDED: [(&str, &str); 2] = [
    ("aliyun.instance", "SystemDisk."),
    ("aliyun.security_group", "InnerAccessPolicy"),
];

fn paths(kind: &Kind) -> Vec<(&'static str, String)> {
    let item = |path: &str| format!("{}.0.{path}", kind.read.items);
    let fields = kind.fields.iter().filter_map(|field| field.read);
    let keys = kind.key.iter().map(|part| match part {
        Part::Given(_, path) | Part::Field(_, path) => *path,
    });
    let state = Some(kind.states.path).filter(|path| !path.is_empty());
    let added = |path: &&str| {
        ADDED
            .iter()
            .any(|(name, added)| kind.name == *name && path.starts_with(added))
    };
    let read = fields.chain(keys).chain(state).filter(|path| !added(path));
    let read = read.map(|path| (kind.read.call.action, item(path)));
    let given = kind.key.iter().filter_map(|part| match part {
        Part::Given(path, _) => Some((kind.create.action, (*path).to_owned())),
        Part::Field(..) => None,
    });
    read.chain(given).collect()
}

#[test]
fn every_table_is_as_alibabas_metadata_says() {
    let Some(meta) = meta() else {
        println!(
            "skipped: there is no metadata of Alibaba Cloud at {}",
            folder().display()
        );
        return;
    };
    let schemas = super::schemas();
    let mut problems = Vec::new();
    let (mut checked, mut read) = (0, 0);
    for kind in KINDS {
        // A name is made up where the program has none.
        let always = |name: &str| {
            let field = schemas[kind.name].field(name);
            name == "name" || field.is_some_and(|it| it.required() || it.default.is_some())
        };
        for (action, sent) in calls(kind, always) {
            problems.extend(meta.check(kind, action, &sent));
            checked += sent.len();
        }
        for (action, path) in paths(kind) {
            read += 1;
            if !meta.answers(kind, action, &path) {
                problems.push(format!("{}: {action} does not answer {path}", kind.name));
            }
        }
    }
    problems.sort();
    problems.dedup();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    println!(
        "{checked} parameters and {read} paths of {} types",
        KINDS.len()
    );
}
