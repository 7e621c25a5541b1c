//! Launch templates: made, given further versions, described, deleted.

use crate::aws::config::ACCOUNT;
use crate::aws::describe::{Answer, Describe};
use crate::aws::ec2::{tags, template_data, text};
use crate::aws::fault::Fault;
use crate::aws::filter::one;
use crate::aws::world::{LaunchTemplate, Region, TemplateVersion};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

/// Characters of a name.
const NAME: std::ops::RangeInclusive<usize> = 3..=128;

const TEMPLATES: Describe<LaunchTemplate> = Describe {
    set: "launchTemplates",
    ids: "LaunchTemplateId",
    page: Some((1, 200)),
    filters: &[
        ("create-time", |_, it| one(iso(it.created_ms))),
        ("launch-template-name", |_, it| one(&it.name)),
    ],
    table: |region| &region.launch_templates,
    show,
};

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let names = q.texts("LaunchTemplateName");
    if names.is_empty() {
        return TEMPLATES.answer(region, q);
    }
    let named = names
        .iter()
        .map(|name| Ok(show(region, by_name(region, name)?)));
    let named: Vec<Node> = named.collect::<Result<_, Fault>>()?;
    Ok(Node::new().list(TEMPLATES.set, named))
}

fn by_name<'r>(region: &'r Region, name: &str) -> Result<&'r LaunchTemplate, Fault> {
    let found = region.launch_templates.iter().find(|it| it.name == name);
    found.ok_or_else(|| {
        Fault::new(
            "InvalidLaunchTemplateName.NotFoundException",
            format!("The specified launch template, with template name {name}, does not exist."),
        )
    })
}

/// The template that a request names, by id or by name.
///
/// # Errors
/// NotFound and Malformed, `MissingParameter`, `InvalidParameterCombination` for both.
pub fn named<'r>(region: &'r Region, q: &Query) -> Result<&'r LaunchTemplate, Fault> {
    match (q.text("LaunchTemplateId"), q.text("LaunchTemplateName")) {
        (Some(id), None) => Ok(region.launch_templates.find(id)?),
        (None, Some(name)) => by_name(region, name),
        (None, None) => Err(Fault::missing("LaunchTemplateId or LaunchTemplateName")),
        (Some(_), Some(_)) => Err(Fault::combination(
            "Either provide launch template ID or launch template name.",
        )),
    }
}

/// The version that a text stands for: a number, `$Default` or `$Latest`.
///
/// # Errors
/// `InvalidLaunchTemplateId.VersionNotFound`, `InvalidParameterValue` for any other text.
pub fn version<'r>(template: &'r LaunchTemplate, text: &str) -> Result<&'r TemplateVersion, Fault> {
    let number = match text {
        "$Default" | "" => template.default_version,
        "$Latest" => template.latest(),
        text => text.parse().map_err(|_| {
            Fault::value(format!(
                "The version {text} is neither a number nor $Default nor $Latest."
            ))
        })?,
    };
    let found = template.versions.iter().find(|it| it.number == number);
    found.ok_or_else(|| version_missing(template, text))
}

/// What a request says about a version that does not exist.
pub fn version_missing(template: &LaunchTemplate, text: &str) -> Fault {
    Fault::new(
        "InvalidLaunchTemplateId.VersionNotFound",
        format!(
            "Could not find the specified version {text} for the launch template with ID {}.",
            template.id
        ),
    )
}

fn created_by() -> String {
    format!("arn:aws:iam::{ACCOUNT}:root")
}

fn show(region: &Region, template: &LaunchTemplate) -> Node {
    Node::new()
        .text("launchTemplateId", &template.id)
        .text("launchTemplateName", &template.name)
        .text("createTime", iso(template.created_ms))
        .text("createdBy", created_by())
        .text("defaultVersionNumber", template.default_version)
        .text("latestVersionNumber", template.latest())
        .and(tags::show(region, &template.id))
}

/// A version with what it gives.
pub fn show_version(template: &LaunchTemplate, version: &TemplateVersion) -> Node {
    Node::new()
        .text("launchTemplateId", &template.id)
        .text("launchTemplateName", &template.name)
        .text("versionNumber", version.number)
        .maybe("versionDescription", version.description.as_ref())
        .text("createTime", iso(version.created_ms))
        .text("createdBy", created_by())
        .text("defaultVersion", version.number == template.default_version)
        .node("launchTemplateData", template_data::show(&version.data))
}

fn answer(region: &Region, template: &LaunchTemplate) -> Node {
    Node::new().node("launchTemplate", show(region, template))
}

fn description(q: &Query) -> Result<Option<String>, Fault> {
    let text = text::description("versionDescription", q.text("VersionDescription"))?;
    Ok(text.map(str::to_owned))
}

pub fn create(region: &mut Region, q: &Query) -> Answer {
    let name = q.need("LaunchTemplateName")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "().-/_".contains(c);
    if !NAME.contains(&name.len()) || !name.chars().all(plain) {
        return Err(Fault::new(
            "InvalidLaunchTemplateName.MalformedException",
            "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the \
             following characters: ( ) . / _ -",
        ));
    }
    if by_name(region, name).is_ok() {
        return Err(Fault::new(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            "Launch template name already in use.",
        ));
    }
    if region.launch_templates.len() >= region.quotas.launch_templates {
        return Err(Fault::new(
            "LaunchTemplateLimitExceeded",
            "The maximum number of launch templates has been reached.",
        ));
    }
    let given = tags::specified(q, "launch-template", &["launch-template"])?;
    let first = TemplateVersion {
        number: 1,
        description: description(q)?,
        created_ms: region.now,
        data: template_data::read(q)?,
    };
    let template = LaunchTemplate {
        id: region.new_id("lt"),
        name: name.to_owned(),
        created_ms: region.now,
        default_version: 1,
        made: 1,
        versions: vec![first],
    };
    region.launch_templates.put(template.clone());
    tags::put(region, &template.id, given)?;
    Ok(answer(region, &template))
}

/// With a source version, parameters that are not given are the source's.
pub fn create_version(region: &mut Region, q: &Query) -> Answer {
    let mut template = named(region, q)?.clone();
    let mut data = template_data::read(q)?;
    if let Some(source) = q.text("SourceVersion") {
        let source = version(&template, source)?.data.clone();
        let first = |path: &String| path.split('.').next().map(str::to_owned);
        let given: std::collections::BTreeSet<_> = data.keys().filter_map(first).collect();
        let kept = source.into_iter();
        data.extend(kept.filter(|(path, _)| first(path).is_none_or(|it| !given.contains(&it))));
    }
    let made = TemplateVersion {
        number: template.made + 1,
        description: description(q)?,
        created_ms: region.now,
        data,
    };
    template.made = made.number;
    template.versions.push(made.clone());
    let shown = show_version(&template, &made);
    region.launch_templates.put(template);
    Ok(Node::new().node("launchTemplateVersion", shown))
}

pub fn modify(region: &mut Region, q: &Query) -> Answer {
    let mut template = named(region, q)?.clone();
    let wanted = q.need("SetDefaultVersion")?;
    template.default_version = version(&template, wanted)?.number;
    region.launch_templates.put(template.clone());
    Ok(answer(region, &template))
}

pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let template = named(region, q)?.clone();
    let shown = answer(region, &template);
    region.launch_templates.remove(&template.id);
    region.tags.remove(&template.id);
    Ok(shown)
}
