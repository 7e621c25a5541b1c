//! Public images: a small catalogue, with the same ids in every region.

use crate::aliyun::world::{Image, ImageState, Tags};
use crate::ground::calendar;

/// Id, family, name of the system, platform, GiB, date.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    &'static str,
);

const IMAGES: &[Row] = &[
    (
        "centos_7_03_64_20G_alibase_20170818.vhd",
        "",
        "CentOS  7.3 64位",
        "CentOS",
        20,
        "20170818",
    ),
    (
        "centos_7_03_64_40G_alibase_20170710.vhd",
        "",
        "CentOS  7.3 64位",
        "CentOS",
        40,
        "20170710",
    ),
    (
        "centos_7_06_64_20G_alibase_20190711.vhd",
        "",
        "CentOS  7.6 64位",
        "CentOS",
        20,
        "20190711",
    ),
    (
        "centos_7_6_x64_20G_alibase_20211130.vhd",
        "",
        "CentOS  7.6 64位",
        "CentOS",
        20,
        "20211130",
    ),
    (
        "centos_7_9_x64_20G_alibase_20230109.vhd",
        "acs:centos_7_9_x64",
        "CentOS  7.9 64位",
        "CentOS",
        20,
        "20230109",
    ),
    (
        "centos_7_9_x64_20G_alibase_20240628.vhd",
        "acs:centos_7_9_x64",
        "CentOS  7.9 64位",
        "CentOS",
        20,
        "20240628",
    ),
    (
        "aliyun_2_1903_x64_20G_alibase_20240628.vhd",
        "acs:alibaba_cloud_linux_2_1903_lts_x64",
        "Alibaba Cloud Linux  2.1903 LTS 64位",
        "Aliyun",
        20,
        "20240628",
    ),
    (
        "aliyun_3_x64_20G_alibase_20240819.vhd",
        "acs:alibaba_cloud_linux_3_2104_lts_x64",
        "Alibaba Cloud Linux  3.2104 LTS 64位",
        "Aliyun",
        20,
        "20240819",
    ),
    (
        "aliyun_3_x64_20G_alibase_20250629.vhd",
        "acs:alibaba_cloud_linux_3_2104_lts_x64",
        "Alibaba Cloud Linux  3.2104 LTS 64位",
        "Aliyun",
        20,
        "20250629",
    ),
    (
        "aliyun_3_x64_20G_dengbao_alibase_20250629.vhd",
        "acs:alibaba_cloud_linux_3_2104_lts_x64_dengbao",
        "Alibaba Cloud Linux  3.2104 LTS 64位 等保2.0三级版",
        "Aliyun",
        20,
        "20250629",
    ),
    (
        "aliyun_3_arm64_20G_alibase_20250629.vhd",
        "acs:alibaba_cloud_linux_3_2104_lts_arm64",
        "Alibaba Cloud Linux  3.2104 LTS 64位 ARM版",
        "Aliyun",
        20,
        "20250629",
    ),
    (
        "ubuntu_20_04_x64_20G_alibase_20230316.vhd",
        "acs:ubuntu_20_04_x64",
        "Ubuntu  20.04 64位",
        "Ubuntu",
        20,
        "20230316",
    ),
    (
        "ubuntu_22_04_x64_20G_alibase_20240508.vhd",
        "acs:ubuntu_22_04_x64",
        "Ubuntu  22.04 64位",
        "Ubuntu",
        20,
        "20240508",
    ),
    (
        "ubuntu_22_04_x64_20G_alibase_20250722.vhd",
        "acs:ubuntu_22_04_x64",
        "Ubuntu  22.04 64位",
        "Ubuntu",
        20,
        "20250722",
    ),
    (
        "ubuntu_24_04_x64_20G_alibase_20250722.vhd",
        "acs:ubuntu_24_04_x64",
        "Ubuntu  24.04 64位",
        "Ubuntu",
        20,
        "20250722",
    ),
    (
        "debian_12_6_x64_20G_alibase_20240711.vhd",
        "acs:debian_12_6_x64",
        "Debian  12.6 64位",
        "Debian",
        20,
        "20240711",
    ),
    (
        "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        "acs:windows_2019_x64_zh_cn",
        "Windows Server  2019 数据中心版 64位中文版",
        "Windows Server 2019",
        40,
        "20230811",
    ),
];

/// All public images.
pub fn images() -> impl Iterator<Item = Image> {
    IMAGES
        .iter()
        .map(|(id, family, os_name, platform, size_gib, date)| Image {
            id: (*id).to_owned(),
            name: (*id).to_owned(),
            description: String::new(),
            family: (*family).to_owned(),
            version: String::new(),
            os_name: (*os_name).to_owned(),
            platform: (*platform).to_owned(),
            is_windows: platform.starts_with("Windows"),
            architecture: if id.contains("arm64") {
                "arm64"
            } else {
                "x86_64"
            }
            .to_owned(),
            size_gib: *size_gib,
            is_public: true,
            parts: Vec::new(),
            state: ImageState::Available,
            due: None,
            created_ms: calendar::parse_compact(&format!("{date}T000000Z")).unwrap_or_default(),
            tags: Tags::new(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_has_the_date_of_its_id() {
        for image in images() {
            let date = calendar::iso(image.created_ms)[..10].replace('-', "");
            assert!(image.id.contains(&date), "{} was made on {date}", image.id);
        }
    }
}
