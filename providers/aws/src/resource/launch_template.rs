//! `aws.launch_template`: CreateLaunchTemplate, CreateLaunchTemplateVersion, ModifyLaunchTemplate,
//! DescribeLaunchTemplates, DescribeLaunchTemplateVersions, DeleteLaunchTemplate. What a version says is in
//! `launch_template_data.rs`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    Filter, LaunchTemplate as Described, LaunchTemplateVersion as Version, ResourceType,
};
use infra_model::{Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::{Create, Delete, Failure, FailureKind, Trace, Update};
use infra_sdk::{token, wait};

use super::launch_template_data as data;
use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::names::fitted_name;
use crate::selection::Selection;
use crate::tags;

pub(super) struct LaunchTemplate;

/// Characters of a template's name ("CreateLaunchTemplate").
const NAME_CHARS: std::ops::RangeInclusive<usize> = 3..=128;
/// The most items of a page.
const PAGE_MAX: i32 = 200;
const DEFAULT: &str = "$Default";

fn plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "()./_-".contains(c)
}

#[async_trait]
impl Kind for LaunchTemplate {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    fn canonical(&self, fields: &mut Record) {
        if let Some(Value::Map(launch)) = fields.get_mut("launch") {
            data::canonical(launch);
        }
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        if let Some(name) = fields.text("name")
            && !(NAME_CHARS.contains(&name.len()) && name.chars().all(plain))
        {
            problems.push(format!(
                "`{name}` is not a valid launch template name; it has 3 to 128 letters, digits and `()./_-`"
            ));
        }
        if let Some(Value::Map(launch)) = fields.get("launch") {
            data::validate(Fields(launch), problems);
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let (ids, filters) = match selection {
            Selection::Ids(ids) => (ids, Vec::new()),
            selection => (&[][..], selection.filters("")),
        };
        let mut templates = match ids {
            [id] => describe_one(cloud, id).await?.into_iter().collect(),
            _ => describe_all(cloud, filters).await?,
        };
        // The listing has no filter by id.
        templates.retain(|it| {
            let id = it.launch_template_id.as_ref();
            ids.is_empty() || id.is_some_and(|id| ids.contains(id))
        });
        let mut versions = match templates.as_slice() {
            [] => return Ok(Vec::new()),
            [one] => default_versions(cloud, one.launch_template_id.as_deref()).await?,
            _ => default_versions(cloud, None).await?,
        };
        let seen = templates.into_iter().filter_map(|template| {
            let version = versions.remove(template.launch_template_id.as_deref()?)?;
            seen(template, version)
        });
        Ok(seen.collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let name = fields
            .text("name")
            .unwrap_or_else(|| fitted_name(&order.default_name, plain, *NAME_CHARS.end()));
        let tags = tags::specification(ResourceType::LaunchTemplate, &tags::of_new(cloud, order));
        let launch = data::request(data::launch(fields));
        let answer = cloud
            .change("CreateLaunchTemplate", || {
                let call = cloud.ec2.create_launch_template();
                let call = call.client_token(&order.token).launch_template_name(&name);
                let call = call.set_version_description(fields.text("description"));
                let call = call.launch_template_data(launch.clone());
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .launch_template
            .and_then(|template| template.launch_template_id)
            .ok_or_else(|| incomplete("CreateLaunchTemplate", "the template's id"))
    }

    /// A version never changes, so other content is another version.
    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        if !order.changes("launch") && !order.changes("description") {
            return Ok(());
        }
        let fields = Fields(&order.fields);
        let launch = data::request(data::launch(fields));
        let description = fields.text("description");
        // The SDK does not print user data.
        let content = format!("{launch:?} {:?} {description:?}", launch.user_data);
        let token = token::derived(&order.token, &content);
        let answer = cloud
            .change("CreateLaunchTemplateVersion", || {
                let call = cloud.ec2.create_launch_template_version();
                let call = call.client_token(&token).launch_template_id(&order.id);
                let call = call.set_version_description(description.clone());
                call.launch_template_data(launch.clone()).send()
            })
            .await?;
        let version = answer.launch_template_version;
        let number = version
            .and_then(|version| version.version_number)
            .ok_or_else(|| incomplete("CreateLaunchTemplateVersion", "the version's number"))?;
        cloud
            .change("ModifyLaunchTemplate", || {
                let call = cloud.ec2.modify_launch_template();
                let call = call.launch_template_id(&order.id);
                call.default_version(number.to_string()).send()
            })
            .await?;
        Ok(())
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeleteLaunchTemplate", || {
                let call = cloud.ec2.delete_launch_template();
                call.launch_template_id(&order.id).send()
            })
        })
        .await
    }
}

async fn describe_all(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<Described>, Failure> {
    cloud
        .pages(
            "DescribeLaunchTemplates",
            |next| {
                let call = cloud.ec2.describe_launch_templates();
                let call = call.set_filters(Some(filters.clone()));
                call.max_results(PAGE_MAX).set_next_token(next).send()
            },
            |page| (page.launch_templates, page.next_token),
        )
        .await
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let answer = cloud
        .read("DescribeLaunchTemplates", || {
            let call = cloud.ec2.describe_launch_templates();
            call.launch_template_ids(id).send()
        })
        .await;
    match answer {
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(None),
        answer => Ok(answer?.launch_templates.unwrap_or_default().pop()),
    }
}

/// The default versions by template: of one, or of all.
async fn default_versions(
    cloud: &Cloud,
    id: Option<&str>,
) -> Result<BTreeMap<String, Version>, Failure> {
    let versions = cloud
        .pages(
            "DescribeLaunchTemplateVersions",
            |next| {
                let call = cloud.ec2.describe_launch_template_versions();
                let call = call.set_launch_template_id(id.map(str::to_owned));
                let call = call.versions(DEFAULT).max_results(PAGE_MAX);
                call.set_next_token(next).send()
            },
            |page| (page.launch_template_versions, page.next_token),
        )
        .await;
    let versions = match versions {
        Err(failure) if failure.kind == FailureKind::NotFound => Vec::new(),
        versions => versions?,
    };
    let by_template = versions
        .into_iter()
        .filter_map(|version| Some((version.launch_template_id.clone()?, version)));
    Ok(by_template.collect())
}

fn seen(template: Described, version: Version) -> Option<Seen> {
    let number = version.version_number?;
    let launch = version.launch_template_data.map(data::seen);
    Some(
        tags::seen(template.launch_template_id?, template.tags)
            .text("name", template.launch_template_name)
            .text("description", version.version_description)
            .value("launch", Some(Value::Map(launch.unwrap_or_default())))
            .value("version", Some(Value::Int(number))),
    )
}
