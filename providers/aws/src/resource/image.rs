//! `aws.image`: CreateImage, CopyImage, DescribeImages, ModifyImageAttribute, DeregisterImage, DeleteSnapshot.

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    AttributeValue, BlockDeviceMapping, Filter, ImageState, ResourceType, TagSpecification,
};
use infra_sdk::fields::Fields;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Create, Delete, Failure, FailureKind, Settle, Update};

use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::names::fitted_name;
use crate::selection::{Selection, filter};
use crate::tags;

pub(super) struct Image;

type Described = aws_sdk_ec2::types::Image;

/// `CreateImage`: what a name can have.
const NAME_MARKS: &str = "()[] ./-'@_";
const NAME_CHARS_MIN: usize = 3;
const NAME_CHARS_MAX: usize = 128;
const DESCRIPTION_CHARS_MAX: usize = 255;
/// What an image is called that was deregistered a moment ago.
const GONE: &str = "InvalidAMIID.Unavailable";

#[async_trait]
impl Kind for Image {
    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        check_origin(fields, problems);
        if let Some(name) = fields.text("name") {
            let count = name.chars().count();
            if !(NAME_CHARS_MIN..=NAME_CHARS_MAX).contains(&count) {
                problems.push(format!(
                    "`name` must have {NAME_CHARS_MIN} to {NAME_CHARS_MAX} characters, and `{name}` has {count}"
                ));
            }
            if let Some(wrong) = name.chars().find(|c| !is_plain(*c)) {
                problems.push(format!(
                    "`name` has `{wrong}`; an image's name has letters, digits and {NAME_MARKS}"
                ));
            }
        }
        if let Some(text) = fields.text("description")
            && text.chars().count() > DESCRIPTION_CHARS_MAX
        {
            problems.push(format!(
                "`description` has more than {DESCRIPTION_CHARS_MAX} characters"
            ));
        }
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let all = describe_all(cloud, selection.filters("image-id")).await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    /// CreateImage has no token, but refuses a second image of the name. What a lost answer made is found by its tag.
    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        match Fields(&order.fields).text("instance") {
            Some(instance) => of_instance(cloud, order, &instance).await,
            None => copy(cloud, order).await,
        }
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        wait::until(
            cloud,
            "to see the image",
            cloud.windows.consistency_ms,
            || describe_one(cloud, &order.id),
        )
        .await?;
        wait::until(
            cloud,
            "for the image to be available",
            wait::STEP,
            || async {
                let Some(image) = describe_one(cloud, &order.id).await? else {
                    let message = "the image was deregistered while it was made";
                    return Err(Failure::new(FailureKind::NotFound, message));
                };
                match &image.state {
                    Some(ImageState::Available) => Ok(Some(())),
                    Some(state) if is_broken(state) => {
                        let reason = image.state_reason.clone();
                        let why = reason.and_then(|reason| reason.message);
                        // It holds nothing, and would keep its name from the next one.
                        remove(cloud, &order.id, &snapshots(&image)).await?;
                        Err(Failure::new(
                            FailureKind::State,
                            format!(
                                "AWS could not make the image: {}",
                                why.unwrap_or_else(|| "it does not say why".to_owned())
                            ),
                        )
                        .help("apply again: infra creates it again"))
                    }
                    _ => Ok(None),
                }
            },
        )
        .await
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        if !order.changes("description") {
            return Ok(());
        }
        let text = Fields(&order.fields).text("description");
        let value = AttributeValue::builder()
            .value(text.unwrap_or_default())
            .build();
        cloud
            .change("ModifyImageAttribute", || {
                let call = cloud.ec2.modify_image_attribute().image_id(&order.id);
                call.description(value.clone()).send()
            })
            .await?;
        Ok(())
    }

    /// Its snapshots bear its tags.
    fn tagged(&self, order: &Update) -> Vec<String> {
        let snapshots = Fields(&order.prior).texts("snapshots");
        std::iter::once(order.id.clone()).chain(snapshots).collect()
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        remove(cloud, &order.id, &Fields(&order.prior).texts("snapshots")).await
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || NAME_MARKS.contains(c)
}

/// It is made of an instance or of another image, and each has fields of its own.
fn check_origin(fields: Fields<'_>, problems: &mut Vec<String>) {
    let set = |name: &str| {
        let value = fields.0.get(name);
        value.is_some_and(|value| !value.is_null() && value.as_list() != Some(&[]))
    };
    let strays: &[&str] = match (set("instance"), set("source")) {
        (true, true) => {
            problems
                .push("an image is made from an `instance` or copied from a `source`".to_owned());
            return;
        }
        (false, false) => {
            problems.push("an image needs an `instance` to be made from, or a `source`".to_owned());
            return;
        }
        (true, false) => &["source_region", "encrypted", "kms_key"],
        (false, true) => &["leave_out"],
    };
    for name in strays.iter().filter(|name| set(name)) {
        let owner = if set("instance") {
            "a copy"
        } else {
            "an image of an `instance`"
        };
        problems.push(format!("`{name}` is for {owner} only"));
    }
    if set("kms_key") && fields.flag("encrypted") != Some(true) {
        problems.push("`kms_key` needs `encrypted = true`".to_owned());
    }
}

fn name(order: &Create) -> String {
    let given = Fields(&order.fields).text("name");
    given.unwrap_or_else(|| {
        let name = fitted_name(&order.default_name, is_plain, NAME_CHARS_MAX);
        format!("{name:_<NAME_CHARS_MIN$}")
    })
}

/// The image and its snapshots bear the same tags.
fn specifications(cloud: &Cloud, order: &Create) -> Vec<TagSpecification> {
    let tags = tags::of_new(cloud, order);
    let kinds = [ResourceType::Image, ResourceType::Snapshot].into_iter();
    kinds.map(|kind| tags::specification(kind, &tags)).collect()
}

async fn of_instance(cloud: &Cloud, order: &Create, instance: &str) -> Result<String, Failure> {
    let fields = Fields(&order.fields);
    let name = name(order);
    let left_out: Vec<BlockDeviceMapping> = fields
        .texts("leave_out")
        .into_iter()
        .map(|device| {
            let mapping = BlockDeviceMapping::builder().device_name(device);
            mapping.no_device("").build()
        })
        .collect();
    let left_out = (!left_out.is_empty()).then_some(left_out);
    let tags = specifications(cloud, order);
    let answer = cloud
        .once("CreateImage", || {
            let call = cloud.ec2.create_image().instance_id(instance).name(&name);
            let call = call.set_description(fields.text("description"));
            let call = call.no_reboot(fields.flag("reboot") == Some(false));
            let call = call.set_block_device_mappings(left_out.clone());
            call.set_tag_specifications(Some(tags.clone())).send()
        })
        .await?;
    answer
        .image_id
        .ok_or_else(|| incomplete("CreateImage", "the image's id"))
}

async fn copy(cloud: &Cloud, order: &Create) -> Result<String, Failure> {
    let fields = Fields(&order.fields);
    let (name, source) = (name(order), fields.must("source")?);
    let region = fields.text("source_region");
    let region = region.unwrap_or_else(|| cloud.region.clone());
    let tags = specifications(cloud, order);
    let answer = cloud
        .change("CopyImage", || {
            let call = cloud.ec2.copy_image().client_token(&order.token);
            let call = call.name(&name).source_image_id(&source);
            let call = call.source_region(&region);
            let call = call.set_description(fields.text("description"));
            let call = call.set_encrypted(fields.flag("encrypted"));
            let call = call.set_kms_key_id(fields.text("kms_key"));
            call.set_tag_specifications(Some(tags.clone())).send()
        })
        .await?;
    answer
        .image_id
        .ok_or_else(|| incomplete("CopyImage", "the image's id"))
}

/// Deregisters an image together with its snapshots; what of this is gone already is success.
///
/// AWS deletes the snapshots in the same call, so that an interruption leaves none behind; what is left of them then is
/// deleted one by one. One that another image uses stays, which is also what AWS does.
async fn remove(cloud: &Cloud, id: &str, snapshots: &[String]) -> Result<(), Failure> {
    let deregistered = wait::deletion(cloud, || {
        cloud.change("DeregisterImage", || {
            let call = cloud.ec2.deregister_image().image_id(id);
            call.delete_associated_snapshots(true).send()
        })
    })
    .await;
    match deregistered {
        Err(failure) if failure.code != GONE => return Err(failure),
        _ => {}
    }
    if snapshots.is_empty() {
        return Ok(());
    }
    for snapshot in left_of(cloud, snapshots).await? {
        let deleted = cloud
            .change("DeleteSnapshot", || {
                cloud.ec2.delete_snapshot().snapshot_id(&snapshot).send()
            })
            .await;
        match deleted {
            Err(failure)
                if !matches!(
                    failure.kind,
                    FailureKind::NotFound | FailureKind::Dependency
                ) =>
            {
                return Err(failure);
            }
            _ => {}
        }
    }
    Ok(())
}

async fn left_of(cloud: &Cloud, snapshots: &[String]) -> Result<Vec<String>, Failure> {
    let by_id = filter("snapshot-id", snapshots.to_vec());
    let answer = cloud
        .read("DescribeSnapshots", || {
            let call = cloud.ec2.describe_snapshots().owner_ids("self");
            call.filters(by_id.clone()).send()
        })
        .await?;
    let left = answer.snapshots.unwrap_or_default().into_iter();
    Ok(left.filter_map(|snapshot| snapshot.snapshot_id).collect())
}

async fn describe_all(cloud: &Cloud, filters: Vec<Filter>) -> Result<Vec<Described>, Failure> {
    cloud
        .pages(
            "DescribeImages",
            |next| {
                let call = cloud.ec2.describe_images().owners("self");
                let call = call.set_filters(Some(filters.clone()));
                call.max_results(1000).set_next_token(next).send()
            },
            |page| (page.images, page.next_token),
        )
        .await
}

async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let by_id = filter("image-id", [id.to_owned()]);
    Ok(describe_all(cloud, vec![by_id]).await?.pop())
}

/// States that an image does not leave any more, and from which nothing can start.
fn is_broken(state: &ImageState) -> bool {
    matches!(
        state,
        ImageState::Failed | ImageState::Error | ImageState::Invalid
    )
}

fn snapshots(image: &Described) -> Vec<String> {
    let disks = image.block_device_mappings().iter();
    let mut ids: Vec<String> = disks
        .filter_map(|disk| disk.ebs.as_ref()?.snapshot_id.clone())
        .collect();
    ids.sort_unstable();
    ids
}

fn seen(image: Described) -> Option<Seen> {
    let gone = |state: &ImageState| *state == ImageState::Deregistered || is_broken(state);
    if image.state.as_ref().is_some_and(gone) {
        return None;
    }
    let root = image.root_device_name.as_deref();
    let disks = image.block_device_mappings().iter();
    let root = disks
        .filter(|disk| disk.device_name.as_deref() == root)
        .find_map(|disk| disk.ebs.clone());
    let snapshots = snapshots(&image);
    let (source, region) = match &image.source_instance_id {
        // AWS also names the image that the instance started from.
        Some(_) => (None, None),
        None => (image.source_image_id, image.source_image_region),
    };
    let encrypted = root.as_ref().and_then(|root| root.encrypted);
    // That of an image of an instance is its disks' affair.
    let encrypted = encrypted.filter(|_| image.source_instance_id.is_none());
    let architecture = image.architecture.as_ref().map(|word| word.as_str());
    Some(
        tags::seen(image.image_id?, image.tags)
            .text("architecture", architecture)
            .text("name", image.name)
            .text("instance", image.source_instance_id)
            .text("source", source)
            .text("source_region", region)
            .flag("encrypted", encrypted)
            .text("description", image.description)
            .text("created", image.creation_date)
            .text("root_device", image.root_device_name)
            .gib("root_size", root.and_then(|root| root.volume_size))
            .texts("snapshots", snapshots),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_model::{Record, Value};

    fn problems(fields: &[(&str, Value)]) -> usize {
        let fields = fields.iter().cloned();
        let fields: Record = fields.map(|(name, it)| (name.to_owned(), it)).collect();
        let mut problems = Vec::new();
        Image.validate(Fields(&fields), &mut problems);
        problems.len()
    }

    #[test]
    fn an_image_has_one_origin_and_only_its_fields() {
        let (instance, source) = (
            ("instance", Value::string("i-1")),
            ("source", Value::string("ami-1")),
        );
        let leave_out = |devices: &[&str]| {
            let devices = devices.iter().map(|device| Value::string(*device));
            ("leave_out", Value::List(devices.collect()))
        };
        let encrypted = ("encrypted", Value::Bool(true));
        assert_eq!(problems(&[instance.clone(), leave_out(&["/dev/sdf"])]), 0);
        assert_eq!(
            problems(&[source.clone(), leave_out(&[]), encrypted.clone()]),
            0
        );
        assert_eq!(problems(&[]), 1);
        assert_eq!(problems(&[instance.clone(), source.clone()]), 1);
        assert_eq!(problems(&[source.clone(), leave_out(&["/dev/sdf"])]), 1);
        assert_eq!(problems(&[instance.clone(), encrypted]), 1);
        assert_eq!(
            problems(&[source, ("kms_key", Value::string("alias/x"))]),
            1
        );
        assert_eq!(
            problems(&[instance.clone(), ("name", Value::string("ab"))]),
            1
        );
        assert_eq!(problems(&[instance, ("name", Value::string("a:bc"))]), 1);
    }
}
