//! Tags: given with a new resource, changed by `TagResources` and its opposite, filtered by, listed.

use serde_json::{Value, json};

use crate::aliyun::action::{Action, Answer, done};
use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::page::{self, Sizes};
use crate::aliyun::param::{Form, Param, REGION, TAGS, flag, int, param, text};
use crate::aliyun::world::{Region, Tags};
use crate::ground::table::Absent;
use crate::ground::{Entity, Table};

/// The most tags of a resource.
const MOST: usize = 20;
/// The most resources of one request.
const RESOURCES: usize = 50;

/// The tags that a request gives.
///
/// # Errors
/// `InvalidTagKey.Malformed`, `InvalidTagValue.Malformed`, `NumberExceed.Tags`, `Duplicate.TagKey`.
pub fn given(args: &Args) -> Result<Tags, Fault> {
    let list = args.list("Tag");
    if list.len() > MOST {
        return Err(Fault::new(
            "NumberExceed.Tags",
            "The maximum number of tags is exceeded. The maximum is 20.",
        ));
    }
    let mut tags = Tags::new();
    for tag in &list {
        let (key, value) = (tag.need("Key")?, tag.string("Value"));
        let is_url = |text: &str| text.contains("http://") || text.contains("https://");
        if key.starts_with("aliyun") || key.starts_with("acs:") || is_url(key) {
            return Err(Fault::new(
                "InvalidTagKey.Malformed",
                "The specified Tag.n.Key is not valid.",
            ));
        }
        if is_url(&value) {
            return Err(Fault::new(
                "InvalidTagValue.Malformed",
                "The specified Tag.n.Value is not valid.",
            ));
        }
        if tags.insert(key.to_owned(), value).is_some() {
            return Err(Fault::new(
                "Duplicate.TagKey",
                "The Tag.N.Key contain duplicate key.",
            ));
        }
    }
    Ok(tags)
}

/// Whether a resource has all tags that a list is filtered by; a filter without value asks for the key alone.
pub fn match_filter(args: &Args, tags: &Tags) -> bool {
    args.list("Tag").iter().all(|filter| {
        let value = filter.some("Value");
        let has = tags.get(filter.text("Key").unwrap_or_default());
        has.is_some_and(|has| value.is_none_or(|value| value == has))
    })
}

/// `{"Tag": [{"Key": …, "Value": …}]}`, as VPC shows most tags.
pub fn plain(tags: &Tags) -> Value {
    let tags = tags.iter();
    let tags: Vec<Value> = tags
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    json!({ "Tag": tags })
}

/// `{"Tag": [{"TagKey": …, "TagValue": …}]}`, as ECS shows tags, and VPC those of NAT gateways.
pub fn prefixed(tags: &Tags) -> Value {
    let tags = tags.iter();
    let tags: Vec<Value> = tags
        .map(|(key, value)| json!({ "TagKey": key, "TagValue": value }))
        .collect();
    json!({ "Tag": tags })
}

/// Which resources of a product carry tags: what a request calls their type, and how to reach their tags.
pub type Types = &'static [(&'static str, Reach)];

/// Gives the tags of every resource of a type.
type All = fn(&Region) -> Vec<(String, Tags)>;
/// Changes the tags of one resource.
type Change = fn(&mut Region, &str, &dyn Fn(&mut Tags)) -> Result<(), Absent>;

/// The way to the tags of a type.
#[derive(Clone, Copy)]
pub struct Reach {
    all: All,
    change: Change,
}

impl Reach {
    pub const fn new(all: All, change: Change) -> Self {
        Self { all, change }
    }
}

/// The way to the tags of a table's rows.
macro_rules! reach {
    ($table:ident) => {
        $crate::aliyun::tags::Reach::new(
            |region| $crate::aliyun::tags::rows(&region.$table, |row| &row.tags),
            |region, id, change| region.$table.change(id, |row| change(&mut row.tags)),
        )
    };
}

pub(super) use reach;

/// The ids and tags of all rows.
pub fn rows<T: Entity>(table: &Table<T>, tags: fn(&T) -> &Tags) -> Vec<(String, Tags)> {
    let rows = table.iter();
    rows.map(|row| (row.id().to_owned(), tags(row).clone()))
        .collect()
}

const RESOURCES_OF: &[Param] = &[text("ResourceType").must(), text("ResourceId.N").must()];
const TAKEN: &[Param] = &[
    param("Tag.N.Key", Form::Sized(1, 128)).must(),
    param("Tag.N.Value", Form::Sized(0, 128)),
];
const REMOVED: &[Param] = &[text("TagKey.N"), flag("All")];

const ASKED: &[Param] = &[
    text("ResourceType").must(),
    text("ResourceId.N"),
    text("NextToken"),
];
const SIZE: &[Param] = &[int("MaxResults", 1, 50)];

/// `TagResources` of a product.
pub const fn tag(act: fn(&mut Region, &Args) -> Answer) -> Action {
    Action {
        name: "TagResources",
        takes: &[REGION, RESOURCES_OF, TAKEN],
        act,
    }
}

/// `UntagResources`, or however a product spells it.
pub const fn untag(name: &'static str, act: fn(&mut Region, &Args) -> Answer) -> Action {
    Action {
        name,
        takes: &[REGION, RESOURCES_OF, REMOVED],
        act,
    }
}

/// `ListTagResources` of ECS, whose pages have one size.
pub const fn list(act: fn(&mut Region, &Args) -> Answer) -> Action {
    Action {
        name: "ListTagResources",
        takes: &[REGION, TAGS, ASKED],
        act,
    }
}

/// `ListTagResources` of VPC, whose pages have a size.
pub const fn list_sized(act: fn(&mut Region, &Args) -> Answer) -> Action {
    Action {
        name: "ListTagResources",
        takes: &[REGION, TAGS, ASKED, SIZE],
        act,
    }
}

fn reach_of(types: Types, args: &Args) -> Result<Reach, Fault> {
    let name = args.need("ResourceType")?;
    let mut types = types.iter();
    let found = types.find(|(known, _)| *known == name);
    found.map(|(_, reach)| *reach).ok_or_else(|| {
        Fault::new(
            "InvalidResourceType.NotFound",
            "The ResourceType provided does not exist in our records.",
        )
    })
}

fn ids(args: &Args) -> Result<Vec<String>, Fault> {
    let ids = args.texts("ResourceId");
    if ids.len() > RESOURCES {
        return Err(Fault::new(
            "NumberExceed.ResourceIds",
            "The ResourceIds parameter's number is exceed, Valid : 50.",
        ));
    }
    Ok(ids)
}

fn change(
    types: Types,
    region: &mut Region,
    args: &Args,
    act: &dyn Fn(&mut Tags),
) -> Result<Reach, Fault> {
    let reach = reach_of(types, args)?;
    for id in ids(args)? {
        (reach.change)(region, &id, act).map_err(|_| {
            Fault::new(
                "InvalidResourceId.NotFound",
                "The specified ResourceIds are not found in our records.",
            )
        })?;
    }
    Ok(reach)
}

/// Adds tags to resources, or gives known keys new values.
pub fn add(types: Types, region: &mut Region, args: &Args) -> Answer {
    let new = given(args)?;
    let reach = change(types, region, args, &|tags| {
        tags.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
    })?;
    let touched = ids(args)?;
    let all = (reach.all)(region);
    if all
        .iter()
        .any(|(id, tags)| touched.contains(id) && tags.len() > MOST)
    {
        return Err(Fault::new(
            "TagKeyExceeded",
            "The number of tags of a resource exceeds 20.",
        ));
    }
    done()
}

/// Takes tags away: those named, or all.
pub fn remove(types: Types, region: &mut Region, args: &Args) -> Answer {
    let keys = args.texts("TagKey");
    let all = args.flag("All") == Some(true) && keys.is_empty();
    change(types, region, args, &|tags| {
        tags.retain(|key, _| !all && !keys.contains(key));
    })?;
    done()
}

/// Lists tags: one row for each tag of each resource.
pub fn show(types: Types, region: &Region, args: &Args) -> Answer {
    let kind = args.need("ResourceType")?;
    let reach = reach_of(types, args)?;
    let ids = ids(args)?;
    let mut rows = Vec::new();
    for (id, tags) in (reach.all)(region) {
        if (ids.is_empty() || ids.contains(&id)) && match_filter(args, &tags) {
            let tags = tags.into_iter();
            rows.extend(tags.map(|(key, value)| (format!("{id}/{key}"), id.clone(), key, value)));
        }
    }
    let sizes = Sizes {
        least: 1,
        most: 50,
        usual: 50,
    };
    let page = page::tokens(args, "MaxResults", sizes, rows, |row| &row.0)?;
    let shown: Vec<Value> = page
        .rows
        .iter()
        .map(|(_, id, key, value)| {
            json!({ "ResourceId": id, "ResourceType": kind, "TagKey": key, "TagValue": value })
        })
        .collect();
    Ok(json!({
        "NextToken": page.about["NextToken"],
        "TagResources": { "TagResource": shown },
    }))
}
