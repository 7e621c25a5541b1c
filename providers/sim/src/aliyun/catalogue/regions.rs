//! Regions: id, name, the letters of ids made there, and the letters of zones.

/// A region.
#[derive(Debug)]
pub struct Known {
    pub id: &'static str,
    pub name: &'static str,
    code: &'static str,
    zones: &'static str,
}

const fn known_as(
    id: &'static str,
    name: &'static str,
    code: &'static str,
    zones: &'static str,
) -> Known {
    Known {
        id,
        name,
        code,
        zones,
    }
}

/// All regions. Where the zones of a region are not known for certain, two are assumed.
pub const REGIONS: &[Known] = &[
    known_as("cn-qingdao", "华北1（青岛）", "m5e", "bc"),
    known_as("cn-beijing", "华北2（北京）", "2ze", "cdefghijkl"),
    known_as("cn-zhangjiakou", "华北3（张家口）", "8vb", "abc"),
    known_as("cn-huhehaote", "华北5（呼和浩特）", "hp3", "ab"),
    known_as("cn-wulanchabu", "华北6（乌兰察布）", "0jl", "abc"),
    known_as("cn-hangzhou", "华东1（杭州）", "bp1", "befghijk"),
    known_as("cn-shanghai", "华东2（上海）", "uf6", "abcdefgklmn"),
    known_as("cn-nanjing", "华东5（南京）", "gc7", "ab"),
    known_as("cn-fuzhou", "华东6（福州）", "gw0", "ab"),
    known_as("cn-wuhan-lr", "华中1（武汉）", "n4a", "ab"),
    known_as("cn-shenzhen", "华南1（深圳）", "wz9", "cdef"),
    known_as("cn-heyuan", "华南2（河源）", "f8z", "ab"),
    known_as("cn-guangzhou", "华南3（广州）", "7xv", "ab"),
    known_as("cn-chengdu", "西南1（成都）", "2vc", "ab"),
    known_as("cn-hongkong", "中国香港", "j6c", "bcd"),
    known_as("ap-southeast-1", "新加坡", "t4n", "abc"),
    known_as("ap-southeast-3", "马来西亚（吉隆坡）", "8ps", "ab"),
    known_as("ap-southeast-5", "印度尼西亚（雅加达）", "k1a", "abc"),
    known_as("ap-southeast-6", "菲律宾（马尼拉）", "5ts", "ab"),
    known_as("ap-southeast-7", "泰国（曼谷）", "0jo", "ab"),
    known_as("ap-northeast-1", "日本（东京）", "6we", "abc"),
    known_as("ap-northeast-2", "韩国（首尔）", "mj7", "ab"),
    known_as("us-west-1", "美国（硅谷）", "rj9", "ab"),
    known_as("us-east-1", "美国（弗吉尼亚）", "0xi", "ab"),
    known_as("na-south-1", "墨西哥", "4ie", "ab"),
    known_as("eu-central-1", "德国（法兰克福）", "gw8", "abc"),
    known_as("eu-west-1", "英国（伦敦）", "d7o", "ab"),
    known_as("me-east-1", "阿联酋（迪拜）", "eb3", "a"),
    known_as("me-central-1", "沙特（利雅得）", "l4v", "ab"),
];

fn find(id: &str) -> Option<&'static Known> {
    REGIONS.iter().find(|region| region.id == id)
}

/// The id of a region that exists.
pub fn known(id: &str) -> Option<&'static str> {
    find(id).map(|region| region.id)
}

/// The letters that ids made in a region begin with.
pub fn code(id: &str) -> &'static str {
    find(id).map_or("bp1", |region| region.code)
}

/// The zones of a region: `cn-hangzhou-b`, or `ap-southeast-1a` where the region's id ends with a digit.
pub fn zones(id: &str) -> Vec<String> {
    let letters = find(id).map_or("", |region| region.zones);
    let dash = if id.ends_with(|c: char| c.is_ascii_digit()) {
        ""
    } else {
        "-"
    };
    letters
        .chars()
        .map(|letter| format!("{id}{dash}{letter}"))
        .collect()
}
