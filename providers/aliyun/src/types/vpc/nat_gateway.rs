//! `aliyun.nat_gateway`.

use crate::products;
use crate::table::{Call, Ids, Kind, Name, Pages, Part, States, call, flag, list, text, words};

const MODIFY: Call = call("ModifyNatGatewayAttribute").of(&["NatGatewayId"]);
const PROTECT: Call = call("DeletionProtection")
    .of(&["InstanceId"])
    .with(&[("Type", "NATGW")]);

pub(crate) const NAT_GATEWAY: Kind = Kind {
    name: "aliyun.nat_gateway",
    api: products::VPC,
    key: &[Part::Given("NatGatewayId", "NatGatewayId")],
    // `Enhanced` is the one that is sold.
    create: call("CreateNatGateway")
        .once()
        .with(&[("NatType", "Enhanced")]),
    read: list("DescribeNatGateways", "NatGateways.NatGateway")
        .ids(Ids::One("NatGatewayId"))
        .pages(Pages::Number(50))
        .tagged(),
    delete: call("DeleteNatGateway").of(&["NatGatewayId"]),
    fields: &[
        text("name")
            .create("Name")
            .read("Name")
            .update(&MODIFY, "Name"),
        text("description")
            .create("Description")
            .read("Description")
            .update(&MODIFY, "Description"),
        text("vpc").create("VpcId").read("VpcId"),
        text("vswitch")
            .create("VSwitchId")
            .read("NatGatewayPrivateInfo.VswitchId"),
        words(
            "kind",
            &[("internet", "internet"), ("intranet", "intranet")],
        )
        .create("NetworkType")
        .read("NetworkType"),
        flag("icmp_reply")
            .create("IcmpReplyEnabled")
            .read("IcmpReplyEnabled")
            .update(&MODIFY, "IcmpReplyEnabled"),
        flag("protected")
            .read("DeletionProtection")
            .update(&PROTECT, "ProtectionEnable"),
        text("snat_table").read("SnatTableIds.SnatTableId.0"),
        text("forward_table").read("ForwardTableIds.ForwardTableId.0"),
    ],
    states: States {
        path: "Status",
        ready: &["Available"],
        broken: &[],
    },
    tags: Some("NATGATEWAY"),
    turn: Some("vpc"),
    name_form: Name::Free,
    ..Kind::DEFAULT
};
