//! `aws.volume`: CreateVolume, DescribeVolumes, DeleteVolume; `volume_modification.rs` has the rest.

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, VolumeState, VolumeType};
use infra_model::{Address, Record, Value};
use infra_sdk::fields::Fields;
use infra_sdk::gather::Gather;
use infra_sdk::seen::Seen;
use infra_sdk::wait;
use infra_sdk::{Companion, Create, Delete, Failure, FailureKind, Settle, Snapshot, Trace, Update};

use super::snapshot;
use super::volume_modification::modify;
use crate::client::Cloud;
use crate::kind::{Kind, incomplete};
use crate::selection::{FILTER_VALUES_MAX, Selection, filter};
use crate::{swap, tags};

pub(super) struct Volume;

pub(super) type Described = aws_sdk_ec2::types::Volume;

/// The volumes that several steps ask for at the same moment.
struct Asked(Gather<Described>);

impl Default for Asked {
    fn default() -> Asked {
        Asked(Gather::new(FILTER_VALUES_MAX))
    }
}

#[async_trait]
impl Kind for Volume {
    fn trace(&self) -> Trace {
        Trace::Token
    }

    /// What a swap volume starts from is known by its size and label, whichever snapshot has it. So another
    /// size replaces it, and the loss of the shared snapshot does not.
    fn canonical(&self, fields: &mut Record) {
        let view = Fields(fields);
        if view.text("format").as_deref() != Some("swap") {
            return;
        }
        if let Some(size) = view.size("size") {
            let source = format!("swap of {size}, {}", swap::label(view));
            fields.insert("snapshot".to_owned(), Value::String(source));
        }
    }

    fn validate(&self, fields: Fields<'_>, problems: &mut Vec<String>) {
        check_size(fields, "size", problems);
        check_performance(fields, ["type", "iops", "throughput"], problems);
        check_swap(fields, problems);
        let kind = fields.text("type").unwrap_or_default();
        if matches!(kind.as_str(), "io1" | "io2") && fields.0.get("iops").is_none_or(Value::is_null)
        {
            problems.push(format!("a volume of type `{kind}` needs `iops`"));
        }
        if fields.flag("multi_attach") == Some(true) && !matches!(kind.as_str(), "io1" | "io2") {
            problems.push("`multi_attach` needs the type `io1` or `io2`".to_owned());
        }
        let unset = |name: &str| fields.0.get(name).is_none_or(Value::is_null);
        if unset("size") && unset("snapshot") && fields.text("format").is_none() {
            problems.push("a volume needs a `size` or a `snapshot`".to_owned());
        }
    }

    fn companions(&self, region: &str, fields: Fields<'_>) -> Vec<Companion> {
        let (Some("swap"), Some(size)) = (fields.text("format").as_deref(), fields.size("size"))
        else {
            return Vec::new();
        };
        let label = swap::label(fields);
        let mut key = format!("{region}-{size}");
        if label != swap::LABEL {
            key = format!("{key}-{label}");
        }
        vec![Companion {
            address: Address::root("aws.snapshot", "infra_swap").with_key(key),
            fields: Record::from([
                ("format".to_owned(), Value::string("swap")),
                ("size".to_owned(), Value::Size(size)),
                ("label".to_owned(), Value::string(label)),
                ("tags".to_owned(), Value::Map(Record::new())),
            ]),
            field: "snapshot".to_owned(),
        }]
    }

    async fn describe(
        &self,
        cloud: &Cloud,
        selection: Selection<'_>,
    ) -> Result<Vec<Seen>, Failure> {
        let all = describe_all(cloud, selection.filters("volume-id")).await?;
        Ok(all.into_iter().filter_map(seen).collect())
    }

    async fn create(&self, cloud: &Cloud, order: &Create) -> Result<String, Failure> {
        let fields = Fields(&order.fields);
        let zone = fields.must("zone")?;
        let tags = tags::specification(ResourceType::Volume, &tags::of_new(cloud, order));
        let answer = cloud
            .change("CreateVolume", || {
                let call = cloud.ec2.create_volume().client_token(&order.token);
                let call = call.availability_zone(&zone).set_size(fields.gib("size"));
                let call = call.set_volume_type(kind_of(fields, "type"));
                let call = call
                    .set_iops(fields.int("iops"))
                    .set_throughput(fields.int("throughput"));
                let call = call.set_encrypted(fields.flag("encrypted"));
                let call = call.set_kms_key_id(fields.text("kms_key"));
                let call = call.set_snapshot_id(fields.text("snapshot"));
                let call =
                    call.set_multi_attach_enabled(fields.flag("multi_attach").filter(|on| *on));
                call.tag_specifications(tags.clone()).send()
            })
            .await?;
        answer
            .volume_id
            .ok_or_else(|| incomplete("CreateVolume", "the volume's id"))
    }

    async fn settle(&self, cloud: &Cloud, order: &Settle) -> Result<(), Failure> {
        wait::until(
            cloud,
            "for the volume to be available",
            wait::STEP,
            || async {
                let state = describe_one(cloud, &order.id)
                    .await?
                    .and_then(|volume| volume.state);
                match state {
                    Some(VolumeState::Available | VolumeState::InUse) => Ok(Some(())),
                    Some(VolumeState::Error) => Err(Failure::new(
                        FailureKind::State,
                        "AWS could not make the volume; most often its KMS key cannot be used",
                    )),
                    _ => Ok(None),
                }
            },
        )
        .await
    }

    async fn update(&self, cloud: &Cloud, order: &Update) -> Result<(), Failure> {
        modify(
            cloud,
            &order.id,
            order,
            ["size", "type", "iops", "throughput"],
        )
        .await
    }

    async fn delete(&self, cloud: &Cloud, order: &Delete) -> Result<(), Failure> {
        wait::deletion(cloud, || {
            cloud.change("DeleteVolume", || {
                cloud.ec2.delete_volume().volume_id(&order.id).send()
            })
        })
        .await?;
        wait::until(
            cloud,
            "for the volume to be deleted",
            wait::STEP,
            || async {
                let volume = describe_one(cloud, &order.id).await?;
                Ok(match volume.and_then(|volume| volume.state) {
                    None | Some(VolumeState::Deleted) => Some(()),
                    Some(_) => None,
                })
            },
        )
        .await
    }

    async fn snapshot(
        &self,
        cloud: &Cloud,
        order: &Snapshot,
    ) -> Option<Result<Vec<String>, Failure>> {
        let volumes = vec![order.id.clone()];
        Some(snapshot::of_volumes(cloud, order, volumes).await)
    }
}

fn seen(volume: Described) -> Option<Seen> {
    if matches!(
        volume.state,
        Some(VolumeState::Deleted | VolumeState::Deleting)
    ) {
        return None;
    }
    let kind = volume
        .volume_type
        .as_ref()
        .map(|word| word.as_str().to_owned());
    let seen = tags::seen(volume.volume_id?, volume.tags);
    let label = seen.tags.get(tags::SWAP).cloned();
    Some(
        seen.text("zone", volume.availability_zone)
            .gib("size", volume.size)
            .text("type", kind)
            .int("iops", volume.iops)
            .int("throughput", volume.throughput)
            .flag("encrypted", volume.encrypted)
            .text("snapshot", volume.snapshot_id)
            .flag(
                "multi_attach",
                Some(volume.multi_attach_enabled.unwrap_or(false)),
            )
            .text("format", label.as_ref().map(|_| "swap"))
            .text("label", label),
    )
}

pub(super) async fn describe_all(
    cloud: &Cloud,
    filters: Vec<aws_sdk_ec2::types::Filter>,
) -> Result<Vec<Described>, Failure> {
    cloud
        .pages(
            "DescribeVolumes",
            |next| {
                let call = cloud
                    .ec2
                    .describe_volumes()
                    .set_filters(Some(filters.clone()));
                call.max_results(1000).set_next_token(next).send()
            },
            |page| (page.volumes, page.next_token),
        )
        .await
}

pub(super) async fn describe_one(cloud: &Cloud, id: &str) -> Result<Option<Described>, Failure> {
    let asking = |ids| async {
        let all = describe_all(cloud, vec![filter("volume-id", ids)]).await?;
        let named = |one: Described| Some((one.volume_id.clone()?, one));
        Ok(all.into_iter().filter_map(named).collect())
    };
    let asked = cloud.kept::<Asked>();
    asked.0.one(&*cloud.timer, id, asking).await
}

pub(super) fn kind_of(fields: Fields<'_>, name: &str) -> Option<VolumeType> {
    fields
        .text(name)
        .map(|word| VolumeType::from(word.as_str()))
}

/// A size that the API can express.
pub(super) fn check_size(fields: Fields<'_>, name: &str, problems: &mut Vec<String>) {
    if let Some(size) = fields.size(name)
        && size
            .as_whole_gib()
            .is_none_or(|gib| gib == 0 || gib > 65_536)
    {
        problems.push(format!(
            "`{name}` must be whole gibibytes from 1GiB to 64TiB, and {size} is not"
        ));
    }
}

/// What each volume type lets one choose ("Amazon EBS volume types").
pub(super) fn check_performance(fields: Fields<'_>, names: [&str; 3], problems: &mut Vec<String>) {
    let [kind_name, iops_name, throughput_name] = names;
    let Some(kind) = fields.text(kind_name) else {
        return;
    };
    let iops_range = match kind.as_str() {
        "gp3" => Some(3_000..=80_000),
        "io1" => Some(100..=64_000),
        "io2" => Some(100..=256_000),
        _ => None,
    };
    if let Some(iops) = fields.int(iops_name) {
        match iops_range {
            None => problems.push(format!(
                "a volume of type `{kind}` has no `{iops_name}` to choose"
            )),
            Some(range) if !range.contains(&iops) => problems.push(format!(
                "`{iops_name}` of type `{kind}` must be {} to {}, and {iops} is not",
                range.start(),
                range.end()
            )),
            Some(_) => {}
        }
    }
    if let Some(throughput) = fields.int(throughput_name) {
        if kind != "gp3" {
            problems.push(format!(
                "only type `gp3` has a `{throughput_name}` to choose"
            ));
        } else if !(125..=2_000).contains(&throughput) {
            problems.push(format!(
                "`{throughput_name}` must be 125 to 2000, and {throughput} is not"
            ));
        }
    }
}

/// The fields of a swap area, of a volume as of a snapshot.
pub(super) fn check_swap(fields: Fields<'_>, problems: &mut Vec<String>) {
    if fields.text("format").is_none() {
        if fields.get("label").is_some() {
            problems.push(
                "`label` needs `format = swap`; other file systems are made on the machine"
                    .to_owned(),
            );
        }
        return;
    }
    if fields.0.get("size").is_none_or(Value::is_null) {
        problems.push("`format = swap` needs a `size`".to_owned());
    }
    let label = swap::label(fields);
    if label.is_empty() || label.len() > swap::LABEL_BYTES_MAX {
        problems.push(format!(
            "`label` must have 1 to {} bytes",
            swap::LABEL_BYTES_MAX
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swap(size: Option<u64>, label: Option<&str>) -> Record {
        let mut fields = Record::from([("format".to_owned(), Value::string("swap"))]);
        if let Some(gib) = size {
            fields.insert("size".to_owned(), Value::Size(infra_model::Size::gib(gib)));
        }
        if let Some(label) = label {
            fields.insert("label".to_owned(), Value::string(label));
        }
        fields
    }

    fn problems(fields: &Record) -> Vec<String> {
        let mut problems = Vec::new();
        Volume.validate(Fields(fields), &mut problems);
        problems
    }

    #[test]
    fn swap_volumes_of_a_size_share_one_snapshot() {
        let of = |fields: &Record| Volume.companions("us-west-2", Fields(fields));
        let (one, other) = (of(&swap(Some(16), None)), of(&swap(Some(16), Some("swap"))));
        assert_eq!(one, other);
        assert_eq!(
            one[0].address.to_string(),
            r#"aws.snapshot.infra_swap["us-west-2-16GiB"]"#
        );
        assert_ne!(of(&swap(Some(8), None))[0].address, one[0].address);
        assert_ne!(
            of(&swap(Some(16), Some("paging")))[0].address,
            one[0].address
        );
        assert_eq!(of(&Record::new()), []);
    }

    #[test]
    fn a_lost_shared_snapshot_is_no_difference_and_another_size_is() {
        let canonical = |size, snapshot: &str| {
            let mut fields = swap(Some(size), None);
            fields.insert("snapshot".to_owned(), Value::string(snapshot));
            Volume.canonical(&mut fields);
            fields.remove("snapshot")
        };
        assert_eq!(canonical(16, "snap-1"), canonical(16, "snap-2"));
        assert_ne!(canonical(16, "snap-1"), canonical(32, "snap-1"));
    }

    #[test]
    fn what_aws_refuses_is_said_before() {
        assert_eq!(problems(&swap(Some(16), None)), Vec::<String>::new());
        assert_eq!(problems(&swap(None, None)).len(), 1);
        assert_eq!(problems(&swap(Some(16), Some("a label too long"))).len(), 1);
        let with = |name: &str, value: Value| {
            let mut fields = Record::from([
                ("size".to_owned(), Value::Size(infra_model::Size::gib(10))),
                ("type".to_owned(), Value::string("gp3")),
            ]);
            fields.insert(name.to_owned(), value);
            problems(&fields).len()
        };
        assert_eq!(with("encrypted", Value::Bool(true)), 0);
        assert_eq!(with("size", Value::Size(infra_model::Size(1 << 29))), 1);
        assert_eq!(with("iops", Value::Int(100)), 1);
        assert_eq!(with("throughput", Value::Int(5_000)), 1);
        assert_eq!(with("type", Value::string("io2")), 1);
        assert_eq!(with("label", Value::string("data")), 1);
        assert_eq!(with("multi_attach", Value::Bool(true)), 1);
    }
}
