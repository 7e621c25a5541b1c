//! DescribeLaunchTemplateVersions and DeleteLaunchTemplateVersions.

use crate::aws::describe::{Answer, Page};
use crate::aws::ec2::launch_template::{named, show_version, version, version_missing};
use crate::aws::fault::Fault;
use crate::aws::filter::matches;
use crate::aws::world::{LaunchTemplate, Region, TemplateVersion};
use crate::aws::xml::Node;
use crate::ground::calendar::iso;
use crate::ground::query::Query;

type Row<'r> = (&'r LaunchTemplate, &'r TemplateVersion);

/// The versions of one template, or the default or newest ones of all.
pub fn describe(region: &mut Region, q: &Query) -> Answer {
    q.accept(&["ResolveAlias"]);
    let one = q.child("LaunchTemplateId").is_some() || q.child("LaunchTemplateName").is_some();
    let mut rows = match one {
        true => of_one(named(region, q)?, q)?,
        false => of_all(region, q)?,
    };
    for filter in q.list("Filter") {
        let (name, patterns) = (filter.need("Name")?, filter.texts("Value"));
        let value = value_of(name)?;
        rows.retain(|row| {
            let value = value(row).unwrap_or_default();
            patterns.iter().any(|pattern| matches(pattern, &value))
        });
    }
    let key = |(template, version): &Row<'_>| format!("{}/{:08}", template.id, version.number);
    let mut keyed: Vec<(String, Row<'_>)> = rows.into_iter().map(|row| (key(&row), row)).collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    keyed.dedup_by(|one, other| one.0 == other.0);
    let page = Page::parse(q, "launch-template-version", (1, 200), false)?;
    let (rows, next) = page.cut(keyed, |(key, _)| key);
    let shown = rows
        .iter()
        .map(|(_, (template, version))| show_version(template, version));
    Ok(Node::new()
        .list("launchTemplateVersionSet", shown)
        .maybe("nextToken", next))
}

fn of_one<'r>(template: &'r LaunchTemplate, q: &Query) -> Result<Vec<Row<'r>>, Fault> {
    let wanted = q.texts("LaunchTemplateVersion");
    let (least, most) = (q.int("MinVersion")?, q.int("MaxVersion")?);
    if !wanted.is_empty() {
        if least.or(most).is_some() {
            return Err(Fault::combination(
                "Versions cannot be given both one by one and from … to.",
            ));
        }
        let found = wanted
            .iter()
            .map(|text| Ok((template, version(template, text)?)));
        return found.collect();
    }
    let all = template.versions.iter();
    let within = all.filter(|it| {
        least.is_none_or(|least| it.number >= least) && most.is_none_or(|most| it.number <= most)
    });
    Ok(within.map(|it| (template, it)).collect())
}

fn of_all<'r>(region: &'r Region, q: &Query) -> Result<Vec<Row<'r>>, Fault> {
    let wanted = q.texts("LaunchTemplateVersion");
    if wanted.is_empty() {
        return Err(Fault::missing("LaunchTemplateVersion"));
    }
    if wanted
        .iter()
        .any(|text| !matches!(*text, "$Default" | "$Latest"))
    {
        return Err(Fault::value(
            "For the versions of all launch templates, specify $Latest, $Default, or both.",
        ));
    }
    let templates = region.launch_templates.iter();
    let seen = templates.filter(|template| !region.is_unseen(&template.id));
    seen.flat_map(|template| wanted.iter().map(move |text| (template, text)))
        .map(|(template, text)| Ok((template, version(template, text)?)))
        .collect()
}

/// The filters, each with what it compares.
fn value_of(filter: &str) -> Result<fn(&Row<'_>) -> Option<String>, Fault> {
    Ok(match filter {
        "create-time" => |row| Some(iso(row.1.created_ms)),
        "ebs-optimized" => |row| row.1.data.get("EbsOptimized").cloned(),
        "image-id" => |row| row.1.data.get("ImageId").cloned(),
        "instance-type" => |row| row.1.data.get("InstanceType").cloned(),
        "is-default-version" => |row| Some((row.1.number == row.0.default_version).to_string()),
        _ => return Err(Fault::value(format!("The filter '{filter}' is invalid"))),
    })
}

/// One that cannot be deleted is named in the answer and keeps no other.
pub fn delete(region: &mut Region, q: &Query) -> Answer {
    let mut template = named(region, q)?.clone();
    let wanted = q.texts("LaunchTemplateVersion");
    if wanted.is_empty() {
        return Err(Fault::missing("LaunchTemplateVersion"));
    }
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for text in wanted {
        let item = Node::new()
            .text("launchTemplateId", &template.id)
            .text("launchTemplateName", &template.name)
            .text("versionNumber", text);
        let number = template.versions.iter().map(|it| it.number);
        let number = number.into_iter().find(|number| number.to_string() == text);
        let refused = match number {
            None => Some((
                "launchTemplateVersionDoesNotExist",
                version_missing(&template, text),
            )),
            Some(number) if number == template.default_version => Some((
                "unexpectedError",
                Fault::value("The default version of a launch template cannot be deleted."),
            )),
            Some(number) => {
                template.versions.retain(|it| it.number != number);
                None
            }
        };
        match refused {
            None => gone.push(item),
            Some((code, fault)) => {
                let error = Node::new()
                    .text("code", code)
                    .text("message", fault.message);
                kept.push(item.node("responseError", error));
            }
        }
    }
    region.launch_templates.put(template);
    Ok(Node::new()
        .list("successfullyDeletedLaunchTemplateVersionSet", gone)
        .list("unsuccessfullyDeletedLaunchTemplateVersionSet", kept))
}
