//! Volumes, their attachments and snapshots.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        rule: "aws.volume.zone zone zone-outside-region",
        program: "aws.volume it { zone = \"{}\", size = 1GiB }",
        steps: "CreateVolume AvailabilityZone={} Size=1",
        good: &["us-west-2a", "us-west-2d"],
        bad: &["us-west-2e", "us-east-1a"],
    },
    Case {
        rule: "aws.attachment.volume check zone-mismatch",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.volume disk { zone = \"{}\", size = 1GiB }\naws.attachment it { instance = host, volume = disk, device = \"/dev/sdf\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateVolume AvailabilityZone={} Size=1 > volume=volumeId\nAttachVolume InstanceId={instance} VolumeId={volume} Device=/dev/sdf",
        good: &["us-west-2a"],
        bad: &["us-west-2b"],
    },
    Case {
        rule: "aws.attachment.device check device-name",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.volume disk { zone = \"us-west-2a\", size = 1GiB }\naws.attachment it { instance = host, volume = disk, device = \"{}\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > volume=volumeId\nAttachVolume InstanceId={instance} VolumeId={volume} Device={}",
        good: &["/dev/sdf", "/dev/sdp", "xvdf", "/dev/xvdb"],
        bad: &["/dev/sda1", "/dev/nvme1n1", "disk"],
    },
    Case {
        rule: "aws.attachment.device exclusive duplicate-association",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.volume a { zone = \"us-west-2a\", size = 1GiB }\naws.volume b { zone = \"us-west-2a\", size = 1GiB }\naws.attachment one { instance = host, volume = a, device = \"/dev/sdf\" }\naws.attachment it { instance = host, volume = b, device = \"{}\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > a=volumeId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > b=volumeId\nAttachVolume InstanceId={instance} VolumeId={a} Device=/dev/sdf\nAttachVolume InstanceId={instance} VolumeId={b} Device={}",
        good: &["/dev/sdg"],
        bad: &["/dev/sdf"],
    },
    Case {
        rule: "aws.snapshot.size check volume-size",
        program: "aws.snapshot it { format = swap, size = {}GiB }",
        steps: "CreateVolume AvailabilityZone=us-west-2a VolumeType=gp3 Size={}",
        good: &["1", "65536"],
        bad: &["0", "65537"],
    },
    Case {
        rule: "aws.volume.snapshot check size-too-small",
        program: "aws.volume disk { zone = \"us-west-2a\", size = 10GiB }\naws.snapshot copy { volume = disk }\naws.volume it { zone = \"us-west-2a\", snapshot = copy, size = {}GiB }",
        steps: "CreateVolume AvailabilityZone=us-west-2a Size=10 > disk=volumeId\nCreateSnapshot VolumeId={disk} > copy=snapshotId\nCreateVolume AvailabilityZone=us-west-2a SnapshotId={copy} Size={}",
        good: &["10"],
        bad: &["9"],
    },
    Case {
        rule: "aws.volume.* check missing-field",
        program: "aws.volume it { zone = \"us-west-2a\"{} }",
        steps: "CreateVolume AvailabilityZone=us-west-2a{}",
        good: &[", size = 1GiB| Size=1"],
        bad: &["|"],
    },
    Case {
        rule: "aws.attachment.volume exclusive duplicate-association",
        program: "aws.instance host { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.instance second { image = \"ami-1\", type = \"t3.micro\", subnet = inside }\naws.volume a { zone = \"us-west-2a\", size = 1GiB }\naws.volume b { zone = \"us-west-2a\", size = 1GiB }\naws.attachment one { instance = host, volume = a, device = \"/dev/sdf\" }\naws.attachment it { instance = second, volume = {}, device = \"/dev/sdf\" }",
        steps: "RunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > instance=instanceId\nRunInstances ImageId={image} InstanceType=t3.micro MinCount=1 MaxCount=1 SubnetId={subnet} > second=instanceId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > a=volumeId\nCreateVolume AvailabilityZone=us-west-2a Size=1 > b=volumeId\nAttachVolume InstanceId={instance} VolumeId={a} Device=/dev/sdf\nAttachVolume InstanceId={second} Device=/dev/sdf VolumeId={{}}",
        good: &["b"],
        bad: &["a"],
    },
];
