//! `aliyun.vswitch`.

use crate::products;
use crate::table::{Call, Ids, Kind, Name, Pages, Part, States, call, cidr, list, text};

const MODIFY: Call = call("ModifyVSwitchAttribute").of(&["VSwitchId"]);

pub(crate) const VSWITCH: Kind = Kind {
    name: "aliyun.vswitch",
    api: products::VPC,
    key: &[Part::Given("VSwitchId", "VSwitchId")],
    create: call("CreateVSwitch").once(),
    // One id is all that a call takes; for several, one listing of the program's is cheaper.
    read: list("DescribeVSwitches", "VSwitches.VSwitch")
        .ids(Ids::One("VSwitchId"))
        .pages(Pages::Number(50))
        .tagged(),
    delete: call("DeleteVSwitch").of(&["VSwitchId"]),
    fields: &[
        text("name")
            .create("VSwitchName")
            .read("VSwitchName")
            .update(&MODIFY, "VSwitchName"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        text("vpc").create("VpcId").read("VpcId"),
        text("zone").create("ZoneId").read("ZoneId"),
        cidr("range").create("CidrBlock").read("CidrBlock"),
    ],
    states: States {
        path: "Status",
        ready: &["Available"],
        broken: &[],
    },
    tags: Some("VSWITCH"),
    // A network makes and unmakes one VSwitch at a time.
    turn: Some("vpc"),
    name_form: Name::Free,
    ..Kind::DEFAULT
};
