//! Attributes of instances, one at a time.

use crate::aws::describe::Answer;
use crate::aws::ec2::{instance_show, instance_type, interface, launch_options};
use crate::aws::fault::Fault;
use crate::aws::world::{Instance, InstanceState, Region};
use crate::aws::xml::Node;
use crate::ground::query::Query;

pub fn describe(region: &mut Region, q: &Query) -> Answer {
    let instance = region.instances.find(q.need("InstanceId")?)?;
    let name = q.need("Attribute")?;
    let answer = Node::new().text("instanceId", &instance.id);
    let value = |value: String| Node::new().text("value", value);
    let check = instance
        .interfaces
        .first()
        .and_then(|id| region.interfaces.get(id));
    let node = match name {
        "instanceType" => value(instance.kind.clone()),
        "userData" => Node::new().maybe("value", instance.user_data.as_ref()),
        "disableApiTermination" => value(instance.terminate_protected.to_string()),
        "disableApiStop" => value(instance.stop_protected.to_string()),
        "instanceInitiatedShutdownBehavior" => value(instance.shutdown_behavior.clone()),
        "rootDeviceName" => value(instance.root_device.clone()),
        "ebsOptimized" => value(instance.ebs_optimized.to_string()),
        "enaSupport" => return Ok(answer.node(name, value("true".to_owned()))),
        "sourceDestCheck" => value(check.is_none_or(|port| port.source_dest_check).to_string()),
        "kernel" | "ramdisk" | "sriovNetSupport" => Node::new(),
        "productCodes" => return Ok(answer.list(name, [])),
        "enclaveOptions" => Node::new().text("enabled", false),
        "groupSet" => {
            return Ok(answer.and(interface::show_groups(
                region,
                check.map(|port| port.groups.as_slice()).unwrap_or_default(),
            )));
        }
        "blockDeviceMapping" => return Ok(answer.and(instance_show::devices(region, instance))),
        _ => {
            return Err(Fault::value(format!(
                "Value ({name}) for parameter attribute is invalid. Unknown attribute."
            )));
        }
    };
    Ok(answer.node(name, node))
}

/// What a request wants to change.
enum Change<'q> {
    Kind(&'q str),
    UserData(Option<String>),
    TerminateProtected(bool),
    StopProtected(bool),
    ShutdownBehavior(String),
    SourceDestCheck(bool),
    EbsOptimized(bool),
    Groups(Vec<String>),
    Devices(Vec<(&'q str, bool)>),
}

impl Change<'_> {
    /// Whether the instance has to be stopped for it.
    fn needs_stop(&self) -> bool {
        matches!(
            self,
            Self::Kind(_) | Self::UserData(_) | Self::EbsOptimized(_)
        )
    }
}

fn boolean(text: &str) -> Result<bool, Fault> {
    text.parse().map_err(|_| {
        Fault::value(format!(
            "Value ({text}) is invalid. Expected true or false."
        ))
    })
}

fn requested<'q>(region: &Region, instance: &Instance, q: &'q Query) -> Result<Change<'q>, Fault> {
    let mut changes = Vec::new();
    // The attribute's name and value, or a parameter of its own for each attribute.
    let old_form = q
        .text("Attribute")
        .map(|name| Ok::<_, Fault>((name, q.need("Value")?)))
        .transpose()?;
    let given = |parameter: &str, attribute: &str| {
        q.attribute(parameter).or(old_form
            .filter(|(name, _)| *name == attribute)
            .map(|(_, value)| value))
    };
    if let Some(kind) = given("InstanceType", "instanceType") {
        changes.push(Change::Kind(kind));
    }
    if let Some(data) = given("UserData", "userData") {
        changes.push(Change::UserData(launch_options::user_data(Some(data))?));
    } else if q.child("UserData").is_some() {
        changes.push(Change::UserData(None));
    }
    if let Some(on) = given("DisableApiTermination", "disableApiTermination") {
        changes.push(Change::TerminateProtected(boolean(on)?));
    }
    if let Some(on) = given("DisableApiStop", "disableApiStop") {
        changes.push(Change::StopProtected(boolean(on)?));
    }
    if let Some(word) = given(
        "InstanceInitiatedShutdownBehavior",
        "instanceInitiatedShutdownBehavior",
    ) {
        changes.push(Change::ShutdownBehavior(launch_options::shutdown_behavior(
            word,
        )?));
    }
    if let Some(on) = given("SourceDestCheck", "sourceDestCheck") {
        changes.push(Change::SourceDestCheck(boolean(on)?));
    }
    if let Some(on) = given("EbsOptimized", "ebsOptimized") {
        changes.push(Change::EbsOptimized(boolean(on)?));
    }
    let groups = q.texts("GroupId");
    if !groups.is_empty() {
        changes.push(Change::Groups(interface::check_groups(
            region,
            &instance.vpc,
            &groups,
        )?));
    }
    let mut devices = Vec::new();
    for node in q.list("BlockDeviceMapping") {
        let ebs = node
            .child("Ebs")
            .ok_or_else(|| Fault::missing("blockDeviceMapping.ebs"))?;
        ebs.accept(&["VolumeId"]);
        let delete = ebs
            .flag("DeleteOnTermination")?
            .ok_or_else(|| Fault::missing("ebs.deleteOnTermination"))?;
        devices.push((node.need("DeviceName")?, delete));
    }
    if !devices.is_empty() {
        changes.push(Change::Devices(devices));
    }
    if changes.len() > 1 {
        return Err(Fault::combination(
            "Fields for multiple attribute types specified",
        ));
    }
    changes.pop().ok_or_else(|| Fault::missing("attribute"))
}

pub fn modify(region: &mut Region, q: &Query) -> Answer {
    let mut instance = region.instances.find(q.need("InstanceId")?)?.clone();
    let change = requested(region, &instance, q)?;
    if instance.state.is_ending()
        || (change.needs_stop() && instance.state != InstanceState::Stopped)
    {
        return Err(Fault::new(
            "IncorrectInstanceState",
            format!(
                "The instance '{}' is not in the 'stopped' state.",
                instance.id
            ),
        ));
    }
    match change {
        Change::Kind(name) => {
            let new = instance_type::find(name)?;
            if instance_show::architecture(region, &instance) != Some(new.architecture) {
                return Err(Fault::value(format!(
                    "The instance type '{name}' has another architecture than the instance."
                )));
            }
            instance.kind = new.name.clone();
            instance.cpu_credits = new.credits().map(str::to_owned);
        }
        Change::UserData(data) => instance.user_data = data,
        Change::TerminateProtected(on) => instance.terminate_protected = on,
        Change::StopProtected(on) => instance.stop_protected = on,
        Change::ShutdownBehavior(word) => instance.shutdown_behavior = word,
        Change::EbsOptimized(on) => instance.ebs_optimized = on,
        Change::SourceDestCheck(on) => region
            .interfaces
            .change(only_interface(&instance)?, |port| {
                port.source_dest_check = on
            })?,
        Change::Groups(groups) => region
            .interfaces
            .change(only_interface(&instance)?, |port| port.groups = groups)?,
        Change::Devices(devices) => {
            for (device, delete) in devices {
                let (_, volume) = instance
                    .devices
                    .iter()
                    .find(|(known, _)| known == device)
                    .ok_or_else(|| {
                        Fault::new(
                            "InvalidInstanceAttributeValue",
                            format!("No device is currently mapped at {device}"),
                        )
                    })?;
                region.volumes.change(volume, |volume| {
                    if let Some(attachment) = &mut volume.attachment {
                        attachment.delete_on_termination = delete;
                    }
                })?;
            }
        }
    }
    region.instances.put(instance);
    Ok(Node::done())
}

fn only_interface(instance: &Instance) -> Result<&str, Fault> {
    match instance.interfaces.as_slice() {
        [only] => Ok(only),
        _ => Err(Fault::new(
            "InvalidInstanceID",
            format!(
                "There are multiple interfaces attached to instance '{}'. Please specify an interface ID instead.",
                instance.id
            ),
        )),
    }
}

pub fn modify_metadata(region: &mut Region, q: &Query) -> Answer {
    let id = q.need("InstanceId")?;
    let options = launch_options::metadata(&region.instances.find(id)?.metadata, Some(q))?;
    let answer = instance_show::metadata(&options);
    region
        .instances
        .change(id, |instance| instance.metadata = options)?;
    Ok(Node::new()
        .text("instanceId", id)
        .node("instanceMetadataOptions", answer))
}
