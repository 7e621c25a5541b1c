//! Public machine images: a small catalogue in every region, with ids of the region as on AWS.

use sha2::{Digest, Sha256};

use crate::aws::world::{Image, ImageDisk, ImageState, Shape};

const AMAZON: &str = "137112412989";
const CENTOS: &str = "125523088429";
const CANONICAL: &str = "099720109477";
const DEBIAN: &str = "136693071363";
const MARKETPLACE: &str = "679593333241";

/// Name, owner, architecture, root device, GiB, root volume type, creation date.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    &'static str,
    &'static str,
);

const IMAGES: &[Row] = &[
    (
        "al2023-ami-2023.5.20240624.0-kernel-6.1-x86_64",
        AMAZON,
        "x86_64",
        "/dev/xvda",
        8,
        "gp3",
        "2024-06-21T22:41:40.000Z",
    ),
    (
        "al2023-ami-2023.6.20241010.0-kernel-6.1-x86_64",
        AMAZON,
        "x86_64",
        "/dev/xvda",
        8,
        "gp3",
        "2024-10-08T18:21:31.000Z",
    ),
    (
        "al2023-ami-2023.6.20241010.0-kernel-6.1-arm64",
        AMAZON,
        "arm64",
        "/dev/xvda",
        8,
        "gp3",
        "2024-10-08T18:21:29.000Z",
    ),
    (
        "amzn2-ami-hvm-2.0.20240620.0-x86_64-gp2",
        AMAZON,
        "x86_64",
        "/dev/xvda",
        8,
        "gp2",
        "2024-06-19T01:47:52.000Z",
    ),
    (
        "amzn2-ami-hvm-2.0.20241001.0-x86_64-gp2",
        AMAZON,
        "x86_64",
        "/dev/xvda",
        8,
        "gp2",
        "2024-09-30T20:36:09.000Z",
    ),
    (
        "CentOS 6.10 x86_64",
        CENTOS,
        "x86_64",
        "/dev/sda1",
        8,
        "gp2",
        "2019-01-30T23:40:58.000Z",
    ),
    (
        "CentOS Linux 6 x86_64 HVM EBS 1901_01",
        MARKETPLACE,
        "x86_64",
        "/dev/sda1",
        8,
        "standard",
        "2019-02-06T22:18:30.000Z",
    ),
    (
        "CentOS Linux 7 x86_64 - 2009",
        CENTOS,
        "x86_64",
        "/dev/sda1",
        8,
        "gp2",
        "2020-12-15T14:07:02.000Z",
    ),
    (
        "CentOS Linux 7 x86_64 - 2211",
        CENTOS,
        "x86_64",
        "/dev/sda1",
        8,
        "gp2",
        "2022-12-06T11:11:47.000Z",
    ),
    (
        "CentOS Stream 9 x86_64 20240923",
        CENTOS,
        "x86_64",
        "/dev/sda1",
        10,
        "gp2",
        "2024-09-24T06:38:10.000Z",
    ),
    (
        "debian-11-amd64-20240717-1811",
        DEBIAN,
        "x86_64",
        "/dev/xvda",
        8,
        "gp2",
        "2024-07-17T06:47:53.000Z",
    ),
    (
        "debian-12-amd64-20240717-1811",
        DEBIAN,
        "x86_64",
        "/dev/xvda",
        8,
        "gp3",
        "2024-07-17T06:48:23.000Z",
    ),
    (
        "debian-12-arm64-20240717-1811",
        DEBIAN,
        "arm64",
        "/dev/xvda",
        8,
        "gp3",
        "2024-07-17T06:48:20.000Z",
    ),
    (
        "ubuntu/images/hvm-ssd/ubuntu-trusty-14.04-amd64-server-20191107",
        CANONICAL,
        "x86_64",
        "/dev/sda1",
        8,
        "gp2",
        "2019-11-07T23:11:55.000Z",
    ),
    (
        "ubuntu/images/hvm-ssd/ubuntu-focal-20.04-amd64-server-20240701",
        CANONICAL,
        "x86_64",
        "/dev/sda1",
        8,
        "gp2",
        "2024-07-02T03:05:28.000Z",
    ),
    (
        "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20240614",
        CANONICAL,
        "x86_64",
        "/dev/sda1",
        8,
        "gp2",
        "2024-06-15T01:30:51.000Z",
    ),
    (
        "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20240927",
        CANONICAL,
        "x86_64",
        "/dev/sda1",
        8,
        "gp2",
        "2024-09-27T21:31:35.000Z",
    ),
    (
        "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20240927",
        CANONICAL,
        "arm64",
        "/dev/sda1",
        8,
        "gp2",
        "2024-09-27T21:29:01.000Z",
    ),
    (
        "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20240927",
        CANONICAL,
        "x86_64",
        "/dev/sda1",
        8,
        "gp3",
        "2024-09-27T21:46:53.000Z",
    ),
];

/// The images of a region, in the order of their names.
pub fn images(region: &str) -> Vec<Image> {
    IMAGES.iter().map(|row| of_row(region, row)).collect()
}

fn of_row(
    region: &str,
    (name, owner, architecture, root_device, gib, kind, created): &Row,
) -> Image {
    let hash = |what: &str| {
        hex::encode(Sha256::digest(format!("{what}/{region}/{name}")))[..16].to_owned()
    };
    let alias = match *owner {
        AMAZON => Some("amazon"),
        MARKETPLACE => Some("aws-marketplace"),
        _ => None,
    };
    let root = ImageDisk {
        device: (*root_device).to_owned(),
        snapshot: format!("snap-0{}", hash("snapshot")),
        shape: Shape {
            size: *gib,
            kind: (*kind).to_owned(),
            iops: None,
            throughput: None,
        },
        encrypted: false,
        delete_on_termination: true,
    };
    Image {
        id: format!("ami-0{}", hash("image")),
        name: (*name).to_owned(),
        description: format!("{name}, {architecture}"),
        owner: (*owner).to_owned(),
        owner_alias: alias.map(str::to_owned),
        public: true,
        architecture: (*architecture).to_owned(),
        disks: vec![root],
        created: (*created).to_owned(),
        ena: !name.starts_with("CentOS 6")
            && !name.starts_with("CentOS Linux 6")
            && !name.contains("trusty"),
        imds_v2: name.starts_with("al2023"),
        state: ImageState::Available,
        due: None,
        instance: None,
        source: None,
        failure: None,
    }
}
