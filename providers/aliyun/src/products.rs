//! The products that are called, with the versions of their interfaces.

use aliyun_openapi::{Api, Style};

/// Elastic Compute Service.
pub(crate) const ECS: Api = Api {
    product: "ecs",
    version: "2014-05-26",
    style: Style::Rpc,
};

/// Virtual Private Cloud.
pub(crate) const VPC: Api = Api {
    product: "vpc",
    version: "2016-04-28",
    style: Style::Rpc,
};

/// Security Token Service.
pub(crate) const STS: Api = Api {
    product: "sts",
    version: "2015-04-01",
    style: Style::Rpc,
};
